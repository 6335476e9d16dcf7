"""Until when an approved claim is to be paid, and which are overdue (乡政办发〔2024〕42号 八(三)2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Claim
from reviewapp.schemes import payment
from reviewapp.services import workdays
from reviewapp.services.balance import COMMITTED

_PAID = ("paid", "clawback", "refunded")
#: Rows looked at.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Due:
    """The last moment for the payment, by which clause; `note` says when a year's holidays are not known."""

    at: datetime
    workdays: int
    clause: str
    note: str
    paid: bool
    overdue: bool


def due(claim: Claim, now: datetime) -> Due | None:
    """The term of an approved claim; None before, and where the document names none."""
    term = payment.term(claim.scheme_code, claim.programme)
    if term is None or claim.approved_at is None or claim.state not in (*COMMITTED, *_PAID):
        return None
    deadline = workdays.end_of_workday(claim.approved_at, term.workdays)
    paid = claim.state in _PAID
    return Due(deadline.at, term.workdays, term.clause, deadline.note, paid, not paid and now > deadline.at)


def overdue(session: Session, now: datetime) -> tuple[tuple[Claim, Due], ...]:
    """Approved claims that are not paid though their term is over, the longest overdue first."""
    approved = (
        select(Claim)
        .where(Claim.scheme_code.in_(payment.with_terms()), Claim.state.in_(COMMITTED))
        .where(Claim.approved_at < now - timedelta(days=1))
        .order_by(Claim.approved_at, Claim.id)
        .limit(_MOST)
    )
    found = ((claim, due(claim, now)) for claim in session.scalars(approved))
    return tuple((claim, term) for claim, term in found if term is not None and term.overdue)
