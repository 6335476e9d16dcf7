"""The table of voucher states, which programme hands out what, and what comes back of a returned purchase."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp import schemes
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.workflow import ROLES, UnknownMove

#: Every state × action × role that leads anywhere.
MOVES = {
    **{("issued", "redeem", role): "redeemed" for role in ("dealer", "shop")},
    ("issued", "expire", "system"): "expired",
    ("issued", "cancel", "shop"): "voided",
    ("redeemed", "lapse", "system"): "voided",
    **{("redeemed", "undo", role): "issued" for role in ("dealer", "shop")},
    **{("redeemed", "take_goods_back", role): "redeemed" for role in ("dealer", "shop")},
    **{("redeemed", "settle", role): "settled" for role in ("reviewer", "lead")},
    ("settled", "reopen", "lead"): "redeemed",
}


@pytest.mark.parametrize("state", flow.STATES)
@pytest.mark.parametrize("action", flow.ACTIONS)
def test_every_state_and_action(state: str, action: str) -> None:
    for role in ROLES:
        if (state, action, role) in MOVES:
            assert flow.move(state, action, role) == MOVES[state, action, role]
        else:
            with pytest.raises(UnknownMove):
                flow.move(state, action, role)


def test_what_begins_at_a_shops_counter() -> None:
    every = [(scheme, one) for scheme in map(schemes.load, schemes.codes()) for one in scheme.programmes.values()]
    found = {(scheme.code, one.id): flow.handed_out_by_shop(scheme, one) for scheme, one in every}
    assert [(*key, kind.code) for key, kind in found.items() if kind] == [("xiangning-2024-home", "home", "home")]


def test_all_returned_makes_it_void_and_nothing_else_does() -> None:
    assert flow.move("redeemed", "take_goods_back", "dealer", "voided") == "voided"
    with pytest.raises(UnknownMove):
        flow.move("issued", "redeem", "dealer", "voided")


def test_what_the_documents_hand_out_and_settle() -> None:
    found = {}
    for code in schemes.codes():
        scheme = schemes.load(code)
        for programme in scheme.programmes.values():
            kind = flow.kind_of(scheme, programme)
            if kind is not None or flow.settles(scheme, programme):
                found[code, programme.id] = kind.code if kind else flow.settles(scheme, programme)
    assert found == {
        ("yangcheng-2023", "motorcycle-scrap"): "scrap",
        ("yangcheng-2023", "voucher-settlement"): True,
    }


@pytest.mark.parametrize(
    ("value", "price", "returned", "back"),
    [
        (50_000, 400_000, 400_000, 50_000),
        (50_000, 400_000, 100_000, 12_500),
        (50_000, 300_000, 100_000, 16_667),
        (50_000, 300_000, 0, 0),
        (1, 2, 1, 1),
    ],
)
def test_in_proportion(value: int, price: int, returned: int, back: int) -> None:
    assert flow.coming_back("in_proportion", value, price, returned) == back
    assert flow.coming_back("whole", value, price, returned) == (value if returned else 0)


@given(st.integers(1, 10**7), st.integers(1, 10**9), st.data())
def test_never_more_than_the_value_and_more_for_more(value: int, price: int, data: st.DataObject) -> None:
    less = data.draw(st.integers(0, price))
    more = data.draw(st.integers(less, price))
    first, second = (flow.coming_back("in_proportion", value, price, part) for part in (less, more))
    assert 0 <= first <= second <= value
    assert flow.coming_back("in_proportion", value, price, price) == value


def test_more_than_the_price_cannot_come_back() -> None:
    with pytest.raises(ValueError, match="cannot have been returned"):
        flow.coming_back("in_proportion", 100, 100, 101)
