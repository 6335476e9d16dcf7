"""Letters of a red stamp among the print: read as if they were print, they would become part of a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.form import Form
from reviewapp.ocr.layout import Spot
from reviewapp.ocr.lines import Line, quad_box
from reviewapp.ocr.seal import red

PALE = 140
"""How bright the darkest of a red letter stays in the red channel, where print is dark."""
FAINT = 0.5
"""Score of characters beside a stamp's, too low to be sure."""
LEAST_RED = 0.05
"""Share of a letter's box that its red ink covers."""


def without_stamps(lines: Sequence[Line], colour: Pixels) -> list[Line]:
    """The lines without those characters, and without those lines, that are red ink on `colour` (BGR, upright)."""
    return [part for line in lines for part in _printed(line, colour)]


def unstamped(form: Form, spots: Mapping[str, Spot], colour: Pixels) -> dict[str, Spot]:
    """The spots, texts without the letters of a stamp pressed over them; a text that is all stamp was not found.

    What is left is for a person to look at: a letter of the stamp that crosses the print is not seen to be red. Numbers
    stay as they are: invoices print some in red.
    """
    bare = dict(spots)
    for name, spot in spots.items():
        field = form.field_named(name)
        if field is None or field.number:
            continue
        lines = without_stamps(spot.lines, colour)
        if sum(len(line.text) for line in lines) == len(spot.text):
            continue
        value = field.parse("".join(line.text for line in lines))
        if value is None:
            del bare[name]
        else:
            bare[name] = Spot(value, tuple(_faint(line) for line in lines))
    return bare


def _faint(line: Line) -> Line:
    return replace(line, scores=tuple(min(score, FAINT) for score in line.scores))


def _printed(line: Line, colour: Pixels) -> Iterator[Line]:
    left, top, _, _ = (max(0, round(edge)) for edge in quad_box(line.quad))
    there = _cut(colour, line)
    mask = red(there) > 0 if there.size else np.zeros(0, bool)
    if not mask.any():
        yield line
        return
    letters = [line.piece(place, place + 1).moved(-left, -top) for place in range(len(line.text))]
    stamped = [_stamped(letter, there[:, :, 2], mask) for letter in letters]
    for bare, places in groupby(range(len(line.text)), key=lambda place: not stamped[place]):
        if bare:
            part = list(places)
            yield line.piece(part[0], part[-1] + 1)


def _stamped(letter: Line, channel: Pixels, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    ink, shade = _cut(mask, letter), _cut(channel, letter)
    return bool(ink.size and ink.mean() > LEAST_RED and np.percentile(shade, 1) > PALE)


def _cut(picture: Pixels | np.ndarray[tuple[int, ...], np.dtype[np.bool_]], line: Line) -> Pixels:
    left, top, right, bottom = (max(0, round(edge)) for edge in quad_box(line.quad))
    return np.asarray(picture[top : bottom + 1, left : right + 1])
