"""The daily reconciliation (对账): ordered by the clock, done by a worker, kept for the finance page.

The bank is asked outside any transaction; what it said is compared under `keep`. A payment on its way is no difference:
the bank may have settled it a moment ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from reviewapp.bank import StatementLine
from reviewapp.models import Payout, Reconciliation
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
    row.rows = [asdict(difference) for difference in found]
    row.difference_fen = sum(abs(difference.expected - difference.found) for difference in found)
    row.on_the_way = len(moving)
    row.at = asked_at
    return row


def _is_moving(asked_at: datetime) -> ColumnElement[bool]:
    """In flight, or settled here after the bank told its statement."""
    return or_(Payout.state.in_(IN_FLIGHT), Payout.settled_at >= asked_at)
