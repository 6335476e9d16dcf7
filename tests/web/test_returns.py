"""Return files on their pages: uploaded, refused, looked through, applied; and what is settled in suspense."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp.models import Payout, ReturnFile, SuspenseItem, User
from tests import factories
from tests.factories.bank_files import BankLine, csv_return, exported, in_suspense
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, is_clear, words

_SHOWN = re.compile(r'name="shown" value="([0-9a-f]{64})"')


@pytest.fixture
def sent(rows: Session) -> list[Payout]:
    """Three instructions in the bank's hands."""
    found = exported(rows)
    rows.commit()
    return found


@pytest.fixture
def maker(rows: Session) -> User:
    return factories.user(rows, "finance_maker")


def upload(visitor: Visitor, data: bytes, batch: str = "", name: str = "回盘.csv") -> TestResponse:
    form = {"template": "daifa-csv", "batch": batch, "file": (io.BytesIO(data), name)}
    return visitor.post("/finance/returns", form, content_type="multipart/form-data")


def test_from_the_upload_to_the_money(visit: Visit, rows: Session, sent: list[Payout], maker: User) -> None:
    rows.commit()
    visitor = visit(maker)
    lines = [BankLine.of(sent[0]), BankLine.of(sent[1], "失败", "账户已销户"), BankLine("别处的指令")]
    shown = visitor.get(upload(visitor, csv_return(lines)).location)
    seen = words(shown)
    for part in ("发放成功 1 ¥3,000.00", "发放失败 1 ¥3,000.00", "对不上，转挂账 1", "账户已销户", "没有这个指令号"):
        assert part in seen
    assert sent[0].payee["card_number"] not in shown.text
    form = {"shown": _SHOWN.findall(shown.text)[0]}
    applied = visitor.post(f"{shown.request.path}/apply", form)
    assert applied.status_code == 302
    assert "已入账：发放成功 1 笔；发放失败 1 笔；对不上，转挂账 1 笔。" in words(visitor.get(applied.location))
    rows.rollback()
    assert [rows.get(Payout, row.id).state for row in sent] == ["paid", "failed", "exported"]
    again = visitor.post(f"{shown.request.path}/apply", form)
    assert (again.status_code, "已经入账" in words(again)) == (409, True)
    assert "有 1 笔回盘挂账待处理" in words(visitor.get("/finance"))
    assert "等申领人更换收款卡 1 笔，合计 ¥3,000.00" in words(visitor.get("/finance"))
    postings = f"/finance/pools/{sent[0].claim.pool.public_id}/entries?column=paid"
    seen = words(visitor.get(postings))
    assert f"流水0001 回盘 1 号“回盘.csv”第 2 行 批次 {sent[0].batch.number} {maker.name} 合计" in seen


def test_the_same_file_again_says_so(visit: Visit, rows: Session, sent: list[Payout], maker: User) -> None:
    rows.commit()
    visitor, data = visit(maker), csv_return([BankLine.of(sent[0])])
    first, second = upload(visitor, data), upload(visitor, data, name="又一次.csv")
    assert first.location == second.location
    assert "以前上传过，内容完全相同，没有重复导入" in words(visitor.get(second.location))
    rows.rollback()
    assert len(rows.scalars(select(ReturnFile)).all()) == 1


def test_another_encoding_is_told(visit: Visit, rows: Session, sent: list[Payout], maker: User) -> None:
    rows.commit()
    visitor = visit(maker)
    answer = upload(visitor, csv_return([BankLine.of(sent[0])], "utf-8"))
    assert "文件是 UTF-8 编码" in words(visitor.get(answer.location))


def test_what_is_refused_says_row_and_reason(visit: Visit, rows: Session, sent: list[Payout], maker: User) -> None:
    """Bad input: a wrong header, cut in half, one fen off, of another batch, no file, no template."""
    other = exported(rows, 1)
    rows.commit()
    visitor, whole = visit(maker), csv_return([BankLine.of(row) for row in sent])
    off = whole.replace(b"3000.00", b"3000.01", 1)
    for data, batch, says in (
        (whole.replace("金额".encode("gb18030"), b"AMT", 1), "", "第 1 行（表头）第 5 列应为“金额”，文件里是“AMT”"),
        (whole[: len(whole) // 2], "", "可能被截断"),
        (off, "", "第 5 行写明合计 9,000.00 元，各行合计 9,000.01 元，差 0.01 元"),
        (whole, other[0].batch.public_id, f"第 2 行的指令号 {sent[0].number} 属于批次 {sent[0].batch.number}"),
        (b"", "", "没有内容"),
    ):
        answer = upload(visitor, data, batch)
        assert (answer.status_code, is_clear(answer)) == (422, True)
        assert says in words(answer)
    missing = visitor.post("/finance/returns", {"template": "no-such-template"})
    assert (missing.status_code, "请选择模板和回盘文件" in words(missing)) == (422, True)
    rows.rollback()
    assert rows.scalars(select(ReturnFile)).all() == []


def test_a_preview_that_is_old_is_not_applied(visit: Visit, rows: Session, sent: list[Payout], maker: User) -> None:
    rows.commit()
    visitor = visit(maker)
    answer = upload(visitor, csv_return([BankLine.of(sent[0])]))
    refused = visitor.post(f"{answer.location}/apply", {"shown": "0" * 64})
    assert (refused.status_code, "重新核对预览" in words(refused)) == (409, True)


def test_two_people_settle_what_is_in_suspense(visit: Visit, rows: Session, sent: list[Payout], maker: User) -> None:
    item = in_suspense(rows, sent[0].number[:-1] + "９")
    checker = factories.user(rows, "finance_checker")
    rows.commit()
    path, first, second = f"/finance/suspense/{item.public_id}", visit(maker), visit(checker)
    form = {"number": sent[0].number, "reason": "末位印成全角，已与银行核实"}
    empty = first.post(f"{path}/propose", {"number": sent[0].number, "reason": ""})
    assert (empty.status_code, "请写明理由" in words(empty)) == (422, True)
    assert f'value="{sent[0].number}"' in empty.text
    assert f'aria-describedby="propose-reason-{item.public_id}-error"' in empty.text
    assert first.post(f"{path}/propose", form).status_code == 302
    assert "等待另一位财务人员确认" in words(first.get("/finance/suspense"))
    assert first.post(f"{path}/confirm").status_code == 403
    assert "确认并入账" in words(second.get("/finance/suspense"))
    assert second.post(f"{path}/confirm").status_code == 302
    rows.rollback()
    assert rows.get(Payout, sent[0].id).state == "paid"
    assert "已对应" in words(second.get("/finance/suspense"))
    assert second.post(f"{path}/withdraw").status_code == 409


def test_or_one_explains_it(visit: Visit, rows: Session, maker: User) -> None:
    item = in_suspense(rows)
    rows.commit()
    path, visitor = f"/finance/suspense/{item.public_id}", visit(maker)
    assert visitor.post(f"{path}/explain", {"reason": " "}).status_code == 422
    assert visitor.post(f"{path}/explain", {"reason": "是别的单位的代发"}).status_code == 302
    rows.rollback()
    assert rows.get(SuspenseItem, item.id).state == "explained"
    seen = words(visitor.get("/finance/suspense"))
    assert "已说明" in seen
    assert "是别的单位的代发" in seen
