"""Rendered papers: plainly marked specimens of every kind, laid out as the real ones are.

`values` are the fields of the kind (see `Purchase.paper_values`); what the paper shows besides is invented from `seed`.
"""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from PIL import Image

from reviewapp.specimens.papers import (
    bank_cards,
    car_scene,
    cards,
    cartons,
    certificates,
    confirmation,
    efficiency_labels,
    forms_a4,
    goods_invoices,
    ink,
    invoices,
    licence,
    payments,
    plate_scene,
    registration,
    rooms,
    scrap,
    slips,
    tax_papers,
    used_invoice,
)
from reviewapp.specimens.papers.files import write_pdf, write_photo
from reviewapp.specimens.papers.sheet import LayoutOverflow, Sheet
from reviewapp.specimens.papers.typeset import sheet_pdf

__all__ = ["FORMS", "KINDS", "LayoutOverflow", "compose", "render", "write_pdf", "write_photo", "write_text_pdf"]

_Composer = Callable[[Mapping[str, Any], random.Random], Sheet]

_COMPOSERS: Mapping[str, Mapping[str, _Composer]] = {
    "id_card": cards.COMPOSERS,
    "vehicle_invoice": invoices.COMPOSERS,
    "vehicle_licence": licence.COMPOSERS,
    "vehicle_certificate": certificates.COMPOSERS,
    "tax_payment_proof": tax_papers.COMPOSERS,
    "bank_card": bank_cards.COMPOSERS,
    "pos_slip": slips.POS_COMPOSERS,
    "voucher_slip": slips.VOUCHER_COMPOSERS,
    "registration_form": forms_a4.REGISTRATION,
    "car_photo": car_scene.COMPOSERS,
    "plate_photo": plate_scene.COMPOSERS,
    "energy_label": efficiency_labels.COMPOSERS,
    "commodity_code": cartons.COMPOSERS,
    "goods_photo": rooms.COMPOSERS,
    "dealer_statement": forms_a4.STATEMENTS,
    "used_vehicle_invoice": {"paper": used_invoice.paper, "electronic": used_invoice.electronic},
    "registration_certificate": {
        "first": registration.spread,
        "resold": registration.spread,
        "summary": registration.summary,
        "transfers": registration.entries,
        "blank": registration.entries,
    },
    "scrap_certificate": {"car": scrap.printed, "motorcycle": scrap.motorcycle},
    "origin_certificate": {"typed": scrap.origin_typed, "written": scrap.origin_written},
    "product_invoice": {
        "digital": goods_invoices.digital,
        "electronic": goods_invoices.electronic,
        "paper": goods_invoices.paper,
    },
    "subsidy_confirmation": {
        "typed": confirmation.typed,
        "handwritten": confirmation.handwritten,
        "plain": confirmation.plain,
    },
    "payment_proof": {
        "wechat": payments.wechat,
        "wechat_transfer": payments.wechat_transfer,
        "alipay": payments.alipay,
        "unionpay": payments.unionpay,
        "bank_app": payments.bank_app,
        "receipt": payments.receipt,
    },
}
_PHOTOGRAPHS = {"car_photo", "plate_photo", "energy_label", "commodity_code", "goods_photo", "bank_card"}
_THERMAL = {"pos_slip", "voucher_slip"}
KINDS = tuple(_COMPOSERS)
FORMS: Mapping[str, tuple[str, ...]] = {kind: tuple(forms) for kind, forms in _COMPOSERS.items()}
"""The looks a kind can have; the first is the default, except that an invoice without a code is electronic."""


def compose(kind: str, values: Mapping[str, Any], *, seed: int = 0, form: str | None = None) -> Sheet:
    """Lay the paper out.

    Raises KeyError for an unknown kind, an unknown form or a missing field, LayoutOverflow when a text has no room.
    """
    if form is None and kind == "vehicle_invoice" and "invoice_code" not in values:
        form = "electronic"
    return _COMPOSERS[kind][form or FORMS[kind][0]](values, random.Random(f"{kind}/{seed}"))


def render(kind: str, values: Mapping[str, Any], *, seed: int = 0, form: str | None = None) -> Image.Image:
    """The paper as a flat scan: an RGB image of 1000 to 2300 px a side, the same for the same arguments.

    Raises as `compose`.
    """
    image = compose(kind, values, seed=seed, form=form).paint()
    if kind in _THERMAL and form != "app":
        image = ink.faded(image, crc32(f"fade/{kind}/{seed}".encode()))
    if kind in _PHOTOGRAPHS:
        return ink.grain(image, crc32(f"{kind}/{seed}".encode()), strength=3.5, tint=(255, 255, 255))
    return ink.grain(image, crc32(f"{kind}/{seed}".encode()))


def write_text_pdf(kind: str, values: Mapping[str, Any], path: Path, *, seed: int = 0, form: str | None = None) -> None:
    """The paper as a one-page PDF whose text can be taken out, as electronic invoices come. Raises as `compose`."""
    sheet_pdf(compose(kind, values, seed=seed, form=form), path)
