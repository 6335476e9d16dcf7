"""Facts as a person pastes them: every mistake is told by its line."""

from __future__ import annotations

import json

import pytest

from reviewapp.policy import FactsError, parse_scheme
from reviewapp.schemes.cases import parse_cases
from reviewapp.schemes.facts_text import try_facts
from tests.factories.schemes import CASES, SCHEME

SCHEME_READ = parse_scheme(SCHEME, "sample")
FACTS = json.dumps(parse_cases(CASES, "cases").cases[0].facts, ensure_ascii=False, indent=2)


def mistakes(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(FactsError) as caught:
        try_facts(SCHEME_READ, text)
    return [(problem.line, problem.key) for problem in caught.value.problems]


def line_of(text: str, part: str) -> int:
    return next(at for at, row in enumerate(text.splitlines(), 1) if part in row)


def test_facts_that_hold_give_the_result() -> None:
    assert try_facts(SCHEME_READ, FACTS).award_fen == 100_000
    compact = json.dumps(json.loads(FACTS))
    assert try_facts(SCHEME_READ, compact) == try_facts(SCHEME_READ, FACTS)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"2030-02-09"', '"2030-02-31"', "papers[0].fields.invoice_date"),
        ('"45000.00"', '"四万五"', "papers[0].fields.total"),
        ('"kind": "vehicle_invoice"', '"kind": "vehicle_bill"', "papers[0].kind"),
        ('"programme": "car"', '"programme": "boat"', "programme"),
        ('"energy": "fuel"', '"energie": "fuel"', "declared.energie"),
        ('"role": "claimant"', '"role": "nobody"', "submitter.role"),
    ],
)
def test_a_mistake_is_told_by_its_line(old: str, new: str, key: str) -> None:
    assert old in FACTS
    text = FACTS.replace(old, new)
    assert mistakes(text) == [(line_of(text, new), key)]


NO_JSON = [("", 1), ("{", 1), ('{\n"a": 1,\n}', 3), ('{\n"a" 1}', 2), ("[" * 9000, None), ("[" * 600 + "]" * 600, None)]


@pytest.mark.parametrize(("text", "line"), NO_JSON)
def test_what_is_no_json_is_told_by_its_line(text: str, line: int | None) -> None:
    found = mistakes(text)
    assert found[0][0] == line or line is None


def test_a_key_that_is_there_twice() -> None:
    text = FACTS.replace('"programme": "car",', '"programme": "car",\n  "programme": "car",')
    assert mistakes(text) == [(line_of(text, '"programme"') + 1, "programme")]


@pytest.mark.parametrize("text", ['"text"', "1", "null", "[]", "true"])
def test_what_is_no_object(text: str) -> None:
    assert mistakes(text)
