"""Do the ledger, the claims, the instructions and the bank say the same? Reads only; `funds.verify` is the entrance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from reviewapp.bank import StatementLine
from reviewapp.models import (
    UNDONE,
    Claim,
    Decision,
    Demand,
    DemandReceipt,
    FundOrder,
    Payout,
    PayoutBatch,
    Pool,
    Posting,
    ReturnLine,
    Voucher,
)
from reviewapp.policy import pool as rules
from reviewapp.policy.workflow import PAID_OUT

#: States of a claim whose award is committed and not yet paid.
COMMITTED = ("approved", "publication", "payable", "sending", "failed", "unknown")
#: What of the committed money is owed on a claim: what the voucher holds that came of it or was handed out for it, and
#: its own award, unless that became the voucher.
OWED = func.coalesce(Voucher.held_fen, 0) + case(
    (Claim.state.in_(COMMITTED) & or_(Voucher.id.is_(None), Voucher.settlement_id == Claim.id), Claim.award_fen),
    else_=0,
)

COLUMN_NAMES = {"appropriated": "总额", "reserved": "预留", "committed": "待付", "paid": "已付", "returned": "退回"}


@dataclass(frozen=True)
class Difference:
    """Two places that should say the same and do not; `where` names the row, amounts are fen."""

    what: str
    where: str
    expected: int
    found: int


def verify(session: Session, lines: Sequence[StatementLine] | None = None) -> list[Difference]:
    """Every difference between postings, pools, claims, instructions and, when given, the lines of the bank's
    statement. Where others are at work, hold the pools while it compares, or it sees them before and their postings
    after a change."""
    found: list[Difference] = []
    for pool in session.scalars(select(Pool).order_by(Pool.id)):
        found += _pool(session, pool)
        found += _claims(session, pool)
        found += _waitlist(session, pool)
    found += _orders(session)
    found += _payouts(session)
    found += _return_lines(session)
    found += _given_back(session)
    found += _undone(session)
    if lines is not None:
        found += _bank(session, lines)
    return found


def _name(pool: Pool) -> str:
    return f"{pool.scheme_code}/{pool.code}"


def _pool(session: Session, pool: Pool) -> Iterator[Difference]:
    """The pool's columns against the sums of its postings."""
    sums = select(Posting.from_account, Posting.to_account, func.sum(Posting.amount)).where(Posting.pool_id == pool.id)
    rows = session.execute(sums.group_by(Posting.from_account, Posting.to_account))
    expected = rules.columns(rules.Movement(source, target, int(amount or 0)) for source, target, amount in rows)
    for column, amount in expected.items():
        if getattr(pool, column) != amount:
            yield Difference(f"资金池“{COLUMN_NAMES[column]}”与分录合计", _name(pool), amount, getattr(pool, column))
    if rules.available(expected) < 0:
        yield Difference("资金池超支", _name(pool), 0, rules.available(expected))


def _claims(session: Session, pool: Pool) -> Iterator[Difference]:
    """The pool's columns against what its claims and vouchers hold, and what was awarded and paid."""
    reserved = select(func.sum(Claim.reserved_fen)).where(Claim.pool_id == pool.id)
    awarded = select(func.sum(Claim.award_fen)).where(Claim.pool_id == pool.id)
    owed = select(func.sum(OWED)).select_from(Claim).outerjoin(Voucher, Voucher.claim_id == Claim.id)
    for what, query, column in (
        ("申请占用额度合计", reserved, pool.reserved),
        ("已审核通过未发放与消费券占用合计", owed.where(Claim.pool_id == pool.id), pool.committed),
        ("已发放申请合计", awarded.where(Claim.state.in_(PAID_OUT)), pool.paid),
    ):
        amount = int(session.execute(query).scalar_one() or 0)
        if amount != column:
            yield Difference(f"{what}与资金池", _name(pool), column, amount)


def _orders(session: Session) -> Iterator[Difference]:
    """What a confirmed order says against its postings in each of its pools, and treasury money without an order.

    A pool that opens needs none: its scheme says what it gets.
    """
    ordered: dict[tuple[int, int], int] = {}
    for order in session.scalars(select(FundOrder).where(FundOrder.state == "confirmed")):
        for pool_id in (order.pool_id, order.to_pool_id):
            if pool_id is not None:
                ordered[order.id, pool_id] = order.amount_fen
    of_orders = select(Posting.order_id, Posting.pool_id, func.sum(Posting.amount)).where(Posting.order_id.is_not(None))
    rows = session.execute(of_orders.group_by(Posting.order_id, Posting.pool_id))
    posted = {(order_id, pool_id): int(amount) for order_id, pool_id, amount in rows if order_id is not None}
    for key in sorted(ordered.keys() | posted.keys()):
        if ordered.get(key, 0) != posted.get(key, 0):
            document = session.get_one(FundOrder, key[0]).document
            yield Difference("已确认资金单与分录", document, ordered.get(key, 0), posted.get(key, 0))
    yield from _loose(session)


def _loose(session: Session) -> Iterator[Difference]:
    treasury = or_(Posting.from_account == "treasury", Posting.to_account == "treasury")
    loose = select(Posting.pool_id, func.sum(Posting.amount)).where(
        treasury, Posting.order_id.is_(None), Posting.reason != "open"
    )
    for pool_id, amount in _sums(session, loose).items():
        yield Difference("没有资金单的拨款分录", _name(session.get_one(Pool, pool_id)), 0, amount)


def _waitlist(session: Session, pool: Pool) -> Iterator[Difference]:
    """Money that lies idle although the head of the waitlist fits."""
    lacking = (Claim.wanted_fen - Claim.reserved_fen).label("lacking")
    waiting = select(Claim.number, lacking).where(Claim.pool_id == pool.id, Claim.state == "waitlist")
    head = session.execute(waiting.order_by(Claim.ticket).limit(1)).one_or_none()
    if head is not None and rules.promotions(pool.available, [head.lacking]):
        yield Difference("候补首位未递补，可用额度闲置", head.number or _name(pool), 0, pool.available)


def _payouts(session: Session) -> Iterator[Difference]:
    """Per claim: what its paid instructions sum to against the postings of its payments, less those sent back."""
    paid = _sums(session, select(Payout.claim_id, func.sum(Payout.amount_fen)).where(Payout.state == "paid"))
    posted = _sums(session, select(Posting.claim_id, func.sum(Posting.amount)).where(Posting.to_account == "paid"))
    back = _sums(session, select(Posting.claim_id, func.sum(Posting.amount)).where(Posting.from_account == "paid"))
    for claim_id in sorted(paid.keys() | posted.keys() | back.keys()):
        expected, found = posted.get(claim_id, 0) - back.get(claim_id, 0), paid.get(claim_id, 0)
        if expected != found:
            number = session.scalar(select(Claim.number).where(Claim.id == claim_id))
            yield Difference("已发放指令与分录", number or str(claim_id), expected, found)


def _return_lines(session: Session) -> Iterator[Difference]:
    """Postings that a return file brought against its lines: the amount, and whose it is."""
    same_claim = Payout.claim_id == Posting.claim_id
    query = (
        select(ReturnLine, case((same_claim, Posting.amount), else_=0))
        .join(Posting, Posting.return_line_id == ReturnLine.id)
        .outerjoin(ReturnLine.payout)
        .where(or_(Posting.amount != ReturnLine.amount_fen, Payout.id.is_(None), ~same_claim))
    )
    for line, amount in session.execute(query.order_by(Posting.id)):
        yield Difference("回盘行与分录", f"回盘 {line.file_id} 号第 {line.row} 行", line.amount_fen, int(amount))


def _given_back(session: Session) -> Iterator[Difference]:
    """Per claim: what its receipts and its demands say came back against the postings."""
    receipts = select(Demand.claim_id, func.sum(DemandReceipt.amount_fen)).join(Demand.receipts)
    received = _sums(session, receipts)
    demanded = _sums(session, select(Demand.claim_id, func.sum(Demand.received_fen)).where(Demand.received_fen > 0))
    posted = _sums(
        session, select(Posting.claim_id, func.sum(Posting.amount)).where(Posting.from_account == "returned")
    )
    for claim_id in sorted(received.keys() | demanded.keys() | posted.keys()):
        expected = received.get(claim_id, 0)
        for what, sums in (("退款分录", posted), ("追回单", demanded)):
            if sums.get(claim_id, 0) != expected:
                number = session.scalar(select(Claim.number).where(Claim.id == claim_id))
                yield Difference(f"退款登记与{what}", number or str(claim_id), expected, sums.get(claim_id, 0))


def _undone(session: Session) -> Iterator[Difference]:
    """Per claim: the approvals that objections have undone against the postings that took their awards back."""
    undone = select(Decision.claim_id, func.sum(Decision.award_fen)).where(Decision.id.in_(UNDONE))
    reopened = select(Posting.claim_id, func.sum(Posting.amount)).where(Posting.reason == "uphold_objection")
    expected, found = _sums(session, undone), _sums(session, reopened)
    for claim_id in sorted(expected.keys() | found.keys()):
        if expected.get(claim_id, 0) != found.get(claim_id, 0):
            number = session.scalar(select(Claim.number).where(Claim.id == claim_id))
            yield Difference(
                "撤销的审核通过与分录", number or str(claim_id), expected.get(claim_id, 0), found.get(claim_id, 0)
            )


def _sums(session: Session, query: Select[Any, Any]) -> dict[int, int]:
    """Claim id -> fen, from a query of both that is not grouped yet."""
    rows = session.execute(query.group_by(query.selected_columns[0]))
    return {claim_id: int(amount) for claim_id, amount in rows if claim_id is not None}


def _bank(session: Session, lines: Sequence[StatementLine]) -> Iterator[Difference]:
    """Per instruction number: what the bank paid against what is recorded as paid here.

    Of what went by file the interface need not know; of what came back later (退汇) it may tell the payment still.
    """
    at_bank = {line.number: line.amount_fen for line in lines if line.status == "paid"}
    settled = select(Payout.number, Payout.amount_fen, Payout.state, PayoutBatch.channel).outerjoin(Payout.batch)
    rows = session.execute(settled.where(Payout.state.in_(("paid", "returned"))))
    here = {
        number: amount
        for number, amount, state, channel in rows
        if number in at_bank or (state == "paid" and channel != "file")
    }
    for number in sorted(at_bank.keys() | here.keys()):
        if at_bank.get(number, 0) != here.get(number, 0):
            yield Difference("银行流水与已发放指令", number, at_bank.get(number, 0), here.get(number, 0))
