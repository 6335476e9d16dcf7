"""号牌: a plate by itself, of one row or two, filling much of the picture."""

from __future__ import annotations

from collections.abc import Sequence

from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.kinds import plates
from reviewapp.ocr.lines import Line
from reviewapp.ocr.picture import Picture

FILLS = 9.0


def _sight(lines: Sequence[Line], picture: Picture) -> float:
    spot = plates.alone(lines)
    size = 0.0 if spot is None else picture.share(spot.lines) / plates.BY_ITSELF
    return FILLS if size > 1 else 0.0


FORM = Form(
    kind="plate_photo",
    marks={},
    fields=(Field("plate", (), plates.read, anywhere=True, number=True),),
    find=plates.find,
    crosscheck=plates.crosscheck,
    sight=_sight,
    colour=True,
)
