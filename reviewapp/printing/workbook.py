"""Tables as a workbook (XLSX) or as CSV for Excel; the same tables give the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

Cell = str | int | float | None
_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 - a file's own date; without one the same rows would give other bytes
_DANGEROUS = ("=", "+", "-", "@")
_WIDEST = 40
#: Media types by the ending of the file's name.
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True)
class Table:
    """A sheet: its title, the heads of its columns, its rows, and the places (from 0) of columns that hold yuan."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    money: frozenset[int] = frozenset()


def xlsx(tables: Iterable[Table]) -> bytes:
    """A workbook, a sheet a table; the first row stays in view and is printed on every page."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False, "strings_to_formulas": False})
    book.set_properties({"created": _FIXED})
    head = book.add_format({"bold": True, "bottom": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    for table in tables:
        _sheet(book, table, head, money)
    book.close()
    return out.getvalue()


def _sheet(book: xlsxwriter.Workbook, table: Table, head: object, money: object) -> None:
    sheet = book.add_worksheet(table.title[:31])
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for place, name in enumerate(table.columns):
        sheet.set_column(place, place, min(_WIDEST, 2 * len(name) + 8), money if place in table.money else None)
        sheet.write_string(0, place, name, head)
    for number, row in enumerate(table.rows, start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, place, cell)
            elif cell is not None:
                sheet.write_number(number, place, cell, money if place in table.money else None)


def csv_text(tables: Sequence[Table]) -> bytes:
    """The tables below one another with a blank line between; with a mark that makes Excel read it as UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for at, table in enumerate(tables):
        if at:
            writer.writerow([])
        if len(tables) > 1:
            writer.writerow([table.title])
        writer.writerow(table.columns)
        writer.writerows([_harmless(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_DANGEROUS) else cell
