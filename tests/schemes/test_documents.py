"""What no case can show: pools, deadlines, payees and the terms that pages and the queue take from a scheme."""

from datetime import date
from typing import Any

import pytest

from reviewapp import schemes
from reviewapp.policy.identifiers import card_ok, id_number_ok, vin_check_digit_ok

TERMS: dict[str, dict[str, Any]] = {
    "xiangning-2023": {
        "document": "乡政办发〔2023〕62号",
        "issued": date(2023, 8, 22),
        "pools": {"car": 500_000, "retail": 3_000_000, "appliance": 1_800_000, "dining": 700_000},
        "submission": ("2023-09-01T00:00:00+08:00", "2023-12-08T23:59:59.999999+08:00"),
        "review_from": None,
        "late": "refuse",
        "submitters": ("dealer", "claimant"),
    },
    "yangcheng-2023": {
        "document": "阳政办发〔2023〕99号",
        "issued": date(2023, 12, 25),
        "pools": {"general": 1_000_000, "digital": 1_000_000, "car": 500_000, "motorcycle-scrap": 500_000},
        "submission": ("2023-12-27T00:00:00+08:00", "2024-01-30T23:59:59.999999+08:00"),
        "review_from": date(2024, 1, 5),
        "late": "special_review",
        "submitters": ("claimant", "dealer"),
    },
}


@pytest.mark.parametrize("code", TERMS)
def test_terms_are_those_of_the_document(code: str) -> None:
    scheme, terms = schemes.load(code), TERMS[code]
    programme = scheme.programmes["car"]
    window = programme.submission
    assert (scheme.document_number, scheme.issued_on) == (terms["document"], terms["issued"])
    assert {name: pool.amount_fen // 100 for name, pool in scheme.pools.items()} == terms["pools"]
    assert (window.start.isoformat(), window.until.isoformat()) == terms["submission"]
    assert programme.review_from == terms["review_from"]
    assert (programme.late, programme.submitters, programme.payee) == (terms["late"], terms["submitters"], "claimant")
    assert (programme.most_fen, programme.correction_days, programme.publication_days) == (600_000, 7, 0)


@pytest.mark.parametrize("code", TERMS)
def test_open_points_are_written_down(code: str) -> None:
    points = schemes.load(code).interpretations
    assert len(points) >= 5
    assert all(point.text and point.reading and point.clause in schemes.load(code).clauses for point in points)


@pytest.mark.parametrize("code", TERMS)
def test_complete_facts_are_invented_with_valid_check_digits(code: str) -> None:
    facts = schemes.cases(code)[0].facts
    assert id_number_ok(facts["applicant"]["id_number"])
    assert card_ok(facts["account"]["card_number"])
    assert facts["applicant"]["name"].startswith(("测试", "样例", "试制", "范例", "模拟"))
    vins = [paper["fields"]["vin"] for paper in facts["papers"] if "vin" in paper["fields"]]
    assert len(vins) > 1
    assert all(vin_check_digit_ok(vin) for vin in vins)
