"""Values whose label was read and whose own text was not found: the place beside the label is read once more, alone
and larger. Print under a seal or between two rules is often found then.

What is read so is always for a person to confirm.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from reviewapp.ocr.form import Field
from reviewapp.ocr.labels import Piece
from reviewapp.ocr.lines import Line, slice_quad
from reviewapp.ocr.prepare import crop
from reviewapp.ocr.readings import MOST_WHEN_UNSURE, FieldReading
from reviewapp.ocr.view import Look, View

LONGEST, SHORTEST = 14.0, 2.0
"""How far the place may reach to the right of its label, and how much of it must be free, in heights of the label."""
MARGIN = 0.5
LARGER = 2


def look_beside(fields: Sequence[Field]) -> Look:
    """A look for those of `fields` that were not found though their label was."""

    def look(view: View) -> dict[str, FieldReading]:
        found: dict[str, FieldReading] = {}
        for field in fields:
            if field.name in view.spots:
                continue
            labels = [p for p in view.sheet.pieces if p.hit is not None and p.hit.label in field.labels]
            readings = (_beside(view, field, label) for label in labels)
            reading = next((each for each in readings if each is not None), None)
            if reading is not None:
                found[field.name] = reading
        return found

    return look


def _beside(view: View, field: Field, label: Piece) -> FieldReading | None:
    place = _place(view, label)
    if place is None:
        return None
    red = crop(np.ascontiguousarray(view.colour[:, :, 2]), place, MARGIN)
    larger = cv2.resize(red, None, fx=LARGER, fy=LARGER, interpolation=cv2.INTER_CUBIC)
    lines = sorted(view.again(np.asarray(larger, np.uint8)), key=lambda line: line.left)
    for text in ("".join(line.text for line in lines), *(line.text for line in lines)):
        value = field.parse(text)
        if value is not None:
            score = min(line.score for line in lines)
            return FieldReading(
                value, min(score, MOST_WHEN_UNSURE), view.place([place.quad]), ("place_alone",), unsure=True
            )
    return None


def _place(view: View, label: Piece) -> Line | None:
    """The empty part of the row between a label and what is printed next to the right of it."""
    unit = label.line.height
    gaps = [LONGEST * unit]
    for piece in view.sheet.pieces:
        gap, drop = view.sheet.offset(label.line, piece.line)
        if piece is not label and gap > -0.2 * unit and abs(drop) < 0.6 * unit:
            gaps.append(gap)
    room = min(gaps) - 0.2 * unit
    if room < SHORTEST * unit:
        return None
    width = label.line.width
    quad = slice_quad(label.line.quad, 1 + 0.1 * unit / width, 1 + room / width)
    return Line("", quad, (), ())
