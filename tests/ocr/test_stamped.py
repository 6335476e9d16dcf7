"""A stamp pressed over a value: its letters go, what is left is for a person, red numbers stay."""

from __future__ import annotations

import numpy as np

from reviewapp.ocr import normalise
from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.layout import Spot
from reviewapp.ocr.lines import box_quad, make_line
from reviewapp.ocr.stamped import unstamped
from reviewapp.ocr.trust import settled

FUEL = Field("fuel", ("燃料种类",), normalise.chinese)
NUMBER = Field("invoice_number", ("发票号码",), normalise.digits(8, 8), number=True)
FORM = Form("vehicle_certificate", {}, (FUEL, NUMBER))
BLACK, RED = (30, 30, 30), (40, 40, 200)


def drawn(text: str, inks: list[tuple[int, int, int]]) -> tuple[Spot, Pixels]:
    """A line of equal characters, each a bar of its ink on white."""
    page = np.full((60, 40 * len(text), 3), 255, np.uint8)
    for place, ink in enumerate(inks):
        page[15:45, 40 * place + 10 : 40 * place + 30] = ink
    return Spot(text, (make_line(text, box_quad((0, 10, 40 * len(text), 50))),)), page


def test_letters_of_a_stamp_are_taken_off_and_the_rest_is_doubted() -> None:
    spot, page = drawn("核对汽油", [RED, RED, BLACK, BLACK])
    found = unstamped(FORM, {"fuel": spot}, page)
    assert found["fuel"].value == "汽油"
    assert not settled(FUEL, found["fuel"], Evidence())


def test_a_value_that_is_all_stamp_was_not_found() -> None:
    spot, page = drawn("核对", [RED, RED])
    assert unstamped(FORM, {"fuel": spot}, page) == {}


def test_plain_print_and_red_numbers_stay_as_they_are() -> None:
    plain, page = drawn("汽油", [BLACK, BLACK])
    assert unstamped(FORM, {"fuel": plain}, page) == {"fuel": plain}
    assert settled(FUEL, plain, Evidence())
    number, page = drawn("00123456", [RED] * 8)
    assert unstamped(FORM, {"invoice_number": number}, page) == {"invoice_number": number}
