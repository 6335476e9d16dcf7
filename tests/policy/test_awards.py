"""Awards by share, face and age on a scheme of their own: rounding, floors and caps, sums, what is not known."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.policy import Result, Scheme, SchemeError, evaluate, parse_scheme
from reviewapp.policy.money import yuan_from_fen
from tests.policy.sample import TEXT

HEAD, TAIL = TEXT[: TEXT.index("[programmes.car.award]")], TEXT[TEXT.index("[[programmes.car.checks]]") :]
SHARE = """
[programmes.car.award]
form = "percent"
title = "补贴"
amount = "{amount}"
rates = [{{ percent = "{percent}", clause = "二" }}]
{more}
"""
SHARES_OF = SHARE.replace("{amount}", "vehicle_invoice.total")
AGE = """
[programmes.car.award]
form = "age"
title = "报废补贴"
made_on = "registration_certificate.made_on|declared.made_on"
registered_on = "registration_certificate.registered_on"
handed_in_on = "declared.handed_in_on"
scrap = { pays = 300, clause = "二", two_wheels = 13, three_wheels = 12, late_registration = 2 }
bands = [
  { below = 6, pays = 1000, clause = "二" },
  { from = 6, below = 10, pays = 800, clause = "二" },
  { from = 10, pays = 500, clause = "二" },
]
"""


def scheme(award: str) -> Scheme:
    return parse_scheme(HEAD + award + TAIL, "sample.toml")


def share(percent: str, more: str = "", amount: str = "vehicle_invoice.total") -> Scheme:
    return scheme(SHARE.format(percent=percent, more=more, amount=amount))


def judged(rules: Scheme, papers: list[dict[str, Any]], **declared: Any) -> Result:
    facts = {"programme": "car", "declared": declared, "papers": papers, "submitted_at": "2030-02-10T09:00:00+08:00"}
    return evaluate(rules, facts)


def invoice(fen: int) -> dict[str, Any]:
    return {"kind": "vehicle_invoice", "fields": {"total": yuan_from_fen(fen)}}


def outcome(result: Result) -> str:
    return next(finding.outcome for finding in result.findings if finding.check == "award")


@pytest.mark.parametrize(("rounding", "mode"), [("half_up", ROUND_HALF_UP), ("down", ROUND_DOWN), ("up", ROUND_UP)])
@pytest.mark.parametrize("unit", ["0.01", "0.10", "1", "10"])
def test_a_share_is_rounded_as_money_is(rounding: str, mode: str, unit: str) -> None:
    rules = share("5.5", f'rounding = "{rounding}"\nround_to = "{unit}"')
    for fen in (*range(1, 400), 123_456_789, 99_999_999, 2_000_000):
        exact = Decimal(fen) / 100 * Decimal("0.055") / Decimal(unit)
        want = exact.quantize(Decimal(1), mode) * Decimal(unit)
        assert judged(rules, [invoice(fen)]).award_fen == int(want * 100), fen


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_more_never_pays_less_and_stays_between_floor_and_cap(one: int, other: int) -> None:
    rules = SHARES
    low, high = sorted((one, other))
    less, more = (judged(rules, [invoice(fen)]).award_fen or 0 for fen in (low, high))
    assert 300_000 <= less <= more <= 500_000


SHARES = share("6", "least = 3000\nmost = 5000")


def test_products_are_added_up_and_capped_together() -> None:
    rules = share("10", "most = 2000", "subsidy_confirmation.products|subsidy_confirmation.total")
    products = [{"name": "电视机", "price": "9999.00"}, {"name": "沙发", "price": "6000.00", "quantity": 2}]
    papers = [{"kind": "subsidy_confirmation", "fields": {"products": products, "total": "1.00"}}]
    assert judged(rules, papers).award_fen == 200_000
    papers = [{"kind": "subsidy_confirmation", "fields": {"products": products[:1], "total": "1.00"}}]
    assert judged(rules, papers).award_fen == 99_990
    papers = [{"kind": "subsidy_confirmation", "fields": {"products": [{"name": "沙发"}], "total": "500.00"}}]
    assert judged(rules, papers).award_fen == 5_000
    papers = [{"kind": "subsidy_confirmation", "fields": {"products": [{"name": "沙发"}]}}]
    assert (judged(rules, papers).award_fen, outcome(judged(rules, papers))) == (None, "unsure")


def test_faces_are_added_up_and_strange_ones_refused() -> None:
    face = '[programmes.car.award]\nform = "face"\ntitle = "券"\namount = "voucher_slip.face_value"\nclause = "二"\n'
    slips = [{"kind": "voucher_slip", "fields": {"face_value": value}} for value in ("300.00", "500.00")]
    assert judged(scheme(f"{face}add_up = true\n"), slips).award_fen == 80_000
    assert outcome(judged(scheme(f"{face}\n"), slips)) == "unsure"
    strange = judged(scheme(f"{face}allowed = [300, 800]\n"), slips[1:])
    assert (strange.award_fen, outcome(strange)) == (None, "fail")


BY_AGE = scheme(AGE)


def registered(made: str, on: str) -> list[dict[str, Any]]:
    return [{"kind": "registration_certificate", "fields": {"made_on": made, "registered_on": on}}]


@pytest.mark.parametrize(
    ("papers", "declared", "fen", "result"),
    [
        ([], {"made_on": "2024-02-29", "vehicle_wheels": 2, "handed_in_on": "2030-02-27"}, 100_000, "pass"),
        ([], {"made_on": "2024-02-29", "vehicle_wheels": 2, "handed_in_on": "2030-02-28"}, 80_000, "pass"),
        ([], {"made_on": "2017-06-01", "handed_in_on": "2029-06-01"}, None, "unsure"),
        ([], {"made_on": "2017-06-01", "handed_in_on": "2029-05-31"}, 50_000, "pass"),
        ([], {"made_on": "2017-06-01", "vehicle_wheels": 3, "handed_in_on": "2029-06-01"}, 30_000, "pass"),
        ([], {"scrap_age_reached": True}, 30_000, "pass"),
        ([], {"scrap_age_reached": False}, None, "unsure"),
        ([], {}, None, "unsure"),
        ([], {"made_on": "2031-01-01"}, None, "fail"),
        (registered("2016-01-01", "2016-02-01"), {"vehicle_wheels": 2, "scrap_age_reached": False}, 30_000, "unsure"),
        (registered("2016-01-01", "2016-02-01"), {"vehicle_wheels": 2, "made_on": "2016-01-01"}, 30_000, "pass"),
        (registered("2016-01-01", "2016-02-01"), {"vehicle_wheels": 2, "made_on": "2015-01-01"}, 30_000, "unsure"),
    ],
    ids=[
        "a day short of six years", "six years, made on 29 February", "12 or 13 years decide, wheels unknown",
        "both kinds short of scrap age", "three wheels at 12 years", "stated, no dates", "stated, no age", "nothing",
        "made after hand-in", "stated otherwise than the dates say", "stated as the papers say",
        "stated otherwise than the papers say",
    ],
)  # fmt: skip
def test_by_age(papers: list[dict[str, Any]], declared: dict[str, Any], fen: int | None, result: str) -> None:
    found = judged(BY_AGE, papers, **declared)
    assert (found.award_fen, outcome(found)) == (fen, result)


@pytest.mark.parametrize(
    ("award", "key", "said"),
    [
        (SHARES_OF.format(percent="6", more="least = 10\nmost = 9"), "least", "保底高于封顶"),
        (SHARES_OF.format(percent="0", more=""), "rates[0].percent", "不是百分比"),
        (SHARES_OF.format(percent="101", more=""), "rates[0].percent", "不是百分比"),
        (SHARES_OF.format(percent="5.555", more=""), "rates[0].percent", "不是百分比"),
        (SHARES_OF.format(percent="6", more="round_to = 0"), "round_to", "不能取整到 0"),
        (SHARES_OF.format(percent="6", more="least = 2.5"), "least", "金额写成了小数"),
        (AGE.replace("from = 6, below = 10", "from = 7, below = 10"), "bands", "空档"),
        (AGE.replace("from = 6, below = 10", "from = 6, below = 11"), "bands", "空档、重叠"),
        (AGE.replace("from = 10, pays", "from = 10, below = 13, pays"), "bands", "没有到头"),
        (AGE.replace("two_wheels = 13", "two_wheels = 0"), "scrap.two_wheels", "正整数"),
        (AGE.replace("|declared.made_on", "|declared.energy"), "made_on", "不是日期字段"),
        (AGE.replace('form = "age"', 'form = "luck"'), "form", "没有“luck”这种算法"),
    ],
)  # fmt: skip
def test_awards_that_do_not_hold_are_refused(award: str, key: str, said: str) -> None:
    with pytest.raises(SchemeError) as refused:
        scheme(award)
    (problem,) = refused.value.problems
    assert problem.key == f"programmes.car.award.{key}"
    assert said in problem.message
    assert problem.remedy


@pytest.mark.parametrize("rules", [SHARES, BY_AGE, share("6")])
def test_every_form_reads_as_a_table_and_a_sentence(rules: Scheme) -> None:
    award = rules.programmes["car"].award
    assert all(pays and condition for table in award.shown for condition, pays in table.rows)
    assert award.sentence
    assert rules.programmes["car"].most_fen in (500_000, 100_000, None)
