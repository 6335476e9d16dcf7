"""Check digits catch every single wrong character."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviewapp.policy.identifiers import (
    card_ok,
    ean13_ok,
    firm_account_ok,
    fold_vin,
    id_number_ok,
    normal_id,
    phone_ok,
    plate_ok,
    uscc_ok,
    vin_check_digit_ok,
    vin_ok,
)

GOOD = [
    (id_number_ok, "11010519491231002X", "0123456789"),
    (uscc_ok, "91350100M000100Y43", "0123456789ABCDEFGHJKLMNPQRTUWXY"),
    (card_ok, "6299908042487072552", "0123456789"),
    (ean13_ok, "6901234567892", "0123456789"),
    (vin_check_digit_ok, "1M8GDM9AXKP042788", "0123456789"),
]


@pytest.mark.parametrize(("check", "good", "alphabet"), GOOD)
@given(data=st.data())
def test_one_wrong_character_is_caught(check, good, alphabet, data) -> None:
    assert check(good)
    place = data.draw(st.integers(0, len(good) - 1))
    wrong = data.draw(st.sampled_from(alphabet))
    assume(wrong != good[place] and good[place] in alphabet)
    assert not check(good[:place] + wrong + good[place + 1 :])


@given(st.text(max_size=20))
def test_no_text_breaks_the_checks(text: str) -> None:
    for check in (id_number_ok, uscc_ok, card_ok, ean13_ok, vin_ok, vin_check_digit_ok, plate_ok, phone_ok):
        assert check(text) in (True, False)


def test_short_and_long_numbers_do_not_pass() -> None:
    assert not id_number_ok("110105491231002")
    assert not card_ok("42")
    assert not ean13_ok("96385074")


def test_a_firms_account_is_no_card() -> None:
    for number in ("0508020209300012345", "14000105", "9" * 29 + "1"):
        assert firm_account_ok(number)
    for text in ("1400010", "9" * 29 + "12", "0" * 12, "1400 0105", "14000105X", ""):
        assert not firm_account_ok(text)


@pytest.mark.parametrize(
    ("plate", "good"),
    [("晋E12345", True), ("晋ED12345", True), ("晋EO1234", False), ("E12345", False), ("晋E1234567", False)],
)
def test_plates(plate: str, good: bool) -> None:
    assert plate_ok(plate) is good


def test_vins_are_folded_only_where_the_check_digit_fails() -> None:
    assert fold_vin("1M8GDM9AXKP042788") == "1M8GDM9AXKP042788"
    assert fold_vin("1M8GDM9AXKPO42788") == "1M8GDM9AXKP042788"


def test_identifiers_are_compared_without_width_case_and_spaces() -> None:
    assert normal_id(" １１0105 1949-1231 002x") == "11010519491231002X"
    assert normal_id("晋E·12345") == "晋E12345"


def test_an_id_number_may_name_a_county_that_did_not_exist_at_birth() -> None:
    """Counties are renumbered, and many numbers were given out long after birth: 141029 is 乡宁 since 2000."""
    assert id_number_ok("141029197505050019")
    assert not id_number_ok("991029197505050017")
    assert not id_number_ok("141029197502300019")
