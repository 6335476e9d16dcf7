"""What a person types becomes the one form of PAPERS.md, or is refused in Chinese."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.services.values import BadValue, Form, Part, normalise


@pytest.mark.parametrize(("kind", "typed", "stored"), [
    ("text", "  测试  汽贸 ", "测试 汽贸"),
    ("id", " lsvaa4188e2184847 ", "LSVAA4188E2184847"),
    ("id", "ＷＡＣ１２３", "WAC123"),
    ("id", "晋 E·12345".replace("·", ""), "晋E12345"),
    ("id_number", "11010519491231002x", "11010519491231002X"),
    ("card", "6222 0212-3456 7894", "6222021234567894"),
    ("phone", "138 0000 1234", "13800001234"),
    ("date", "2023年12月8日", "2023-12-08"),
    ("date", "20231208", "2023-12-08"),
    ("date", "2023/12/8", "2023-12-08"),
    ("date", "２０２３－１２－０８", "2023-12-08"),
    ("instant", "2023-12-28 14:05", "2023-12-28T14:05:00+08:00"),
    ("instant", "2023年12月28日 9:05:30", "2023-12-28T09:05:30+08:00"),
    ("instant", "2023-12-28T14:05:00+08:00", "2023-12-28T14:05:00+08:00"),
    ("instant", "2023-12-28T06:05:00Z", "2023-12-28T14:05:00+08:00"),
    ("money", "¥128,000", "128000.00"),
    ("money", "128000.5元", "128000.50"),
    ("money", 128000, "128000.00"),
    ("bool", "是", True),
    ("bool", False, False),
    ("int", "5", 5),
    ("pages", "1-6", [1, 2, 3, 4, 5, 6]),
    ("pages", "1、3,2", [1, 2, 3]),
    ("pages", [3, 1], [1, 3]),
])  # fmt: skip
def test_typed_values_get_the_stored_form(kind: str, typed: Any, stored: Any) -> None:
    assert normalise(Form(kind), typed) == stored


@pytest.mark.parametrize("kind", ["text", "date", "money", "card", "bool", "pages", "list"])
@pytest.mark.parametrize("typed", [None, "", "   "])
def test_empty_is_absent(kind: str, typed: Any) -> None:
    assert normalise(Form(kind), typed) is None


@pytest.mark.parametrize(("kind", "typed"), [
    ("id_number", "110105194912310021"),
    ("id_number", "11010519491331002X"),
    ("card", "6222021234567890123"),
    ("phone", "1234567890"),
    ("date", "2023-02-30"),
    ("date", "28.12.23"),
    ("date", "长期"),
    ("instant", "2023-12-28"),
    ("instant", "2023-12-28 25:00"),
    ("money", "-1"),
    ("money", "1.234"),
    ("money", "NaN"),
    ("money", "1e5"),
    ("money", "1000000000.00"),
    ("bool", "也许"),
    ("int", "五"),
    ("pages", "1-x"),
    ("text", "测" * 201),
    ("text", "测\u202e试"),
    ("id", "A'; DROP"),
])  # fmt: skip
def test_what_cannot_be_the_value_is_refused_with_a_remedy(kind: str, typed: Any) -> None:
    with pytest.raises(BadValue) as refused:
        normalise(Form(kind), typed)

    assert refused.value.remedy.endswith("。")


def test_words_stand_for_a_value_where_the_field_allows_them() -> None:
    assert normalise(Form("date", words=("长期",)), " 长期 ") == "长期"


def test_choices_are_taken_from_the_list_only() -> None:
    form = Form(choices=("debit", "credit"))

    assert normalise(form, "debit") == "debit"
    with pytest.raises(BadValue):
        normalise(form, "借记卡")


@given(st.sampled_from(["text", "id", "date", "instant", "money", "int", "bool", "pages"]), st.text())
def test_a_stored_value_is_stored_again_as_it_is(kind: str, typed: str) -> None:
    """A form sent back unchanged changes nothing, and nothing but BadValue ever comes out."""
    try:
        stored = normalise(Form(kind), typed)
    except BadValue:
        return
    assert normalise(Form(kind), stored) == stored


PRODUCTS = Form(
    "list", parts=(Part("name", "名称", "text"), Part("quantity", "数量", "int"), Part("price", "单价", "money"))
)


def test_a_list_is_read_part_by_part_and_empty_rows_are_dropped() -> None:
    typed = [{"name": " 床 ", "quantity": "1", "price": "¥3,280"}, {"name": "", "quantity": " "}, {"price": "5"}]
    assert normalise(PRODUCTS, typed) == [{"name": "床", "quantity": 1, "price": "3280.00"}, {"price": "5.00"}]
    assert normalise(PRODUCTS, [{"name": ""}]) is None


@pytest.mark.parametrize(("typed", "said"), [
    ([{"name": "床"}, {"quantity": "一"}], "第 2 行的数量：请填写整数"),
    ([{"price": "1.234"}], "第 1 行的单价：金额请写成数字"),
    ("床", "应为清单"),
    ([{"name": "床"}] * 61, "最多 60 行"),
])  # fmt: skip
def test_a_wrong_entry_is_told_by_row_and_part(typed: Any, said: str) -> None:
    with pytest.raises(BadValue) as refused:
        normalise(PRODUCTS, typed)
    assert said in refused.value.remedy
