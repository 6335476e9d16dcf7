"""商品照片: furniture or an appliance in a room. Nothing is read from it.

What tells it is little, so all of it must be there: a photograph in colour on which hardly anything is written, no
white page in it, and the long level and upright edges of made things, many of both. A cat, a landscape, a blank page
have not.
"""

from __future__ import annotations

from collections.abc import Sequence

from reviewapp.ocr.form import Form
from reviewapp.ocr.kinds import plates
from reviewapp.ocr.lines import Line
from reviewapp.ocr.picture import Picture

MOST_TEXT = 40
MOST_WHITE = 0.7
LEAST_COLOUR = 0.06
LEAST_EDGES, ALL_EDGES = 6, 19
"""Parallel edges, level and upright ones each, and both together: blurred papers have few upright ones, landscapes few
of both."""
MOST_LEVEL, MOST_UPRIGHT = 3.5, 5.5
"""How many times as many as of the others: rows of print are level edges, fences upright ones."""


def _sight(lines: Sequence[Line], picture: Picture) -> float:
    if sum(len(line.text) for line in lines) > MOST_TEXT or plates.plates(lines):
        return 0.0
    if picture.white > MOST_WHITE or picture.coloured < LEAST_COLOUR:
        return 0.0
    level, upright = picture.edges
    if min(level, upright) < LEAST_EDGES or level + upright < ALL_EDGES:
        return 0.0
    if level > MOST_LEVEL * upright or upright > MOST_UPRIGHT * level:
        return 0.0
    return min(8.0, 5.0 + (level + upright - ALL_EDGES) / 5)


FORM = Form(kind="goods_photo", marks={}, sight=_sight)
