"""Short messages that did not go, counted by kind and reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.models import Message


@dataclass(frozen=True)
class Undelivered:
    """So many messages of one template that are in one state (of `models.message.STATES`) for one reason."""

    template: str
    state: str
    reason: str
    count: int
    newest: datetime


def undelivered(session: Session, since: datetime) -> list[Undelivered]:
    """What was written since then and was not taken by the provider, the most frequent first."""
    columns = (Message.template, Message.state, Message.reason)
    count, newest = func.count(Message.id).label("count"), func.max(Message.created_at)
    rows = session.execute(
        select(*columns, count, newest)
        .where(Message.state != "sent", Message.created_at >= since)
        .group_by(*columns)
        .order_by(count.desc(), *columns)
    )
    return [Undelivered(template, state, reason or "", number, last) for template, state, reason, number, last in rows]
