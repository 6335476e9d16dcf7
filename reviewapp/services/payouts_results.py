"""What the bank says, written on a locked claim and its instruction; the postings are the caller's (`funds`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp.models import SYSTEM, Claim, Payout
from reviewapp.services import trail

FAILURE_LENGTH = 200


def mark_paid(session: Session, now: datetime, *lines: tuple[Claim, Payout]) -> None:
    """The bank has paid these."""
    for _, payout in lines:
        payout.state = "paid"
        payout.settled_at = now
        payout.ask_after = payout.failure = None
    trail.move_together(session, [claim for claim, _ in lines], SYSTEM, now, "confirm_paid")


def mark_failed(session: Session, now: datetime, claim: Claim, payout: Payout, reason: str) -> None:
    """The bank has not paid and will not under this number."""
    _end(payout, now, "failed", reason)
    trail.move(session, claim, SYSTEM, now, "confirm_failed", reason=reason)


def mark_returned(session: Session, now: datetime, claim: Claim, payout: Payout, reason: str) -> None:
    """What the bank had paid has come back (退汇); the claim waits for another card."""
    _end(payout, now, "returned", reason)
    trail.move(session, claim, SYSTEM, now, "return_payment", reason=reason)


def _end(payout: Payout, now: datetime, state: str, reason: str) -> None:
    payout.state = state
    payout.settled_at = now
    payout.ask_after = None
    payout.failure = reason[:FAILURE_LENGTH]
