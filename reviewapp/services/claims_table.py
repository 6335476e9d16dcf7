"""A dealer's claims as a table to work through in a spreadsheet: where each stands and what is to be done."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import xlsxwriter

_HEADS = (
    "购车人", "活动", "项目", "申请编号", "排队号", "状态", "需要做的", "补贴（元）", "提交时间", "最近变动",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim in words; `amount` in yuan."""

    applicant: str
    scheme: str
    programme: str
    number: str
    ticket: str
    state: str
    todo: str
    amount: str
    submitted_at: str
    changed_at: str


def claims_table(lines: Sequence[ClaimLine]) -> bytes:
    """The workbook (xlsx), every cell a text, with a filter over the heads."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("购车人申请")
        sheet.write_row(0, 0, _HEADS, book.add_format({"bold": True}))
        for at, line in enumerate(lines, 1):
            for column, text in enumerate(astuple(line)):
                sheet.write_string(at, column, text)
        sheet.set_column(0, len(_HEADS) - 1, 18)
        sheet.autofilter(0, 0, max(1, len(lines)), len(_HEADS) - 1)
        sheet.freeze_panes(1, 1)
    return data.getvalue()
