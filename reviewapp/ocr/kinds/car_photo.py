"""车牌与汽车合照: a photograph with hardly any text but a plate, which is small in it."""

from __future__ import annotations

from collections.abc import Sequence

from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.kinds import plates
from reviewapp.ocr.lines import Line
from reviewapp.ocr.picture import Picture

A_PLATE = 7.0


def _score(lines: Sequence[Line]) -> float:
    return A_PLATE if plates.alone(lines) else 0.0


def _sight(lines: Sequence[Line], picture: Picture) -> float:
    """What fills the picture is a plate by itself; a plate half as large, a car's."""
    spot = plates.alone(lines)
    if spot is None:
        return 0.0
    size = picture.share(spot.lines) / plates.BY_ITSELF
    return 2.0 if size < 0.7 else -A_PLATE if size > 1 else 0.0


FORM = Form(
    kind="car_photo",
    marks={},
    fields=(Field("plate", (), plates.read, anywhere=True, number=True),),
    find=plates.find,
    crosscheck=plates.crosscheck,
    score=_score,
    sight=_sight,
    colour=True,
)
