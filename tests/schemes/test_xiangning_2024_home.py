"""Home goods end to end: what a shop's few facts give on the command line, and the vouchers with their rounds."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from reviewapp import schemes
from reviewapp.cli.schemes import schemes as command
from reviewapp.policy.identifiers import card_ok, ean13_ok, id_number_ok
from reviewapp.policy.values import CHINA

CODE, SHOP = "xiangning-2024-home", "乡宁县测试家电有限公司"


def few(**fields: Any) -> dict[str, Any]:
    """Only what decides; `fields` change the confirmation."""
    confirmation = {"shop_name": SHOP, "consumer_name": "测试甲", "has_signature": True, "has_seal": True}
    return {
        "programme": "home",
        "submitted_at": "2024-07-20T09:30:00+08:00",
        "submitter": {"role": "shop"},
        "applicant": {"name": "测试甲", "id_number": "141029198506123018"},
        "account": {"holder": SHOP},
        "declared": {"category": ["电视机", "沙发"]},
        "papers": [
            {"kind": "subsidy_confirmation", "fields": confirmation | fields},
            {
                "kind": "product_invoice",
                "fields": {
                    "invoice_number": "24142000000012345678",
                    "invoice_date": "2024-07-18",
                    "buyer_name": "测试甲",
                    "seller_name": SHOP,
                    "total": "21999.00",
                },
            },
            {"kind": "payment_proof", "fields": {"paid_at": "2024-07-18T21:59:59+08:00", "amount": "19999.00"}},
            {"kind": "goods_photo", "fields": {}},
            {"kind": "energy_label", "fields": {"grade": "1"}},
            {"kind": "commodity_code", "fields": {"commodity_code": "6901234500011"}},
        ],
        "context": {"listed_sellers": [SHOP], "prior_claims": []},
    }


def evaluated(facts: dict[str, Any]) -> dict[str, Any]:
    result = CliRunner().invoke(command, ["evaluate", CODE, "-"], input=json.dumps(facts))
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    "fields",
    [
        {"total": "21999.00"},
        {"products": [{"name": "电视机", "price": "9999.00"}, {"name": "沙发", "price": "12000.00"}]},
    ],
)
def test_what_the_document_does_not_ask_for_may_be_absent(fields: dict[str, Any]) -> None:
    found = evaluated(few(**fields))
    assert (found["outcome"], found["award"], found["missing"]) == ("pass", "2000.00", [])


def test_a_finding_tells_the_clerk_what_is_wrong_and_where_it_stands() -> None:
    facts = few(total="21999.00")
    facts["papers"][2]["fields"]["paid_at"] = "2024-07-18T22:00:00+08:00"
    found = evaluated(facts)
    (finding,) = [finding for finding in found["findings"] if finding["outcome"] == "fail"]
    assert (finding["check"], finding["clause"]) == ("paid_in_time", "五")
    assert "付款时间 2024-07-18 22:00:00，不在用券时段（每天 10:00 至 22:00）每次开放的时段之内" in finding["message"]


def test_what_nobody_names_leaves_the_papers_of_appliances_open() -> None:
    facts = few(total="21999.00")
    facts["declared"], facts["papers"] = {}, facts["papers"][:4]
    found = evaluated(facts)
    assert (found["outcome"], found["missing"]) == ("unsure", [])
    told = {finding["check"]: finding["outcome"] for finding in found["findings"]}
    assert told["paper_energy_label"] == told["paper_commodity_code"] == "unsure"


def test_vouchers_come_out_every_day_and_die_the_same_evening() -> None:
    scheme = schemes.load(CODE)
    rounds = scheme.vouchers["home"].rounds
    assert rounds is not None
    assert rounds.count == (date(2024, 10, 15) - date(2024, 7, 5)).days + 1
    assert rounds.last + rounds.lasts == datetime(2024, 10, 15, 22, tzinfo=CHINA)
    assert rounds.lasts < timedelta(days=1)
    share = scheme.vouchers["home"].share
    assert share is not None
    assert (share.share, share.most_fen) == (1000, scheme.programmes["home"].most_fen)


def test_the_weekly_vouchers_of_2023_live_until_thursday_night() -> None:
    rounds = schemes.load("xiangning-2023").vouchers["retail"].rounds
    assert rounds is not None
    assert rounds.last + rounds.lasts == datetime(2023, 12, 14, 23, tzinfo=CHINA)


def test_people_and_goods_are_invented_with_valid_check_digits() -> None:
    for facts in {case.title: case.facts for case in schemes.cases(CODE) if case.outcome == "pass"}.values():
        assert id_number_ok(facts["applicant"]["id_number"])
        assert card_ok(facts["account"]["card_number"])
        codes = [paper["fields"]["commodity_code"] for paper in facts["papers"] if paper["kind"] == "commodity_code"]
        assert all(map(ean13_ok, codes))
