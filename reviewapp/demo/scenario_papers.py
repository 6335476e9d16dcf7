"""From a purchase to the files of a claim: which papers a programme asks for, and how each was photographed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from stdnum import luhn

from reviewapp.demo.scenario_model import Buy, Medium, PlannedFile
from reviewapp.specimens import people
from reviewapp.specimens.purchases import COUNTIES, Card, Purchase

PAPERS: Mapping[str, tuple[str, ...]] = {
    "xiangning-2023": (
        "id_card",
        "vehicle_invoice",
        "vehicle_licence",
        "tax_payment_proof",
        "bank_card",
        "voucher_slip",
        "registration_form",
        "pos_slip",
    ),
    "yangcheng-2023": (
        "id_card",
        "vehicle_invoice",
        "vehicle_licence",
        "vehicle_certificate",
        "bank_card",
        "pos_slip",
        "car_photo",
    ),
}
"""What each scheme's `car` programme requires, in the order of its document."""
#: What offices issue as a file, so that a claim on paper carries some as well.
_ELECTRONIC = ("vehicle_invoice", "tax_payment_proof")


def county_of(scheme: str) -> str:
    """Key of COUNTIES: the part of the scheme's code before the year."""
    return scheme.partition("-")[0]


def purchase(number: int, scheme: str, buy: Buy) -> Purchase:
    """The purchase of buyer `number` at the county's first dealer; the seed is the first that gives the wanted car."""
    county = county_of(scheme)
    for seed in itertools.count():
        made = people.purchase(
            number,
            county=county,
            energy=buy.energy,
            total=buy.total,
            voucher_value=buy.voucher,
            invoice_date=buy.day,
            electronic_invoice=buy.electronic,
            seed=seed,
        )
        if ("货车" in made.vehicle.licence_type) == buy.truck:
            return replace(made, dealer=people.dealer(0, COUNTIES[county]))
    raise AssertionError("itertools.count() has no end")


def card_ending(digits: str, number: int) -> Card:
    """A debit card with these last four digits that passes Luhn."""
    rng = random.Random(f"card/{digits}/{number}")
    while True:
        body = people.CARD_PREFIX + "".join(rng.choices("0123456789", k=9)) + digits[:3]
        if luhn.calc_check_digit(body) == digits[3]:
            return Card(body + digits[3], "样例农村商业银行", "09/29")


def files(
    number: int,
    bought: Purchase,
    kinds: tuple[str, ...],
    *,
    medium: Medium = "phone",
    media: Mapping[str, Medium] | None = None,
    says: Mapping[str, Mapping[str, Any]] | None = None,
    first: int = 0,
) -> tuple[PlannedFile, ...]:
    """The files of these kinds. `media` sets single kinds apart, `says` what a paper says instead of the truth."""
    return tuple(_files(number, bought, kinds, medium, media or {}, says or {}, first))


def _files(
    number: int,
    bought: Purchase,
    kinds: tuple[str, ...],
    medium: Medium,
    media: Mapping[str, Medium],
    says: Mapping[str, Mapping[str, Any]],
    first: int,
) -> Iterator[PlannedFile]:
    for place, kind in enumerate(kinds, first):
        issued: Medium = "text_pdf" if bought.invoice_code is None and kind in _ELECTRONIC else medium
        values = bought.paper_values(kind) | dict(says.get(kind, {}))
        yield PlannedFile(kind, values, media.get(kind, issued), number * 100 + place)
