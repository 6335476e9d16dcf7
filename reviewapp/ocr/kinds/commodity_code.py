"""13 位国标码: an EAN-13 barcode with its digits, on a carton or a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from reviewapp.ocr.codes import EAN13, Code, read_part, told
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line, quad_box
from reviewapp.ocr.picture import Picture
from reviewapp.ocr.readings import FieldReading
from reviewapp.ocr.view import View
from reviewapp.policy.identifiers import ean13_ok

NAME = "commodity_code"
MOST_TEXT = 160
DIGITS = 6.0
BARS = 6.0
BARS_ABOVE = 9.0
"""How far above its digits a barcode reaches at most, in heights of the digits."""
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "B": "8", "S": "5"})


def _number(text: str) -> str | None:
    """13 digits; guard bars read as signs and letters that can only be digits do not hurt."""
    plain = re.sub(r"\W", "", text).translate(_LOOKALIKES)
    found = re.search(r"(?<!\d)\d{13}(?!\d)", plain)
    return found.group() if found else None


def _numbers(sheet: Sheet) -> Iterator[Spot]:
    """Digits in one line, or in the groups of one row, one before the bars and six under each half of them."""
    parts = [line for line in sheet.lines if re.fullmatch(r"[\dOoIlBS\W]{1,15}", line.text)]
    for line in sheet.lines:
        value = _number(line.text)
        if value is not None:
            yield Spot(value, (line,))
    for first in parts:
        row = [line for line in parts if abs(sheet.offset(first, line)[1]) < 0.5 * max(first.height, line.height)]
        row.sort(key=lambda line: line.left)
        value = _number("".join(line.text for line in row))
        if value is not None and len(row) > 1:
            yield Spot(value, tuple(row))


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    spots = sorted(_numbers(sheet), key=lambda spot: (not ean13_ok(spot.value), -spot.score))
    return {NAME: spots[0]} if spots else {}


def _score(lines: Sequence[Line]) -> float:
    """A number that passes for an EAN on a page of few words."""
    if sum(len(line.text) for line in lines) > MOST_TEXT:
        return 0.0
    return DIGITS if any(ean13_ok(spot.value) for spot in _numbers(Sheet(lines, {}))) else 0.0


def _sight(lines: Sequence[Line], picture: Picture) -> float:
    if sum(len(line.text) for line in lines) > MOST_TEXT:
        return 0.0
    return BARS if any(NAME in told(code) for code in picture.codes(EAN13)) else 0.0


def _look(view: View) -> dict[str, FieldReading]:
    """What the bars say, read again enlarged above the digits where they were lost; they are surer than the print."""
    spot = view.spots.get(NAME)
    codes = [code for code in view.codes if NAME in told(code)]
    if not codes and spot is not None:
        codes = [code for code in read_part(view.colour, _bars_of(spot), EAN13) if NAME in told(code)]
    if not codes:
        return {}
    said = [told(code)[NAME] for code in codes]
    if spot is None or spot.value in said:
        return {NAME: _told(view, codes[said.index(spot.value) if spot else 0], spot)}
    doubt = len(set(said)) > 1 or ean13_ok(spot.value)
    return {NAME: _told(view, codes[0], None, other=spot.value, unsure=doubt)}


def _told(view: View, code: Code, spot: Spot | None, other: str = "", *, unsure: bool = False) -> FieldReading:
    sources = (code.source, "print") if spot is not None else (code.source,)
    quads = [code.quad, *(line.quad for line in spot.lines)] if spot is not None else [code.quad]
    return FieldReading(
        told(code)[NAME], 0.6 if unsure else 0.99, view.place(quads), sources, unsure, (other,) if other else ()
    )


def _bars_of(spot: Spot) -> tuple[float, float, float, float]:
    boxes = [quad_box(line.quad) for line in spot.lines]
    height = max(line.height for line in spot.lines)
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    return (left - 3 * height, top - BARS_ABOVE * height, right + 3 * height, bottom + height)


FORM = Form(
    kind="commodity_code",
    marks={"商品条码": 3, "国标码": 4, "69码": 3, "登记表": -6, "确认书": -6, "统一发票": -6},
    fields=(Field(NAME, (), _number, check=ean13_ok, number=True),),
    find=_find,
    score=_score,
    sight=_sight,
    codes=EAN13,
    colour=True,
    looks=(_look,),
)
