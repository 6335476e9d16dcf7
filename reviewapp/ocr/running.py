"""Running text: the lines of a letter as one text, whose stretches lead back to the lines they stand in.

In a letter a value begins behind its words and may end in the next line; labels and boxes do not reach it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reviewapp.ocr.labels import Hit, find_labels
from reviewapp.ocr.layout import Parse, Sheet, Spot
from reviewapp.ocr.lines import Line

SAME_ROW = 0.55
"""How far the middles of two parts of one row may differ, in line heights."""


@dataclass(frozen=True, slots=True)
class Row:
    """The lines of one row from left to right."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)

    def part(self, start: int, end: int) -> tuple[Line, ...]:
        """The characters `start:end` of the row as pieces of its lines."""
        pieces, done = [], 0
        for line in self.lines:
            low, high = max(start - done, 0), min(end - done, len(line.text))
            if low < high:
                pieces.append(line.piece(low, high))
            done += len(line.text)
        return tuple(pieces)


class Letter:
    """A page read row by row."""

    def __init__(self, sheet: Sheet) -> None:
        self.rows = _rows(sheet)

    @cached_property
    def text(self) -> str:
        return "".join(row.text for row in self.rows)

    def spot(self, start: int, end: int, value: str) -> Spot:
        """A value with the pieces of lines that the characters `start:end` of the text stand in."""
        return Spot(value, Row(tuple(line for row in self.rows for line in row.lines)).part(start, end))

    def hits(self, labels: Mapping[str, str | None]) -> list[Hit]:
        """Words of the letter, from its beginning to its end."""
        return find_labels(self.text, labels)

    def after(self, hits: Sequence[Hit], field: str, parse: Parse) -> Spot | None:
        """What stands between the words of a field and the next words."""
        ends = [hit.start for hit in hits[1:]] + [len(self.text)]
        for hit, end in zip(hits, ends, strict=True):
            value = parse(self.text[hit.end : end]) if hit.field == field else None
            if value is not None:
                return self._within(hit.end, end, value, parse)
        return None

    def _within(self, start: int, end: int, value: str, parse: Parse) -> Spot:
        """The shortest stretch of `start:end` that still gives the value."""
        stop = next(stop for stop in range(start + 1, end + 1) if parse(self.text[start:stop]) == value)
        begin = next(begin for begin in range(stop - 1, start - 1, -1) if parse(self.text[begin:stop]) == value)
        return self.spot(begin, stop, value)


def _rows(sheet: Sheet) -> list[Row]:
    """Lines gathered into rows from the top down, on a page that may be tilted."""
    rows: list[list[Line]] = []
    rest = sorted(sheet.lines, key=lambda line: line.centre[1] - sheet.slope(*line.centre) * line.centre[0])
    for line in rest:
        row = next((row for row in rows[-3:] if _beside(sheet, row[0], line)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [Row(tuple(sorted(row, key=lambda line: line.left))) for row in rows]


def _beside(sheet: Sheet, one: Line, other: Line) -> bool:
    return abs(sheet.offset(one, other)[1]) < SAME_ROW * min(one.height, other.height)
