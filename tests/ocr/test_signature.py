"""Whether a consumer signed, on drawn confirmation forms whose lines are told, not read."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.kinds.subsidy_confirmation import FORM, SIGNATURE
from reviewapp.ocr.layout import Sheet
from reviewapp.ocr.lines import Line, box_quad, make_line
from reviewapp.ocr.readings import FieldReading
from reviewapp.ocr.signature import beside
from reviewapp.ocr.view import View
from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.damage import damage
from reviewapp.specimens.papers import compose, render
from reviewapp.specimens.papers.fonts import font

FORMS = ("typed", "handwritten", "plain")


def printed(values: dict[str, object], form: str, seed: int) -> tuple[Line, ...]:
    """The printed lines of a form: what the pen wrote is not among them."""
    texts = compose("subsidy_confirmation", values, seed=seed, form=form).texts()
    boxes = ((text.text, text.box) for text in texts if text.ink == "press")
    return tuple(make_line(text, box_quad((b[0], b[1] - 4, b[2], b[3] + 4))) for text, b in boxes)


def signature(image: Image.Image, lines: tuple[Line, ...]) -> FieldReading | None:
    colour: Pixels = np.asarray(image.convert("RGB"), np.uint8)[:, :, ::-1].copy()
    view = View(colour, Sheet(lines, FORM.labels), {}, (), lambda part: (), lambda quads: (0, 0, 1, 1), lambda part: "")
    return beside(SIGNATURE)(view).get("has_signature")


def paper(form: str, number: int, *, signed: bool) -> tuple[Image.Image, tuple[Line, ...]]:
    values = dict(Specimen("subsidy_confirmation", form, number).values) | {"has_signature": signed}
    image = render("subsidy_confirmation", values, seed=number, form=form)
    return image, printed(values, form, number)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", range(2))
def test_a_name_or_a_flourish_is_a_signature_and_an_empty_place_is_none(form: str, number: int) -> None:
    for signed in (True, False):
        found = signature(*paper(form, number, signed=signed))
        assert found is not None
        assert (found.value, found.unsure) == (signed, False)


@pytest.mark.parametrize("state", ["jpeg", "noise", "light", "stamp"])
def test_damage_never_makes_a_wrong_signature_certain(state: str) -> None:
    for number, signed in enumerate((True, False, True, False)):
        image, lines = paper(random.Random(number).choice(FORMS), number, signed=signed)
        found = signature(damage(image, [state], number), lines)
        assert found is not None
        assert found.unsure or found.value is signed


def test_small_print_where_a_signature_belongs_is_for_a_person() -> None:
    image, lines = paper("plain", 0, signed=False)
    place = next(line for line in lines if line.text.startswith("消费者本人签名"))
    left, top, bottom = place.right + 60, place.quad[0][1], place.quad[2][1]
    ink = image.copy()
    ImageDraw.Draw(ink).text((left, bottom - 8), "测试甲", fill=(30, 30, 30), font=font("serif", 36), anchor="ls")
    name = make_line("测试甲", box_quad((left, top, left + 108, bottom)))
    found = signature(ink, (*lines, name))
    assert found is not None
    assert found.unsure


def test_a_paper_without_the_label_says_nothing() -> None:
    image, lines = paper("typed", 1, signed=True)
    without = tuple(replace(line, text="备注") if "签" in line.text else line for line in lines)
    assert signature(image, without) is None
