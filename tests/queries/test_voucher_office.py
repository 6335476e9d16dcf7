"""The office's view of all vouchers: figures by kind, the list, and what happened to one of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from reviewapp.errors import NotFound
from reviewapp.models import Actor, Voucher
from reviewapp.queries import scope
from reviewapp.queries import voucher_office as queries
from reviewapp.queries.voucher_office import VoucherFilter
from reviewapp.services import decisions, voucher_persons, voucher_undo, vouchers
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.vouchers import AFTERWARDS, redeemed
from tests.support.both import both_databases


def _busy_year(session: Session) -> tuple[Voucher, ...]:
    """One settled, one redeemed (a part returned), one returned whole, one expired, one keyed wrongly and unused."""
    first, second = made.seller(session), made.seller(session)
    rows = tuple(made.voucher(session, index=index % 5) for index in range(5))
    settled, kept, returned, _, undone = rows
    voucher_persons.note(session, second, NOW - timedelta(minutes=1), settled.id)
    claim = made.settlement(session, first, redeemed(session, first, settled))
    part, whole = redeemed(session, second, kept), redeemed(session, second, returned)
    vouchers.take_goods_back(session, second, NOW, part.id, returned_fen=100_000, reason="退配件")
    vouchers.take_goods_back(session, second, NOW, whole.id, returned_fen=400_000, reason="整车")
    voucher_undo.undo(session, first, NOW, redeemed(session, first, undone).id, "输错")
    made.put_in(session, first, claim)
    lead = factories.actor(session, "lead")
    held = decisions.take_next(session, lead, AFTERWARDS)
    assert held is not None
    decisions.approve(session, lead, AFTERWARDS, held.id, held.fence, reason="核对无误")
    undone.good_until = AFTERWARDS + timedelta(days=1)
    vouchers.expire_due(session, AFTERWARDS)
    session.flush()
    return rows


@both_databases
def test_figures_list_and_history(session: Session) -> None:
    settled, kept, _, expired, undone = _busy_year(session)
    auditor = factories.actor(session, "auditor")
    (kind,) = queries.report(session, auditor)
    assert (kind.issued, kind.issued_fen, kind.redeemed, kind.rate) == (5, 250_000, 3, "60.0%")
    assert (kind.ordered_fen, kind.redeemed_fen, kind.back_fen, kind.firms) == (1_200_000, 150_000, 62_500, 2)
    assert (kind.expired, kind.voided, kind.undone, kind.settled, kind.settled_fen) == (1, 1, 1, 1, 50_000)

    def found(**narrowed: str) -> list[Voucher]:
        return [row.voucher for row in queries.page(session, auditor, VoucherFilter(**narrowed), 1).rows]

    assert len(found()) == 5
    assert found(state="expired") == [expired]
    assert found(number=f" {undone.number[:4]} {undone.number[4:9]}") == [undone]
    assert found(scheme_code="xiangning-2023") == []
    (firm,) = [row for row in queries.firms(session) if row[1] == settled.redemption.organisation.name]
    assert found(firm=firm[0]) == [undone, settled], "also where it was taken back"
    lines = [row.cells() for row in queries.lines(session, auditor, VoucherFilter())]
    assert [line[5] for line in lines] == ["已结算", "已核销", "已作废", "已过期", "未使用"]
    assert (lines[0][-1], lines[1][-2], lines[3][8]) == (500.0, 125.0, None)
    said = [one.what for one in queries.history(session, settled)]
    assert said == ["身份证号与券主不符", "核销消费券", "结算：新建申请", "结算：提交申请", "结算：审核通过"]
    assert [one.what for one in queries.history(session, undone)] == ["核销消费券", "撤销核销"]
    assert "1,000.00 元" in queries.history(session, kept)[-1].said


def test_only_the_office_sees_them(session: Session) -> None:
    row = made.voucher(session)
    for role, seen in (("admin", 1), ("finance_checker", 1), ("reviewer", 1), ("claimant", 0), ("dealer", 0)):
        actor = factories.actor(session, role)
        assert queries.page(session, actor, VoucherFilter(), 1).total == seen
        assert len(queries.report(session, actor)) == seen
    with pytest.raises(NotFound):
        scope.any_voucher(session, Actor("point", 1), row.public_id)
