"""The same photograph is known again when it was cropped and compressed; the next one of the same form is not."""

from __future__ import annotations

import io
import random
from functools import cache

import pytest
from PIL import Image

from reviewapp.pages import likeness
from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.damage import phone_photo
from reviewapp.specimens.papers import FORMS

_KINDS = ("id_card", "car_photo")


@cache
def photograph(kind: str, number: int) -> Image.Image:
    taken = phone_photo(Specimen(kind, next(iter(FORMS[kind])), number).picture(), seed=number)
    taken.thumbnail((1600, 1600))
    return taken


def scene(seed: int) -> Image.Image:
    """A picture of grey patches, drawn in no time."""
    chance, picture = random.Random(seed), Image.new("L", (900, 700), 120)
    for _ in range(60):
        left, top = chance.randrange(800), chance.randrange(600)
        right, bottom = left + chance.randrange(30, 300), top + chance.randrange(30, 200)
        picture.paste(chance.randrange(256), (left, top, right, bottom))
    return picture


def jpeg(picture: Image.Image, *, side: int | None = None, quality: int = 90) -> bytes:
    copy = picture.convert("RGB")
    if side:
        copy.thumbnail((side, side))
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=quality)
    return out.getvalue()


def cropped(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    return picture.crop((round(width * share), round(height * share / 2), round(width * (1 - share)), height))


def nearest(one: bytes, other: bytes) -> int:
    return min(likeness.distance(a, b) for a in likeness.prints(one) for b in likeness.prints(other))


@pytest.mark.parametrize("kind", _KINDS)
def test_smaller_and_compressed_it_is_found_and_the_next_paper_is_not(kind: str) -> None:
    kept, again = jpeg(photograph(kind, 0)), jpeg(photograph(kind, 0), side=1100, quality=45)
    another = jpeg(photograph(kind, 1))

    assert nearest(kept, again) < 16
    assert likeness.same_picture(kept, again)
    assert not likeness.same_picture(kept, another)


def test_what_was_cut_off_around_a_paper_does_not_hide_it() -> None:
    kept = jpeg(photograph("id_card", 0))
    again = jpeg(cropped(photograph("id_card", 0), 0.03), side=1300, quality=60)

    assert nearest(kept, again) <= likeness.NEAR_BITS
    assert likeness.same_picture(kept, again)


def test_two_scans_of_one_form_are_near_and_still_not_the_same() -> None:
    first, second = (jpeg(Specimen("vehicle_invoice", "electronic", number).picture()) for number in (0, 1))

    assert nearest(first, second) <= likeness.NEAR_BITS
    assert not likeness.same_picture(first, second)


def test_a_blank_page_is_like_nothing() -> None:
    blank = jpeg(Image.new("RGB", (400, 300), (200, 200, 200)))

    assert likeness.prints(blank) == []
    assert not likeness.same_picture(blank, blank)
