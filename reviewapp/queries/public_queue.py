"""The queue of a pool as anybody may see it: tickets, times and states, no names; and the heads of its chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Event, Head, Pool
from reviewapp.policy.statements import DailyHead
from reviewapp.services import heads
from reviewapp.services.queue import UNDECIDED

PAGE_SIZE = 100
_DECIDED = ("approve", "reject", "withdraw", "lapse")
#: What the public is told of a state: whether somebody waits, is read, or has left the queue, and not more.
_SHOWN = {
    "special_review": "submitted",
    **dict.fromkeys(("publication", "payable", "sending", "failed", "unknown"), "approved"),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One ticket; `state` is the key of a word that is public, `decided_at` None while it is in the queue."""

    ticket: int
    submitted_at: datetime
    state: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a pool's tickets, in order; `last` is the newest ticket, `sought` the one that was looked for."""

    pool: Pool
    rows: tuple[QueueRow, ...]
    number: int
    last: int
    sought: int | None

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.last // PAGE_SIZE))


def pools(session: Session, scheme_code: str) -> Sequence[Pool]:
    """The pools of a scheme that are open, in the order in which they were opened."""
    return session.scalars(select(Pool).where(Pool.scheme_code == scheme_code).order_by(Pool.id)).all()


def page(session: Session, pool: Pool, *, number: int = 1, sought: int | None = None) -> QueuePage:
    """Page `number` (from 1), or the one with the ticket that is sought. Tickets have no gaps: a page is a range."""
    last = pool.next_ticket - 1
    if sought is not None:
        number = -(-sought // PAGE_SIZE)
    number = min(max(1, number), max(1, -(-last // PAGE_SIZE)))
    first = (number - 1) * PAGE_SIZE + 1
    here = (Claim.pool_id == pool.id, Claim.ticket.between(first, first + PAGE_SIZE - 1))
    columns = select(Claim.id, Claim.ticket, Claim.submitted_at, Claim.state)
    rows = session.execute(columns.where(*here).order_by(Claim.ticket)).all()
    decided = _decided(session, [row.id for row in rows])
    shown = tuple(
        QueueRow(
            row.ticket, row.submitted_at, _SHOWN.get(row.state, row.state),
            None if row.state in UNDECIDED else decided.get(row.id),
        )
        for row in rows
    )  # fmt: skip
    return QueuePage(pool, shown, number, last, sought)


def daily_heads(session: Session, pool: Pool, most: int | None = None) -> list[DailyHead]:
    """The kept heads of a pool, the newest day first."""
    rows = session.scalars(select(Head).where(Head.pool_id == pool.id).order_by(Head.day.desc()).limit(most))
    return [heads.statement(pool, row) for row in rows]


def _decided(session: Session, claim_ids: Sequence[int]) -> dict[int, datetime]:
    """When each claim left the queue, the last time."""
    left = select(Event.claim_id, func.max(Event.at)).where(Event.claim_id.in_(claim_ids), Event.action.in_(_DECIDED))
    return dict(session.execute(left.group_by(Event.claim_id)).all())
