"""Telling claimants by short message what happened to their claim; ordered by `trail` in the transaction of the event,
sent after it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Claim, Event, Payout
from reviewapp.policy import notices as rules
from reviewapp.policy.money import show_yuan
from reviewapp.policy.notices import ShortMessage
from reviewapp.policy.reminders import REMINDERS, next_hour
from reviewapp.policy.values import CHINA
from reviewapp.services import claim_returns, facts, messages
from reviewapp.services.messages import Outgoing


def wait(session: Session, now: datetime, event_id: int) -> timedelta:
    """How long the message waits: what just happened is told at once, reminders wake nobody."""
    reminds = session.get_one(Event, event_id).action in REMINDERS.values()
    return next_hour(now) - now if reminds else timedelta()


def due(session: Session, now: datetime, event_id: int, outbox_id: int) -> list[Outgoing]:
    """What is to be sent of the event, written down at the first try: nothing when it is no longer how things stand or
    there is nobody to tell.
    """
    event = session.get_one(Event, event_id)
    claim = event.claim
    phone = phone_for(session, claim, event.action)
    if phone is None or not _is_so(session, now, event):
        messages.drop(session, now, outbox_id)
    elif not messages.known(session, outbox_id):
        messages.write(session, now, phone, _message(session, claim, event), outbox_id)
    return messages.waiting(session, outbox_id)


def _is_so(session: Session, now: datetime, event: Event) -> bool:
    """The claim has not moved since, or to where the words still hold; and what is to be mended still can be."""
    claim = event.claim
    if claim.state != event.to_state:
        return claim.state in rules.NOTICES[event.action].still
    moved = select(Event.id).where(Event.claim_id == claim.id, Event.id > event.id, Event.to_state != Event.from_state)
    until = claim.correction_until
    return (until is None or now <= until) and session.scalar(moved.limit(1)) is None


def phone_for(session: Session, claim: Claim, action: str) -> str | None:
    """Whom the notice of `action` goes to, None where there is nobody to tell.

    Who asks in person, under the number they signed in with; a firm's or a collection point's customer under the one
    on the claim.
    """
    if claim.submitter_role == "claimant":
        return str(claim.entered_by.phone) if claim.entered_by.phone else None
    programme = schemes.load(claim.scheme_code, claim.scheme_version).programmes[claim.programme]
    if rules.NOTICES[action].in_person or programme.pays_firm:
        return None
    phone = facts.current(session, claim).value("applicant", "phone")
    return str(phone) if phone else None


def _message(session: Session, claim: Claim, event: Event) -> ShortMessage:
    last = select(Payout).where(Payout.claim_id == claim.id).order_by(Payout.id.desc()).limit(1)
    payout = session.scalars(last).one_or_none()
    until = claim.correction_until.astimezone(CHINA) if claim.correction_until else None
    returned = claim_returns.current(session, claim)
    return rules.message(
        event.action,
        claim.number or "",
        day=f"{until:%m月%d日%H:%M}" if until else "",
        last=f"{until:%m月%d日}" if until else "",
        unmended=claim_returns.unmended(session, returned) if returned else (),
        amount=show_yuan(claim.award_fen or 0),
        card=payout.payee["card_number"][-4:] if payout else "",
    )
