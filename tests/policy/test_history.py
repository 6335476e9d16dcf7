"""What was claimed before: invoices by code and number, other numbers by themselves."""

from typing import Any

import pytest

from reviewapp.policy import evaluate, parse_scheme
from tests.policy.sample import TEXT

SCHEME = parse_scheme(
    TEXT
    + """
[[programmes.car.checks]]
id = "slip_once"
check = "never_claimed_before"
title = "每张券只结算一次"
clause = "三"
number = "voucher_slip.order_number"
""",
    "sample.toml",
)


@pytest.mark.parametrize(
    ("numbers", "prior", "outcome", "said"),
    [
        (["A1", "A2"], [{"invoice_number": "A3"}], "pass", "该订单号没有申领记录"),
        (["A1", "A2"], [{"invoice_number": "A2"}], "fail", "订单号 A2 已申领过"),
        (["A1"], [{"invoice_number": "A1", "state": "rejected"}], "pass", "该订单号没有申领记录"),
        ([None], [{"invoice_number": "A1"}], "unsure", "订单号不全，无法与以往申领核对"),
        ([None], [], "pass", "该申请没有申领记录"),
    ],
)
def test_numbers_without_a_code(numbers: list[Any], prior: list[Any], outcome: str, said: str) -> None:
    papers = [{"kind": "voucher_slip", "fields": {"order_number": number}} for number in numbers]
    result = evaluate(SCHEME, {"programme": "car", "papers": papers, "context": {"prior_claims": prior}})
    found = next(finding for finding in result.findings if finding.check == "slip_once")
    assert (found.outcome, found.message) == (outcome, f"{said}（三）")
