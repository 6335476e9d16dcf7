"""Telling claimants by short message what happened to their claim; ordered by `trail` in the transaction of the event,
sent after it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Claim, Event, Payout
from reviewapp.policy import notices as rules
from reviewapp.policy.money import show_yuan
from reviewapp.policy.notices import ShortMessage
from reviewapp.policy.values import CHINA
from reviewapp.services import facts, messages
from reviewapp.services.messages import Outgoing


def due(session: Session, now: datetime, event_id: int, outbox_id: int) -> list[Outgoing]:
    """What is to be sent of the event, written down at the first try: nothing when it is no longer how things stand or
    there is nobody to tell.
    """
    event = session.get_one(Event, event_id)
    claim = event.claim
    phone = _phone(session, claim, rules.NOTICES[event.action])
    if claim.state != event.to_state or phone is None:
        messages.drop(session, now, outbox_id)
    elif not messages.known(session, outbox_id):
        messages.write(session, now, phone, _message(session, claim, event), outbox_id)
    return messages.waiting(session, outbox_id)


def _phone(session: Session, claim: Claim, notice: rules.Notice) -> str | None:
    """Who asks in person, under the number they signed in with; a firm's or a collection point's customer under the one
    on the claim.
    """
    if claim.submitter_role == "claimant":
        return str(claim.entered_by.phone) if claim.entered_by.phone else None
    programme = schemes.load(claim.scheme_code, claim.scheme_version).programmes[claim.programme]
    if notice.in_person or programme.pays_firm:
        return None
    phone = facts.current(session, claim).value("applicant", "phone")
    return str(phone) if phone else None


def _message(session: Session, claim: Claim, event: Event) -> ShortMessage:
    last = select(Payout).where(Payout.claim_id == claim.id).order_by(Payout.id.desc()).limit(1)
    payout = session.scalars(last).one_or_none()
    until = claim.correction_until
    return rules.message(
        event.action,
        claim.number or "",
        day=f"{until.astimezone(CHINA):%m月%d日%H:%M}" if until else "",
        amount=show_yuan(claim.award_fen or 0),
        card=payout.payee["card_number"][-4:] if payout else "",
    )
