"""Facts: malformed ones are refused with their key, absent ones never."""

from typing import Any

import pytest

from reviewapp.policy import FactsError, evaluate
from tests.policy.sample import sample

SCHEME = sample()


def invoice(**fields: Any) -> dict[str, Any]:
    return {"programme": "car", "papers": [{"kind": "vehicle_invoice", "fields": fields}]}


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ([], ""),
        ("car", ""),
        ({}, "programme"),
        ({"programme": "bike"}, "programme"),
        ({"programme": ["car"]}, "programme"),
        ({"programme": "car", "colour": "red"}, "colour"),
        ({"programme": "car", "applicant": "测试甲"}, "applicant"),
        ({"programme": "car", "applicant": {"nickname": "甲"}}, "applicant.nickname"),
        ({"programme": "car", "applicant": {"name": ""}}, "applicant.name"),
        ({"programme": "car", "applicant": {"name": 7}}, "applicant.name"),
        ({"programme": "car", "submitter": {"role": "friend"}}, "submitter.role"),
        ({"programme": "car", "declared": {"energy": "steam"}}, "declared.energy"),
        ({"programme": "car", "declared": {"vehicle_wheels": 4}}, "declared.vehicle_wheels"),
        ({"programme": "car", "declared": {"vehicle_wheels": True}}, "declared.vehicle_wheels"),
        ({"programme": "car", "declared": {"scrap_age_reached": "yes"}}, "declared.scrap_age_reached"),
        ({"programme": "car", "submitted_at": "2030-02-10"}, "submitted_at"),
        ({"programme": "car", "submitted_at": "2030-02-10T09:00:00"}, "submitted_at"),
        ({"programme": "car", "submitted_at": "2030-02-30T09:00:00+08:00"}, "submitted_at"),
        ({"programme": "car", "submitted_at": "1899-12-31T23:59:59+08:00"}, "submitted_at"),
        ({"programme": "car", "submitted_at": "3000-01-01T00:00:00+08:00"}, "submitted_at"),
        ({"programme": "car", "submitted_at": "0001-01-01T00:00:00+14:00"}, "submitted_at"),
        ({"programme": "car", "submitted_at": "9999-12-31T23:59:59-12:00"}, "submitted_at"),
        ({"programme": "\ud800"}, "programme"),
        ({"programme": "car", "\ud800": 1}, "\ud800"),
        ({"programme": "car", "declared": {"category": ["\ud800"]}}, "declared.category"),
        ({"programme": "car", "context": {"excluded": ["\ud800"]}}, "context.excluded"),
        ({"programme": "car", "papers": {}}, "papers"),
        ({"programme": "car", "papers": ["invoice"]}, "papers[0]"),
        ({"programme": "car", "papers": [{"kind": "letter"}]}, "papers[0].kind"),
        ({"programme": "car", "papers": [{"fields": {}}]}, "papers[0].kind"),
        ({"programme": "car", "papers": [{"kind": "other", "note": "x"}]}, "papers[0].note"),
        ({"programme": "car", "papers": [{"kind": "car_photo", "doubtful": ["vin"]}]}, "papers[0].doubtful"),
        (invoice(colour="red"), "papers[0].fields.colour"),
        (invoice(invoice_date="2030-2-1"), "papers[0].fields.invoice_date"),
        (invoice(invoice_date="2030-02-30"), "papers[0].fields.invoice_date"),
        (invoice(invoice_date="2030-W05-5"), "papers[0].fields.invoice_date"),
        (invoice(invoice_date="1899-12-31"), "papers[0].fields.invoice_date"),
        (invoice(invoice_date="3000-01-01"), "papers[0].fields.invoice_date"),
        (invoice(invoice_date="0001-01-01"), "papers[0].fields.invoice_date"),
        (invoice(buyer_name="测\ud800试"), "papers[0].fields.buyer_name"),
        (invoice(total="\udfff"), "papers[0].fields.total"),
        (invoice(invoice_date="长期"), "papers[0].fields.invoice_date"),
        (invoice(total="12,800.00"), "papers[0].fields.total"),
        (invoice(total=12800.0), "papers[0].fields.total"),
        (invoice(total="12800.005"), "papers[0].fields.total"),
        ({"programme": "car", "context": {"listed_sellers": "测试汽贸"}}, "context.listed_sellers"),
        ({"programme": "car", "context": {"prior_claims": [{"plate": "x"}]}}, "context.prior_claims[0].plate"),
        ({"programme": "car", "context": {"weather": "fine"}}, "context.weather"),
    ],
)
def test_malformed_facts_are_refused_with_their_key(facts: Any, key: str) -> None:
    with pytest.raises(FactsError) as caught:
        evaluate(SCHEME, facts)
    problem = next(problem for problem in caught.value.problems if problem.key == key)
    assert problem.message
    assert problem.remedy


def test_every_problem_is_told() -> None:
    with pytest.raises(FactsError) as caught:
        evaluate(SCHEME, invoice(total="x", invoice_date="y") | {"programme": "bike"})
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "facts", [{"programme": "car"}, {"programme": "car", "papers": None, "applicant": {"name": None}}]
)
def test_absent_facts_are_findings(facts: dict[str, Any]) -> None:
    result = evaluate(SCHEME, facts)
    assert result.outcome == "fail"
    assert result.award_fen is None
    assert result.missing == ("vehicle_invoice",)
    assert {finding.outcome for finding in result.findings if not finding.check.startswith("paper_")} == {"unsure"}


@pytest.mark.parametrize("day", ["1900-01-01", "2999-12-31"])
def test_the_first_and_last_year_are_taken(day: str) -> None:
    facts = invoice(invoice_date=day) | {"submitted_at": f"{day}T12:00:00+08:00"}
    assert evaluate(SCHEME, facts).outcome == "fail"


def test_identifiers_and_instants_are_normalised() -> None:
    facts = invoice(vin=" ｌｓｖ-1 ") | {"submitted_at": "2030-02-28T15:59:59Z"}
    assert evaluate(SCHEME, facts).programme == "car"
