"""Invoices that come as PDF or OFD: their own text is read, every field exact and sure, and no engine is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.ocr import PageReading, Reader
from reviewapp.ocr.engines import Pixels, Recognised
from reviewapp.pages import open_file
from reviewapp.specimens.compare import same
from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.papers import write_text_pdf
from reviewapp.specimens.papers.sheet import Text
from tests.pages import ofd

INVOICES = [("vehicle_invoice", "digital"), ("vehicle_invoice", "electronic"), ("product_invoice", "digital")]
MILLIMETRES = 240.0
"""Width of the page."""


class NeverAsked:
    """An engine that must not be needed."""

    name = "never"
    scores_tell = True

    def warm_up(self) -> None:
        """Nothing to load."""

    def recognise(self, image: Pixels) -> Recognised:
        raise AssertionError("the text layer was to be read")

    def read_line(self, crop: Pixels, chinese: bool = False) -> str:
        raise AssertionError("the text layer was to be read")


def read(path: Path) -> PageReading:
    (page,) = open_file(path).pages
    assert not page.doubted_text
    (reading,) = Reader(NeverAsked(), second=None).read(page)
    return reading


def as_ofd(specimen: Specimen) -> bytes:
    """The texts of a drawn paper at their places, character by character as writers of OFD do."""
    sheet = specimen.sheet()
    scale = MILLIMETRES / sheet.width
    objects = []
    for mark in sheet.marks:
        if isinstance(mark, Text):
            size = mark.size * scale
            widths = [mark.size * (1 if ord(character) > 0x2000 else 0.55) for character in mark.text[:-1]]
            steps = [f"{(width + mark.spacing) * scale:.3f}" for width in widths]
            shown = mark.text.replace("&", "&amp;").replace("<", "&lt;")
            left, top = mark.x * scale, mark.y * scale - size
            objects.append(
                ofd.text(shown, round(left, 3), round(top, 3), round(size, 3), run=f'DeltaX="{" ".join(steps)}"')
            )
    box = f"0 0 {MILLIMETRES} {sheet.height * scale:.3f}"
    return ofd.packed(ofd.package([ofd.page(ofd.layer(*objects))], box=box))


@pytest.mark.parametrize(("kind", "form"), INVOICES)
@pytest.mark.parametrize("suffix", ["pdf", "ofd"])
def test_every_field_is_exact_and_sure(suffix: str, kind: str, form: str, tmp_path: Path) -> None:
    specimen, path = Specimen(kind, form, 3), tmp_path / f"invoice.{suffix}"
    if suffix == "ofd":
        path.write_bytes(as_ofd(specimen))
    else:
        write_text_pdf(kind, specimen.values, path, seed=3, form=form)
    reading = read(path)
    assert reading.kind == kind
    missed = {
        name: (reading.fields.get(name), value)
        for name, value in specimen.truth.items()
        if name not in reading.fields or not same(name, reading.fields[name].value, value)
    }
    assert missed == {}
    assert {name for name, field in reading.fields.items() if field.unsure and name in specimen.truth} == set()
