"""One car purchase and what each of its papers says.

`Purchase.paper_values(kind)` is both the input of the renderer and the ground truth of what a reader must find.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reviewapp.policy.money import words_from_fen

VAT_RATE = Decimal("0.13")
PURCHASE_TAX_RATE = Decimal("0.10")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class County:
    """What the papers of one county have in common.

    `region` is its code (GB/T 2260) since the year `renumbered`, `earlier_region` the one before.
    """

    name: str
    city: str
    region: str
    earlier_region: str
    renumbered: int
    plate_prefix: str
    town: str

    @property
    def tax_authority(self) -> str:
        """主管税务机关."""
        return f"国家税务总局{self.name}税务局"

    @property
    def traffic_police(self) -> str:
        """The authority in the licence's square seal."""
        return f"山西省{self.city}公安局交通警察支队"


COUNTIES = {
    "xiangning": County("乡宁县", "临汾市", "141029", "142631", 2000, "晋L", "昌宁镇"),
    "yangcheng": County("阳城县", "晋城市", "140522", "142526", 1985, "晋E", "凤城镇"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer; `valid_until` is an ISO date or 长期."""

    name: str
    sex: str
    ethnicity: str
    birth_date: date
    address: str
    id_number: str
    phone: str
    issuing_authority: str
    valid_from: date
    valid_until: str


@dataclass(frozen=True, slots=True)
class Firm:
    """A dealer with its tax number and its POS terminal."""

    name: str
    tax_id: str
    address: str
    phone: str
    merchant_number: str
    terminal_number: str


@dataclass(frozen=True, slots=True)
class Card:
    """A debit card; `valid_thru` is month/year as printed."""

    number: str
    bank: str
    valid_thru: str

    @property
    def masked(self) -> str:
        """First six and last four digits, as POS slips show them."""
        return f"{self.number[:6]}{'*' * (len(self.number) - 10)}{self.number[-4:]}"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A new car; `energy` is "fuel" or "new_energy"."""

    energy: str
    maker: str
    brand: str
    model: str
    name: str
    licence_type: str
    vin: str
    engine_model: str
    engine_number: str
    certificate_number: str
    fuel: str
    emission_standard: str
    made_on: date
    certified_on: date
    plate: str
    seats: int
    gross_mass: str

    @property
    def brand_model(self) -> str:
        """厂牌型号 as invoice and licence print it."""
        return f"{self.brand}{self.model}"


@dataclass(frozen=True, slots=True)
class Purchase:
    """One car bought by one person: every paper of it says the same. Change a part with `dataclasses.replace`."""

    county: County
    buyer: Person
    dealer: Firm
    vehicle: Vehicle
    card: Card
    total: Decimal
    voucher_value: Decimal
    invoice_date: date
    invoice_code: str | None
    invoice_number: str
    registered_on: date
    paid_at: datetime
    tax_paid_on: date
    slip_numbers: tuple[str, str, str, str]
    file_number: str
    order_number: str

    @property
    def net_price(self) -> Decimal:
        """不含税价: the total without 13% value-added tax, to the fen."""
        return (self.total / (1 + VAT_RATE)).quantize(_CENT, ROUND_HALF_UP)

    def paper_values(self, kind: str) -> dict[str, Any]:
        """The fields of one paper kind by their names in the code: ISO dates, money as "99800.00".

        Raises KeyError for a kind that is no paper of a purchase.
        """
        return {field: value for field, value in _PAPERS[kind](self).items() if value is not None}


def _id_card(purchase: Purchase) -> dict[str, Any]:
    person = purchase.buyer
    return {
        "name": person.name,
        "sex": person.sex,
        "ethnicity": person.ethnicity,
        "birth_date": person.birth_date.isoformat(),
        "address": person.address,
        "id_number": person.id_number,
        "issuing_authority": person.issuing_authority,
        "valid_from": person.valid_from.isoformat(),
        "valid_until": person.valid_until,
    }


def _vehicle_invoice(purchase: Purchase) -> dict[str, Any]:
    vehicle = purchase.vehicle
    return {
        "invoice_code": purchase.invoice_code,
        "invoice_number": purchase.invoice_number,
        "invoice_date": purchase.invoice_date.isoformat(),
        "buyer_name": purchase.buyer.name,
        "buyer_id": purchase.buyer.id_number,
        "vehicle_type": vehicle.name,
        "brand_model": vehicle.brand_model,
        "certificate_number": vehicle.certificate_number,
        "engine_number": vehicle.engine_number,
        "vin": vehicle.vin,
        "total": money(purchase.total),
        "total_in_words": words_from_fen(int(purchase.total * 100)),
        "seller_name": purchase.dealer.name,
        "seller_tax_id": purchase.dealer.tax_id,
        "net_price": money(purchase.net_price),
        "tax_rate": "13%",
        "tax_amount": money(purchase.total - purchase.net_price),
        "tax_authority": purchase.county.tax_authority,
    }


def _vehicle_licence(purchase: Purchase) -> dict[str, Any]:
    vehicle = purchase.vehicle
    return {
        "plate": vehicle.plate,
        "vehicle_type": vehicle.licence_type,
        "owner": purchase.buyer.name,
        "address": purchase.buyer.address,
        "use": "非营运",
        "brand_model": vehicle.brand_model,
        "vin": vehicle.vin,
        "engine_number": vehicle.engine_number,
        "register_date": purchase.registered_on.isoformat(),
        "issue_date": purchase.registered_on.isoformat(),
        "seal_authority": purchase.county.traffic_police,
        "file_number": purchase.file_number,
        "seats": vehicle.seats,
        "gross_mass": vehicle.gross_mass,
        "energy": vehicle.fuel,
        "inspection_until": f"{purchase.registered_on.year + 2}-{purchase.registered_on.month:02d}",
    }


def _vehicle_certificate(purchase: Purchase) -> dict[str, Any]:
    vehicle = purchase.vehicle
    return {
        "certificate_number": vehicle.certificate_number,
        "issue_date": vehicle.certified_on.isoformat(),
        "maker": vehicle.maker,
        "brand_model": vehicle.brand_model,
        "vehicle_name": vehicle.name,
        "vin": vehicle.vin,
        "engine_model": vehicle.engine_model,
        "engine_number": vehicle.engine_number,
        "fuel": vehicle.fuel,
        "emission_standard": vehicle.emission_standard or None,
        "made_on": vehicle.made_on.isoformat(),
    }


def _tax_payment_proof(purchase: Purchase) -> dict[str, Any]:
    rate = PURCHASE_TAX_RATE if purchase.vehicle.energy == "fuel" else Decimal(0)
    return {
        "taxpayer_name": purchase.buyer.name,
        "taxpayer_id": purchase.buyer.id_number,
        "vin": purchase.vehicle.vin,
        "tax_amount": money(purchase.net_price * rate),
        "paid_on": purchase.tax_paid_on.isoformat(),
        "tax_authority": purchase.county.tax_authority,
    }


def _bank_card(purchase: Purchase) -> dict[str, Any]:
    card = purchase.card
    return {"card_number": card.number, "bank": card.bank, "valid_thru": card.valid_thru}


def _pos_slip(purchase: Purchase) -> dict[str, Any]:
    batch, trace, auth, reference = purchase.slip_numbers
    return {
        "merchant_name": purchase.dealer.name,
        "merchant_number": purchase.dealer.merchant_number,
        "terminal_number": purchase.dealer.terminal_number,
        "card_number_masked": purchase.card.masked,
        "bank": purchase.card.bank,
        "transaction_type": "消费",
        "batch_number": batch,
        "trace_number": trace,
        "auth_code": auth,
        "reference_number": reference,
        "paid_at": purchase.paid_at.isoformat(),
        "amount": money(purchase.total),
    }


def _voucher_slip(purchase: Purchase) -> dict[str, Any]:
    return {
        "face_value": money(purchase.voucher_value),
        "order_amount": money(purchase.total),
        "merchant_name": purchase.dealer.name,
        "redeemed_at": (purchase.paid_at - timedelta(minutes=6)).isoformat(),
        "order_number": purchase.order_number,
    }


def _registration_form(purchase: Purchase) -> dict[str, Any]:
    return {
        "name": purchase.buyer.name,
        "id_number": purchase.buyer.id_number,
        "phone": purchase.buyer.phone,
        "card_number": purchase.card.number,
        "brand_model": purchase.vehicle.brand_model,
        "vin": purchase.vehicle.vin,
        "plate": purchase.vehicle.plate,
        "invoice_number": purchase.invoice_number,
        "total": money(purchase.total),
        "voucher_value": money(purchase.voucher_value),
    }


_PAPERS: Mapping[str, Callable[[Purchase], dict[str, Any]]] = {
    "id_card": _id_card,
    "vehicle_invoice": _vehicle_invoice,
    "vehicle_licence": _vehicle_licence,
    "vehicle_certificate": _vehicle_certificate,
    "tax_payment_proof": _tax_payment_proof,
    "bank_card": _bank_card,
    "pos_slip": _pos_slip,
    "voucher_slip": _voucher_slip,
    "registration_form": _registration_form,
    "car_photo": lambda purchase: {"plate": purchase.vehicle.plate},
    "dealer_statement": lambda purchase: {"has_seal": True},
}


def money(amount: Decimal) -> str:
    """Yuan with two places, half up: "99800.00"."""
    return str(amount.quantize(_CENT, ROUND_HALF_UP))
