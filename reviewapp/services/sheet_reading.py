"""Reading a dealer's sheet: every cell as it was written, and what is wrong with it, by row and column.

Nothing is thrown away: a row with faults keeps what was entered, and the rows beside it go on.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from reviewapp.errors import InvalidValue
from reviewapp.services.sheet_columns import CARD, ID_NUMBER, NAME, PHONE, Column, Template
from reviewapp.services.values import BadValue

MOST_ROWS = 5_000
MOST_BYTES = 20 * 1024 * 1024
_MOST_INFLATED = 200 * 1024 * 1024
_MOST_CELL = 200
_EXACT = 10**15
#: Row of the keys, hidden, and of the words above the columns; the buyers follow.
KEY_ROW, HEAD_ROW = 1, 3
_SERIALS = range(20_000, 80_000)
_DAY_ZERO = date(1899, 12, 30)
_ALONE = {ID_NUMBER: "公民身份号码", CARD: "银行卡号", "key.vin": "车架号", "key.plate": "车牌号"}
_NOT_OURS = "这不是本系统的批量表模板。请在本页下载模板，把内容填（粘贴）进去后再上传。"
_OTHER = "这张表是另一个活动、项目或版本的模板（{mark}）。请下载本批的模板，把内容粘贴过去后再上传。"
_BROKEN = "这个文件打不开，不是完整的 Excel 文件（xlsx）。请在 Excel 或 WPS 里另存为 xlsx 后再上传。"
#: Known by these words when the other cells of a row are checked anew.
MERGED = "是合并单元格"
_LOST = "被存成了数字（科学计数法），末几位已经丢失，请把单元格设为“文本”后重新填写完整号码。"


@dataclass(slots=True)
class SheetRow:
    """A buyer's row: `number` as the spreadsheet counts, cells as written by column key, faults by column key ("" for
    the row as a whole), each a whole sentence.
    """

    number: int
    cells: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows in order, and what is wrong with the sheet beside them."""

    rows: tuple[SheetRow, ...]
    complaints: tuple[str, ...] = ()


def read_sheet(data: bytes, template: Template) -> Sheet:
    """The rows of a filled-in template. InvalidValue when the file as a whole cannot be taken."""
    book = _opened(data)
    grid = book.to_python(skip_empty_area=False)
    _require_template(grid, template)
    columns, complaints = _columns(grid, template)
    rows = [
        _row(at, cells, columns) for at, cells in enumerate(grid[HEAD_ROW:], HEAD_ROW + 1) if _filled(cells, columns)
    ]
    if len(rows) > MOST_ROWS:
        raise InvalidValue(f"表里有 {len(rows)} 行，一批最多 {MOST_ROWS} 行。请拆成几批，分别上传。")
    _tell_merged(rows, _merged(book, columns))
    tell_repeated(rows)
    return Sheet(tuple(rows), tuple(complaints if rows else [*complaints, "表里还没有购车人。请从第 4 行起填写。"]))


def template_mark(data: bytes) -> str:
    """What the first cell of a sheet says it was made for. InvalidValue when it is no sheet of ours."""
    grid = _opened(data).to_python(skip_empty_area=False, nrows=1)
    mark = str(grid[0][0]) if grid and grid[0] else ""
    if not mark.startswith("reviewapp-batch/"):
        raise InvalidValue(_NOT_OURS)
    return mark


def check_row(number: int, cells: Mapping[str, str], columns: Mapping[str, Column]) -> dict[str, str]:
    """What is wrong in the cells of one row, by key."""
    return {key: fault for key, column in columns.items() if (fault := _fault(number, column, cells.get(key, "")))}


def _opened(data: bytes) -> Any:
    _check_archive(data)
    try:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        too_large = sheet.total_height > 3 * MOST_ROWS or sheet.total_width > 200
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # the reader's own faults
            raise
        raise InvalidValue(_BROKEN) from None
    if too_large:
        raise InvalidValue(f"表里有 {sheet.total_height} 行，一批最多 {MOST_ROWS} 行、200 列。请拆成几批，分别上传。")
    return sheet


def _check_archive(data: bytes) -> None:
    """A whole archive that does not grow beyond measure, read through so that its own figures need no belief."""
    if len(data) > MOST_BYTES:
        raise InvalidValue(f"这个表超过 {MOST_BYTES // 1024 // 1024} MB。请只保留文字，去掉图片后再上传。")
    left = _MOST_INFLATED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                with archive.open(name) as part:
                    while left >= 0 and (chunk := part.read(1 << 16)):
                        left -= len(chunk)
    except Exception:
        raise InvalidValue(_BROKEN) from None
    if left < 0:
        raise InvalidValue("这个 Excel 文件展开后过大，没有读取。请另存一份只有本批购车人的表。")


def _require_template(grid: Sequence[Sequence[Any]], template: Template) -> None:
    mark = str(grid[0][0]) if grid and grid[0] else ""
    if not mark.startswith("reviewapp-batch/"):
        raise InvalidValue(_NOT_OURS)
    if mark != template.mark:
        raise InvalidValue(_OTHER.format(mark=mark.partition(" ")[2][:80]))


def _columns(grid: Sequence[Sequence[Any]], template: Template) -> tuple[dict[int, Column], list[str]]:
    """The known columns by their place, wherever they were moved to, and what is said of the others."""
    known = dict(template.by_key())
    found = {at: known.pop(str(key)) for at, key in enumerate(grid[KEY_ROW - 1]) if str(key) in known}
    missing = [column.label for column in known.values() if column.required]
    if missing:
        raise InvalidValue(f"表里缺少“{'”“'.join(missing)}”列（表头第一行被改动过）。请重新下载模板再填写。")
    lost = [column.label for column in known.values()]
    return found, [f"表里没有“{'”“'.join(lost)}”列，这几项按未填写处理。"] if lost else []


def _filled(cells: Sequence[Any], columns: Mapping[int, Column]) -> bool:
    return any(str(cells[at]).strip() for at in columns if at < len(cells))


def _row(number: int, cells: Sequence[Any], columns: Mapping[int, Column]) -> SheetRow:
    row = SheetRow(number, {})
    for at, column in columns.items():
        value = cells[at] if at < len(cells) else ""
        text = cell_text(value, column)
        if text:
            row.cells[column.key] = text
        if fault := _fault(number, column, text, lost=_digits_lost(value)):
            row.faults[column.key] = fault
    return row


def cell_text(value: Any, column: Column) -> str:
    """A cell as text: numbers without a point, days as days even where the sheet holds a serial number."""
    if isinstance(value, datetime):
        return value.date().isoformat() if column.form.type == "date" else value.isoformat(" ", "minutes")
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if column.form.type == "date" and int(value) in _SERIALS:
            return (_DAY_ZERO + timedelta(days=int(value))).isoformat()
        return f"{value:.2E}" if _digits_lost(value) else repr(int(value) if value == int(value) else value)
    return str(value).strip()


def _digits_lost(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _EXACT


def _fault(number: int, column: Column, text: str, *, lost: bool = False) -> str:
    where = f"第 {number} 行「{column.label}」"
    if lost or (column.form.type in ("card", "id_number", "phone", "id") and "E+" in text.upper()):
        return where + _LOST
    if len(text) > _MOST_CELL:
        return f"{where}太长，最多 {_MOST_CELL} 个字，请缩短。"
    try:
        column.value(text)
    except BadValue as bad:
        return where + bad.remedy
    return ""


def _merged(book: Any, columns: Mapping[int, Column]) -> Iterator[tuple[range, list[Column]]]:
    """The merged cells below the head, as spreadsheet rows and columns."""
    for (top, left), (bottom, right) in book.merged_cell_ranges or ():
        across = [column for at, column in columns.items() if left <= at <= right]
        if bottom >= HEAD_ROW and across:
            yield range(max(top, HEAD_ROW) + 1, bottom + 2), across


def _tell_merged(rows: Sequence[SheetRow], merged: Iterator[tuple[range, list[Column]]]) -> None:
    for numbers, columns in merged:
        place = f"第 {numbers[0]} 至 {numbers[-1]} 行" if len(numbers) > 1 else f"第 {numbers[0]} 行"
        for row in rows:
            if row.number in numbers:
                for column in columns:
                    row.faults[column.key] = f"{place}「{column.label}」{MERGED}，请取消合并，每行各填各的。"


def tell_repeated(rows: Sequence[SheetRow]) -> None:
    """Say in the later row that somebody is in the sheet already: by a number only one can have, or name and phone."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        for key, label in _ALONE.items():
            if (text := row.cells.get(key)) and key not in row.faults:
                before = seen.setdefault((key, text.upper()), row.number)
                if before != row.number:
                    row.faults[key] = f"第 {row.number} 行「{label}」与第 {before} 行相同，请核对，或删去重复的一行。"
        person = f"{row.cells.get(NAME, '')} {row.cells.get(PHONE, '')}"
        before = seen.setdefault(("", person), row.number) if len(person) > 1 else row.number
        if before != row.number:
            row.faults[""] = f"第 {row.number} 行与第 {before} 行是同一位购车人（姓名、手机号相同），请删去一行。"
