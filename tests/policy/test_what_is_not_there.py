"""What is not there: a seal without its paper, a firm without a list, a vehicle without an invoice."""

from typing import Any

import pytest

from reviewapp.policy import SchemeError, evaluate, parse_scheme
from tests.policy.sample import TEXT

RULES = """
[[goods]]
code = "motorcycle"
title = "摩托车"
clause = "二"
names = ["摩托车"]

[[programmes.car.checks]]
id = "sealed"
check = "marked"
title = "盖有公章"
clause = "三"
fields = ["origin_certificate.has_seal"]
optional = true

[[programmes.car.checks]]
id = "shop"
check = "listed"
title = "商家在名单内"
clause = "三"
field = "vehicle_invoice.seller_name"
list = "listed_sellers"
optional = true

[[programmes.car.checks]]
id = "goods"
check = "goods_listed"
title = "商品在目录内"
clause = "三"
groups = ["motorcycle"]
papers = ["vehicle_invoice"]

[[programmes.car.checks]]
id = "first"
check = "never_claimed_before"
title = "没有申领过"
clause = "三"
vin = ["vehicle_licence.vin", "vehicle_invoice.vin"]
code = "vehicle_invoice.invoice_code"
number = "vehicle_invoice.invoice_number"
"""
OPTIONAL = parse_scheme(TEXT + RULES, "sample.toml")
REQUIRED = parse_scheme(TEXT + RULES.replace("optional = true\n", ""), "sample.toml")
VIN = "LSZ872W89PD173098"


def outcome(check: str, scheme: Any = OPTIONAL, context: Any = None, **papers: Any) -> str:
    given = [{"kind": kind, "fields": fields} for kind, fields in papers.items()]
    found = evaluate(scheme, {"programme": "car", "papers": given, "context": context or {}})
    return next(finding.outcome for finding in found.findings if finding.check == check)


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ({"origin_certificate": {"has_seal": True}}, "pass"),
        ({"origin_certificate": {"has_seal": False}}, "fail"),
        ({"origin_certificate": {}}, "unsure"),
        ({}, "not_applicable"),
    ],
)
def test_a_seal_is_looked_for_where_its_paper_is(papers: Any, expected: str) -> None:
    assert outcome("sealed", **papers) == expected


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"listed_sellers": ["测试车行"]}, "pass"),
        ({"listed_sellers": ["别处商场"]}, "fail"),
        ({"listed_sellers": []}, "fail"),
        ({"excluded": ["测试车行"]}, "fail"),
        ({}, "not_applicable"),
    ],
)
def test_a_firm_is_looked_up_where_there_is_a_list(context: Any, expected: str) -> None:
    assert outcome("shop", context=context, vehicle_invoice={"seller_name": "测试车行"}) == expected


def test_what_is_required_is_unsure_without_paper_or_list() -> None:
    assert (
        outcome("sealed", REQUIRED)
        == outcome("shop", REQUIRED, vehicle_invoice={"seller_name": "测试车行"})
        == "unsure"
    )


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ({"vehicle_invoice": {}}, "pass"),
        ({"vehicle_invoice": {"vehicle_type": "样例型"}}, "unsure"),
        ({"product_invoice": {}}, "unsure"),
    ],
)
def test_a_paper_issued_for_such_goods_only_is_enough_where_nothing_is_named(papers: Any, expected: str) -> None:
    assert outcome("goods", **papers) == expected


def test_a_paper_that_there_is_not_is_refused() -> None:
    with pytest.raises(SchemeError, match="没有“bill”这种材料"):
        parse_scheme(TEXT + RULES.replace('papers = ["vehicle_invoice"]', 'papers = ["bill"]'), "sample.toml")


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ({"vehicle_licence": {"vin": VIN}}, "pass"),
        ({"vehicle_invoice": {"vin": VIN, "invoice_number": "00313386"}}, "pass"),
        ({"vehicle_invoice": {"vin": VIN}}, "unsure"),
        ({"vehicle_invoice": {"invoice_number": "00313386"}}, "unsure"),
        ({}, "unsure"),
    ],
)
def test_earlier_claims_are_compared_by_what_the_papers_there_should_tell(papers: Any, expected: str) -> None:
    context = {"prior_claims": [{"vin": "LSVAA4188E2184847", "invoice_code": "1", "invoice_number": "2"}]}
    assert outcome("first", context=context, **papers) == expected
