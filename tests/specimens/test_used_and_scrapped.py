"""Papers of used cars, scrapped vehicles and villages: their numbers pass the rules, their days follow each other."""

from datetime import date

import pytest

from reviewapp.policy import identifiers
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.money import fen_from_words, fen_from_yuan
from reviewapp.specimens import scrapped, used_cars
from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.papers import FORMS, compose

FORMS_HERE = [(kind, form) for kind in (*used_cars.VALUES, *scrapped.VALUES) for form in FORMS[kind]]
CHECKS = {
    "buyer_id": identifiers.id_number_ok,
    "seller_id": identifiers.id_number_ok,
    "owner_id": identifiers.id_number_ok,
    "id_number": identifiers.id_number_ok,
    "vin": identifiers.vin_check_digit_ok,
    "plate": identifiers.plate_ok,
}


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize(("kind", "form"), FORMS_HERE)
def test_fields_are_those_of_the_kind_and_pass_their_rules(kind: str, form: str, number: int) -> None:
    values = Specimen(kind, form, number).values
    assert set(values) <= set(KINDS[kind].fields)
    for field, value in values.items():
        if field in CHECKS:
            assert CHECKS[field](value), field
        if KINDS[kind].fields[field].type == "date":
            date.fromisoformat(value)


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("form", FORMS["used_vehicle_invoice"])
def test_a_used_car_passes_between_two_people_for_the_sum_in_words(form: str, number: int) -> None:
    values = Specimen("used_vehicle_invoice", form, number).values
    assert values["buyer_id"] != values["seller_id"]
    assert fen_from_words(values["total_in_words"]) == fen_from_yuan(values["total"])
    assert len(values["invoice_number"]) == (20 if form == "electronic" else 8)
    assert ("invoice_code" in values) == (form == "paper")


@pytest.mark.parametrize("number", range(8))
def test_days_follow_each_other(number: int) -> None:
    scrap = Specimen("scrap_certificate", "car", number).values
    book = Specimen("registration_certificate", "resold", number).values
    assert scrap["handed_in_on"] < scrap["issued_on"]
    assert book["made_on"] < book["registered_on"] < book["transfer_date"]


def test_pages_of_one_book_agree() -> None:
    first, summary, later = (
        Specimen("registration_certificate", form, 4).values for form in ("resold", "summary", "transfers")
    )
    for field in set(first) & set(summary) - {"pages"}:
        assert first[field] == summary[field]
    assert later["transfer_owner"] == first["transfer_owner"]
    assert (first["pages"], summary["pages"], later["pages"]) == ([1, 2], [1], [3, 4])


def test_villages_with_and_without_seal_and_plate_occur() -> None:
    papers = [Specimen("origin_certificate", "typed", number).values for number in range(12)]
    assert {paper["has_seal"] for paper in papers} == {True, False}
    assert {"plate" in paper for paper in papers} == {True, False}
    bare = compose("origin_certificate", next(paper for paper in papers if "plate" not in paper))
    assert "无" in {text.text for text in bare.texts()}
