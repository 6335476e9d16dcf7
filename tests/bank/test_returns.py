"""Return files: read whole or refused with row and reason; what a line does to its instruction."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.bank.returns import Instructed, Match, ReturnedLine, match, read
from reviewapp.bank.sheets import MOST_ROWS, Refused
from reviewapp.bank.template import Template
from tests.factories.bank_files import CSV, XLSX, BankLine, csv_bytes, csv_return, csv_rows, xlsx_return

CARD = "6222020000000000018"
LINES = [
    BankLine("样例-000001-1"),
    BankLine("样例-000002-1", 1, word="失败", reason="账户已销户"),
    BankLine("样例-000003-1", 123_456, word="退汇", reason="户名不符"),
]
BOOK_LINES = [line.but(word=word) for line, word in zip(LINES, ("已入账", "未入账", "退回"), strict=True)]
ROWS = csv_rows(LINES)


def refusal(data: bytes, template=CSV) -> str:
    with pytest.raises(Refused) as refused:
        read(template, data)
    return refused.value.message


def changed(row: int, column: int, cell: str) -> bytes:
    """The CSV file with another cell."""
    rows = [list(cells) for cells in ROWS]
    rows[row][column] = cell
    return csv_bytes(rows)


def test_a_csv_with_masked_cards() -> None:
    found = read(CSV, csv_return(LINES))
    assert found.note == ""
    assert found.lines == (
        ReturnedLine(2, "样例-000001-1", 300_000, "6222********0018", "paid", "", "流水0001"),
        ReturnedLine(3, "样例-000002-1", 1, "6222********0018", "failed", "账户已销户", "流水0001"),
        ReturnedLine(4, "样例-000003-1", 123_456, "6222********0018", "returned", "户名不符", "流水0001"),
    )


def test_a_workbook_with_a_title_and_whole_cards() -> None:
    found = read(XLSX, xlsx_return(BOOK_LINES))
    assert [(line.row, line.card, line.amount_fen, line.result) for line in found.lines] == [
        (3, CARD, 300_000, "paid"), (4, CARD, 1, "failed"), (5, CARD, 123_456, "returned"),
    ]  # fmt: skip


def test_amounts_and_cards_as_banks_write_them() -> None:
    rows = csv_rows([BankLine("样例-000001-1", 123_456_700)])
    rows[1][4], rows[1][2] = "1,234,567.0", "\t6222 02******** 0018"
    line = read(CSV, csv_bytes(rows)).lines[0]
    assert (line.amount_fen, line.card) == (123_456_700, "622202********0018")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_another_encoding_is_read_and_told(encoding: str) -> None:
    found = read(CSV, csv_return(LINES, encoding))
    assert found.note == "文件是 UTF-8 编码，与模板写的 GB18030 不同，已按前者读取。"
    assert len(found.lines) == 3


def test_an_encoding_that_is_neither() -> None:
    assert "第 1 行不是 GB18030 编码" in refusal(csv_return(LINES, "gb18030").replace(b"\xd0", b"\xff", 1))
    assert "第 1 行不是 GB18030 编码" in refusal(csv_return(LINES, "utf-16"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "没有内容"),
        (b"\r\n \r\n", "没有内容"),
        (b"\x00" * 50, "第 1 行"),
        (csv_bytes([*ROWS[1:]]), "第 1 行（表头）第 1 列应为“序号”，文件里是“1”"),
        (csv_bytes([row[:-1] for row in ROWS]), "第 1 行（表头）第 8 列应为“银行流水号”，文件里是“”"),
        (csv_bytes([[*row, ""] for row in ROWS]), "有 9 列，模板是 8 列"),
        (csv_bytes([row[::-1] for row in ROWS]), "第 1 列应为“序号”"),
        (csv_bytes([ROWS[0], ROWS[-1]]), "没有任何一笔结果"),
        (csv_bytes(ROWS[:-1]), "末尾没有“合计”行，可能被截断"),
        (csv_bytes([*ROWS, ROWS[1]]), "“合计”之后还有内容"),
        (csv_bytes([ROWS[0], ROWS[1], *ROWS[3:]]), "第 4 行写明 3 笔，文件里是 2 笔"),
        (csv_bytes([ROWS[0], ROWS[1][:5], *ROWS[2:]]), "第 2 行有 5 列，应为 8 列"),
        (csv_bytes([ROWS[0], ROWS[1], ROWS[1], *ROWS[3:]]), "第 3 行与第 2 行的指令号相同"),
        (changed(1, 4, "3000.01"), "写明合计 4,234.57 元，各行合计 4,234.58 元，差 0.01 元"),
        (changed(1, 4, "-3000.00"), "第 2 行「金额」“-3000.00”不是金额（元，至多两位小数）"),
        (changed(1, 4, "3000.001"), "不是金额"),
        (changed(1, 4, "３０００"), "不是金额"),
        (changed(1, 4, "30,00.00"), "不是金额"),
        (changed(1, 1, ""), "第 2 行「商户流水号」是空的"),
        (changed(1, 2, "**************"), "不是完整账号，或末四位可见的账号"),
        (changed(1, 2, "6222****18"), "末四位可见"),
        (changed(1, 5, "处理中"), "第 2 行「处理结果」“处理中”不在模板所列的结果之中"),
        (changed(1, 6, "原因\x07"), "第 2 行有过长或无法显示的内容"),
        (changed(1, 6, "长" * 501), "第 2 行有过长"),
        (csv_return(LINES).replace(b"\xb3\xc9\xb9\xa6", b'"\xb3\xc9', 1), "引号或分隔符不完整"),
        (xlsx_return(BOOK_LINES), "回盘应是 CSV 文件，上传的不是"),
        (b"x" * (10 * 1024 * 1024 + 1), "文件超过 10 MB"),
        (csv_bytes([ROWS[0], *([["1"] * 8] * (MOST_ROWS + 1))]), f"文件超过 {MOST_ROWS} 行"),
    ],
)
def test_what_does_not_hold_is_refused_with_row_and_reason(data: bytes, says: str) -> None:
    assert says in refusal(data)


def test_cut_anywhere() -> None:
    whole = csv_return(LINES)
    for end in range(len(whole) - 2):
        if not whole[:end].endswith(b"4234.57,,,"):  # nothing but the line's end is missing
            assert refusal(whole[:end])


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_cut(part: float) -> None:
    whole = xlsx_return(BOOK_LINES)
    assert "没有下载完" in refusal(whole[: int(len(whole) * part)], XLSX)


def test_a_workbook_that_is_none() -> None:
    assert "应是 Excel（xlsx）文件，上传的不是" in refusal(csv_return(LINES), XLSX)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "a")
    assert "打不开" in refusal(archive.getvalue(), XLSX)


def test_a_workbook_that_grows() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    assert "展开后过大" in refusal(archive.getvalue(), XLSX)


def test_a_card_that_became_a_number() -> None:
    lines = [BOOK_LINES[0].but(card=6_222_020_000_000_000_018)]
    assert "末几位已失真" in refusal(xlsx_return(lines), XLSX)


def is_read_or_refused(template: Template, data: bytes) -> bool:
    try:
        return bool(read(template, data).lines)
    except Refused as refused:
        return refused.message.endswith("。")


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda tail: csv_return(LINES)[:90] + tail))
def test_whatever_the_bytes_it_is_read_or_refused(data: bytes) -> None:
    assert all(is_read_or_refused(template, data) for template in (CSV, XLSX))


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused(at: int, patch: bytes) -> None:
    data = bytearray(xlsx_return(BOOK_LINES))
    at %= len(data)
    data[at : at + len(patch)] = patch
    assert is_read_or_refused(XLSX, bytes(data))


def line(result: str = "paid", **changes: object) -> ReturnedLine:
    return ReturnedLine(**{  # type: ignore[arg-type]
        "row": 2, "number": "样例-000001-1", "amount_fen": 300_000, "card": "6222********0018", "result": result,
        "reason": "", "reference": "", **changes,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"amount_fen": 300_001}, "amount"),
        ({"amount_fen": 299_999}, "amount"),
        ({"card": "6222********0026"}, "card"),
        ({"card": "6217********0018"}, "card"),
        ({"card": "6222020000000000026"}, "card"),
        ({"card": "62220200000000000018"}, "card"),
    ],
)
def test_number_amount_and_account_or_nothing(changes: dict[str, object], problem: str) -> None:
    assert match(line(**changes), Instructed(300_000, CARD, "sent")) == Match("suspense", problem)
    assert match(line(), None) == Match("suspense", "unknown_number")
    assert match(line(card=CARD), Instructed(300_000, CARD, "sent")) == Match("paid")


EFFECTS = {
    "sent": ("paid", "failed", "failed"),
    "paid": ("same", "contradicts", "returned"),
    "failed": ("contradicts", "same", "same"),
    "returned": ("contradicts", "same", "same"),
    "elsewhere": ("elsewhere",) * 3,
    "not_sent": ("not_sent",) * 3,
}


@pytest.mark.parametrize("known", EFFECTS)
def test_a_final_state_is_never_overwritten(known: str) -> None:
    ordered = Instructed(300_000, CARD, known)  # type: ignore[arg-type]
    found = [match(line(result), ordered) for result in ("paid", "failed", "returned")]
    assert tuple(one.problem or one.outcome for one in found) == EFFECTS[known]
    assert all((one.outcome == "suspense") == bool(one.problem) for one in found)
