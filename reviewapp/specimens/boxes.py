"""Where a sheet prints its values: for every field the boxes in which a reader may find it.

A value is looked for in the marks of the sheet as people print it: dates as 2023年12月28日 or 2023.12.28, money with ¥
and commas, card numbers in groups, long values over several rows, after a label or before a unit in the same mark. A
value printed twice has a box for each place, and so do two fields that happen to have the same value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from reviewapp.specimens.papers.fonts import text_width
from reviewapp.specimens.papers.sheet import Picture, Sheet, Text

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels of the sheet."""
_Edges = tuple[float, float, float, float]
_SHORT = 2
"""Values up to so many characters (男, 5) stand in other words as well: only where they stand alone they count."""
_ROW_GAP = 2.2
"""Rows of one value are no further apart than this, in heights of a row."""
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d).*")
_MONEY = re.compile(r"-?(\d+)\.(\d\d)")
_BRAND_AND_MODEL = re.compile(r"([\u4e00-\u9fff]{2,})([A-Z0-9][\w-]*)")
_DATE_WORDS = frozenset("年月日时分秒")
_ENDS = ("月", "日", "秒", "%")
_ALONE, _APART, _WITHIN = range(3)


def printed(sheet: Sheet, values: Mapping[str, Any]) -> dict[str, tuple[Box, ...]]:
    """The boxes of each field whose value is printed somewhere on the sheet.

    Of a list of rows (the items of an invoice) each row that is found has a box; of `has_seal` each seal; of any other
    yes the place that the sheet says shows it.
    """
    orders = _orders(sheet)
    found = {name: _boxes_of(name, value, orders, sheet) for name, value in values.items()}
    return {name: boxes for name, boxes in found.items() if boxes}


@dataclass(frozen=True)
class _Run:
    """Characters of one mark. `edges` are their left edges and the right edge of the last."""

    text: str
    edges: tuple[float, ...]
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class _Span:
    """The characters `first` to `last` of a run."""

    run: _Run
    first: int
    last: int

    @property
    def box(self) -> _Edges:
        return (self.run.edges[self.first], self.run.top, self.run.edges[self.last + 1], self.run.bottom)


def _span(run: _Run, first: int, last: int) -> _Span:
    """With the word that ends a date and the sign that ends a share."""
    if run.text[last + 1 : last + 2] in _ENDS:
        last += 1
    return _Span(run, first, last)


class _Order:
    """Runs one after the other, folded to the characters that count, and the way back to the runs."""

    def __init__(self, runs: Sequence[_Run]) -> None:
        self.text = ""
        self._origins: list[tuple[int, int]] = []
        self._runs = runs
        for number, run in enumerate(runs):
            for place, character in enumerate(run.text):
                kept = _folded(character)
                self.text += kept
                self._origins += [(number, place)] * len(kept)

    def find(self, wanted: str) -> Iterator[tuple[_Span, ...]]:
        """Every place where `wanted` (folded) stands."""
        start = self.text.find(wanted)
        while start >= 0:
            origins = self._origins[start : start + len(wanted)]
            parts = [(number, [place for _, place in part]) for number, part in groupby(origins, lambda o: o[0])]
            yield tuple(_span(self._runs[number], places[0], places[-1]) for number, places in parts)
            start = self.text.find(wanted, start + 1)


def _orders(sheet: Sheet) -> tuple[_Order, ...]:
    """The marks as they were drawn (rows of a wrapped value follow one another), and as the eye goes over the page."""
    runs = [*(_run(text) for text in sheet.texts() if text.text), *(_seen(*shown) for shown in sheet.shown)]
    return _Order(runs), _Order(sorted(runs, key=lambda run: (round((run.top + run.bottom) / 2 / 20), run.edges[0])))


def _run(text: Text) -> _Run:
    _, top, right, bottom = text.box
    widths = (text_width(text.text[:n], text.face, text.size) + text.spacing * n for n in range(len(text.text)))
    # A pen leaves its line by a little.
    loose = 0.08 * text.size if text.ink == "hand" else 0
    return _Run(text.text, (*(text.x + width for width in widths), right), top - loose, bottom + loose)


def _seen(box: _Edges, text: str) -> _Run:
    left, top, right, bottom = box
    return _Run(text, tuple(left + (right - left) * n / len(text) for n in range(len(text) + 1)), top, bottom)


def _boxes_of(name: str, value: Any, orders: Sequence[_Order], sheet: Sheet) -> tuple[Box, ...]:
    if isinstance(value, list):
        rows = [_row_box(row, orders) for row in value if isinstance(row, Mapping)]
        return tuple(dict.fromkeys(box for box in rows if box is not None))
    if isinstance(value, bool):
        stamped = [mark.box for mark in sheet.marks if isinstance(mark, Picture) and mark.multiply]
        told = [box for box, text in sheet.shown if text == name]
        return tuple(map(_rounded, told or stamped * (name == "has_seal"))) if value else ()
    boxes = [_around(spans) for spans in _places(str(value), orders)]
    return tuple(dict.fromkeys(map(_rounded, boxes or _in_two_cells(str(value), orders))))


def _in_two_cells(value: str, orders: Sequence[_Order]) -> list[_Edges]:
    """A brand with its model where the paper has a cell for each: round both."""
    match = _BRAND_AND_MODEL.fullmatch(value)
    if match is None:
        return []
    brands, models = ([_around(spans) for spans in _places(part, orders)] for part in match.groups())
    return [_union([min(brands, key=lambda brand: _apart(brand, model)), model]) for model in models if brands]


def _row_box(row: Mapping[str, Any], orders: Sequence[_Order]) -> Box | None:
    """Round the parts of a row. What stands in one place only tells where it is; of the others the nearest counts."""
    parts = [[_around(spans) for spans in _places(str(value), orders)] for value in row.values()]
    parts = sorted((places for places in parts if places), key=len)
    if not parts:
        return None
    anchor = parts[0][0]
    return _rounded(_union([min(places, key=lambda box: _apart(anchor, box)) for places in parts]))


def _apart(one: _Edges, other: _Edges) -> float:
    """How far two boxes lie apart from row to row."""
    return abs(one[1] + one[3] - other[1] - other[3]) / 2


def _places(value: str, orders: Sequence[_Order]) -> list[tuple[_Span, ...]]:
    """Where a value is printed, in the fullest of its ways that is found at all."""
    for wanted in _ways(value):
        ranked = {spans: rank for order in orders for spans in order.find(wanted) if (rank := _rank(spans)) is not None}
        if ranked:
            best = min(ranked.values())
            most = best if len(wanted) <= _SHORT else max(best, _APART)
            return [spans for spans, rank in ranked.items() if rank <= most]
    return []


def _ways(value: str) -> tuple[str, ...]:
    """How a value may be printed, folded; the fullest first."""
    if match := _MOMENT.fullmatch(value):
        days = _day_ways(*match.groups()[:3])
        hour, minute, second = match.groups()[3:]
        clocks = (hour + minute + second, hour + minute)
        years = tuple(day + clock for clock in clocks for day in days)
        return (*years, *(day[4:] + clock for clock in clocks for day in days), *days)
    if match := _DAY.fullmatch(value):
        return _day_ways(*match.groups())
    if match := _MONTH.fullmatch(value):
        year, month = match.groups()
        return (year + month, f"{year}{int(month)}")
    if match := _MONEY.fullmatch(value):
        yuan, cents = match.groups()
        return (yuan + cents, yuan) if cents == "00" else (yuan + cents,)
    folded = "".join(map(_folded, value))
    return (folded,) if folded else ()


def _day_ways(year: str, month: str, day: str) -> tuple[str, ...]:
    return (year + month + day, f"{year}{int(month)}{int(day)}", f"{year}{month}{int(day)}")


def _folded(character: str) -> str:
    """What counts of a character: letters, digits and ideographs, alike however wide; no words of dates."""
    plain = unicodedata.normalize("NFKC", character).upper().replace("圆", "元")
    return "".join(c for c in plain if c.isalnum() and c not in _DATE_WORDS)


def _rank(spans: tuple[_Span, ...]) -> int | None:
    """How well a place fits: a value alone in its marks, apart from its neighbours, within a word; None: not at all."""
    if any(after.run.top - before.run.bottom > _ROW_GAP * before.run.height for before, after in pairwise(spans)):
        return None
    first, last = spans[0], spans[-1]
    before, after = first.run.text[: first.first], last.run.text[last.last + 1 :]
    if _runs_on(before[::-1], first.run.text[first.first]) or _runs_on(after, last.run.text[last.last]):
        return None
    if not before and not after:
        return _ALONE
    short = sum(span.last - span.first + 1 for span in spans) <= _SHORT
    ideographs = (short or first.run.text[first.first] > "\u2fff", last.run.text[last.last] > "\u2fff")
    joined = (before[-1:].isalnum() and ideographs[0], after[:1].isalnum() and ideographs[1])
    return _WITHIN if any(joined) else _APART


def _runs_on(beyond: str, edge: str) -> bool:
    """Whether a number or a code goes on beyond its edge, reading away from it: it is another one then."""
    if not edge.isascii() or not beyond:
        return False
    if edge.isdigit():
        return bool(re.match(r"\d|[.,]\d", beyond))
    return beyond[0].isascii() and beyond[0].isalnum()


def _around(spans: tuple[_Span, ...]) -> _Edges:
    return _union([span.box for span in spans])


def _union(boxes: Sequence[_Edges]) -> _Edges:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _rounded(box: _Edges) -> Box:
    """In whole pixels, a pixel wider on each side where ink is cut by the edge of a box."""
    left, top, right, bottom = box
    return (int(left) - 1, int(top) - 1, int(right) + 2, int(bottom) + 2)
