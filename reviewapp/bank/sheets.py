"""Tables in files: CSV and XLSX, read into rows of text and written so that the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

import python_calamine
import xlsxwriter

from reviewapp.bank.template import FileForm

#: A return file is smaller than this: 20,000 lines of 100 bytes are 2 MB.
MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
_MOST_INFLATED = 64 * 1024 * 1024
_MOST_CELL = 500
_EXACT = 10**15
_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 - a file's own date; without one the same rows would give other bytes
_DANGEROUS = ("=", "+", "-", "@")

Rows = list[tuple[int, list[str]]]


class Refused(Exception):
    """The file cannot be taken; `message` says in Chinese where and why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Number(str):
    """A cell that a workbook should hold as a number."""

    __slots__ = ()


def csv_rows(text: str, delimiter: str) -> Rows:
    """(row from 1, cells) of a CSV text; blank rows are left out. Refused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: Rows = []
    try:
        for cells in reader:
            _keep(rows, reader.line_num, [cell.strip() for cell in cells])
    except csv.Error:
        raise Refused(f"第 {reader.line_num} 行的引号或分隔符不完整，文件可能被截断。请从银行重新下载。") from None
    return rows


def xlsx_rows(data: bytes) -> Rows:
    """(row from 1, cells) of a workbook's first sheet, without blank rows and blank cells at a row's end. Refused."""
    _check_archive(data)
    rows: Rows = []
    for number, cells in enumerate(_calamine_rows(data), start=1):
        texts = [_cell_text(cell, number) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        _keep(rows, number, texts)
    return rows


def write(form: FileForm, rows: Sequence[Sequence[str]]) -> bytes:
    """The file; the same rows give the same bytes. A `Number` is one in a workbook."""
    return _write_csv(form, rows) if form.format == "csv" else _write_xlsx(rows)


def harmless(form: FileForm, text: str) -> str:
    """Words that a spreadsheet shows and does not run: for names and notes, which never begin like a formula.

    A workbook's cells say that they are text; in a CSV an apostrophe has to.
    """
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return f"'{plain}" if form.format == "csv" and plain.startswith(_DANGEROUS) else plain


def _keep(rows: Rows, number: int, cells: list[str]) -> None:
    if not any(cells):
        return
    if len(rows) >= MOST_ROWS:
        raise Refused(f"文件超过 {MOST_ROWS} 行。请拆成几份再上传。")
    for cell in cells:
        if len(cell) > _MOST_CELL or not cell.isprintable():
            raise Refused(f"第 {number} 行有过长或无法显示的内容。请从银行重新下载后原样上传，不要另存。")
    rows.append((number, cells))


def _check_archive(data: bytes) -> None:
    """A whole archive that does not grow beyond measure; read through once, so that its own figures need no belief."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            left = _MOST_INFLATED
            for name in archive.namelist():
                with archive.open(name) as part:
                    while chunk := part.read(1 << 16):
                        left -= len(chunk)
                        if left < 0:
                            raise Refused("这个 Excel 文件展开后过大，没有读取。请从银行重新下载。")
    except Refused:
        raise
    except Exception:
        raise Refused("这不是完整的 Excel 文件（xlsx），可能没有下载完。请从银行重新下载。") from None


def _calamine_rows(data: bytes) -> Iterator[Sequence[object]]:
    try:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        if sheet.total_height > 4 * MOST_ROWS or sheet.total_width > 200:
            raise Refused(f"表格超过 {MOST_ROWS} 行或 200 列。请拆成几份再上传。")
        yield from sheet.to_python(skip_empty_area=False)
    except Refused:
        raise
    except BaseException as error:
        if (
            isinstance(error, Exception) or type(error).__name__ == "PanicException"
        ):  # how the reader's own faults arrive
            raise Refused("这个 Excel 文件打不开，内容已损坏。请从银行重新下载。") from None
        raise


def _cell_text(cell: object, row: int) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= _EXACT:
            raise Refused(
                f"第 {row} 行有超过 15 位的数字（如卡号）被存成数值，末几位已失真。请从银行重新下载，不要另存。"
            )
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return str(cell)


def _write_csv(form: FileForm, rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=form.delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(form.encoding)


def _write_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        book.set_properties({"created": _FIXED})
        sheet = book.add_worksheet("Sheet1")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, Number):
                    sheet.write_number(at, column, float(cell))
                elif cell:
                    sheet.write_string(at, column, cell)
    return data.getvalue()
