"""The pages of `bench ocr`: specimens, drawn and damaged, as the reader gets them."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from reviewapp.errors import ReviewError
from reviewapp.pages import PageImage
from reviewapp.specimens.corpus import Specimen, every_form
from reviewapp.specimens.damage import DAMAGES, Shot, shoot

CLEAN = "clean"
JPEG_QUALITY = 88


class UnknownChoice(ReviewError):
    """A kind or damage asked for does not exist."""

    code = "unknown_choice"


@dataclass(frozen=True)
class Paper:
    """One page to read: a specimen and what happened to it, `clean` or names of damages joined by `+`."""

    specimen: Specimen
    damage: str

    @property
    def name(self) -> str:
        """Kind, form, number and damage: enough to draw the same page again."""
        return f"{self.specimen.kind}/{self.specimen.form}/{self.specimen.number}/{self.damage}"

    def shot(self) -> Shot:
        """The picture, and where the pixels of the flat paper went."""
        names = [] if self.damage == CLEAN else self.damage.split("+")
        return shoot(self.specimen.picture(), names, self.specimen.number)


def page_of(picture: Image.Image, quality: int = JPEG_QUALITY) -> PageImage:
    """A picture as `reviewapp.pages` hands it over: the one page of a file."""
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, "JPEG", quality=quality)
    return PageImage(1, picture.width, picture.height, stream.getvalue())


def papers(kinds: Sequence[str], damages: Sequence[str], numbers: Sequence[int], seed: int) -> list[Paper]:
    """Every form of the kinds (all, when none is named) × damages × numbers, shuffled by `seed`, so that any first part
    of them is a fair sample. Raises UnknownChoice for a kind or damage that does not exist."""
    _require("种类", kinds, {kind for kind, _ in every_form()})
    _require("损坏方式", [name for each in damages for name in each.split("+")], {CLEAN, *DAMAGES})
    chosen = [
        Paper(Specimen(kind, form, number), damaged)
        for kind, form in every_form()
        if not kinds or kind in kinds
        for number in numbers
        for damaged in damages
    ]
    random.Random(seed).shuffle(chosen)
    return chosen


def _require(what: str, asked: Sequence[str], there_are: set[str]) -> None:
    unknown = [name for name in asked if name not in there_are]
    if unknown:
        raise UnknownChoice(f"没有这样的{what}：{'、'.join(unknown)}。可用的有：{'、'.join(sorted(there_are))}。")
