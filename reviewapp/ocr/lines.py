"""What an engine hands back: lines of text with their place, and pieces of such lines."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Corners of a line in reading order: top left, top right, bottom right, bottom left."""


LEADING = 1.25
"""Height of a line of print, in widths of a full-width character."""


@dataclass(frozen=True)
class Line:
    """One line of text.

    `places` and `scores` hold, for every character of `text`, its centre along the line (0 = left end, 1 = right end)
    and the engine's score (0..1). `text` is NFKC without spaces: spaces on printed forms are lay-out, not content. What
    follows from these is worked out once: layouts ask for it thousands of times a page.
    """

    text: str
    quad: Quad
    places: tuple[float, ...]
    scores: tuple[float, ...]

    @cached_property
    def score(self) -> float:
        """Mean score of the characters, 0 for an empty line."""
        return sum(self.scores) / len(self.scores) if self.scores else 0.0

    @cached_property
    def weakest(self) -> float:
        """Score of the least certain character: one wrong digit hides in the mean of a long line."""
        return min(self.scores, default=0.0)

    @cached_property
    def centre(self) -> Point:
        a, b, c, d = self.quad
        return ((a[0] + b[0] + c[0] + d[0]) / 4, (a[1] + b[1] + c[1] + d[1]) / 4)

    @cached_property
    def left(self) -> float:
        return (self.quad[0][0] + self.quad[3][0]) / 2

    @cached_property
    def right(self) -> float:
        return (self.quad[1][0] + self.quad[2][0]) / 2

    @cached_property
    def height(self) -> float:
        """Length of the line's shorter sides, pixels."""
        return (math.dist(self.quad[0], self.quad[3]) + math.dist(self.quad[1], self.quad[2])) / 2

    @cached_property
    def width(self) -> float:
        return (math.dist(self.quad[0], self.quad[1]) + math.dist(self.quad[3], self.quad[2])) / 2

    @cached_property
    def print_height(self) -> float:
        """Height of the printed line, pixels: characters and usual leading, told by their pitch. The box an engine
        draws is wider than that, the more so the smaller the print."""
        room = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in self.text) / 2
        return min(self.height, LEADING * self.width / room) if room >= 2 else self.height

    @cached_property
    def angle(self) -> float:
        """Slope of the line in radians, positive when it falls to the right."""
        (x0, y0), (x1, y1) = self.quad[0], self.quad[1]
        return math.atan2(y1 - y0, x1 - x0)

    def piece(self, start: int, end: int) -> Line:
        """The characters `start:end` as a line of their own, with the part of the quadrilateral they stand in."""
        text = self.text[start:end]
        if start <= 0 and end >= len(self.text):
            return self
        left = self._edge(start)
        right = self._edge(end)
        span = max(right - left, 1e-6)
        places = tuple((p - left) / span for p in self.places[start:end])
        return Line(text, slice_quad(self.quad, left, right), places, self.scores[start:end])

    def moved(self, across: float, down: float) -> Line:
        """The same line at another place."""
        a, b, c, d = ((x + across, y + down) for x, y in self.quad)
        return replace(self, quad=(a, b, c, d))

    def _edge(self, index: int) -> float:
        if index <= 0:
            return 0.0
        if index >= len(self.places):
            return 1.0
        return min(1.0, max(0.0, (self.places[index - 1] + self.places[index]) / 2))


def slice_quad(quad: Quad, left: float, right: float) -> Quad:
    """The part of `quad` between the fractions `left` and `right` of its long side."""
    top_left, top_right, bottom_right, bottom_left = quad
    return (
        _between(top_left, top_right, left),
        _between(top_left, top_right, right),
        _between(bottom_left, bottom_right, right),
        _between(bottom_left, bottom_right, left),
    )


def _between(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def make_line(
    text: str,
    quad: Sequence[Sequence[float]],
    score: float = 1.0,
    places: Sequence[float] | None = None,
    scores: Sequence[float] | None = None,
) -> Line:
    """A line from raw engine output: NFKC (a real PDF held 18 Kangxi look-alikes), spaces dropped, places filled in."""
    raw_places = list(places) if places is not None else even_places(text)
    raw_scores = list(scores) if scores is not None else [score] * len(text)
    chars: list[tuple[str, float, float]] = []
    for char, place, value in zip(text, raw_places, raw_scores, strict=True):
        chars += [(c, place, value) for c in unicodedata.normalize("NFKC", char) if not c.isspace()]
    corners = [(float(x), float(y)) for x, y in quad]
    return Line(
        "".join(c for c, _, _ in chars),
        (corners[0], corners[1], corners[2], corners[3]),
        tuple(p for _, p, _ in chars),
        tuple(s for _, _, s in chars),
    )


def even_places(text: str) -> list[float]:
    """Where the characters of a line stand when the engine does not say: full-width ones take twice the room."""
    widths = [2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text]
    total = sum(widths) or 1
    done = 0.0
    places = []
    for width in widths:
        places.append((done + width / 2) / total)
        done += width
    return places


def box_quad(box: Sequence[float]) -> Quad:
    """The quadrilateral of an upright box `[left, top, right, bottom]`."""
    left, top, right, bottom = (float(v) for v in box)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def quad_box(quad: Quad) -> tuple[float, float, float, float]:
    """The upright box `[left, top, right, bottom]` around a quadrilateral."""
    xs = [p[0] for p in quad]
    ys = [p[1] for p in quad]
    return (min(xs), min(ys), max(xs), max(ys))
