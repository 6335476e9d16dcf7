"""A dealer's sheet: what a spreadsheet does to it, told by row and column; what is good goes on."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from reviewapp.errors import InvalidValue
from reviewapp.services.sheet_columns import CARD, ID_NUMBER, NAME, PHONE, Template
from reviewapp.services.sheet_reading import MOST_ROWS, Sheet, read_sheet
from reviewapp.services.sheet_writing import WrittenRow, write_sheet
from reviewapp.specimens import people

CAR = Template("yangcheng-2023", "1", "car")
ENERGY = "declared.energy"
FIRST = 4


def buyer(index: int) -> dict[str, Any]:
    bought = people.purchase(index)
    return {NAME: bought.buyer.name, PHONE: bought.buyer.phone, CARD: bought.card.number}


def spreadsheet(rows: list[Mapping[str, Any]], *, mark: str = CAR.mark, merge: str = "") -> bytes:
    """A sheet as an office program leaves it: numbers as numbers, days as days."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        keys = [column.key for column in CAR.columns()]
        sheet.write_row(0, 0, [mark, *keys])
        for at, row in enumerate(rows, FIRST - 1):
            for key, value in row.items():
                if isinstance(value, date):
                    sheet.write_datetime(at, keys.index(key) + 1, value, book.add_format({"num_format": "yyyy-mm-dd"}))
                else:
                    sheet.write(at, keys.index(key) + 1, value)
        if merge:
            sheet.merge_range(merge, "测试甲")
    return data.getvalue()


def read(*rows: Mapping[str, Any], **arguments: Any) -> Sheet:
    return read_sheet(spreadsheet(list(rows), **arguments), CAR)


def test_the_template_comes_back_as_it_was_filled_in_with_words_for_choices():
    cells = buyer(0) | {ENERGY: "新能源汽车", "account.kind": "借记卡（储蓄卡）", "key.plate": "晋E12345"}
    sheet = read_sheet(write_sheet(CAR, [WrittenRow(FIRST, cells)]), CAR)
    assert [(row.number, row.cells, row.faults) for row in sheet.rows] == [(FIRST, cells, {})]
    assert CAR.by_key()[ENERGY].value("新能源汽车") == "new_energy"
    assert write_sheet(CAR) == write_sheet(CAR)
    assert read_sheet(write_sheet(CAR), CAR).complaints == ("表里还没有购车人。请从第 4 行起填写。",)


def test_a_card_kept_as_a_number_has_lost_digits_and_is_told_by_row_and_column():
    sheet = read(buyer(0), buyer(1) | {CARD: 6.22202020001e18}, buyer(2) | {CARD: "6.22E+18"})
    lost = "被存成了数字（科学计数法），末几位已经丢失，请把单元格设为“文本”后重新填写完整号码。"
    assert sheet.rows[1].faults == {CARD: f"第 5 行「银行卡号」{lost}"}
    assert sheet.rows[2].faults == {CARD: f"第 6 行「银行卡号」{lost}"}
    assert sheet.rows[0].faults == {}


def test_numbers_and_dates_are_taken_however_the_cell_holds_them():
    row = buyer(0)
    sheet = read(row | {PHONE: int(row[PHONE])})
    assert (sheet.rows[0].cells[PHONE], sheet.rows[0].faults) == (row[PHONE], {})
    from reviewapp.services.sheet_columns import Column
    from reviewapp.services.sheet_reading import cell_text
    from reviewapp.services.values import Form

    day = Column("declared.order_date", "订车日期", Form("date"))
    for cell in (date(2023, 12, 28), 45288, 45288.0, "2023年12月28日", "2023/12/28", "20231228"):
        assert day.value(cell_text(cell, day)) == "2023-12-28"


def test_a_wrong_number_says_what_to_do():
    row = buyer(0)
    wrong = row[CARD][:-1] + str((int(row[CARD][-1]) + 1) % 10)
    sheet = read(row | {CARD: wrong, PHONE: "1380000", ENERGY: "电的", ID_NUMBER: "1"}, {NAME: "测试乙"})
    assert sheet.rows[0].faults[CARD].startswith("第 4 行「银行卡号」不是有效的银行卡号")
    assert set(sheet.rows[0].faults) == {CARD, PHONE, ENERGY, ID_NUMBER}
    assert sheet.rows[1].faults == {PHONE: "第 5 行「手机号」没有填写，请补上。"}
    assert sheet.rows[0].cells[CARD] == wrong


def test_merged_cells_and_repeated_buyers_are_told_and_the_rest_goes_on():
    sheet = read(buyer(0), buyer(1), buyer(2), buyer(0), merge="B5:B6")
    assert sheet.rows[0].faults == {}
    told = "第 5 至 6 行「姓名」是合并单元格，请取消合并，每行各填各的。"
    assert sheet.rows[1].faults[NAME] == sheet.rows[2].faults[NAME] == told
    assert sheet.rows[3].faults[CARD] == "第 7 行「银行卡号」与第 4 行相同，请核对，或删去重复的一行。"
    assert "第 7 行与第 4 行是同一位购车人" in sheet.rows[3].faults[""]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (spreadsheet([buyer(0)], mark="reviewapp-batch/1 yangcheng-2023 0 car"), "另一个活动、项目或版本"),
        (spreadsheet([buyer(0)], mark="姓名"), "不是本系统的批量表模板"),
        (b"PK\x03\x04 not a workbook", "不是完整的 Excel 文件"),
        ("姓名,手机号\n".encode(), "不是完整的 Excel 文件"),
    ],
)
def test_a_sheet_that_cannot_be_taken_says_why(data: bytes, said: str):
    with pytest.raises(InvalidValue, match=said):
        read_sheet(data, CAR)


def test_a_workbook_that_grows_beyond_measure_is_let_go(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("reviewapp.services.sheet_reading._MOST_INFLATED", 1_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 2_000_000)
    with pytest.raises(InvalidValue, match="展开后过大"):
        read_sheet(bomb.getvalue(), CAR)


def many(count: int) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [CAR.mark, *(column.key for column in CAR.columns())])
        for at in range(count):
            sheet.write_row(at + FIRST - 1, 1, [f"测试{at}", "", f"138{at:08d}"])
    return data.getvalue()


def test_five_thousand_rows_are_checked_in_five_seconds():
    full = many(MOST_ROWS)
    began = time.process_time()
    sheet = read_sheet(full, CAR)
    assert (len(sheet.rows), sheet.rows[0].faults) == (MOST_ROWS, {})
    assert time.process_time() - began < 5


@pytest.mark.parametrize("count", [MOST_ROWS + 1, 16_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_more_rows_are_refused(count: int):
    with pytest.raises(InvalidValue, match="一批最多 5000 行"):
        read_sheet(many(count), CAR)
