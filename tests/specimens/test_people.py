"""Invented people: every number passes the rule it must pass, all papers of one purchase agree."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import product

import pytest

from reviewapp.policy import identifiers
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.masks import masked_card_matches
from reviewapp.policy.money import fen_from_words, fen_from_yuan
from reviewapp.specimens.people import MOST_PEOPLE, person, purchase, vin_check_digit
from reviewapp.specimens.purchases import COUNTIES, Purchase

PAPERS = (
    "id_card",
    "vehicle_invoice",
    "vehicle_licence",
    "vehicle_certificate",
    "tax_payment_proof",
    "bank_card",
    "pos_slip",
    "voucher_slip",
    "registration_form",
    "car_photo",
    "dealer_statement",
)
PURCHASES = [
    purchase(index, county=county, energy=energy, electronic_invoice=index % 2 == 0)
    for index, (county, energy) in enumerate(product(list(COUNTIES) * 10, ("fuel", "new_energy")))
]


def test_everybody_is_somebody_else():
    people = [person(index, COUNTIES["yangcheng"]) for index in range(MOST_PEOPLE)]
    for attribute in ("name", "id_number", "phone"):
        assert len({getattr(someone, attribute) for someone in people}) == MOST_PEOPLE
    with pytest.raises(IndexError, match="虚构人物"):
        person(MOST_PEOPLE, COUNTIES["yangcheng"])


@pytest.mark.parametrize("bought", PURCHASES, ids=lambda bought: bought.buyer.name)
def test_numbers_pass_their_check_digits(bought: Purchase):
    buyer, vehicle = bought.buyer, bought.vehicle
    assert identifiers.id_number_ok(buyer.id_number)
    assert buyer.id_number[:6] in (bought.county.region, bought.county.earlier_region)
    assert buyer.id_number[6:14] == f"{buyer.birth_date:%Y%m%d}"
    assert int(buyer.id_number[16]) % 2 == (buyer.sex == "男")
    assert identifiers.phone_ok(buyer.phone)
    assert identifiers.uscc_ok(bought.dealer.tax_id)
    assert identifiers.vin_check_digit_ok(vehicle.vin)
    assert identifiers.card_ok(bought.card.number)
    assert len(bought.card.number) == 19
    assert identifiers.plate_ok(vehicle.plate)
    assert len(vehicle.plate) == (8 if vehicle.energy == "new_energy" else 7)


@pytest.mark.parametrize("vin", ["1M8GDM9AXKP042788", "1HGCM82633A004352", "11111111111111111"])
def test_vin_check_digit_is_that_of_published_examples(vin: str):
    assert vin_check_digit(vin) == vin[8]


@pytest.mark.parametrize("kind", PAPERS)
def test_papers_carry_the_fields_of_their_kind(kind: str):
    for bought in PURCHASES[:4]:
        values = bought.paper_values(kind)
        assert set(values) <= set(KINDS[kind].fields)
        assert None not in values.values()
        for field, value in values.items():
            _assert_form(KINDS[kind].fields[field].type, value)


def _assert_form(form: str, value: object) -> None:
    """Values have the form their field's type asks for."""
    if form == "date":
        date.fromisoformat(str(value))
    elif form == "instant":
        assert datetime.fromisoformat(str(value)).utcoffset() is not None
    elif form == "money":
        assert fen_from_yuan(str(value)) >= 0
    else:
        assert isinstance(value, {"bool": bool, "int": int}.get(form, str))


@pytest.mark.parametrize("total", ["60000.00", "99999.99", "100000.01", "1234567.80"])
def test_invoice_adds_up_and_words_say_the_figures(total: str):
    values = purchase(1, total=total).paper_values("vehicle_invoice")
    assert Decimal(values["net_price"]) + Decimal(values["tax_amount"]) == Decimal(total)
    assert fen_from_words(values["total_in_words"]) == fen_from_yuan(total)


def test_invoice_forms():
    paper = purchase(1).paper_values("vehicle_invoice")
    electronic = purchase(1, electronic_invoice=True).paper_values("vehicle_invoice")
    assert (len(paper["invoice_code"]), len(paper["invoice_number"])) == (12, 8)
    assert "invoice_code" not in electronic
    assert len(electronic["invoice_number"]) == 20


def test_papers_of_one_purchase_agree():
    bought = purchase(2)
    invoice, licence = bought.paper_values("vehicle_invoice"), bought.paper_values("vehicle_licence")
    certificate, slip = bought.paper_values("vehicle_certificate"), bought.paper_values("pos_slip")
    assert invoice["buyer_name"] == licence["owner"] == bought.paper_values("id_card")["name"]
    assert invoice["vin"] == licence["vin"] == certificate["vin"]
    assert invoice["certificate_number"] == certificate["certificate_number"]
    assert invoice["total"] == slip["amount"]
    assert masked_card_matches(slip["card_number_masked"], bought.card.number)


def test_a_planted_fault_reaches_every_paper_that_shows_it():
    honest = purchase(3)
    stranger = replace(honest, card=purchase(4).card)
    assert stranger.paper_values("bank_card") != honest.paper_values("bank_card")
    assert stranger.paper_values("pos_slip")["card_number_masked"] == stranger.card.masked
    assert stranger.paper_values("id_card") == honest.paper_values("id_card")


def test_new_energy_pays_no_purchase_tax():
    assert purchase(5, energy="new_energy").paper_values("tax_payment_proof")["tax_amount"] == "0.00"
    assert purchase(5, total="113000.00").paper_values("tax_payment_proof")["tax_amount"] == "10000.00"


def test_same_arguments_same_purchase():
    assert purchase(6, seed=1) == purchase(6, seed=1)
    assert purchase(6, seed=1) != purchase(6, seed=2)
