"""An upright page for what its lines of text do not tell: seals, signatures, coloured marks, barcodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reviewapp.ocr.codes import Code
from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line, Quad
from reviewapp.ocr.readings import Box, FieldReading


@dataclass(frozen=True, slots=True)
class View:
    """The page turned upright.

    `colour` are its pixels (BGR), in which the lines of `sheet`, the `spots` found by label and the `codes` have their
    places. `again` reads a part of the picture with the page's own engine, `line` one that is known to be a single line
    the right way up; `place` gives the box of quadrilaterals in pixels of the page as given.
    """

    colour: Pixels
    sheet: Sheet
    spots: Mapping[str, Spot]
    codes: Sequence[Code]
    again: Callable[[Pixels], Sequence[Line]]
    place: Callable[[Sequence[Quad]], Box]
    line: Callable[[Pixels], str]


Look = Callable[[View], dict[str, FieldReading]]
"""Finds fields by looking at the page; a field that it is not sure of is `unsure`, one that is not there is absent."""
