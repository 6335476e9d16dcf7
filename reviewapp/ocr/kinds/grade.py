"""The grade of an efficiency label: the number in the arrow, and the bar of the ladder that the arrow stands beside.

Two witnesses: what is printed in the arrow, and its place. Where they agree the grade is sure; where one is missing or
they differ it is for a person, unless the print says `1级` in so many words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import cv2
import numpy as np

from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.layout import Sheet
from reviewapp.ocr.lines import Line, Quad, box_quad
from reviewapp.ocr.readings import FieldReading
from reviewapp.ocr.view import View

WORKING_SIDE = 1000
LEAST_BARS, MOST_BARS = 3, 5
VIVID, DARK = 60, 90
"""Least saturation of colour, most brightness of black."""
CLEAR = 0.9
"""Weakest character of a `1级` that needs no second witness."""
_PRINTED = re.compile(r"([1-5])级?")


@dataclass(frozen=True, slots=True)
class Bar:
    """One coloured bar: its box in pixels of the page."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


def look(view: View) -> dict[str, FieldReading]:
    """`grade`, "1" to "5"."""
    bars = ladder(view.colour)
    arrow = _arrow(view.sheet, bars)
    if arrow is not None:
        return {"grade": _judged(view, arrow.text, arrow.weakest, _beside(arrow.centre, bars, view.sheet), arrow.quad)}
    shape = _shape(view.colour, bars)
    if shape is None:
        return {}
    text = view.line(_cut(view.colour, shape))
    middle = ((shape.left + shape.right) / 2, shape.middle)
    quad = box_quad((shape.left, shape.top, shape.right, shape.bottom))
    reading = _judged(view, text, 0.0, _beside(middle, bars, view.sheet), quad)
    return {"grade": reading} if reading.value else {}


def _judged(view: View, text: str, certain: float, beside: str | None, quad: Quad) -> FieldReading:
    """What the print in the arrow and its place come to together; an empty value where neither says anything."""
    found = _PRINTED.fullmatch(text)
    said = found.group(1) if found else None
    sure = said is not None and (said == beside or (beside is None and certain >= CLEAR and text.endswith("级")))
    sources = tuple(name for name, value in (("print", said), ("ladder", beside)) if value == (said or beside))
    other = (beside,) if said is not None and beside not in (None, said) else ()
    value, score = said or beside or "", 0.98 if sure else 0.5
    return FieldReading(value, score, view.place([quad]), sources, unsure=not sure, alternatives=other)


def _arrow(sheet: Sheet, bars: Sequence[Bar]) -> Line | None:
    """The line in the arrow: `2级`, or a number that stands right of the ladder's bars and level with them."""
    printed = [line for line in sheet.lines if _PRINTED.fullmatch(line.text)]
    full = [line for line in printed if line.text.endswith("级")]
    if full or not bars:
        return max(full, key=lambda line: line.height, default=None)
    low, high = bars[0].top - bars[0].height, bars[-1].bottom + bars[0].height
    bare = [line for line in printed if line.left > _edge(bars) and low < line.centre[1] < high]
    return max(bare, key=lambda line: line.height, default=None)


def _edge(bars: Sequence[Bar]) -> float:
    """Right of this stands the arrow."""
    return max(bar.left + 0.8 * (bar.right - bar.left) for bar in bars)


def _beside(middle: tuple[float, float], bars: Sequence[Bar], sheet: Sheet) -> str | None:
    """The number of the bar at whose height a point lies; None between two bars, or without a ladder."""
    if not bars:
        return None
    step = (bars[-1].middle - bars[0].middle) / (len(bars) - 1)
    first = bars[0].middle + sheet.slope(*middle) * (middle[0] - (bars[0].left + bars[0].right) / 2)
    place = (middle[1] - first) / step
    number = round(place) + 1
    return str(number) if abs(place - round(place)) < 0.3 and 1 <= number <= len(bars) else None


def _shape(colour: Pixels, bars: Sequence[Bar]) -> Bar | None:
    """The arrow itself, dark or coloured, where no print was read in it: the largest such shape beside the ladder."""
    if not bars:
        return None
    height, left = bars[0].height, round(_edge(bars) + 0.2 * bars[0].height)
    top, bottom = round(max(0.0, bars[0].top - 0.4 * height)), round(bars[-1].bottom + 0.4 * height)
    right = round(left + 1.6 * (left - bars[0].left))
    part = _white_balanced(np.ascontiguousarray(colour[top:bottom, left:right]))
    hsv = cv2.cvtColor(part, cv2.COLOR_BGR2HSV)
    mask = np.asarray(np.where((hsv[:, :, 1] > VIVID) | (hsv[:, :, 2] < DARK), 255, 0), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    shapes = [
        Bar(float(left + x), float(top + y), float(left + x + w), float(top + y + h))
        for x, y, w, h, _ in stats[1:]
        if 0.4 * height < h < 2.2 * height and h < w < 6 * h
    ]
    return max(shapes, key=lambda shape: shape.height * (shape.right - shape.left), default=None)


def _cut(colour: Pixels, shape: Bar) -> Pixels:
    """The arrow without its tip."""
    tip = round(0.4 * shape.height)
    rows, columns = slice(round(shape.top), round(shape.bottom)), slice(round(shape.left) + tip, round(shape.right))
    return np.ascontiguousarray(colour[rows, columns])


def ladder(colour: Pixels) -> list[Bar]:
    """The coloured bars from the top, evenly spaced and longer one by one; none when they are not all found."""
    factor = min(1.0, WORKING_SIDE / max(colour.shape[:2]))
    small = cv2.resize(colour, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    bars = sorted(_blobs(_white_balanced(np.asarray(small, np.uint8))), key=lambda bar: bar.top)
    columns = [[bar for bar in bars if abs(bar.left - first.left) < 0.5 * (first.bottom - first.top)] for first in bars]
    best = max((_even(column) for column in columns), key=len, default=[])
    return [Bar(bar.left / factor, bar.top / factor, bar.right / factor, bar.bottom / factor) for bar in best]


def _white_balanced(picture: Pixels) -> Pixels:
    """The picture as if its brightest tenth, the label's ground, were white: lamps tint, and dark rooms dim."""
    white = np.maximum(np.percentile(picture, 90, axis=(0, 1)), 40)
    return np.asarray(np.clip(picture * (235 / white), 0, 255), np.uint8)


def _blobs(small: Pixels) -> list[Bar]:
    """Filled coloured shapes wider than high."""
    hsv = cv2.cvtColor(cv2.medianBlur(small, 5), cv2.COLOR_BGR2HSV)
    hues = (hsv[:, :, 0].astype(np.int32) + 8) // 16
    vivid = (hsv[:, :, 1] > VIVID) & (hsv[:, :, 2] > VIVID)
    bars = []
    for hue in np.unique(hues[vivid]):
        mask = np.asarray(np.where(vivid & (np.abs(hues - hue) <= 1), 255, 0), np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        for x, y, w, h, area in stats[1:]:
            if 1.2 * h < w < 14 * h and h > 10 and area > 0.55 * w * h and w < 0.6 * small.shape[1]:
                bars.append(Bar(float(x), float(y), float(x + w), float(y + h)))
    return _apart(bars)


def _apart(bars: Sequence[Bar]) -> list[Bar]:
    """Each shape once: a hue between two is found with either."""
    kept: list[Bar] = []
    for bar in sorted(bars, key=lambda each: each.height * (each.left - each.right)):
        if not any(_same_place(bar, other) for other in kept):
            kept.append(bar)
    return kept


def _same_place(bar: Bar, other: Bar) -> bool:
    return other.top <= bar.middle <= other.bottom and bar.left <= other.right and bar.right >= other.left


def _even(column: Sequence[Bar]) -> list[Bar]:
    """The column, if it is a ladder: three to five bars of one height at equal distances, the lower the longer."""
    if not LEAST_BARS <= len(column) <= MOST_BARS:
        return []
    steps = [below.middle - above.middle for above, below in pairwise(column)]
    heights = [bar.bottom - bar.top for bar in column]
    widths = [bar.right - bar.left for bar in column]
    even = max(steps) < 1.3 * median(steps) and min(steps) > 0.7 * median(steps) and max(heights) < 1.5 * min(heights)
    return list(column) if even and widths == sorted(widths) else []
