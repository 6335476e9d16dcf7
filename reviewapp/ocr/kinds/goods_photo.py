"""商品照片: furniture or an appliance in a room. Nothing is read from it.

What tells it is little, so all of it must be there: a picture on which hardly anything is written, and the long level
and upright edges of made things, many of both. A cat, a landscape, a blank page have not. A picture without colour, or
as pale as paper, could also be a paper that nobody can read: of such a one more is asked, and that it shows little else
than long edges, where print shows many short ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from reviewapp.ocr.form import Form
from reviewapp.ocr.kinds import plates
from reviewapp.ocr.lines import Line
from reviewapp.ocr.picture import Picture

MOST_TEXT = 40
MOST_WHITE = 0.7
LEAST_COLOUR = 0.06
MOST_EDGES = 80
"""Tiles, checks and empty forms have more."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """What the edges of a picture of goods keep to.

    `each` and `both`: the fewest parallel edges, level and upright ones each, and both together; blurred papers have
    few upright ones, landscapes few of both. `level` and `upright`: at most how many times as many as of the others;
    rows of print are level edges, fences upright ones. `strokes`: the most short edges.
    """

    each: int
    both: int
    level: float
    upright: float
    strokes: float = inf

    def hold(self, picture: Picture) -> bool:
        level, upright = picture.edges
        return (
            min(level, upright) >= self.each
            and self.both <= level + upright <= MOST_EDGES
            and level <= self.level * upright
            and upright <= self.upright * level
            and picture.strokes <= self.strokes
        )


_COLOURED = _Limits(each=6, both=19, level=3.5, upright=5.5)
_PALE = _Limits(each=6, both=22, level=3.5, upright=4.0, strokes=160)


def _sight(lines: Sequence[Line], picture: Picture) -> float:
    if sum(len(line.text) for line in lines) > MOST_TEXT or plates.plates(lines):
        return 0.0
    pale = picture.white > MOST_WHITE or picture.coloured < LEAST_COLOUR
    limits = _PALE if pale else _COLOURED
    return min(8.0, 5.0 + (sum(picture.edges) - limits.both) / 5) if limits.hold(picture) else 0.0


FORM = Form(kind="goods_photo", marks={}, sight=_sight)
