"""The daily reconciliation (对账): ordered by the clock, done by a worker, kept for the finance page.

The bank is asked outside any transaction; what it said is compared under `keep`. A payment on its way is no difference:
the bank may have settled it a moment ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from reviewapp.bank import StatementLine
from reviewapp.models import Payout, PayoutBatch, Posting, Reconciliation
from reviewapp.services import funds, outbox
from reviewapp.services.days import local_date
from reviewapp.services.payouts import IN_FLIGHT

TOPIC = "funds.reconcile"


def order(session: Session, now: datetime) -> int:
    """Order the reconciliation of the local day that `now` is in, once; how many were ordered."""
    day = local_date(now)
    if session.scalar(select(Reconciliation.id).where(Reconciliation.day == day)) is not None:
        return 0
    row = Reconciliation(day=day)
    session.add(row)
    session.flush()
    outbox.add(session, TOPIC, row.id, now)
    return 1


def keep(session: Session, asked_at: datetime, row_id: int, lines: Sequence[StatementLine]) -> Reconciliation:
    """Compare the books with the bank's statement of `asked_at` and keep what was found; a row that is filled stays."""
    query = select(Reconciliation).where(Reconciliation.id == row_id).with_for_update()
    row = session.execute(query.execution_options(populate_existing=True)).scalar_one()
    if row.at is not None:
        return row
    funds.hold_pools(session)
    moving = set(session.scalars(select(Payout.number).where(_is_moving(asked_at))))
    found = [difference for difference in funds.verify(session, lines) if difference.where not in moving]
    posted, paid = _posted(session, asked_at), _paid(session, asked_at, lines)
    row.rows = [asdict(difference) for difference in found]
    row.difference_fen = sum(abs(difference.expected - difference.found) for difference in found)
    row.on_the_way = len(moving)
    row.ledger_fen, (row.instructed_fen, row.bank_fen, row.by_file_fen) = posted, paid
    row.at = asked_at
    return row


def _posted(session: Session, asked_at: datetime) -> int:
    """What the ledger has as paid, less what came back, without the claims of which something is on the way."""
    moving = select(Payout.claim_id).where(_is_moving(asked_at))
    change = case((Posting.to_account == "paid", Posting.amount), else_=-Posting.amount)
    paid = select(func.sum(change)).where(or_(Posting.to_account == "paid", Posting.from_account == "paid"))
    return int(session.scalar(paid.where(Posting.claim_id.not_in(moving))) or 0)


def _paid(session: Session, asked_at: datetime, lines: Sequence[StatementLine]) -> tuple[int, int, int]:
    """What the instructions have as paid, what the statement has, and what return files alone told of.

    A payment that came back by a return file may stand in the statement still.
    """
    known = select(Payout.number, Payout.amount_fen, Payout.state, PayoutBatch.channel, _is_moving(asked_at))
    ended = known.outerjoin(Payout.batch).where(or_(Payout.state.in_(("paid", "returned")), _is_moving(asked_at)))
    rows = session.execute(ended).all()
    open_or_back = {number for number, _, state, _, moves in rows if moves or state == "returned"}
    at_bank = {line.number: line.amount_fen for line in lines if line.status == "paid"}
    paid = [row for row in rows if row.number not in open_or_back]
    by_file = [row for row in paid if row.channel == "file" and row.number not in at_bank]
    return (
        sum(row.amount_fen for row in paid),
        sum(amount for number, amount in at_bank.items() if number not in open_or_back),
        sum(row.amount_fen for row in by_file),
    )


def _is_moving(asked_at: datetime) -> ColumnElement[bool]:
    """In flight, or settled here after the bank told its statement."""
    return or_(Payout.state.in_(IN_FLIGHT), Payout.settled_at >= asked_at)
