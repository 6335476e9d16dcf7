"""What the papers of one car purchase say in each of their forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from reviewapp.specimens.people import MOST_PEOPLE, purchase
from reviewapp.specimens.purchases import Person, Purchase, Vehicle

_TOTALS = ("128000.00", "60000.00", "99800.00", "215300.00", "86900.50")
_DIGITAL = frozenset({"electronic", "digital"})
_SECOND_PAGE = frozenset({"file_number", "seats", "gross_mass", "energy", "inspection_until"})
_MAIN_PAGE = frozenset(
    {
        "vehicle_type", "owner", "address", "use", "brand_model", "vin", "engine_number", "register_date",
        "issue_date", "seal_authority",
    }
)  # fmt: skip
_FRONT = frozenset({"name", "sex", "ethnicity", "birth_date", "address", "id_number"})
_BACK = frozenset({"issuing_authority", "valid_from", "valid_until"})
_NOT_SHOWN: Mapping[tuple[str, str], frozenset[str]] = {
    ("vehicle_licence", "main"): _SECOND_PAGE,
    ("vehicle_licence", "second"): _MAIN_PAGE,
    ("vehicle_licence", "old"): frozenset({"energy"}),
    ("vehicle_licence", "app"): frozenset({"file_number", "gross_mass", "energy", "seal_authority"}),
    ("id_card", "front"): _BACK,
    ("id_card", "back"): _FRONT,
    ("tax_payment_proof", "book"): frozenset({"taxpayer_id", "tax_amount"}),
    ("pos_slip", "narrow"): frozenset({"bank"}),
    ("pos_slip", "app"): frozenset({"batch_number", "terminal_number", "auth_code"}),
    ("voucher_slip", "merchant"): frozenset({"order_number"}),
}
_REISSUED = frozenset({"beside", "main", "old", "app"})
"""Licences that may have been issued anew since the car was registered."""
_TRANSACTIONS = ("消费", "消费", "消费", "消费撤销", "消费", "退货", "预授权完成")
_ETHNIC = (
    ("蒙古", "测试·样例其其格"),
    ("维吾尔", "样例古丽·测试江"),
    ("土家", "测试样例"),
    ("哈尼", "样测"),
)
_LONG_ADDRESS = "山西省临汾市乡宁县昌宁镇样例村民委员会测试自然村第三村民小组范例沟5排128号附2号"


def values(kind: str) -> Callable[[int, str], Mapping[str, Any]]:
    """The reader's truth of one kind: number and form → fields."""

    def of(number: int, form: str) -> Mapping[str, Any]:
        bought = purchase(
            number % MOST_PEOPLE,
            county="yangcheng" if number % 2 else "xiangning",
            energy="fuel" if number % 3 or form == "motorcycle" else "new_energy",
            total="7980.00" if form == "motorcycle" else _TOTALS[number % len(_TOTALS)],
            electronic_invoice=form in _DIGITAL,
            seed=number,
        )
        if form == "motorcycle":
            bought = replace(bought, vehicle=_motorcycle(bought.vehicle))
        if kind == "id_card" and form != "copy":
            bought = replace(bought, buyer=_unlike_others(bought.buyer, number))
        left_out = _NOT_SHOWN.get((kind, form), frozenset())
        shown = {name: value for name, value in bought.paper_values(kind).items() if name not in left_out}
        return {**shown, **_besides(kind, form, number, bought)}

    return of


def _besides(kind: str, form: str, number: int, bought: Purchase) -> Mapping[str, Any]:
    """What forms say otherwise than the purchase does."""
    if kind == "pos_slip" and form != "strip":
        return {"transaction_type": _TRANSACTIONS[number % len(_TRANSACTIONS)]}
    if kind == "vehicle_licence" and form in _REISSUED and number % 2:
        return {"issue_date": (bought.registered_on + timedelta(days=47)).isoformat()}
    if kind == "dealer_statement" and form != "letter":
        return {"has_seal": number % 3 != 2}
    if kind == "tax_payment_proof" and form == "payment" and bought.vehicle.energy == "new_energy":
        return {"tax_amount": str((bought.net_price / 20).quantize(Decimal("0.01")))}  # nobody pays nothing at a bank
    return {}


def _motorcycle(vehicle: Vehicle) -> Vehicle:
    return replace(
        vehicle,
        brand="样例牌",
        model="YL125-8A",
        name="两轮摩托车",
        licence_type="普通二轮摩托车",
        engine_model="YL152MI-3",
        emission_standard="GB14622-2016国Ⅳ",
        plate=vehicle.plate,
        seats=2,
        gross_mass="260kg",
    )


def _unlike_others(person: Person, number: int) -> Person:
    """Names with a dot, other peoples, addresses over three lines, cards without an end."""
    ethnicity, name = _ETHNIC[number % len(_ETHNIC)]
    return replace(
        person,
        ethnicity=ethnicity,
        name=name,
        address=_LONG_ADDRESS if number % 2 else person.address,
        valid_until="长期" if number % 3 == 1 else person.valid_until,
    )


KINDS = (
    "id_card", "vehicle_invoice", "vehicle_licence", "vehicle_certificate", "tax_payment_proof",
    "pos_slip", "voucher_slip", "registration_form", "dealer_statement",
)  # fmt: skip
VALUES = {kind: values(kind) for kind in KINDS}
