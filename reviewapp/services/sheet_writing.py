"""Writing a dealer's sheet: the empty template, or the rows with what was read and what is wrong marked in them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from reviewapp.services.sheet_columns import Column, Template
from reviewapp.services.sheet_reading import HEAD_ROW, KEY_ROW, MOST_ROWS

_WIDTHS = {"id_number": 22, "card": 24, "phone": 15, "date": 14, "id": 21}
_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 - a file's own date; without one the same rows would give other bytes
_HOW = (
    "每行一位购车人，从第 4 行起填写；除姓名、手机号外都可以不填，由系统从材料上识别。"
    "不要合并单元格，不要改动隐藏的第 1 行。"
)
_NOTE = "系统提示"


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row to write: its place, cells and faults by column key ("" for the row), and what else is to be done."""

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def write_sheet(template: Template, rows: Sequence[WrittenRow] = ()) -> bytes:
    """The workbook (xlsx); what is wrong has a red ground and says why in a comment. Same rows, same bytes."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _FIXED, "title": template.title})
        _write(book, template, rows)
    return data.getvalue()


def _write(book: Any, template: Template, rows: Sequence[WrittenRow]) -> None:
    columns = template.columns()
    sheet = book.add_worksheet("购车人")
    text = book.add_format({"num_format": "@", "valign": "top"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#FBD5D5", "valign": "top"})
    _head(book, sheet, template, columns, text)
    for row in rows:
        for at, column in enumerate(columns, 1):
            fault = row.faults.get(column.key, "")
            sheet.write_string(row.number - 1, at, row.cells.get(column.key, ""), wrong if fault else text)
            if fault:
                sheet.write_comment(row.number - 1, at, fault, {"x_scale": 2})
        note = " ".join(filter(None, (row.faults.get("", ""), row.note)))
        sheet.write_string(row.number - 1, len(columns) + 1, note, wrong if row.faults.get("") else text)


def _head(book: Any, sheet: Any, template: Template, columns: Sequence[Column], text: Any) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF5", "text_wrap": True, "valign": "vcenter"})
    must = book.add_format({"bold": True, "bottom": 1, "bg_color": "#CFE0F3", "text_wrap": True, "valign": "vcenter"})
    sheet.write_string(KEY_ROW - 1, 0, template.mark)
    sheet.set_row(KEY_ROW - 1, None, None, {"hidden": True})
    sheet.write_string(KEY_ROW, 0, f"{template.title}　{_HOW}", book.add_format({"bold": True}))
    sheet.set_row(HEAD_ROW - 1, 32)
    sheet.write_string(HEAD_ROW - 1, 0, "", bold)
    sheet.set_column(0, 0, 3)
    for at, column in enumerate(columns, 1):
        sheet.write_string(KEY_ROW - 1, at, column.key)
        sheet.write_string(
            HEAD_ROW - 1, at, column.label + ("（必填）" if column.required else ""), must if column.required else bold
        )
        sheet.set_column(at, at, _WIDTHS.get(column.form.type, 16), text)
        if column.hint:
            sheet.write_comment(HEAD_ROW - 1, at, column.hint, {"x_scale": 1.5, "y_scale": 0.6})
        _drop_down(sheet, at, column)
    sheet.write_string(HEAD_ROW - 1, len(columns) + 1, _NOTE, bold)
    sheet.set_column(len(columns) + 1, len(columns) + 1, 60, text)
    sheet.freeze_panes(HEAD_ROW, 2)
    sheet.autofilter(f"B{HEAD_ROW}:{xl_col_to_name(len(columns))}{HEAD_ROW}")


def _drop_down(sheet: Any, at: int, column: Column) -> None:
    if column.options:
        rule = {"validate": "list", "source": [shown for _, shown in column.options], "error_title": column.label}
        sheet.data_validation(
            HEAD_ROW, at, HEAD_ROW + MOST_ROWS, at, rule | {"error_message": "请从列出的选项中选一个。"}
        )
