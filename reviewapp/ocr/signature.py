"""Whether somebody signed: ink in the place beside or under a label, where nothing is printed."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import cv2
import numpy as np

from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.labels import Piece
from reviewapp.ocr.lines import Line, Quad
from reviewapp.ocr.prepare import crop
from reviewapp.ocr.readings import FieldReading
from reviewapp.ocr.view import Look, View

ABOVE, BELOW, ASIDE = 1.2, 2.0, 9.0
"""How far the place reaches over and under its label and to the right of it, in heights of the label."""
COLON = 0.9
"""Room for the colon after the label."""
SIGNED, BLANK = 0.35, 0.04
"""Ink, in squares of the label's height, from which it is a signature, and up to which it is a speck."""
AS_TALL = 0.7
"""Least height of a signature's strokes."""
THIN = 0.09
"""Width of a rule, in heights of the label; a signature has more ink for its extent."""
PRINT = 0.98
"""Text that is read so well, no taller than its label, may have been printed there."""


@dataclass(frozen=True, slots=True)
class _Ink:
    """What was drawn in a place: its area and extent in heights of the label."""

    area: float
    width: float
    height: float


def beside(labels: Collection[str]) -> Look:
    """A look for `has_signature` beside the first of `labels` on the page; without such a label nothing is said."""

    def look(view: View) -> dict[str, FieldReading]:
        found = [p for p in view.sheet.pieces if p.hit is not None and p.hit.label in labels]
        if not found:
            return {}
        label = min(found, key=lambda p: (p.hit.mistakes, -len(p.hit.label)) if p.hit else (0, 0))
        place = _place(view, label)
        ink = _ink(view, label, place)
        signed = bool(ink.area >= BLANK and ink.height >= AS_TALL / 2)
        clear = _clearly_signed(ink) and not _printed(view, label, place) if signed else ink.area < BLANK
        return {
            "has_signature": FieldReading(
                signed, 0.95 if clear else 0.6, view.place([place.quad]), ("ink",), unsure=not clear
            )
        }

    return look


def _clearly_signed(ink: _Ink) -> bool:
    return bool(ink.area >= SIGNED and ink.height >= AS_TALL and ink.width >= 1.0)


def _place(view: View, label: Piece) -> Line:
    """The place as a line: from the label to the right, up to the next label of the row, and a little up and down."""
    unit = label.line.height
    reach = ASIDE * unit
    for piece in view.sheet.pieces:
        gap, drop = view.sheet.offset(label.line, piece.line)
        if piece is not label and piece.hit is not None and 0 < gap < reach and abs(drop) < unit:
            reach = gap
    _, top_right, bottom_right, _ = label.line.quad
    angle = math.atan(view.sheet.slope(*label.line.centre))
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))

    def moved(point: tuple[float, float], right: float, down: float) -> tuple[float, float]:
        return point[0] + right * along[0] + down * across[0], point[1] + right * along[1] + down * across[1]

    quad: Quad = (
        moved(top_right, COLON * unit, -ABOVE * unit),
        moved(top_right, reach, -ABOVE * unit),
        moved(bottom_right, reach, BELOW * unit),
        moved(bottom_right, COLON * unit, BELOW * unit),
    )
    return Line("", quad, (), ())


def _ink(view: View, label: Piece, place: Line) -> _Ink:
    """Dark strokes in the place, without rules, specks and the print of other labels and their values."""
    unit = label.line.height
    red = np.ascontiguousarray(view.colour[:, :, 2])
    for line in _print_of_others(view, label):
        cv2.fillConvexPoly(red, np.array(line.quad, np.int32), 255)
    flat = crop(red, place, margin=0.0)
    dark = _without_rules(_dark(flat, unit), unit)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    strokes = [one for one in stats[1:count] if max(one[2], one[3]) > 0.3 * unit and not _rule(one, dark, unit)]
    if not strokes:
        return _Ink(0, 0, 0)
    left, top = min(s[0] for s in strokes), min(s[1] for s in strokes)
    right, bottom = max(s[0] + s[2] for s in strokes), max(s[1] + s[3] for s in strokes)
    area = float(sum(s[4] for s in strokes))
    return _Ink(area / unit**2, float(right - left) / unit, float(bottom - top) / unit)


def _print_of_others(view: View, label: Piece) -> list[Line]:
    """Labels, and what stands beside them: a date under the signature is none."""
    return [
        piece.line
        for piece in view.sheet.pieces
        if piece is not label and (piece.hit is not None or view.sheet.labelled(piece, _wordings(label)))
    ]


def _wordings(label: Piece) -> tuple[str, ...]:
    return (label.hit.label,) if label.hit is not None else ()


def _dark(flat: Pixels, unit: float) -> Pixels:
    """255 where a pixel is clearly darker than the paper around it."""
    size = 2 * round(unit) + 1
    ground = cv2.morphologyEx(flat, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (size, size)))
    return np.asarray(np.where(flat < 0.7 * ground, 255, 0), np.uint8)


def _without_rules(dark: Pixels, unit: float) -> Pixels:
    """The same without lines that run straight for longer than a stroke does."""
    long, thick = round(2.2 * unit), max(3, round(0.12 * unit))
    out = dark.copy()
    for kernel, wider in (((long, 1), (1, thick)), ((1, long), (thick, 1))):
        rules = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, kernel))
        out[cv2.dilate(rules, cv2.getStructuringElement(cv2.MORPH_RECT, wider)) > 0] = 0
    return out


def _rule(one: np.ndarray[tuple[int, ...], np.dtype[np.int32]], dark: Pixels, unit: float) -> bool:
    """Whether a mark is a rule that the page's tilt has bent: long and straight, or thin and running out of the
    place, as the corner of a frame does."""
    left, top, width, height, area = (int(value) for value in one)
    if max(width, height) > 1.5 * unit and min(width, height) < 0.5 * unit:
        return True
    outward = left == 0 or top == 0 or left + width == dark.shape[1] or top + height == dark.shape[0]
    return outward and area < THIN * unit * (width + height)


def _printed(view: View, label: Piece, place: Line) -> bool:
    """Whether what stands there may be print: as small as the label and read without any doubt."""
    (left, top), (right, bottom) = place.quad[0], place.quad[2]
    inside = [
        piece.line
        for piece in view.sheet.pieces
        if piece.hit is None and left < piece.line.centre[0] < right and top < piece.line.centre[1] < bottom
    ]
    return bool(inside) and all(
        line.score > PRINT and line.print_height < 1.15 * label.line.print_height for line in inside
    )
