"""Scheme files that are wrong in every place in turn: refused with key and remedy, and never anything worse."""

import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from reviewapp import schemes
from reviewapp.policy import Problem, SchemeError, compile_scheme, parse_scheme, read_toml
from reviewapp.policy.facts import find_ref
from tests.policy.sample import TEXT

Path = tuple[str | int, ...]
#: Of the longest files the programmes that have what the others have not: roles and ages; tiers without a trait.
ONLY = {"yangcheng-2023": ("car-transfer", "motorcycle-scrap"), "jincheng-chengqu-2026": ("used-car",)}


def file_of(code: str) -> dict[str, Any]:
    data = read_toml(schemes.texts(code).scheme, code)
    wanted = ONLY.get(code, tuple(data["programmes"]))
    return data | {"programmes": {name: data["programmes"][name] for name in wanted}}


FILES: dict[str, dict[str, Any]] = {"sample": read_toml(TEXT, "sample.toml")} | {
    code: file_of(code) for code in schemes.codes()
}
MONEY = (
    "amount",
    "ceiling",
    "first_tranche",
    "pays",
    "from",
    "over",
    "below",
    "up_to",
    "least",
    "most",
    "off",
    "spend",
)


def compiled(data: dict[str, Any]) -> tuple[Problem, ...]:
    """The problems; whatever else is raised is a fault. Accepted, every programme is there."""
    try:
        scheme = compile_scheme(data, "bad.toml", {})
    except SchemeError as error:
        return told(error)
    assert set(scheme.programmes) == set(data["programmes"])
    return ()


def told(error: SchemeError) -> tuple[Problem, ...]:
    """The problems, each with what is wrong and how to mend it."""
    assert error.problems
    assert all(problem.file and problem.message and problem.remedy for problem in error.problems)
    return error.problems


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from places(entry, (*path, key))
    elif isinstance(value, list):
        for at, entry in enumerate(value):
            yield from places(entry, (*path, at))


def different(data: dict[str, Any]) -> list[tuple[Path, Any]]:
    """One place of each sort: entries of lists, programmes and the like are alike."""
    found = {}
    for path, value in places(data):
        keys = tuple(key for key in path if isinstance(key, str))
        kind = keys[:1] + keys[2:] if keys[:1] in (("programmes",), ("windows",), ("rounds",), ("clauses",)) else keys
        found.setdefault((kind, type(value), isinstance(path[-1] if path else "", int)), (path, value))
    return list(found.values())


def put(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: put(value[path[0]], path[1:], new)}
    return [put(entry, path[1:], new) if at == path[0] else entry for at, entry in enumerate(value)]


def key_of(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


@pytest.mark.parametrize("name", FILES)
def test_an_unknown_key_is_refused_wherever_it_stands(name: str) -> None:
    for path, value in different(FILES[name]):
        if isinstance(value, dict) and path != ("clauses",):
            problems = compiled(put(FILES[name], path, {**value, "zzz": 1}))
            assert any(problem.key.startswith(key_of(path)) for problem in problems), path


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_type_is_refused_or_taken_but_never_a_fault(name: str) -> None:
    wrongs = (5, "文", [], {}, ["x"], {"a": 1}, True, Decimal("1.5"), date(2030, 1, 1), time(1), -1, 10**30)
    for path, value in different(FILES[name]):
        for wrong in wrongs:
            if path and wrong != value:
                compiled(put(FILES[name], path, wrong))


@pytest.mark.parametrize("name", FILES)
def test_a_text_for_a_number_or_table_is_refused(name: str) -> None:
    for path, value in different(FILES[name]):
        if path and isinstance(value, dict | list | int):
            assert compiled(put(FILES[name], path, "文")), path


@pytest.mark.parametrize("name", FILES)
def test_money_with_a_decimal_point_is_refused(name: str) -> None:
    found = 0
    for path, value in different(FILES[name]):
        if path and path[-1] in MONEY and isinstance(value, int):
            found += 1
            assert compiled(put(FILES[name], path, Decimal("1000.5"))), path
    assert found


@pytest.mark.parametrize("name", FILES)
def test_a_clause_that_is_not_there_is_refused(name: str) -> None:
    for path, _ in different(FILES[name]):
        if path and path[-1] == "clause":
            (problem,) = compiled(put(FILES[name], path, "九十九"))
            assert (problem.key, problem.message) == (key_of(path), "[clauses] 里没有“九十九”")


@pytest.mark.parametrize("name", FILES)
def test_a_field_or_paper_that_is_not_there_is_refused(name: str) -> None:
    for path, value in different(FILES[name]):
        if isinstance(value, str) and "." in value and find_ref(value) is not None:
            assert compiled(put(FILES[name], path, "vehicle_invoice.nothing")), path
        if path and path[-1] in ("kinds", "kind"):
            assert compiled(put(FILES[name], path, "letter")), path


@pytest.mark.parametrize("name", FILES)
def test_a_window_that_ends_before_it_begins_is_refused(name: str) -> None:
    for window, table in FILES[name]["windows"].items():
        turned = table | {"from": table["until"], "until": table["from"]}
        (problem, *_) = compiled(put(FILES[name], ("windows", window), turned))
        assert (problem.key, problem.message) == (f"windows.{window}.until", "截止早于开始")


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace('"二" = "标准"', '"二" = 5'),
        TEXT.replace('"二" = "标准"', '"二[1" = 5'),
        TEXT.replace("[windows.activity]", '[windows."a[b"]'),
        TEXT.replace('form = "tiers"', 'form = ["tiers"]'),
        TEXT.replace("version = 1", "version = " + "[" * 5000 + "]" * 5000),
        TEXT.replace("until = 2030-02-28", f"until = 2030-02-28\nevery_days = {10**14}\nlasts_hours = 5"),
        TEXT.replace("until = 2030-02-28", "until = 2030-02-28\nevery_days = -1\nlasts_hours = -5"),
        TEXT.replace("until = 2030-02-28", "until = 2030-02-28\nevery_days = 1\nlasts_hours = 25"),
        re.sub(r"\[\[programmes\.car\.award\.tables\]\](?s:.*?)(?=\[\[programmes\.car\.checks)", "", TEXT),
    ],
)
@pytest.mark.timeout(10)
def test_what_once_hung_or_crashed_is_refused(text: str) -> None:
    assert text != TEXT
    with pytest.raises(SchemeError) as caught:
        parse_scheme(text, "bad.toml")
    assert told(caught.value)


def test_an_award_without_a_tier_is_refused() -> None:
    (problem,) = compiled(put(FILES["sample"], ("programmes", "car", "award", "tables"), []))
    assert problem.key.startswith("programmes.car.award")
