"""What the finance page says that the bank has to tell yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.bank import Answer
from reviewapp.bank.protocol import Status
from reviewapp.models import Payout
from reviewapp.policy.values import CHINA
from reviewapp.services import payouts
from tests import factories
from tests.factories import NOW
from tests.factories.bank_files import exported
from tests.factories.payouts import released
from tests.support.both import both_databases
from tests.web.conftest import Visit
from tests.web.visitors import words

_LATE = "1 笔发放超过时限，银行仍没有给出结果"


def sent(rows: Session, status: Status) -> Payout:
    """An instruction that left at NOW, of which the bank said so."""
    (payout,) = released(rows)
    payouts.begin_sending(rows, NOW, payout.id)
    payouts.settle(rows, NOW, {payout.id: Answer(status)}, ask_at=NOW + timedelta(seconds=4))
    return payout


@both_databases
@pytest.mark.parametrize(
    ("status", "waited_for", "cut_off"),
    [
        ("unknown", "没有得到答复，系统自动查询", timedelta(seconds=80)),
        ("accepted", "银行已受理，等入账结果", timedelta(days=1)),
    ],
)
def test_what_is_waited_for_since_when_and_until_when(
    rows: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch, status: Status, waited_for: str, cut_off: timedelta
) -> None:
    payout, checker = sent(rows, status), factories.user(rows, "finance_checker")
    rows.commit()
    local = NOW.astimezone(CHINA)
    told = f"{payout.batch.number} {waited_for} 1 ¥3,000.00 {local:%F %T} {local + timedelta(seconds=4):%F %T}"
    for after, then, late in (
        (cut_off - timedelta(seconds=1), f"{local + cut_off:%F %T} 起", False),
        (cut_off, "请联系银行", True),
    ):
        monkeypatch.setattr(clock, "now", lambda after=after: NOW + after)
        seen = words(visit(checker).get("/finance"))
        assert f"{told} {then}" in seen
        assert (_LATE in seen) == late


def test_a_file_waits_for_its_return_file(rows: Session, visit: Visit) -> None:
    batch, maker = exported(rows, 2)[0].batch, factories.user(rows, "finance_maker")
    rows.commit()
    seen = words(visit(maker).get("/finance"))
    assert f"{batch.number} 银行文件已生成，等回盘文件 2 ¥6,000.00" in seen
    assert "上传回盘文件" in seen
