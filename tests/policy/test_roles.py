"""Papers of one kind told apart by what stands on them, whatever their order; a wrong value is no missing paper."""

from itertools import permutations
from typing import Any

import pytest

from reviewapp.policy import Result, SchemeError, evaluate, parse_scheme
from tests.policy.sample import TEXT

NEW, OLD = "LSZ872W89PD173098", "LSVAA4188E2184847"
ROLES = """
[[programmes.car.roles]]
paper = "vehicle_licence@新车"
where = { vin = "vehicle_invoice.vin" }
main = true

[[programmes.car.roles]]
paper = "vehicle_licence@过户前"
where = { vin = "used_vehicle_invoice.vin", owner = "used_vehicle_invoice.seller_name" }

[[programmes.car.roles]]
paper = "vehicle_licence@过户后"
where = { vin = "used_vehicle_invoice.vin", owner = "used_vehicle_invoice.buyer_name" }
"""
RULES = """
[[programmes.car.papers]]
kinds = "vehicle_licence"
clause = "三"

[[programmes.car.papers]]
kinds = "vehicle_licence@过户前"
clause = "三"

[[programmes.car.papers]]
kinds = "vehicle_licence@过户后"
clause = "三"

[[programmes.car.checks]]
id = "new_plate"
check = "same_value"
title = "新车号牌"
clause = "三"
fields = ["vehicle_licence.plate", "car_photo.plate"]

[[programmes.car.checks]]
id = "old_owner"
check = "same_person"
title = "旧车原车主"
clause = "三"
fields = ["applicant.name", "vehicle_licence@过户前.owner"]

[[programmes.car.checks]]
id = "old_vin"
check = "same_value"
title = "旧车车架号"
clause = "三"
fields = ["used_vehicle_invoice.vin", "vehicle_licence@过户后.vin"]

[[programmes.car.checks]]
id = "class"
check = "trait_in"
title = "车辆类别"
clause = "三"
trait = "vehicle_class"
allowed = ["passenger"]
"""
SCHEME = parse_scheme(TEXT + ROLES + RULES, "sample.toml")


def licence(plate: str, owner: str, vin: str, sort: str) -> dict[str, Any]:
    return {"kind": "vehicle_licence", "fields": {"plate": plate, "owner": owner, "vin": vin, "vehicle_type": sort}}


BOUGHT = licence("晋X00001", "测试甲", NEW, "小型普通客车")
BEFORE = licence("晋X00002", "测试甲", OLD, "轻型普通货车")
AFTER = licence("晋X00003", "测试乙", OLD, "轻型普通货车")
OTHERS = [
    {"kind": "vehicle_invoice", "fields": {"vin": NEW}},
    {"kind": "used_vehicle_invoice", "fields": {"vin": OLD, "seller_name": "测试甲", "buyer_name": "测试乙"}},
    {"kind": "car_photo", "fields": {"plate": "晋X00001"}},
]


def outcomes(*licences: dict[str, Any]) -> tuple[dict[str, str], Result]:
    facts = {"programme": "car", "applicant": {"name": "测试甲"}, "papers": [*OTHERS, *licences]}
    result = evaluate(SCHEME, facts)
    asked = ("new_plate", "old_owner", "old_vin", "class")
    return {finding.check: finding.outcome for finding in result.findings if finding.check in asked}, result


@pytest.mark.parametrize("licences", list(permutations((BOUGHT, BEFORE, AFTER))))
def test_each_paper_finds_its_role_though_names_differ_by_one_character(licences: Any) -> None:
    found, result = outcomes(*licences)
    assert set(found.values()) == {"pass"}
    assert "vehicle_licence" not in result.missing


@pytest.mark.parametrize("lacking", [0, 1, 2])
def test_a_missing_one_is_named_by_its_kind(lacking: int) -> None:
    licences = [each for at, each in enumerate((BOUGHT, BEFORE, AFTER)) if at != lacking]
    found, result = outcomes(*licences)
    assert result.missing.count("vehicle_licence") == 1
    named = [
        finding.check for finding in result.findings if finding.check.startswith("paper_") and finding.outcome != "pass"
    ]
    assert (
        named[-1] == ("paper_vehicle_licence", "paper_vehicle_licence@过户前", "paper_vehicle_licence@过户后")[lacking]
    )
    assert set(found.values()) <= {"pass", "unsure"}


@pytest.mark.parametrize(
    ("licences", "check", "outcome"),
    [
        ((BOUGHT, licence("晋X00002", "范例丁", OLD, "轻型普通货车"), AFTER), "old_owner", "fail"),
        ((BOUGHT, licence("晋X00002", "测试申", OLD, "轻型普通货车"), AFTER), "old_owner", "unsure"),
        ((BOUGHT, BEFORE, licence("晋X00003", "测试乙", "LJDGAA220F0123456", "轻型普通货车")), "old_vin", "fail"),
        ((licence("晋X00009", "测试甲", "LJDGAA220F0123456", "小型普通客车"), BEFORE, AFTER), "new_plate", "fail"),
    ],
)
def test_a_wrong_value_is_told_and_the_paper_is_not_missing(licences: Any, check: str, outcome: str) -> None:
    found, result = outcomes(*licences)
    assert found[check] == outcome
    assert "vehicle_licence" not in result.missing


def test_there_is_one_main_role_a_kind() -> None:
    with pytest.raises(SchemeError, match="写了两次"):
        parse_scheme(TEXT + ROLES.replace('seller_name" }\n', 'seller_name" }\nmain = true\n') + RULES, "sample.toml")
