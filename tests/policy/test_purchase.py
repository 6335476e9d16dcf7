"""A purchase at a shop's counter by the scheme's own rules, the hours of the voucher, and goods that come back."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp import schemes
from reviewapp.policy import purchase
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.purchase import Line
from tests.factories.sales import BOTH, OPEN, SOFA, TV

SCHEME = schemes.load("xiangning-2024-home")
HOME = SCHEME.programmes["home"]
KIND = SCHEME.vouchers["home"]


def _judged(*lines: Line) -> purchase.Judged:
    return purchase.judge(SCHEME, HOME, lines, OPEN)


def test_the_cap_is_for_all_products_together() -> None:
    both, one = _judged(*BOTH), _judged(TV)
    assert (both.total_fen, both.award_fen, both.of_lines) == (2_199_900, 200_000, ((), ()))
    assert both.award is not None
    assert ("超过最高额" in both.award.message, both.award.clause) == (True, "八(二)")
    assert (one.award_fen, _judged().award_fen, _judged().award) == (99_990, 0, None)


@pytest.mark.parametrize(
    ("changed", "outcome", "said"),
    [
        ({"grade": "3"}, "fail", "等级 3 级"),
        ({"grade": ""}, "fail", "缺少能效水效标识"),
        ({"code": ""}, "fail", "缺少13位国标码"),
        ({"code": "6901234567891"}, "fail", "不是有效的 13 位国标码"),
        ({"code": "4901234567894"}, "unsure", "不是国内商品编码"),
        ({"name": "微波炉"}, "fail", "不在补贴商品之列"),
        ({"name": "某某牌摆件"}, "fail", "不在补贴商品之列"),
    ],
)
def test_what_is_the_matter_stands_at_its_line(changed: dict[str, str], outcome: str, said: str) -> None:
    judged = _judged(SOFA, msgspec.structs.replace(TV, **changed))
    assert judged.of_lines[0] == ()
    (finding,) = judged.of_lines[1]
    assert (finding.outcome, said in finding.message, bool(finding.clause)) == (outcome, True, True)
    assert judged.refused == ((finding,) if outcome == "fail" else ())


def test_what_came_back_is_not_counted() -> None:
    returned = msgspec.structs.replace(TV, returned=1)
    assert (_judged(returned, SOFA).award_fen, purchase.products([returned])) == (120_000, [])


@given(price=st.integers(1, 10_000_000), returned=st.integers(0, 10_000_000))
def test_the_share_says_what_the_award_says_and_the_rest_is_worth_its_share(price: int, returned: int) -> None:
    """The voucher's share and the programme's award are two places of one document: they must not differ."""
    assert KIND.share is not None
    worth = KIND.share.of(price)
    assert worth == _judged(Line("沙发", price)).award_fen
    returned = min(returned, price)
    back = flow.given_back(KIND, worth, price, returned)
    assert (0 <= back <= worth, worth - back) == (True, KIND.share.of(price - returned))


def test_the_hours_of_the_day_s_voucher() -> None:
    """Every day from 10:00, good before 22:00; the last on 15 October (五)."""
    rounds = KIND.rounds
    assert rounds is not None
    start, end = OPEN.replace(hour=10), OPEN.replace(hour=22)
    tick = timedelta(microseconds=1)
    assert [rounds.open_until(at) for at in (start - tick, start, end - tick, end)] == [None, end, end, None]
    last = OPEN.replace(month=10, day=15)
    assert rounds.open_until(last) == last.replace(hour=22)
    for never in (OPEN.replace(day=4), last + timedelta(days=1)):
        assert rounds.open_until(never) is None
