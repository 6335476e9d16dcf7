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
from reviewapp.policy.values import CHINA
from reviewapp.services import facts
from reviewapp.sms import Sms


def send(session: Session, sms: Sms, now: datetime, event_id: int) -> bool:
    """Tell of the event, unless it is no longer how things stand or there is nobody to tell; was it sent?"""
    event = session.get_one(Event, event_id)
    claim = event.claim
    notice = rules.NOTICES[event.action]
    phone = _phone(session, claim, notice)
    if claim.state not in (event.to_state, *notice.still) or phone is None:
        return False
    sms.send(session, phone, _message(session, claim, event), now)
    return True


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


def _message(session: Session, claim: Claim, event: Event) -> str:
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
