"""Every value of every scheme file decides: changed one at a time, each change is noticed by a case."""

from dataclasses import replace
from typing import Any

import pytest

from reviewapp import schemes
from reviewapp.policy import read_toml
from reviewapp.schemes.cases import CaseBook, Equivalent
from reviewapp.schemes.mutation import Jury, mutants, mutate
from reviewapp.schemes.proof import subject
from tests.policy.sample import TEXT

SAMPLE = read_toml(TEXT, "sample.toml")
CHANGES = {(change.key, change.said): change.value for change in mutants(SAMPLE)}
AWARD, CHECKS = SAMPLE["programmes"]["car"]["award"], "programmes.car.checks"


@pytest.mark.slow
@pytest.mark.parametrize("code", schemes.codes())
def test_no_change_goes_unnoticed(code: str) -> None:
    data, _, book = subject(schemes.texts(code), code)
    report = mutate(data, book)
    assert [f"{change.key}: {change.said}" for change in report.survivors] == []
    assert report.stale == ()
    assert report.tried > 200


@pytest.mark.parametrize(
    "change",
    [
        ("issued_on", "2030-01-01 → 2030-01-02"),
        ("county", "样例县 → 样例县改"),
        ("windows.activity.until", "2030-02-28 → 2030-02-27"),
        ("pools[car].amount", "100000 → 100001"),
        ("pools[car].amount", "100000 → 99999.99"),
        ("programmes.car.submitters", "加上 dealer"),
        ("programmes.car.submitters[claimant]", "去掉"),
        ("programmes.car.late", "refuse → special_review"),
        ("programmes.car.papers[vehicle_invoice]", "去掉"),
        ("programmes.car.papers[vehicle_invoice].kinds", "vehicle_invoice → used_vehicle_invoice"),
        (
            "programmes.car.papers[registration_certificate+vehicle_licence|vehicle_certificate].kinds",
            "registration_certificate+vehicle_licence|vehicle_certificate → vehicle_certificate",
        ),
        ("programmes.car.papers[registration_certificate+vehicle_licence|vehicle_certificate].when", "去掉"),
        ("programmes.car.declared[energy].choices.fuel", "去掉"),
        ("programmes.car.award.tables[fuel].tiers[0].from", "10000 → 10000.01"),
        ("programmes.car.award.tables[fuel].tiers[0].from", "from → over"),
        ("programmes.car.award.tables[fuel].tiers[1].pays", "200.50 → 200.51"),
        ("programmes.car.award.tables[fuel].tiers[0].below=[1].from", "20000 → 20000.01"),
        ("programmes.car.award.tables[fuel].tiers[0].below=[1].from", "below/from → up_to/over"),
        (f"{CHECKS}[invoice_in_window].field", "vehicle_invoice.invoice_date → id_card.birth_date"),
        (f"{CHECKS}[same_buyer]", "去掉"),
        (f"{CHECKS}[same_buyer].fields[applicant.name]", "去掉"),
    ],
)
def test_what_is_changed(change: tuple[str, str]) -> None:
    assert change in CHANGES


def test_what_is_told_or_cited_is_not_changed() -> None:
    ends = {key.rpartition(".")[2] for key, _ in CHANGES}
    assert ends.isdisjoint({"title", "hint", "clause", "id", "check", "code", "version", "document_number"})
    assert not any(key.startswith(("clauses", "interpretations")) for key, _ in CHANGES)


def test_one_value_is_changed_and_the_file_stays_as_it_is() -> None:
    assert all(value != SAMPLE for value in CHANGES.values())
    assert read_toml(TEXT, "sample.toml") == SAMPLE
    moved: Any = CHANGES["programmes.car.award.tables[fuel].tiers[0].below=[1].from", "20000 → 19999"]
    tiers = moved["programmes"]["car"]["award"]["tables"][0]["tiers"]
    assert [tiers[0]["below"], tiers[1]["from"]] == [19999, 19999]
    assert moved["programmes"]["car"]["award"]["tables"][1] == AWARD["tables"][1]


DATA, _, BOOK = subject(schemes.texts("yangcheng-2023"), "yangcheng-2023")


def without(*titles: str) -> CaseBook:
    left = tuple(case for case in BOOK.cases if case.title not in titles)
    assert len(left) == len(BOOK.cases) - len(titles)
    return replace(BOOK, cases=left)


@pytest.mark.parametrize(
    ("title", "key", "said"),
    [
        ("燃油 59999.99", "programmes.car.award.tables[fuel].tiers[0].below=[1].from", "60000 → 59999.99"),
        ("POS 10000.00", "programmes.car.checks[card_payment].over", "over → at_least"),
        ("开票日期 2024-01-16", "windows.invoice.until", "2024-01-15 → 2024-01-16"),
    ],
)
def test_without_its_case_a_change_goes_unnoticed(title: str, key: str, said: str) -> None:
    (change,) = [change for change in mutants(DATA) if (change.key, change.said) == (key, said)]
    assert Jury(BOOK).notices(change)
    assert not Jury(without(title)).notices(change)


@pytest.mark.slow
def test_an_equivalent_is_excused_and_one_that_is_none_is_told() -> None:
    data, _, book = subject(schemes.texts("jishan-2023"), "jishan-2023")
    expect = {name: value for name, value in book.expect.items() if name != "issued_on"}
    excused = [Equivalent("issued_on", f"2023-06-03 → 2023-06-0{day}", "试") for day in (2, 4, 5)]
    report = mutate(data, replace(book, expect=expect, equivalent=(*book.equivalent, *excused)))
    assert report.survivors == ()
    assert report.stale == (excused[2],)
