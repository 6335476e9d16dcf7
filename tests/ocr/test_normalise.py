"""Printed forms of dates, money and identifiers, and what is none of them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.ocr import normalise
from reviewapp.ocr.lines import make_line
from reviewapp.policy.identifiers import plate_ok

SQUARE = [(0, 0), (10, 0), (10, 1), (0, 1)]


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_is_read_in_every_printed_form(day: date) -> None:
    forms = (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y-%m-%d}",
        f"{day:%Y.%m.%d}",
        f"{day:%Y/%m/%d}",
        f"开票日期:{day.year}年{day.month:02d}月{day.day:02d}日",
        f"{day:%Y%m%d}",
        f"{day:%Y.%m.%d}-长期",
    )
    assert {normalise.iso_date(form) for form in forms} == {day.isoformat()}


@pytest.mark.parametrize(
    "text", ["2023-02-30", "2023年13月1日", "20231", "12-28", "", "1823-01-01", "140522202312280011"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert normalise.iso_date(text) is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - printed without an offset
def test_an_instant_is_read_with_and_without_the_space_between(moment: datetime) -> None:
    told = f"{moment:%Y-%m-%dT%H:%M:%S}+08:00"
    for form in (f"{moment:%Y/%m/%d%H:%M:%S}", f"{moment:%Y-%m-%d %H:%M:%S}", f"{moment:%Y/%m/%d %H:%M:%S}"):
        assert normalise.instant(form) == told


def test_a_day_alone_is_no_instant() -> None:
    assert normalise.instant("2023/12/28") is None


@given(st.integers(0, 99_999_999_99))
def test_money_is_read_however_it_is_grouped(fen: int) -> None:
    value = f"{fen // 100}.{fen % 100:02d}"
    for form in (value, f"¥{value}", f"{fen / 100:,.2f}" if fen < 10**11 else value, f"RMB{value}元"):
        assert normalise.money(form) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("129.800.00", "129800.00"),
        ("￥99,800.0", "99800.00"),
        ("12000元", "12000.00"),
        ("小写¥8.5", "8.50"),
        ("128,000", "128000.00"),
    ],
)
def test_money_printed_oddly(text: str, value: str) -> None:
    assert normalise.money(text) == value


@pytest.mark.parametrize("text", ["", "元", "13%", "1.2345", "12,34.00", "增值税"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert normalise.money(text) is None


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (normalise.vin, "LSVAA4188E2184847", "LSVAA4188E2184847"),
        (normalise.vin, "L-SVAA4188.E2184847", "LSVAA4188E2184847"),
        (normalise.vin, "LSVAA4188E21848O7", "LSVAA4188E2184807"),
        (normalise.vin, "LSVAA4188E218484", None),
        (normalise.vin, "LSVAA4188E21848471", None),
        (normalise.id_number, "14052219900307102x", "14052219900307102X"),
        (normalise.id_number, "1405 2219 9003 0710 2X", "14052219900307102X"),
        (normalise.id_number, "140522199003071", None),
        (normalise.uscc, "9114O522MA09K7GHC2", "91140522MA09K7GHC2"),
        (normalise.card_number, "6217 0000 1234 5678 901", "6217000012345678901"),
        (normalise.card_number, "621700001234567", None),
        (normalise.card_number, "622202******1234", None),
        (normalise.masked_card, "622202******1234/C", "622202******1234"),
        (normalise.masked_card, "622202xxxx1234", "622202****1234"),
        (normalise.masked_card, "6222021234", None),
        (normalise.plate, "晋E·12345", "晋E12345"),
        (normalise.plate, "晋ED12345", "晋ED12345"),
        (normalise.plate, "晋E1234O", "晋E12340"),
        (normalise.plate, "E12345", None),
        (normalise.plate, "晋E1234", None),
        (normalise.phone, "电话13800000000", "13800000000"),
        (normalise.phone, "0357-1234567", None),
        (normalise.percent, "13%", "13%"),
        (normalise.small_number, "5人", "5"),
        (normalise.small_number, "1725kg", None),
        (normalise.person, "12345", None),
        (normalise.text, "--", None),
        (normalise.code, "发动机号B1447522", "B1447522"),
    ],
)
def test_identifiers(read: normalise.Parse, text: str, value: str | None) -> None:
    assert read(text) == value


@given(st.text(max_size=60))
def test_nothing_that_is_read_has_a_form_of_its_own(text: str) -> None:
    """Whatever an engine hands back, a reader answers None or the canonical form, which reads as itself."""
    for read in (
        normalise.iso_date,
        normalise.money,
        normalise.vin,
        normalise.plate,
        normalise.card_number,
        normalise.uscc,
    ):
        value = read(text)
        assert value is None or read(value) == value
    plate = normalise.plate(text)
    assert plate is None or plate_ok(plate)


def test_full_width_and_kangxi_look_alikes_are_folded() -> None:
    assert make_line("１２３ ⽤⼀", SQUARE).text == "123用一"


def test_a_piece_of_a_line_keeps_its_place() -> None:
    line = make_line("姓名测试甲", [(0, 0), (100, 0), (100, 20), (0, 20)])
    piece = line.piece(2, 5)
    assert piece.text == "测试甲"
    assert (piece.left, piece.right) == pytest.approx((40, 100))
