"""Names as a clerk compares them; what may be shown of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.policy.masks import mask_card, mask_id_number, mask_name, mask_phone, masked_card_matches
from reviewapp.policy.names import same_name


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("测试甲", "测 试　甲", "same"),
        ("买买提·测试", "买买提•测试", "same"),
        ("测试（甲）", "测试(甲)", "same"),
        ("ＡＢ测试", "ab测试", "same"),
        ("测试甲", "测试申", "near"),
        ("测试甲", "测试", "near"),
        ("测试甲", "范例丁", "different"),
        ("甲", "乙", "different"),
    ],
)
def test_names(one: str, other: str, likeness: str) -> None:
    assert same_name(one, other) == likeness == same_name(other, one)


@given(st.text(min_size=1, max_size=6))
def test_every_name_is_its_own(name: str) -> None:
    assert same_name(name, name) == "same"


@pytest.mark.parametrize(
    ("masked", "answer"),
    [
        ("6217****0016", "yes"),
        ("621700**********16", "yes"),
        ("6217 **** **** 0016", "yes"),
        ("6217XXXX0016", "yes"),
        ("****0016", "yes"),
        ("6217000000000016", "yes"),
        ("6217****0017", "no"),
        ("6222****0016", "no"),
        ("6217000000000017", "no"),
        ("62170000000000**00000016", "no"),
        ("6217**00**0016", "yes"),
        ("6217****00****16", "yes"),
        ("6217**56**0016", "no"),
        ("**6217**", "yes"),
        ("6217**0A**0016", "unknown"),
        ("****", "unknown"),
        ("", "unknown"),
        ("看不清", "unknown"),
    ],
)
def test_masked_cards(masked: str, answer: str) -> None:
    assert masked_card_matches(masked, "6217000000000016") == answer


@given(st.text("0123456789", min_size=16, max_size=19), st.integers(1, 8), st.integers(1, 8))
def test_a_card_fits_its_own_mask(card: str, head: int, tail: int) -> None:
    assert masked_card_matches(f"{card[:head]}****{card[-tail:]}", card) == "yes"


def test_masks_as_pages_show_them() -> None:
    assert mask_name("测试甲") == "测*甲"
    assert mask_name("王五") == "王*"
    assert mask_phone("13800000001") == "138****0001"
    assert mask_id_number("140522199001019895") == "1405**********9895"
    assert mask_card("6217000000000016") == "6217 **** **** 0016"


@given(st.text("0123456789", min_size=1, max_size=24))
def test_masks_never_show_a_whole_number(number: str) -> None:
    for mask in (mask_phone, mask_id_number, mask_card):
        assert number not in mask(number).replace(" ", "")
