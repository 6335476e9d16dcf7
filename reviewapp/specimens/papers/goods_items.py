"""The table of goods of a tax invoice: what each line costs without tax, its tax, and the lines' sum."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from reviewapp.specimens.papers.sheet import Colour, Ink, Sheet, wrap

Align = Literal["left", "centre", "right"]

RATE = Decimal("0.13")
LINE = 42
_CENT = Decimal("0.01")
_UNITS = "台套组张片件"


@dataclass(frozen=True, slots=True)
class Look:
    """How an invoice is printed: labels in one colour and face, values in another; `drift` is print off its lines."""

    labels: Colour
    label_face: str
    values: Colour
    value_face: str
    ink: Ink = "press"
    drift: tuple[float, float] = (0.0, 0.0)

    def label(self, sheet: Sheet, x: float, y: float, text: str, size: int = 28, align: Align = "left") -> None:
        """Printed text of the form."""
        sheet.text(x, y, text, size, self.label_face, colour=self.labels, align=align)

    def value(self, sheet: Sheet, x: float, y: float, text: str, size: int = 28, align: Align = "left") -> None:
        """What is filled in."""
        dx, dy = self.drift
        sheet.text(x + dx, y + dy, text, size, self.value_face, colour=self.values, align=align, ink=self.ink)

    def upright(self, sheet: Sheet, x: float, top: float, bottom: float, text: str) -> None:
        """A label whose characters stand one under the other in the middle of a narrow cell."""
        step = min(38.0, (bottom - top - 8) / len(text))
        first = (top + bottom) / 2 - step * (len(text) - 1) / 2 + 10
        for place, character in enumerate(text):
            self.label(sheet, x, first + place * step, character, 26, "centre")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, width, the key of what stands in it, and how that is set."""

    heading: str
    width: float
    key: str
    align: Align = "left"


def charged(values: Mapping[str, Any], rng: random.Random) -> list[dict[str, str]]:
    """The lines as printed: unit, price without tax and tax of each; the last tax makes the total right."""
    total = Decimal(values["total"])
    amounts = [Decimal(item["amount"]) for item in values["items"]]
    taxes = [(amount * RATE).quantize(_CENT, ROUND_HALF_UP) for amount in amounts]
    taxes[-1] = total - sum(amounts) - sum(taxes[:-1])
    places = rng.choice((2, 6, 8))
    rows = []
    for item, tax in zip(values["items"], taxes, strict=True):
        pieces = item.get("quantity")
        rows.append(
            {
                "name": item["name"],
                "model": item.get("model", ""),
                "unit": rng.choice(_UNITS) if pieces else "",
                "quantity": str(pieces or ""),
                "price": f"{Decimal(item['amount']) / pieces:.{places}f}" if pieces else "",
                "amount": item["amount"],
                "rate": "13%",
                "tax": str(tax),
            }
        )
    return rows


def sums(values: Mapping[str, Any]) -> tuple[str, str]:
    """合计: the sum of the amounts, and that of the taxes."""
    net = sum((Decimal(item["amount"]) for item in values["items"]), Decimal(0))
    return str(net), str(Decimal(values["total"]) - net)


def headings(sheet: Sheet, look: Look, columns: Sequence[Column], left: float, baseline: float) -> None:
    """The headings, in the middle of their columns."""
    for column, x in zip(columns, _edges(columns, left), strict=True):
        look.label(sheet, x + column.width / 2, baseline, column.heading, 27, "centre")


def items(
    sheet: Sheet, look: Look, columns: Sequence[Column], left: float, top: float, rows: Sequence[Mapping[str, str]]
) -> float:
    """The lines of goods from `top` down; names and models too long for their column go on below."""
    for row in rows:
        deepest = 1
        for column, x in zip(columns, _edges(columns, left), strict=True):
            parts = wrap(row[column.key], look.value_face, 27, column.width - 16)
            for place, part in enumerate(parts):
                look.value(sheet, _at(column, x), top + LINE * (place + 0.75), part, 27, column.align)
            deepest = max(deepest, len(parts))
        top += LINE * deepest
    return top


def column_edge(columns: Sequence[Column], left: float, key: str) -> float:
    """The right edge of a column."""
    edges = dict(zip((column.key for column in columns), _edges(columns, left), strict=True))
    return edges[key] + next(column.width for column in columns if column.key == key)


def _at(column: Column, x: float) -> float:
    return {"left": x + 8, "centre": x + column.width / 2, "right": x + column.width - 8}[column.align]


def _edges(columns: Sequence[Column], left: float) -> list[float]:
    edges = [left]
    for column in columns[:-1]:
        edges.append(edges[-1] + column.width)
    return edges
