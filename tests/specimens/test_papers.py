"""Rendered papers: every kind fits its form, nothing overlaps, seeds decide, files open again with what was written."""

import io
from itertools import combinations
from pathlib import Path
from typing import Any

import pillow_heif
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops

from reviewapp.specimens.corpus import Specimen, every_form
from reviewapp.specimens.papers import (
    FORMS,
    KINDS,
    LayoutOverflow,
    compose,
    render,
    write_pdf,
    write_photo,
    write_text_pdf,
)
from reviewapp.specimens.papers.form import SPECIMEN
from reviewapp.specimens.papers.sheet import MIN_SIZE, Box, Sheet

EVERY_FORM = every_form()
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 6))]
FIRST_FORMS = [(kind, FORMS[kind][0]) for kind in KINDS]
"""One of each kind; the others come in the long form of a test."""
OTHER_FORMS = [pytest.param(*form, marks=pytest.mark.long) for form in EVERY_FORM if form not in FIRST_FORMS]


def values_of(kind: str, form: str, number: int) -> dict[str, Any]:
    return dict(Specimen(kind, form, number).values)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("kind", "form"), EVERY_FORM)
def test_text_stays_on_the_sheet_and_apart(kind: str, form: str, seed: int):
    sheet = compose(kind, values_of(kind, form, seed), seed=seed, form=form)
    texts = sheet.texts()
    for text in texts:
        left, top, right, bottom = text.box
        assert left >= 0, text
        assert top >= 0, text
        assert right <= sheet.width, text
        assert bottom <= sheet.height, text
        assert text.size >= MIN_SIZE, text
    for (one, box), (other, other_box) in combinations([(text, text.box) for text in texts], 2):
        assert one.text == other.text or not _overlap(box, other_box), (one, other)
    assert SPECIMEN in {text.text for text in texts}


def _overlap(one: Box, other: Box) -> bool:
    (left, top, right, bottom), (l2, t2, r2, b2) = one, other
    return min(right, r2) - max(left, l2) > 2 and min(bottom, b2) - max(top, t2) > 2


@pytest.mark.parametrize(("kind", "form"), FIRST_FORMS + OTHER_FORMS)
def test_same_seed_same_pixels(kind: str, form: str):
    values = values_of(kind, form, 1)
    first, again = (render(kind, values, seed=3, form=form) for _ in range(2))
    assert ImageChops.difference(first, again).getbbox() is None
    assert ImageChops.difference(first, render(kind, values, seed=4, form=form)).getbbox() is not None
    assert 1400 <= max(first.size) <= 2300


def test_print_shows_every_value_of_an_invoice():
    values = values_of("vehicle_invoice", "paper", 1)
    printed = "\n".join(text.text for text in compose("vehicle_invoice", values).texts())
    assert [field for field, value in values.items() if str(value) not in printed] == []


def test_value_too_long_for_its_box_is_refused():
    values = values_of("vehicle_invoice", "paper", 1) | {"engine_number": "A" * 200}
    with pytest.raises(LayoutOverflow, match="放不进"):
        render("vehicle_invoice", values)


def test_unknown_kind_and_missing_field_are_refused():
    with pytest.raises(KeyError):
        render("newspaper", {})
    with pytest.raises(KeyError, match="plate"):
        render("car_photo", {})


def test_a_side_that_has_no_values_is_not_drawn():
    whole = values_of("id_card", "copy", 0)
    back = {field: whole[field] for field in ("issuing_authority", "valid_from", "valid_until")}
    front = {field: value for field, value in whole.items() if field not in back}
    shown = {text.text for text in compose("id_card", back).texts()}
    assert whole["issuing_authority"] in shown
    assert whole["id_number"] not in shown
    assert render("id_card", front).height < render("id_card", whole).height


def test_void_slip_says_so():
    values = values_of("pos_slip", "strip", 0) | {"transaction_type": "消费撤销"}
    printed = " ".join(text.text for text in compose("pos_slip", values).texts())
    assert "消费撤销(VOID)" in printed
    assert f"-{values['amount']}" in printed


def test_seal_is_there_only_when_it_should_be():
    sealed, bare = (render("dealer_statement", {"has_seal": has}) for has in (True, False))
    assert _red_pixels(sealed) > 5000
    assert _red_pixels(bare) == 0


def _red_pixels(image: Image.Image) -> int:
    red, green, _ = image.split()
    return sum(ImageChops.subtract(red, green).histogram()[80:])


def test_qr_code_of_an_electronic_invoice_reads():
    values = values_of("vehicle_invoice", "electronic", 0)
    codes = zxingcpp.read_barcodes(render("vehicle_invoice", values))
    assert [code.text.split(",")[3] for code in codes] == [values["invoice_number"]]


def test_electronic_invoice_as_pdf_keeps_its_text(tmp_path: Path):
    values = values_of("vehicle_invoice", "electronic", 2)
    path = tmp_path / "invoice.pdf"
    write_text_pdf("vehicle_invoice", values, path)
    text = _pdf_text(path)
    plain = {field: value for field, value in values.items() if field != "invoice_date"}
    assert [field for field, value in plain.items() if str(value) not in text] == []
    assert "2023年12月28日" in text
    first = path.read_bytes()
    write_text_pdf("vehicle_invoice", values, path)
    assert path.read_bytes() == first


def test_every_kind_can_be_typeset(tmp_path: Path):
    for kind in KINDS:
        path = tmp_path / f"{kind}.pdf"
        write_text_pdf(kind, values_of(kind, FORMS[kind][0], 1), path)
        assert SPECIMEN in _pdf_text(path)


def test_scan_as_pdf_has_pages_and_no_text(tmp_path: Path):
    page = render("pos_slip", values_of("pos_slip", "strip", 0))
    path = tmp_path / "scan.pdf"
    write_pdf([page, page], path)
    with pypdfium2.PdfDocument(path) as document:
        assert len(document) == 2
    assert _pdf_text(path) == ""
    with pytest.raises(ValueError, match="至少"):
        write_pdf([], path)


def _pdf_text(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        text_page.close()
        page.close()
        return text


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_photographs_open_again(tmp_path: Path, name: str):
    image = render("bank_card", values_of("bank_card", "flat", 0))
    path = tmp_path / f"card.{name.lower()}"
    write_photo(image, path, name)  # type: ignore[arg-type]
    if name == "HEIC":
        assert pillow_heif.open_heif(io.BytesIO(path.read_bytes())).size == image.size
    else:
        with Image.open(path) as opened:
            assert (opened.format, opened.size) == (name, image.size)


def test_a_panel_draws_on_its_parents_sheet():
    sheet = Sheet(200, 200)
    sheet.panel(50, 60).panel(5, 5).text(10, 40, "样", 30)
    (mark,) = sheet.texts()
    assert (mark.x, mark.y) == (65, 105)
