"""What the bank has to tell yet: what is waited for, since when, and when a person takes it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Payout, PayoutBatch
from reviewapp.queries.finance import PayoutLine, line

#: What an instruction that has left waits for.
AWAITED = {
    "sending": "已发出，等银行应答",
    "accepted": "银行已受理，等入账结果",
    "unknown": "没有得到答复，系统自动查询",
    "exported": "银行文件已生成，等回盘文件",
}
#: What the bank has in its hands it settles by the next day; after that a person asks.
_IN_HAND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Awaited:
    """Instructions of one batch that wait for the same, `since` the first of them left; `ask_at` is when the system
    asks the bank next. From `escalates_at` on a person has to ask.
    """

    batch_number: str
    batch_public_id: str
    state: str
    count: int
    total_fen: int
    since: datetime
    ask_at: datetime | None
    escalates_at: datetime

    @property
    def what(self) -> str:
        """What is waited for."""
        return AWAITED[self.state]


def awaited(session: Session, cut_off: timedelta) -> tuple[Awaited, ...]:
    """All of it, what has to be taken up first before the rest; `cut_off` is the interface's."""
    patience = _patience(cut_off)
    query = (
        select(
            PayoutBatch.number, PayoutBatch.public_id, Payout.state, func.count(), func.sum(Payout.amount_fen),
            func.min(Payout.sent_at), func.min(Payout.ask_after),
        )
        .join(Payout.batch)
        .where(Payout.state.in_(AWAITED), Payout.sent_at.is_not(None))
        .group_by(PayoutBatch.id, PayoutBatch.number, PayoutBatch.public_id, Payout.state)
    )  # fmt: skip
    found = [
        Awaited(number, public_id, state, count, int(fen), since, ask_at, since + patience[state])
        for number, public_id, state, count, fen, since, ask_at in session.execute(query)
    ]
    return tuple(sorted(found, key=lambda row: (row.escalates_at, row.batch_number)))


def overdue(session: Session, now: datetime, cut_off: timedelta) -> tuple[PayoutLine, ...]:
    """Instructions sent through the interface that a person has to ask the bank for, the oldest first."""
    late = [
        (Payout.state == state) & (Payout.sent_at <= now - patience)
        for state, patience in _patience(cut_off).items()
        if state != "exported"
    ]
    found = select(Payout).options(joinedload(Payout.claim)).where(or_(*late))
    return tuple(line(payout) for payout in session.scalars(found.order_by(Payout.sent_at, Payout.id)))


def _patience(cut_off: timedelta) -> Mapping[str, timedelta]:
    """How long after it left the system waits by itself."""
    return {"sending": cut_off, "unknown": cut_off, "accepted": _IN_HAND, "exported": _IN_HAND}
