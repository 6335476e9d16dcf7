"""What findings and facts help to decide, from the vocabulary and not from the names of a scheme's rules."""

from __future__ import annotations

import pytest

from reviewapp import schemes
from reviewapp.policy import matters
from reviewapp.policy.checks import CHECKS
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.matters import MATTERS


@pytest.mark.parametrize(
    ("path", "matter"),
    [
        ("applicant.name", "who"),
        ("account.card_number", "who"),
        ("vehicle_invoice.buyer_name", "who"),
        ("vehicle_invoice.vin", "vehicle"),
        ("declared.energy", "vehicle"),
        ("vehicle_invoice.total", "money"),
        ("vehicle_invoice.total_in_words", "money"),
        ("vehicle_invoice.invoice_date", "dates"),
        ("pos_slip.paid_at", "dates"),
        ("origin_certificate.has_seal", "papers"),
        ("registration_certificate.pages", "papers"),
    ],
)
def test_a_field_is_about_something(path: str, matter: str) -> None:
    assert matters.of_field(path) == matter


def test_every_field_and_every_rule_has_a_heading() -> None:
    fields = {matters.of_field(f"{kind}.{name}") for kind, known in KINDS.items() for name in known.fields}
    assert fields <= MATTERS.keys()
    rules = {
        matters.of_finding(programme, rule.id)
        for code in schemes.codes()
        for programme in schemes.load(code).programmes.values()
        for rule in programme.rules
    }
    assert rules == MATTERS.keys()


def test_a_check_that_can_be_about_anything_is_about_its_first_field() -> None:
    programme = schemes.load("xiangning-2023").programmes["car"]
    said = {rule.id: matters.of_finding(programme, rule.id) for rule in programme.rules if rule.check == "same_value"}
    assert said["same_id_number"] == "who"
    assert said["same_vehicle"] == "vehicle"
    assert said["same_total"] == "money"


def test_what_is_no_rule_is_about_papers_or_money() -> None:
    programme = schemes.load("xiangning-2023").programmes["car"]
    assert matters.of_finding(programme, "award") == "money"
    assert matters.of_finding(programme, programme.papers[0].finding) == "papers"


def test_letters_are_compared_where_values_ought_to_be_the_same() -> None:
    assert {name for name, spec in CHECKS.items() if spec.alike} == {"same_person", "same_value"}
    programme = schemes.load("xiangning-2023").programmes["car"]
    assert matters.compares(programme, "same_vehicle")
    assert not matters.compares(programme, "card_payment")
    assert not matters.compares(programme, "award")
