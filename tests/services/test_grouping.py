"""Which pages are one paper."""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.models import Fact, Paper
from reviewapp.ocr import FieldReading
from reviewapp.services import grouping
from reviewapp.services.facts import CurrentFact, CurrentPaper

FRONT = {"name": "测试甲", "id_number": "11010519491231002X"}
BACK = {"issuing_authority": "阳城县公安局", "valid_until": "长期"}
INVOICE = {"invoice_number": "00123456", "vin": "LSVAA4188E2184847", "total": "128000.00"}
SLIP = {"reference_number": "123456789012", "paid_at": "2023-12-28T14:05:00+08:00", "amount": "50000.00"}


def paper(kind: str, values: dict[str, Any], doubtful: tuple[str, ...] = (), number: int = 1) -> CurrentPaper:
    facts = {name: _fact(value, name in doubtful) for name, value in values.items()}
    return CurrentPaper(Paper(id=number, kind=kind), facts)


def _fact(value: Any, doubtful: bool) -> CurrentFact:
    row = Fact(value=value, source="reading", doubtful=doubtful)
    return CurrentFact(row, row)


def read(values: dict[str, Any], unsure: tuple[str, ...] = ()) -> dict[str, FieldReading]:
    return {name: FieldReading(value, 0.9, unsure=name in unsure) for name, value in values.items()}


def test_front_and_back_are_one_card() -> None:
    front = paper("id_card", FRONT)

    assert grouping.home([front], "id_card", read(BACK)) is front


def test_two_persons_cards_are_two() -> None:
    other = {"name": "样例乙", "id_number": "110105194912310038"}

    assert grouping.home([paper("id_card", FRONT)], "id_card", read(other)) is None


def test_a_blurred_picture_of_the_same_card_joins_it() -> None:
    blurred = read({"name": "测试申", "id_number": "11010519491231002X"}, unsure=("name",))

    assert grouping.home([paper("id_card", FRONT)], "id_card", blurred) is not None


def test_a_blurred_card_of_somebody_else_does_not() -> None:
    other = read({"name": "样例乙", "id_number": "14052219800101123X"}, unsure=("name", "id_number"))

    assert grouping.home([paper("id_card", FRONT)], "id_card", other) is None


def test_the_back_joins_the_licence_it_agrees_with() -> None:
    first = paper("vehicle_licence", {"plate": "晋E12345", "owner": "测试甲"}, number=1)
    second = paper("vehicle_licence", {"plate": "晋E99999", "owner": "测试甲"}, number=2)

    assert grouping.home([first, second], "vehicle_licence", read({"plate": "晋E12345", "seats": 5})) is first


def test_pages_of_a_registration_certificate_add_up() -> None:
    first = paper("registration_certificate", {"pages": [1, 2], "vin": "LSVAA4188E2184847"})

    assert grouping.home([first], "registration_certificate", read({"pages": [3, 4]})) is first


@pytest.mark.parametrize(("kind", "values"), [("vehicle_invoice", INVOICE), ("pos_slip", SLIP)])
def test_the_same_paper_photographed_twice_is_one(kind: str, values: dict[str, Any]) -> None:
    first = paper(kind, values)

    assert grouping.home([first], kind, read(values)) is first


@pytest.mark.parametrize(("kind", "values", "change"), [
    ("vehicle_invoice", INVOICE, {"invoice_number": "00123457"}),
    ("vehicle_invoice", INVOICE, {"total": "99999.99"}),
    ("pos_slip", SLIP, {"reference_number": "123456789013"}),
    ("pos_slip", SLIP, {"amount": "50000.01"}),
])  # fmt: skip
def test_another_number_or_amount_is_another_paper(kind: str, values: dict[str, Any], change: dict[str, Any]) -> None:
    assert grouping.home([paper(kind, values)], kind, read(values | change)) is None


def test_what_is_doubtful_makes_no_two_papers_one() -> None:
    assert grouping.home([paper("pos_slip", SLIP)], "pos_slip", read(SLIP, unsure=("reference_number",))) is None
    assert grouping.home([paper("pos_slip", SLIP, ("amount",))], "pos_slip", read(SLIP)) is None
    assert grouping.home([paper("pos_slip", SLIP)], "pos_slip", read({"amount": "50000.00"})) is None


def test_kinds_are_never_mixed_and_photographs_never_joined() -> None:
    assert grouping.home([paper("id_card", FRONT)], "bank_card", read({})) is None
    assert grouping.home([paper("car_photo", {"plate": "晋E12345"})], "car_photo", read({"plate": "晋E12345"})) is None
    assert grouping.home([paper("other", {})], "other", read({})) is None
