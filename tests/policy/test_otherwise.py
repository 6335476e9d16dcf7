"""What is left to a person: checks that come to `unsure`, papers that may not be needed, contradictions."""

import re
from typing import Any

import pytest

from reviewapp.policy import Finding, Result, evaluate, parse_scheme
from tests.policy.sample import TEXT

RULES = """
[[programmes.car.papers]]
kinds = "tax_payment_proof"
clause = "三"
when = { purchase_tax = ["due"] }

[[programmes.car.checks]]
id = "one_of_the_invoices"
check = "same_value"
title = "发票号码一致"
clause = "三"
also = ["product_invoice.invoice_number", "subsidy_confirmation.invoice_number"]
optional = true
one_agrees = true

[[programmes.car.checks]]
id = "two_cars"
check = "different_value"
title = "新旧车不是同一辆"
clause = "三"
fields = ["vehicle_invoice.vin", "used_vehicle_invoice.vin"]

[[programmes.car.checks]]
id = "two_people"
check = "different_people"
title = "买卖双方不是同一人"
clause = "三"
fields = ["used_vehicle_invoice.seller_name", "used_vehicle_invoice.buyer_name"]
numbers = ["used_vehicle_invoice.seller_id", "used_vehicle_invoice.buyer_id"]

[[programmes.car.checks]]
id = "village"
check = "part_of"
title = "出具证明的村"
clause = "三"
part = "origin_certificate.village"
whole = "id_card.address"
endings = ["村民委员会", "民委员会", "村委会"]
keeping = ["村"]

[[programmes.car.checks]]
id = "in_words"
check = "words_equal_figures"
title = "大小写一致"
clause = "三"
words = "product_invoice.total_in_words"
figures = "product_invoice.total"

[[programmes.car.checks]]
id = "paid"
check = "card_payment"
title = "刷卡付款"
clause = "三"
cards = ["account.card_number"]
at_least = "10000.00"
"""
SCHEME = parse_scheme(TEXT + RULES, "sample.toml")
OPEN = parse_scheme(
    (TEXT + RULES).replace('window = "activity"', 'window = "activity"\notherwise = "unsure"'), "open.toml"
)
LICENCE, OTHER_VIN = "LSVAA4188E2184847", "LSZ872W89PD173098"


def run(*papers: tuple[str, dict[str, Any]], scheme: Any = SCHEME, **sections: Any) -> Result:
    given = [{"kind": kind, "fields": fields} for kind, fields in papers]
    return evaluate(scheme, {"programme": "car", "papers": given} | sections)


def told(result: Result, check: str) -> Finding | None:
    return next((finding for finding in result.findings if finding.check == check), None)


def outcome(check: str, *papers: tuple[str, dict[str, Any]], **sections: Any) -> str:
    found = told(run(*papers, **sections), check)
    assert found is not None
    return found.outcome


@pytest.mark.parametrize(
    ("fields", "strict", "lenient"),
    [
        ({"invoice_date": "2030-02-28"}, "pass", "pass"),
        ({"invoice_date": "2030-03-01"}, "fail", "unsure"),
        ({}, "unsure", "unsure"),
    ],
)
def test_a_check_that_does_not_hold_is_for_a_person_where_the_scheme_says_so(
    fields: dict[str, str], strict: str, lenient: str
) -> None:
    assert outcome("invoice_in_window", ("vehicle_invoice", fields)) == strict
    assert outcome("invoice_in_window", ("vehicle_invoice", fields), scheme=OPEN) == lenient


def test_the_clerk_reads_what_is_wrong_and_that_the_document_is_silent() -> None:
    found = told(run(("vehicle_invoice", {"invoice_date": "2030-03-01"}), scheme=OPEN), "invoice_in_window")
    assert found is not None
    assert found.message == "开票日期 2030-03-01，晚于活动截止日 2030-02-28；文件没有写明，请核实（三）"
    assert found.values["invoice_date"] == "2030-03-01"


@pytest.mark.parametrize(
    ("energy", "kinds", "finding", "missing"),
    [
        ("fuel", [], "fail", True),
        ("fuel", ["vehicle_certificate"], "pass", False),
        ("new_energy", [], None, False),
        (None, [], "unsure", False),
        (None, ["vehicle_licence"], "unsure", False),
        (None, ["vehicle_certificate"], "pass", False),
    ],
)
def test_a_paper_that_may_not_be_needed_is_asked_about_not_missed(
    energy: str | None, kinds: list[str], finding: str | None, missing: bool
) -> None:
    ways = "registration_certificate+vehicle_licence|vehicle_certificate"
    result = run(*((kind, {}) for kind in kinds), declared={"energy": energy})
    found = told(result, f"paper_{ways}")
    assert (found.outcome if found else None, ways in result.missing) == (finding, missing)
    if finding == "unsure" and found:
        assert "只限燃油" in found.message
        assert "看不出是否需要" in found.message


@pytest.mark.parametrize(
    ("invoices", "named", "expected"),
    [
        (["A1", "A2"], "A2", "pass"),
        (["A1", "A2"], "A3", "fail"),
        (["A1"], "A1", "pass"),
        (["A1", "A2"], None, "not_applicable"),
        (["A1"], None, "not_applicable"),
    ],
)
def test_one_of_several_papers_is_enough(invoices: list[str], named: str | None, expected: str) -> None:
    papers = [("product_invoice", {"invoice_number": number}) for number in invoices]
    assert outcome("one_of_the_invoices", *papers, ("subsidy_confirmation", {"invoice_number": named})) == expected


def test_all_papers_must_agree_where_the_scheme_does_not_say_that_one_is_enough() -> None:
    scheme = parse_scheme((TEXT + RULES).replace("one_agrees = true\n", ""), "sample.toml")
    papers = [("product_invoice", {"invoice_number": number}) for number in ("A1", "A2")]
    papers.append(("subsidy_confirmation", {"invoice_number": "A2"}))
    assert outcome("one_of_the_invoices", *papers, scheme=scheme) == "fail"


@pytest.mark.parametrize(
    ("old", "expected"), [(OTHER_VIN, "pass"), (LICENCE, "fail"), (LICENCE.lower(), "fail"), (None, "not_applicable")]
)
def test_two_numbers_differ(old: str | None, expected: str) -> None:
    papers = ("vehicle_invoice", {"vin": LICENCE}), ("used_vehicle_invoice", {"vin": old})
    assert outcome("two_cars", *papers) == expected


@pytest.mark.parametrize(
    ("names", "numbers", "expected"),
    [
        (("测试甲", "测试甲"), ("140824199003311688", "140824199305071296"), "pass"),
        (("测试甲", "测试甲"), ("140824199003311688", "140824199003311688"), "fail"),
        (("测试甲", "样例乙"), ("140824199003311688", "140824199003311688"), "fail"),
        (("测试甲", "测试甲"), ("140824199003311688", None), "unsure"),
        (("测试甲", "样例乙"), (None, None), "pass"),
        (("测试甲", None), ("140824199003311688", "140824199305071296"), "unsure"),
    ],
)
def test_numbers_tell_people_apart_not_names(names: tuple[Any, Any], numbers: tuple[Any, Any], expected: str) -> None:
    fields = dict(zip(("seller_name", "buyer_name", "seller_id", "buyer_id"), names + numbers, strict=True))
    assert outcome("two_people", ("used_vehicle_invoice", fields)) == expected


@pytest.mark.parametrize(
    ("village", "expected"),
    [
        ("测试镇样例村", "pass"),
        ("测试镇样例村村民委员会", "pass"),
        ("测试镇样例村村委会", "pass"),
        ("测试镇样例村民委员会", "pass"),
        ("测试村民委员会", "unsure"),
        ("测试镇样例村合作社", "unsure"),
        ("测试镇别处村村民委员会", "unsure"),
        ("村民委员会", "unsure"),
    ],
)
def test_a_village_may_sign_as_its_committee(village: str, expected: str) -> None:
    papers = ("origin_certificate", {"village": village}), ("id_card", {"address": "样例县测试镇样例村3号"})
    assert outcome("village", *papers) == expected


@pytest.mark.parametrize(
    ("invoices", "expected"),
    [
        ([("100.00", "壹佰元整"), ("200.00", "贰佰元整")], "pass"),
        ([("100.00", "壹佰元整"), ("200.00", "叁佰元整")], "fail"),
        ([("100.00", "贰佰元整"), ("200.00", "壹佰元整")], "fail"),
        ([("100.00", "壹佰元整"), ("200.00", "看不清")], "unsure"),
        ([("100.00", None), ("200.00", "贰佰元整")], "pass"),
        ([("100.00", None), ("200.00", None), (None, "贰佰元整")], "unsure"),
        ([("100.00", None), (None, "壹佰元整")], "pass"),
        ([("100.00", None)], "not_applicable"),
    ],
)
def test_words_and_figures_are_compared_on_each_invoice(invoices: list[Any], expected: str) -> None:
    papers = [("product_invoice", {"total": total, "total_in_words": words}) for total, words in invoices]
    assert outcome("in_words", *papers) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("消费", "pass"),
        ("SALE", "pass"),
        (None, "pass"),
        ("VOID", "fail"),
        ("Sale Void", "fail"),
        ("refund", "fail"),
        ("Reversal", "fail"),
        ("PREAUTH", "fail"),
        ("作废", "fail"),
    ],
)
def test_a_slip_without_type_is_a_payment_and_a_void_in_english_is_none(printed: str | None, expected: str) -> None:
    slip = {"card_number_masked": "6217**00**0016", "amount": "10000.00", "transaction_type": printed}
    assert outcome("paid", ("pos_slip", slip), account={"card_number": "6217000000000016"}) == expected


@pytest.mark.parametrize(
    ("declared", "invoice", "expected"),
    [
        ({}, {"vehicle_type": "两轮摩托车", "brand_model": "样例牌HJ250"}, "fail"),
        ({}, {"brand_model": "样例牌HJ125"}, None),
        ({"energy": "new_energy"}, {}, None),
        ({"energy": "new_energy"}, {"vehicle_type": "电动两轮摩托车", "brand_model": "样例牌HJ1500"}, None),
        ({"energy": "new_energy"}, {"brand_model": "样例牌HJ250"}, "unsure"),
        ({"category": "电动摩托车"}, {"brand_model": "样例牌HJ250"}, "unsure"),
        ({}, {"brand_model": "样例"}, "unsure"),
    ],
)
def test_purchase_tax_is_open_where_statement_and_papers_differ(
    declared: dict[str, str], invoice: dict[str, str], expected: str | None
) -> None:
    found = told(run(("vehicle_invoice", invoice), declared=declared), "paper_tax_payment_proof")
    assert (found.outcome if found else None) == expected


AGE = """[programmes.car.award]
form = "age"
title = "补贴"
made_on = "vehicle_certificate.made_on"
registered_on = "vehicle_licence.register_date"
handed_in_on = "declared.handed_in_on"
scrap = { pays = 300, clause = "二", two_wheels = 13, three_wheels = 12, late_registration = 2 }
bands = [{ below = 6, pays = 1000, clause = "二" }, { from = 6, pays = 500, clause = "二" }]

"""


@pytest.mark.parametrize(
    ("stated", "printed", "expected"),
    [
        (2, "普通二轮摩托车", ("pass", 50_000)),
        (2, "普通正三轮摩托车", ("unsure", 50_000)),
        (3, "普通正三轮摩托车", ("pass", 30_000)),
        (3, "普通二轮摩托车", ("unsure", 30_000)),
        (2, None, ("pass", 50_000)),
        (None, "普通正三轮摩托车", ("pass", 30_000)),
    ],
)
def test_wheels_that_contradict_the_papers_are_for_a_person(
    stated: int | None, printed: str | None, expected: Any
) -> None:
    award = r"\[programmes\.car\.award\](?s:.*?)(?=\[\[programmes\.car\.checks)"
    scheme = parse_scheme(re.sub(award, AGE, TEXT), "sample.toml")
    licence = {"vehicle_type": printed, "register_date": "2018-01-10"}
    papers = ("vehicle_certificate", {"made_on": "2018-01-10"}), ("vehicle_licence", licence)
    result = run(*papers, scheme=scheme, declared={"vehicle_wheels": stated, "handed_in_on": "2030-02-10"})
    found = told(result, "award")
    assert found is not None
    assert (found.outcome, result.award_fen) == expected
    assert ("请核对" in found.message) == (found.outcome == "unsure")
