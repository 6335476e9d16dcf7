"""From the page to the engine's picture and back: turns, scales, crops; codes and seals on real pixels."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from reviewapp.ocr.codes import QR, invoice_code, read_codes
from reviewapp.ocr.engines import EngineMissing, engine_named, turned
from reviewapp.ocr.lines import box_quad, make_line
from reviewapp.ocr.picture import Picture
from reviewapp.ocr.prepare import LONG_SIDE, DamagedPage, crop, page_box, prepare
from reviewapp.ocr.seal import find_seal
from reviewapp.pages import PageImage
from reviewapp.specimens.damage import damage
from reviewapp.specimens.papers import render
from tests.ocr.papers import page_of


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@settings(max_examples=20, deadline=None)
@given(data=st.data(), width=st.integers(200, 3000), height=st.integers(200, 3000))
def test_boxes_come_back_to_the_page_as_given(rotation: int, data: st.DataObject, width: int, height: int) -> None:
    """A black mark on the page is found in the upright picture and its box mapped back."""
    left, top = data.draw(st.integers(0, width - 60)), data.draw(st.integers(0, height - 60))
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((left, top, left + 50, top + 40), fill="black")
    prepared = prepare(page_of(image, 95))
    upright = turned(prepared.grey, rotation)
    ys, xs = np.nonzero(upright < 128)
    box = page_box([box_quad((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))], prepared, rotation)
    assert box == pytest.approx((left, top, left + 51, top + 41), abs=4)
    assert max(prepared.colour.shape) <= LONG_SIDE


def test_a_page_that_cannot_be_decoded_says_so() -> None:
    with pytest.raises(DamagedPage, match="第 3 页"):
        prepare(PageImage(3, 10, 10, b"not a jpeg"))


@pytest.mark.parametrize("size", [(1, 1), (4000, 1), (1, 4000), (3000, 7)])
def test_a_picture_thinner_than_any_paper_is_prepared(size: tuple[int, int]) -> None:
    """Reducing it to the engine's size would leave less than a pixel of it."""
    prepared = prepare(page_of(Image.new("RGB", size, "white")))
    assert min(prepared.colour.shape[:2]) >= 1
    assert max(prepared.colour.shape[:2]) <= LONG_SIDE
    assert Picture(prepared.colour, 90).white == 1
    assert Picture(prepared.colour, 0).edges == (0.0, 0.0)


def test_the_crop_of_a_tilted_line_is_straight() -> None:
    picture = np.full((200, 400), 255, np.uint8)
    for x in range(50, 350):
        y = 60 + (x - 50) // 5
        picture[y : y + 20, x] = 0
    line = make_line("x", [(50, 60), (350, 120), (350, 140), (50, 80)])
    flat = crop(picture, line, margin=0.0)
    assert (flat[3:-3, 3:-3] < 128).mean() > 0.95


def test_unknown_engine_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(EngineMissing, match="rapidocr"):
        engine_named("abacus")


def test_a_tax_code_says_number_date_and_amount() -> None:
    told = invoice_code("01,03,014002100111,12345678,113274.34,20231228,12345,A1B2,")
    assert told == {
        "invoice_code": "014002100111",
        "invoice_number": "12345678",
        "invoice_date": "2023-12-28",
        "amount": "113274.34",
    }
    assert "invoice_code" not in invoice_code("01,32,,23142000000012345678,128000.00,20231228,,A1B2")


@pytest.mark.parametrize(
    "text", ["", "https://example.org/01,02,03,04,05,06", "01,03,1,2,3", "02,03,0,12345678,1,20231228"]
)
def test_any_other_code_says_nothing(text: str) -> None:
    assert invoice_code(text) == {}


@pytest.mark.parametrize("scale", [2, 5])
def test_codes_are_read_with_their_place(scale: int) -> None:
    stream = io.BytesIO()
    segno.make_qr("01,32,,23142000000012345678,128000.00,20231228,,A1B2").save(
        stream, kind="png", scale=scale, border=4
    )
    page = Image.new("RGB", (900, 700), "white")
    page.paste(Image.open(stream).convert("RGB"), (300, 200))
    (code,) = read_codes(np.asarray(page.convert("L")), QR)
    assert code.text.startswith("01,32")
    assert 300 <= code.quad[0][0] <= 320 + 10 * scale
    assert 200 <= code.quad[0][1] <= 220 + 10 * scale


@pytest.mark.parametrize("worn", [[], ["light"], ["blur"], ["tilt"], ["jpeg"], ["half"], ["turn90"]])
@pytest.mark.parametrize("sealed", [True, False])
def test_a_statement_is_worth_its_seal(sealed: bool, worn: list[str]) -> None:
    image = damage(render("dealer_statement", {"has_seal": sealed}, seed=3), worn, 3)
    pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
    seal = find_seal(pixels)
    assert (seal is not None) == sealed


def test_red_print_is_no_seal() -> None:
    page = Image.new("RGB", (1200, 1600), "white")
    pen = ImageDraw.Draw(page)
    rng = random.Random(1)
    for row in range(10):
        pen.rectangle((100, 200 + row * 90, 100 + rng.randint(500, 900), 230 + row * 90), fill=(200, 30, 30))
    assert find_seal(np.ascontiguousarray(np.asarray(page)[:, :, ::-1])) is None


def test_a_narrow_page_maps_back_in_both_directions() -> None:
    """134 of 133.6 pixels across and 2000 of 2000 down: one factor for both would be 5 pixels out at the bottom."""
    image = Image.new("RGB", (200, 2994), "white")
    ImageDraw.Draw(image).rectangle((0, 1392, 50, 1432), fill="black")
    prepared = prepare(page_of(image, 95))
    ys, xs = np.nonzero(prepared.grey < 128)
    box = page_box([box_quad((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))], prepared, 0)
    assert box == pytest.approx((0, 1392, 51, 1433), abs=1)
