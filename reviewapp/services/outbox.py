"""The outbox: what is to be done after a commit. The row is the truth; the job queue only carries its id.

A worker takes a row with `begin`, a conditional UPDATE whose lease starts at that moment, and ends it with `finish` in
the transaction that writes the result. A worker that dies leaves a lease that runs out; then the row is rung for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from reviewapp.models import Outbox

_LONGEST_WAIT = 300
_ERROR_LENGTH = 500


def add(session: Session, topic: str, subject_id: int, now: datetime, *, due_at: datetime | None = None) -> Outbox:
    """Write down a piece of work in the caller's transaction; without `due_at` it is due at once and rung on commit."""
    row = Outbox(topic=topic, subject_id=subject_id, created_at=now, due_at=due_at or now)
    session.add(row)
    return row


def is_open(session: Session, topic: str, subject_id: int) -> bool:
    """Is there work of this topic on the subject that is not done? Callers hold the subject's lock."""
    session.flush()
    query = select(Outbox.id).where(Outbox.topic == topic, Outbox.subject_id == subject_id, Outbox.done_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def begin(session: Session, outbox_id: int, now: datetime, lease: timedelta) -> Outbox | None:
    """Take the row for `lease` from now on; None when it is done, not due yet, or another worker has it."""
    return _one(_take(session, Outbox.id == outbox_id, now, lease))


def begin_next(session: Session, topics: Iterable[str], now: datetime, lease: timedelta) -> Outbox | None:
    """Take the row of these topics that has been due longest, as `begin`; None when there is none to be had."""
    due = select(Outbox.id).where(Outbox.topic.in_(topics), *_to_be_had(now)).order_by(Outbox.due_at, Outbox.id)
    first = due.limit(1).with_for_update(skip_locked=True).scalar_subquery()
    return _one(_take(session, Outbox.id == first, now, lease))


def _one(taken: Sequence[Outbox]) -> Outbox | None:
    return taken[0] if taken else None


def begin_fresh(session: Session, topic: str, now: datetime, lease: timedelta, limit: int) -> Sequence[Outbox]:
    """Take up to `limit` rows of the topic that nobody has tried yet, those first that have been due longest.

    They are chosen in a CTE, which PostgreSQL runs once; a plain subselect it may run again, and lock more.
    """
    fresh = select(Outbox.id).where(Outbox.topic == topic, Outbox.attempts == 0, *_to_be_had(now))
    first = fresh.order_by(Outbox.due_at, Outbox.id).limit(limit).with_for_update(skip_locked=True)
    return _take(session, Outbox.id.in_(select(first.cte("first").c.id)), now, lease)


def _take(session: Session, which: ColumnElement[bool], now: datetime, lease: timedelta) -> Sequence[Outbox]:
    taken = (
        update(Outbox)
        .where(which, *_to_be_had(now))
        .values(leased_until=now + lease, attempts=Outbox.attempts + 1)
        .returning(Outbox)
    )
    return session.scalars(taken.execution_options(synchronize_session=False, populate_existing=True)).all()


def _to_be_had(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Open, due, and in nobody's hands."""
    return Outbox.done_at.is_(None), Outbox.due_at <= now, Outbox.leased_until.is_(None) | (Outbox.leased_until <= now)


def finish(session: Session, now: datetime, *outbox_ids: int) -> None:
    """The work is done; called in the transaction that writes its result. A row that is done already stays as it is."""
    session.execute(
        update(Outbox)
        .where(Outbox.id.in_(outbox_ids), Outbox.done_at.is_(None))
        .values(done_at=now, leased_until=None, error=None)
        .execution_options(synchronize_session=False)
    )


def postpone(session: Session, outbox_id: int, due_at: datetime, *, error: str | None = None) -> None:
    """Give the row back, due again at `due_at`; `error` says what went wrong this time, None that nothing did."""
    session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.done_at.is_(None))
        .values(due_at=due_at, leased_until=None, error=error[:_ERROR_LENGTH] if error else None)
        .execution_options(synchronize_session=False)
    )


def fail(session: Session, outbox_id: int, error: str, retry_at: datetime) -> None:
    """The attempt went wrong; it is tried again at `retry_at` and never given up silently: the row stays open."""
    postpone(session, outbox_id, retry_at, error=error)


def wait_after(attempts: int) -> timedelta:
    """How long to wait before attempt `attempts` + 1: 2, 4, 8 … seconds, at most five minutes."""
    return timedelta(seconds=min(2 ** max(1, min(attempts, 16)), _LONGEST_WAIT))


def overdue(session: Session, now: datetime, limit: int = 10_000) -> Sequence[tuple[int, str]]:
    """(id, topic) of the open rows that are due and that nobody holds, oldest first."""
    query = select(Outbox.id, Outbox.topic).where(*_to_be_had(now)).order_by(Outbox.due_at, Outbox.id).limit(limit)
    return [(row.id, row.topic) for row in session.execute(query)]
