"""A redemption keyed wrongly is taken back at once, with both on record; wrong persons are kept and then kept away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Event, Outbox, Redemption, WrongPerson
from reviewapp.services import funds, notices, voucher_persons, voucher_settlements, voucher_undo, vouchers
from reviewapp.services.voucher_undo import UNDO_WITHIN
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.vouchers import bought, identity, redeemed, seller
from tests.support.both import both_databases

AT_ONCE = NOW + UNDO_WITHIN


@pytest.fixture
def dealer(session: Session) -> Actor:
    return seller(session)


@both_databases
def test_taken_back_and_redeemed_anew(session: Session, dealer: Actor) -> None:
    wrong = redeemed(session, dealer, invoice_number="00000000000000000777")
    voucher = wrong.voucher
    voucher.claim.submitter_role = "point"
    factories.add_facts(session, voucher.claim, "applicant", {"phone": "13800000001"})
    voucher_undo.undo(session, dealer, AT_ONCE, wrong.id, " 发票号码输错 ")
    assert (voucher.state, voucher.held_fen, voucher.redemption) == ("issued", 50_000, None)
    right = redeemed(session, dealer, voucher, invoice_number="00000000000000000777", now=AT_ONCE)
    assert (voucher.state, voucher.redemption, wrong.undone_at) == ("redeemed", right, AT_ONCE)
    assert session.scalar(select(func.count(Redemption.id))) == 2, "both stay"
    said = session.scalars(select(Event).where(Event.claim_id == voucher.claim_id).order_by(Event.id)).all()
    assert [event.action for event in said] == ["redeem_voucher", "undo_redemption", "redeem_voucher"]
    assert "4,000.00 元、发票 00000000000000000777 的核销：发票号码输错" in said[1].reason
    (ordered,) = session.scalars(select(Outbox).where(Outbox.topic == "claim.notice")).all()
    assert ordered.subject_id == said[1].id
    (told,) = notices.due(session, AT_ONCE, said[1].id, ordered.id)
    assert (told.phone, "已撤销，券可继续使用" in told.content.text) == ("13800000001", True)
    assert funds.verify(session) == []
    with pytest.raises(IllegalMove, match="已经撤销过了"):
        voucher_undo.undo(session, dealer, AT_ONCE, wrong.id, "再来")
    with pytest.raises(IllegalMove, match="没有可以退货的订单"):
        vouchers.take_goods_back(session, dealer, AT_ONCE, wrong.id, returned_fen=1, reason="退货")
    with pytest.raises(IllegalMove, match="没有可以结算"):
        voucher_settlements.begin(session, dealer, made.AFTERWARDS, wrong.id)


def test_not_later_nor_by_others_nor_with_anything_behind_it(session: Session, dealer: Actor) -> None:
    row = redeemed(session, dealer)

    def undo(at: Actor = dealer, now: timedelta = timedelta(0), reason: str = "输错") -> None:
        voucher_undo.undo(session, at, NOW + now, row.id, reason)

    with pytest.raises(NotFound):
        undo(seller(session))
    with pytest.raises(InvalidValue, match="哪里填错了"):
        undo(reason=" ")
    with pytest.raises(IllegalMove, match="10 分钟内才能撤销"):
        undo(now=UNDO_WITHIN + timedelta(seconds=1))
    until, row.voucher.good_until = row.voucher.good_until, NOW
    with pytest.raises(IllegalMove, match="有效期到 2024-01-10 为止"):
        undo(now=timedelta(seconds=1))
    row.voucher.good_until = until
    voucher_settlements.begin(session, dealer, NOW, row.id)
    with pytest.raises(IllegalMove, match="开始结算"):
        undo()
    other = redeemed(session, dealer, made.voucher(session, index=1))
    vouchers.take_goods_back(session, dealer, NOW, other.id, returned_fen=1, reason="退货")
    with pytest.raises(IllegalMove, match="登记退货"):
        voucher_undo.undo(session, dealer, NOW, other.id, "输错")


@both_databases
def test_after_five_wrong_persons_the_voucher_rests_at_that_firm(session: Session, dealer: Actor) -> None:
    row, elsewhere = made.voucher(session), seller(session)
    for minute in range(voucher_persons.MOST_WRONG):
        now = NOW + timedelta(minutes=minute)
        with pytest.raises(voucher_persons.NotTheOwner):
            vouchers.redeem(session, dealer, now, row.id, bought(), vouchers.Identity("000000", seen=True))
        voucher_persons.note(session, dealer, now, row.id)
        session.flush()
    with pytest.raises(NotAllowed, match=r"5 次与券主不符.*10:30 后可以再试"):
        vouchers.redeem(session, dealer, now, row.id, bought(), identity(row))
    assert vouchers.require_usable(session, elsewhere, now, row), "the owner may be in the next shop"
    assert vouchers.redeem(session, dealer, NOW + voucher_persons.RESTS, row.id, bought(), identity(row))
    assert session.scalar(select(func.count(WrongPerson.id))) == voucher_persons.MOST_WRONG, "all are kept"
