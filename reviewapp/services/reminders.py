"""Reminding whoever has to act: returned claims before they lapse, failed payments that wait for another card.

That a claim was reminded of is an event on its trail, written before anything is sent: it is what a second tick, or one
after a restart, finds. The message goes the way of all others, as a row of the outbox in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Event
from reviewapp.policy import reminders as rules
from reviewapp.services import notices, trail

#: What brings a claim into the states in which it is reminded of.
_BEGINNINGS = ("return", "confirm_failed", "return_payment")


def order_due(session: Session, now: datetime, limit: int = 200) -> int:
    """Order the messages that are due by now, in the hours for them; how many. All claims are locked first, then looked
    at again, pool after pool. Claims that nobody can be told of are passed over.
    """
    if rules.next_hour(now) > now:
        return 0
    found = [claim.id for claim in islice(_due(session, now, _waiting(now)), limit)]
    locked = _waiting(now).where(Claim.id.in_(found)).with_for_update(skip_locked=True)
    told = list(_due(session, now, locked.execution_options(populate_existing=True)))
    for claim in told:
        trail.mention(session, claim, now, rules.REMINDERS[claim.state])
    return len(told)


def _waiting(now: datetime) -> Select[Claim]:
    """The claims that wait for their submitter, and can still be helped."""
    soon = now + timedelta(days=rules.DAYS_BEFORE + 1)
    returned = (Claim.state == "returned") & Claim.correction_until.between(now, soon)
    return select(Claim).where(returned | (Claim.state == "failed")).order_by(Claim.pool_id, Claim.id)


def _due(session: Session, now: datetime, claims: Select[Claim]) -> Iterator[Claim]:
    found = session.scalars(claims).all()
    history = _history(session, found)
    for claim in found:
        due_at = _due_at(claim, history.get(claim.id, ()))
        reachable = due_at is not None and due_at <= now
        if reachable and notices.phone_for(session, claim, rules.REMINDERS[claim.state]) is not None:
            yield claim


def _history(session: Session, claims: Sequence[Claim]) -> dict[int, list[Event]]:
    """What began and what reminded, oldest first, by claim."""
    wanted = (*_BEGINNINGS, *rules.REMINDERS.values())
    ids = [claim.id for claim in claims]
    rows: dict[int, list[Event]] = {}
    for event in session.scalars(
        select(Event).where(Event.claim_id.in_(ids), Event.action.in_(wanted)).order_by(Event.id)
    ):
        rows.setdefault(event.claim_id, []).append(event)
    return rows


def _due_at(claim: Claim, history: Sequence[Event]) -> datetime | None:
    """When the claim is next reminded of; None: no more since it last came into its state."""
    begun = max((at for at, event in enumerate(history) if event.action in _BEGINNINGS), default=None)
    if begun is None:
        return None
    reminded = [event.at for event in history[begun + 1 :]]
    if claim.correction_until is None:
        return rules.card_due(history[begun].at, reminded)
    return None if reminded else rules.mending_due(history[begun].at, claim.correction_until)
