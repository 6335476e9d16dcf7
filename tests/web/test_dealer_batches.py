"""The dealer's batch in the browser's way: what is wrong is told on the page, nothing entered is lost."""

from __future__ import annotations

import io

import pytest
import python_calamine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Batch, BatchFile, BatchPage, BatchRow, Claim, User
from reviewapp.services.sheet_columns import CARD, NAME, PHONE, Template
from reviewapp.services.sheet_reading import read_sheet
from reviewapp.services.sheet_writing import WrittenRow, write_sheet
from tests import factories
from tests.factories.batches import dealers_batch
from tests.services.batchwork import archive
from tests.services.paperwork import picture
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, words

CAR = Template("yangcheng-2023", "1", "car")
BOUGHT = factories.purchase()


@pytest.fixture
def dealer(rows: Session) -> User:
    factories.pool(rows, 10_000_000, scheme_code="yangcheng-2023")
    user = factories.user(rows, "dealer")
    rows.commit()
    return user


@pytest.fixture
def visitor(visit: Visit, dealer: User) -> Visitor:
    return visit(dealer)


@pytest.fixture
def address(visitor: Visitor) -> str:
    """An open batch's."""
    form = {"programme": "yangcheng-2023/car", "form_key": "one"}
    answer = visitor.post("/dealer/batches", form)
    assert visitor.post("/dealer/batches", form).location == answer.location
    return str(answer.location)


def sheet(*rows: dict[str, str]) -> bytes:
    return write_sheet(CAR, [WrittenRow(number, cells) for number, cells in enumerate(rows, 4)])


def send_sheet(visitor: Visitor, address: str, data: bytes):
    return visitor.post(f"{address}/sheet", {"sheet": (io.BytesIO(data), "表.xlsx")})


def test_a_sheet_is_read_in_and_comes_back_with_what_is_wrong_marked(visitor: Visitor, address: str) -> None:
    wrong = {NAME: "测试甲", PHONE: "138", CARD: BOUGHT.card.number}
    assert send_sheet(visitor, address, sheet(wrong, {NAME: "测试乙", PHONE: "13800000002"})).status_code == 302
    page = words(visitor.get(address))
    assert "已读入 2 位购车人，其中 1 行有需要改的地方" in page
    assert "第 4 行「手机号」手机号应为 11 位数字，以 1 开头。" in page
    marked = visitor.get(f"{address}/sheet.xlsx")
    assert ".xlsx" in marked.headers["Content-Disposition"]
    again = read_sheet(marked.data, CAR)
    assert [row.cells for row in again.rows] == [wrong, {NAME: "测试乙", PHONE: "13800000002"}]


def test_a_sheet_that_cannot_be_taken_changes_nothing(visitor: Visitor, address: str, rows: Session) -> None:
    send_sheet(visitor, address, sheet({NAME: "测试甲", PHONE: "13800000001"}))
    answer = send_sheet(visitor, address, b"no workbook")
    assert answer.status_code == 422
    assert "不是完整的 Excel 文件" in words(answer)
    rows.rollback()
    assert rows.scalars(select(BatchRow)).one().cells[NAME] == "测试甲"


def test_files_and_archives_come_in_and_bad_ones_say_why(visitor: Visitor, address: str, rows: Session) -> None:
    files = [(io.BytesIO(b"MZ"), "病毒.exe"), (io.BytesIO(picture(60)), "好.jpg")]
    assert "病毒.exe" in words(visitor.htmx(f"{address}/files", {"file": files}))
    content = archive({"a.jpg": picture(70)})
    begun = visitor.post(f"{address}/archives", {"name": "一.zip", "size": len(content)}).json
    assert begun["here"] == 0
    part = f"{address}/archives/{begun['id']}/parts"
    assert visitor.post(f"{part}/1", {"part": (io.BytesIO(content), "part")}).status_code == 422
    assert visitor.post(f"{part}/0", {"part": (io.BytesIO(content), "part")}).json == {"here": 1, "state": "waiting"}
    rows.rollback()
    states = {file.name: file.state for file in rows.scalars(select(BatchFile))}
    assert states == {"病毒.exe": "refused", "好.jpg": "waiting", "一.zip": "waiting"}
    refused = rows.scalars(select(BatchFile).where(BatchFile.state == "refused")).one()
    assert "病毒.exe" not in words(visitor.htmx(f"{address}/files/{refused.public_id}/dismiss"))


def test_a_row_is_mended_on_its_page_and_a_wrong_value_stays_with_its_reason(
    visitor: Visitor, address: str, rows: Session
) -> None:
    send_sheet(visitor, address, sheet({NAME: "测试甲", PHONE: "13800000001"}))
    rows.rollback()
    row = f"{address}/rows/{rows.scalars(select(BatchRow)).one().public_id}"
    answer = visitor.post(row, {NAME: "测试甲", PHONE: "1", CARD: "6.22E+18"})
    assert answer.location == row
    page = visitor.get(row).text
    assert 'value="6.22E+18"' in page
    assert "科学计数法" in page
    assert visitor.post(row, {PHONE: "13800000001", CARD: BOUGHT.card.number}).location == address
    rows.rollback()
    assert rows.scalars(select(BatchRow)).one().faults == {}


def test_a_stray_goes_to_its_buyer_from_a_list(visitor: Visitor, dealer: User, rows: Session, app: Flask) -> None:
    factories.pool(rows, scheme_code="xiangning-2023")
    stray = dealers_batch(rows, dealer)
    batch, row = rows.get_one(Batch, stray.batch_id), rows.scalars(select(BatchRow)).one()
    rows.commit()
    place = f"/dealer/batches/{batch.public_id}/pages/{stray.public_id}"
    assert "测试甲" in words(visitor.get(place))
    assert "还没有归类的材料" not in words(visitor.htmx(f"{place}/place", {"row": row.public_id}))
    rows.rollback()
    assert (rows.get_one(BatchPage, stray.id).row_id, rows.scalars(select(Claim)).one().state) == (row.id, "draft")
    assert "放在一边的材料" in words(visitor.htmx(f"{place}/place", {"row": "aside"}))
    assert visitor.post(f"{place}/place", {"row": "nobody"}).status_code == 404


def test_the_dealers_claims_are_a_table_to_take_away(visitor: Visitor, dealer: User, rows: Session) -> None:
    factories.claim(rows, "failed", by=dealer)
    factories.claim(rows, "failed")
    rows.commit()
    answer = visitor.get("/dealer/batches/claims.xlsx?state=failed")
    table = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [(line[5], line[6]) for line in table[1:]] == [("发放失败", "更换收款卡")]


def test_nothing_is_submitted_that_is_not_complete_and_the_page_says_why(visitor: Visitor, address: str) -> None:
    send_sheet(visitor, address, sheet({NAME: "测试甲", PHONE: "13800000001"}))
    page = words(visitor.post(f"{address}/submit"))
    assert "留作草稿的 1 位" in page
    assert "第 4 行" in page
    assert visitor.get(f"{address}/receipts.pdf").status_code == 302
