"""Batches on their pages: chosen, previewed, made, released with a second factor, and handed to the bank as a file."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.extensions import security
from reviewapp.models import Actor, BatchExport, Payout, PayoutBatch, PayoutSkip, Pool, User
from reviewapp.services import fund_orders, payouts
from tests import factories
from tests.factories.bank_files import SCHEME, digest
from tests.factories.payouts import ready, release
from tests.web.conftest import PASSWORD, Visit
from tests.web.visitors import words


@pytest.fixture
def maker(rows: Session) -> User:
    return factories.user(rows, "finance_maker")


@pytest.fixture
def batch(rows: Session, maker: User) -> PayoutBatch:
    """Two instructions for a bank file, not released."""
    for _ in range(2):
        ready(rows)
    made = payouts.make_batch(rows, Actor.of(maker), factories.NOW, SCHEME, template="daifa-csv")
    rows.commit()
    return made


def typed(batch: PayoutBatch, **changes: str) -> dict[str, str]:
    """What the releasing person fills in."""
    return {"count": "2", "total": "6000.00", "digest": batch.digest, "proof": PASSWORD, **changes}


def test_a_line_is_passed_over_with_a_reason(visit: Visit, rows: Session, maker: User) -> None:
    first, second = ready(rows), ready(rows)
    listed = payouts.digest([first, second])
    rows.commit()
    visitor = visit(maker)
    assert "共 2 笔" in words(visitor.get(f"/finance/batches/new?scheme={SCHEME}"))
    form = {"scheme": SCHEME, "shown": listed, "channel": "http", f"skip.{first.public_id}": "卡号待核实"}
    seen = words(visitor.post("/finance/batches/preview", form))
    assert "跳过 1 笔" in seen
    assert "卡号待核实" in seen
    assert "生成批次：1 笔，¥3,000.00" in seen
    assert 'value="卡号待核实"' in visitor.post("/finance/batches/new", form).text
    none = visitor.post("/finance/batches/preview", {**form, f"skip.{second.public_id}": "也跳过"})
    assert (none.status_code, "请至少留下一笔" in words(none), 'value="也跳过"' in none.text) == (422, True, True)
    rows.rollback()
    assert rows.scalars(select(PayoutBatch)).all() == []
    made = visitor.post("/finance/batches", form)
    assert made.status_code == 302
    rows.rollback()
    assert [rows.get(Payout, row.id).state for row in (first, second)] == ["ready", "batched"]
    assert rows.scalars(select(PayoutSkip.reason)).all() == ["卡号待核实"]
    auditor = factories.user(rows, "auditor")
    rows.commit()
    assert "制单时跳过 1 笔" in words(visit(auditor).get(made.location))
    assert "上次跳过：卡号待核实" in words(visitor.get(f"/finance/batches/new?scheme={SCHEME}"))


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"shown": "0" * 64}, 409, "有了变化"),
        ({"skip.nobody": "没有这一笔"}, 409, "有了变化"),
        ({"channel": "no-such-bank"}, 422, "没有这种交给银行的方式"),
        ({"scheme": "no-such-scheme"}, 404, "没有找到"),
        ({"pool": "no-such-pool"}, 404, "没有找到"),
    ],
)
def test_a_form_that_is_not_of_the_list(
    visit: Visit, rows: Session, maker: User, change: dict[str, str], status: int, says: str
) -> None:
    listed = payouts.digest([ready(rows)])
    rows.commit()
    form = {"scheme": SCHEME, "shown": listed, "channel": "http", **change}
    answer = visit(maker).post("/finance/batches", form)
    assert answer.status_code == status
    assert says in words(answer)


def test_a_list_that_changed_keeps_what_was_typed(visit: Visit, rows: Session, maker: User) -> None:
    row = ready(rows)
    rows.commit()
    form = {"scheme": SCHEME, "shown": "0" * 64, "channel": "daifa-csv", f"skip.{row.public_id}": "卡号待核实"}
    answer = visit(maker).post("/finance/batches", form)
    assert (answer.status_code, 'value="卡号待核实"' in answer.text) == (409, True)
    assert 'value="daifa-csv" checked' in answer.text


def test_everybody_is_told_what_waits_for_them(
    visit: Visit, rows: Session, batch: PayoutBatch, maker: User, checker: User
) -> None:
    pool = rows.scalars(select(Pool)).one()
    fund_orders.propose(
        rows, Actor.of(maker), factories.NOW, pool, fund_orders.Proposal("reduce", 100, "文", "因", "a")
    )
    rows.commit()
    told, other = words(visit(checker).get("/finance")), words(visit(maker).get("/finance"))
    for said in ("有 1 个发放批次待放行", "有 1 张资金单待确认"):
        assert (said in told, said in other) == (True, False)
    release(rows, batch, Actor.of(checker))
    rows.commit()
    assert "有 1 个已放行的批次待生成银行文件" in words(visit(maker).get("/finance"))


def test_no_scheme_leads_to_the_list(visit: Visit, rows: Session, maker: User) -> None:
    rows.commit()
    assert visit(maker).get("/finance/batches/new").location == "/finance"


def test_a_release_needs_the_password(visit: Visit, rows: Session, batch: PayoutBatch, checker: User) -> None:
    rows.commit()
    visitor, path = visit(checker), f"/finance/batches/{batch.public_id}/release"
    for wrong, says in (("", "确认是您本人"), ("别的口令", "密码不对")):
        answer = visitor.post(path, typed(batch, proof=wrong))
        assert answer.status_code == 422
        assert says in words(answer)
    answer = visitor.post(path, typed(batch, count="3", total="6000.01"))
    assert answer.status_code == 422
    assert [field for field in ("count", "total") if f'id="{field}-error"' not in answer.text] == []
    rows.rollback()
    rows.refresh(batch)
    assert batch.state == "made"
    assert visitor.post(path, typed(batch)).status_code == 302
    rows.rollback()
    rows.refresh(batch)
    assert batch.state == "released"


def test_who_has_an_authenticator_gives_its_code(
    app: Flask, visit: Visit, rows: Session, batch: PayoutBatch, checker: User
) -> None:
    with app.app_context():
        checker.tf_totp_secret = secret = security.totp_factory.generate_totp_secret()
        checker.tf_primary_method = "authenticator"
        code = security.totp_factory.generate_totp_password(secret)
    rows.commit()
    visitor, path = visit(checker), f"/finance/batches/{batch.public_id}"
    assert "动态口令（身份验证器上的 6 位数字）" in words(visitor.get(path))
    refused = visitor.post(f"{path}/release", typed(batch, proof=PASSWORD))
    assert (refused.status_code, "口令不对" in words(refused)) == (422, True)
    assert visitor.post(f"{path}/release", typed(batch, proof=code)).status_code == 302
    with app.app_context():
        assert not security.totp_factory.verify_totp(token=code, totp_secret=secret, user=checker, window=30)


def test_whoever_has_no_password_releases_nothing(visit: Visit, rows: Session, batch: PayoutBatch) -> None:
    stranger = factories.user(rows, "finance_checker")
    rows.commit()
    answer = visit(stranger).post(f"/finance/batches/{batch.public_id}/release", typed(batch))
    assert answer.status_code == 422


def test_the_maker_sees_no_form_and_is_refused(visit: Visit, rows: Session, batch: PayoutBatch, maker: User) -> None:
    maker.role = "finance_checker"
    rows.commit()
    visitor, path = visit(maker), f"/finance/batches/{batch.public_id}"
    assert "重新输入笔数" not in words(visitor.get(path))
    assert visitor.post(f"{path}/release", typed(batch)).status_code in (403, 422)
    rows.rollback()
    rows.refresh(batch)
    assert batch.state == "made"


def test_a_batch_goes_to_the_bank_as_a_file(visit: Visit, rows: Session, batch: PayoutBatch, checker: User) -> None:
    release(rows, batch, Actor.of(checker))
    rows.commit()
    visitor, path = visit(checker), f"/finance/batches/{batch.public_id}"
    assert visitor.get(f"{path}/file").status_code == 409
    assert visitor.post(f"{path}/export").status_code == 302
    rows.rollback()
    rows.refresh(batch)
    signed = words(visitor.get(path)).partition("共 2 笔（大写：贰笔），合计 ¥6,000.00 （大写：人民币陆仟元整）")[2]
    people = (f"制表（经办）：{batch.maker.name}", f"复核：{checker.name}", "财务负责人", "单位（盖章）")
    assert [part for part in (batch.digest, batch.export_digest, *people) if part not in signed] == []
    first, again = visitor.get(f"{path}/file"), visitor.get(f"{path}/file")
    assert first.data == again.data
    assert digest(first.data) == batch.export_digest
    assert quote("乡宁县2023_待发放_第1批_2024-01-10.csv") in first.headers["Content-Disposition"]
    assert first.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in first.headers["Cache-Control"]
    rows.rollback()
    assert rows.scalars(select(BatchExport.by_id)).all() == [checker.id] * 2
    assert visitor.post(f"{path}/export").status_code == 409
    rows.rollback()
    assert set(rows.scalars(select(Payout.state))) == {"exported"}
