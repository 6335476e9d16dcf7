"""阳城 2023 from end to end: few facts through the command line for each programme, and its instant vouchers."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from reviewapp import schemes
from reviewapp.cli.schemes import schemes as command
from reviewapp.policy.values import CHINA
from tests.schemes.invented import wrong_identifiers

CODE = "yangcheng-2023"
ID_NUMBER, CARD = "140522199003311689", "6299908042487072552"
NEW, OLD = "LSZ872W89PD173098", "LSVAA4188E2184847"
DEALER, MARKET = "阳城县测试汽贸有限公司", "阳城县样例二手车有限公司"


def evaluate(*given: dict[str, Any]) -> list[dict[str, Any]]:
    result = CliRunner().invoke(command, ["evaluate", CODE, "-"], input=json.dumps(given))
    assert result.exit_code == 0, result.stderr
    return list(json.loads(result.stdout))


def claim(programme: str, at: str, role: str, papers: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """Facts with nothing but what decides. A kind may be given with a list of papers."""
    given = [
        {"kind": kind, "fields": fields}
        for kind, each in papers.items()
        for fields in (each if isinstance(each, list) else [each])
    ]
    return {
        "programme": programme,
        "submitted_at": f"{at}T09:30:00+08:00",
        "submitter": {"role": role},
        "applicant": {"name": "测试甲", "id_number": ID_NUMBER},
        "papers": [{"kind": "id_card", "fields": {"name": "测试甲", "id_number": ID_NUMBER} | IN_FORCE}, *given],
        "context": {"listed_sellers": [DEALER], "listed_used_firms": [MARKET], "prior_claims": []},
    } | sections


IN_FORCE = {"valid_until": "2035-01-01"}
NEW_CAR: dict[str, Any] = {
    "vehicle_invoice": {
        "invoice_number": "24112000000000000001",
        "invoice_date": "2023-12-28",
        "total": "128000.00",
        "buyer_name": "测试甲",
        "seller_name": DEALER,
        "vin": NEW,
    },
    "vehicle_certificate": {"emission_standard": "国六"},
    "tax_payment_proof": {"tax_authority": "国家税务总局阳城县税务局"},
    "bank_card": {"card_number": CARD},
    "pos_slip": {"card_number_masked": "6299****2552", "transaction_type": "消费", "amount": "20000.00"},
    "car_photo": {},
}
LICENCE = {"owner": "测试甲", "vin": NEW, "address": "山西省阳城县样例路1号"}
TRADED: dict[str, Any] = {
    "vehicle_licence": [{"owner": "测试乙", "vin": OLD}, {"owner": "测试甲", "vin": OLD}, LICENCE],
    "used_vehicle_invoice": {
        "invoice_date": "2023-12-20",
        "vin": OLD,
        "seller_name": "测试甲",
        "buyer_name": "测试乙",
        "market_name": MARKET,
    },
    "registration_certificate": {"vin": OLD, "pages": [1, 2, 3, 4, 5, 6]},
}
SCRAPPED = {
    "vehicle_licence": LICENCE,
    "scrap_certificate": {"owner": "测试甲", "issued_on": "2023-12-20", "recycler_name": "晋城市样例回收有限公司"},
}
CAR = {
    "account": {"holder": "测试甲", "card_number": CARD, "kind": "debit"},
    "declared": {"vehicle_class": "passenger", "order_date": "2023-12-21"},
}
BOUGHT = {
    "voucher_slip": {"face_value": "800.00", "redeemed_at": "2024-03-01T10:00:00+08:00"},
    "vehicle_invoice": {"buyer_name": "测试甲", "seller_name": DEALER, "invoice_number": "00313386"},
}
FEW = {
    "car-transfer": claim("car-transfer", "2024-01-10", "claimant", NEW_CAR | TRADED, **CAR),
    "car-scrap": claim("car-scrap", "2024-01-10", "dealer", NEW_CAR | SCRAPPED, **CAR),
    "motorcycle-scrap": claim(
        "motorcycle-scrap",
        "2024-01-10",
        "point",
        {"vehicle_invoice": {"buyer_name": "测试甲"}, "vehicle_certificate": {"made_on": "2018-01-11"}},
    ),
    "voucher-settlement": claim("voucher-settlement", "2024-05-06", "dealer", BOUGHT, account={"holder": DEALER}),
}


@pytest.mark.parametrize(
    ("programme", "award", "pool"),
    [
        ("car-transfer", "2000.00", "car"),
        ("car-scrap", "3000.00", "car"),
        ("motorcycle-scrap", "1000.00", "motorcycle-scrap"),
        ("voucher-settlement", "800.00", "motorcycle-scrap"),
    ],
)
def test_the_facts_that_matter_are_enough(programme: str, award: str, pool: str) -> None:
    (result,) = evaluate(FEW[programme])
    doubts = [entry["message"] for entry in result["findings"] if entry["outcome"] not in ("pass", "not_applicable")]
    assert doubts == []
    assert (result["outcome"], result["award"], result["pool"]) == ("pass", award, pool)
    assert all(entry["clause"] in schemes.load(CODE).clauses for entry in result["findings"])


@pytest.mark.parametrize("programme", FEW)
def test_each_paper_kind_is_missed_once(programme: str) -> None:
    """Taken away whole, however many papers of it there are; `tax_payment_proof` is on no list."""
    facts = FEW[programme]
    for kind in {paper["kind"] for paper in facts["papers"]} - {"tax_payment_proof"}:
        (result,) = evaluate(facts | {"papers": [paper for paper in facts["papers"] if paper["kind"] != kind]})
        assert result["outcome"] == "fail"
        (entry,) = result["missing"]
        assert kind in entry.replace("+", "|").split("|")


def test_alternatives_are_one_entry() -> None:
    (result,) = evaluate({"programme": "motorcycle-scrap"})
    assert result["missing"] == [
        "id_card",
        "registration_certificate+vehicle_licence+plate_photo|vehicle_invoice+vehicle_certificate|origin_certificate",
    ]


def test_vouchers_are_released_daily_until_ten_in_the_evening() -> None:
    vouchers = schemes.load(CODE).vouchers
    assert set(vouchers) == {"general", "digital", "scrap"}
    for code in ("general", "digital"):
        rounds = vouchers[code].rounds
        assert rounds is not None
        last_release = datetime(2024, 1, 3, 10, tzinfo=CHINA)
        assert (rounds.count, rounds.every) == (8, timedelta(days=1))
        assert rounds.last + rounds.lasts == last_release + timedelta(hours=12)
    assert vouchers["scrap"].good_until == datetime(2024, 4, 30, 23, 59, 59, 999999, CHINA)


def test_the_cases_are_of_invented_people_with_right_check_digits() -> None:
    assert wrong_identifiers(CODE) == []
