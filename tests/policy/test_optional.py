"""Checks of what a document does not ask for: compared where it is there, of no consequence where it is not."""

from typing import Any

import pytest

from reviewapp.policy import evaluate, parse_scheme
from tests.policy.sample import TEXT

RULES = """
[[programmes.car.checks]]
id = "id_card_valid"
check = "still_valid"
title = "身份证在有效期内"
clause = "三"
begins = "id_card.valid_from"
until = "id_card.valid_until"
optional = true

[[programmes.car.checks]]
id = "two_people"
check = "different_people"
title = "买卖双方不是同一人"
clause = "三"
fields = ["used_vehicle_invoice.seller_name", "used_vehicle_invoice.buyer_name"]
optional = true
"""
OPTIONAL = parse_scheme(TEXT + RULES, "sample.toml")
REQUIRED = parse_scheme(TEXT + RULES.replace("optional = true\n", ""), "sample.toml")


def outcome(check: str, fields: dict[str, Any], scheme: Any = OPTIONAL) -> str:
    kind = "id_card" if check == "id_card_valid" else "used_vehicle_invoice"
    papers = [{"kind": kind, "fields": fields}]
    found = evaluate(scheme, {"programme": "car", "submitted_at": "2030-02-10T09:30:00+08:00", "papers": papers})
    return next(finding.outcome for finding in found.findings if finding.check == check)


@pytest.mark.parametrize(
    ("check", "fields", "expected"),
    [
        ("id_card_valid", {"valid_until": "2030-02-10"}, "pass"),
        ("id_card_valid", {"valid_until": "2030-02-09"}, "fail"),
        ("two_people", {"seller_name": "范例丁", "buyer_name": "测试甲"}, "pass"),
        ("two_people", {"seller_name": "测试甲", "buyer_name": "测试甲"}, "unsure"),
    ],
)
def test_what_is_there_is_compared(check: str, fields: dict[str, str], expected: str) -> None:
    assert outcome(check, fields) == outcome(check, fields, REQUIRED) == expected


@pytest.mark.parametrize("check", ["id_card_valid", "two_people"])
def test_what_is_absent_does_not_apply_unless_it_is_required(check: str) -> None:
    assert outcome(check, {}) == "not_applicable"
    assert outcome(check, {}, REQUIRED) == "unsure"
