"""Vouchers: one redemption, the owner's alone, in plain words when refused; money goes where the document says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, ReviewError
from reviewapp.models import Actor, Event, Organisation, Pool, Voucher
from reviewapp.services import funds, vouchers
from reviewapp.signing import Signer
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.vouchers import bought, identity, redeemed, seller
from tests.support.both import both_databases

SIGNER = Signer(bytes(32))


@pytest.fixture
def dealer(session: Session) -> Actor:
    return seller(session)


def _pool(session: Session) -> Pool:
    return factories.pool(session, scheme_code=made.SCHEME, code="motorcycle-scrap")


def _refused(session: Session, dealer: Actor, row: Voucher, purchase: Any = None, who: Any = None) -> ReviewError:
    with pytest.raises(ReviewError) as refused:
        vouchers.redeem(session, dealer, NOW, row.id, purchase or bought(), who or identity(row))
    return refused.value


@both_databases
def test_redeemed_once(session: Session, dealer: Actor) -> None:
    row = made.voucher(session)
    redemption = redeemed(session, dealer, row)
    assert (row.state, row.held_fen, redemption.price_fen) == ("redeemed", 50_000, 400_000)
    for again in (dealer, seller(session)):
        refused = _refused(session, again, row)
        assert isinstance(refused, IllegalMove)
        assert "2024-01-10 已经用过" in refused.message
    with pytest.raises(IntegrityError):
        session.execute(
            text(
                "INSERT INTO redemptions (id, voucher_id, organisation_id, by_id, at, goods, price_fen, invoice,"
                " returned_fen, back_fen, public_id) SELECT 99, voucher_id, organisation_id, by_id, at, goods,"
                " price_fen, 'x', 0, 0, 'y' FROM redemptions"
            )
        )


def test_what_is_refused_is_said_in_plain_words(session: Session, dealer: Actor) -> None:
    row, other = made.voucher(session), made.voucher(session, index=1)
    assert "后 6 位与券主不一致" in _refused(session, dealer, row, who=identity(other)).message
    assert "勾选" in _refused(session, dealer, row, who=vouchers.Identity(identity(row).ending, seen=False)).message
    assert "汽车、摩托车、数码家电" in _refused(session, dealer, row, bought(goods="food")).message
    assert "不低于券面值 500.00 元" in _refused(session, dealer, row, bought(49_999)).message
    assert "8 位或 20 位" in _refused(session, dealer, row, bought(invoice_number="123")).message
    assert "发票代码" in _refused(session, dealer, row, bought(invoice_number="00313386")).message
    taken = bought(invoice_number="00313386", invoice_code="014002300211")
    vouchers.redeem(session, dealer, NOW, other.id, taken, identity(other))
    refused = _refused(session, dealer, row, taken)
    assert ("一张发票只能用一张券" in refused.message, refused.fields) == (True, {"invoice_number": "已经用过。"})
    another_code = bought(invoice_number="00313386", invoice_code="014002300212")
    assert vouchers.redeem(session, dealer, NOW, row.id, another_code, identity(row))


def test_firms_that_may_not(session: Session, dealer: Actor) -> None:
    row = made.voucher(session)
    assert "不在这个活动的参与商户名单内" in _refused(session, factories.actor(session, "dealer"), row).message
    firm = session.get_one(Organisation, dealer.organisation_id)
    factories.exclude(session, firm.name)
    refused = _refused(session, dealer, row)
    assert (isinstance(refused, NotAllowed), "被列入失信名单" in refused.message) == (True, True)
    assert isinstance(_refused(session, factories.actor(session, "claimant"), row), NotAllowed)


def test_the_code_stands_for_this_voucher_alone(session: Session) -> None:
    row, other = made.voucher(session), made.voucher(session, index=1)
    signature = SIGNER.sign(vouchers.content(row))
    assert vouchers.find(session, SIGNER, row.number, signature) is row
    assert vouchers.find(session, SIGNER, f" {row.number[:4]} {row.number[4:8]} {row.number[8:]}") is row
    for number, code in ((other.number, signature), (row.number, "x"), (row.number, Signer(b"1" * 32).sign({}))):
        with pytest.raises(InvalidValue, match="不是本单位签发"):
            vouchers.find(session, SIGNER, number, code)
    wrong = row.number[:-1] + str((int(row.number[-1]) + 1) % 10)
    with pytest.raises(InvalidValue, match="校验位"):
        vouchers.find(session, SIGNER, wrong)
    session.execute(update(Voucher).where(Voucher.id == row.id).values(value_fen=80_000, held_fen=80_000))
    session.refresh(row)
    with pytest.raises(InvalidValue, match="不是本单位签发"):
        vouchers.find(session, SIGNER, row.number, signature)


@both_databases
def test_the_last_day_and_the_money_of_what_nobody_used(session: Session, dealer: Actor) -> None:
    used, unused = made.voucher(session, by=None, amount_fen=100_000), made.voucher(session, index=1)
    waiting = factories.claim(session, "waitlist", pool=_pool(session), amount_fen=50_000)
    redeemed(session, dealer, used, now=NOW)
    assert unused.good_until is not None
    last, over = unused.good_until, unused.good_until + timedelta(seconds=1)
    assert vouchers.require_usable(session, dealer, last, unused)
    with pytest.raises(IllegalMove, match="有效期到 2024-04-30 为止"):
        vouchers.require_usable(session, dealer, over, unused)
    assert (vouchers.expire_due(session, last), waiting.state) == (0, "waitlist")
    assert (vouchers.expire_due(session, over), vouchers.expire_due(session, over)) == (1, 0)
    assert (used.state, unused.state, unused.held_fen) == ("redeemed", "expired", 0)
    session.refresh(waiting)
    assert (waiting.state, waiting.reserved_fen) == ("submitted", 50_000)
    assert funds.verify(session) == []


def test_goods_returned_in_parts(session: Session, dealer: Actor) -> None:
    """八(一)4: of 4000 bought with a voucher of 500, goods for 1000 came back, then the rest."""
    row = made.voucher(session)
    redemption, pool = redeemed(session, dealer, row), _pool(session)
    free = pool.available
    vouchers.take_goods_back(session, dealer, NOW, redemption.id, returned_fen=100_000, reason="退配件")
    assert (row.state, row.held_fen, pool.available - free) == ("redeemed", 37_500, 12_500)
    with pytest.raises(InvalidValue, match="尚未退货的 3,000"):
        vouchers.take_goods_back(session, dealer, NOW, redemption.id, returned_fen=300_001, reason="整车")
    with pytest.raises(NotFound):
        vouchers.take_goods_back(session, seller(session), NOW, redemption.id, returned_fen=1, reason="别家")
    vouchers.take_goods_back(session, dealer, NOW, redemption.id, returned_fen=300_000, reason="整车")
    assert (row.state, row.held_fen, redemption.back_fen, pool.available - free) == ("voided", 0, 50_000, 50_000)
    assert "退货，券随之作废" in _refused(session, dealer, row).message
    said = session.query(Event).filter_by(claim_id=row.claim_id).order_by(Event.id).all()
    assert [event.action for event in said] == ["redeem_voucher", "return_goods", "return_goods"]
    assert funds.verify(session) == []
    again = bought(invoice_number=redemption.invoice)
    other = made.voucher(session, index=1)
    assert vouchers.redeem(session, dealer, NOW, other.id, again, identity(other)), "the invoice stands no more"


def test_no_voucher_without_an_owner_or_after_its_last_day(session: Session) -> None:
    row = factories.claim(session, "approved", pool=_pool(session), programme="motorcycle-scrap", amount_fen=50_000)
    with pytest.raises(InvalidValue, match="没有车主的姓名"):
        vouchers.issue(session, NOW, row, {"applicant": {"name": "测试甲"}})
    with pytest.raises(InvalidValue, match="现在发券已不能使用"):
        vouchers.issue(session, made.AFTERWARDS, row, {"applicant": {"name": "测试甲", "id_number": "1"}})
