"""The kinds of paper the reader knows. A new kind is a module with a `FORM` and its name here."""

from __future__ import annotations

from reviewapp.ocr.form import Form
from reviewapp.ocr.kinds import (
    bank_card,
    car_photo,
    commodity_code,
    dealer_statement,
    energy_label,
    goods_photo,
    id_card,
    origin_certificate,
    payment_proof,
    plate_photo,
    pos_slip,
    product_invoice,
    registration_certificate,
    registration_form,
    scrap_certificate,
    subsidy_confirmation,
    tax_payment_proof,
    used_vehicle_invoice,
    vehicle_certificate,
    vehicle_invoice,
    vehicle_licence,
    voucher_slip,
)

FORMS: dict[str, Form] = {
    module.FORM.kind: module.FORM
    for module in (
        id_card,
        vehicle_invoice,
        vehicle_licence,
        vehicle_certificate,
        tax_payment_proof,
        bank_card,
        pos_slip,
        voucher_slip,
        registration_form,
        car_photo,
        plate_photo,
        energy_label,
        commodity_code,
        goods_photo,
        dealer_statement,
        used_vehicle_invoice,
        registration_certificate,
        scrap_certificate,
        origin_certificate,
        product_invoice,
        subsidy_confirmation,
        payment_proof,
    )
}
OTHER = "other"
