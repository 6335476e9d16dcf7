"""Which motorcycles stand where: conditions on `Claim`, for a motorcycle is its claim (models.collection)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, GivenBack, Pickup, PickupItem

#: States of a claim that came to nothing: its motorcycle is the owner's again.
ENDED = ("rejected", "withdrawn", "lapsed")


def taken_in() -> ColumnElement[bool]:
    """Handed in at a collection point: its claim was put in there."""
    return (Claim.submitter_role == "point") & Claim.ticket.is_not(None)


def in_stock() -> ColumnElement[bool]:
    """At the point still, whether or not it is on a list to be fetched."""
    left = exists().where(*_live(), PickupItem.pickup_id == Pickup.id, Pickup.state == "handed_over")
    return taken_in() & ~_given_back() & ~left


def ready() -> ColumnElement[bool]:
    """In stock, to be fetched, and on no list yet: what counts towards a call for the truck."""
    return taken_in() & ~_given_back() & ~exists().where(*_live()) & Claim.state.not_in(ENDED)


def to_give_back() -> ColumnElement[bool]:
    """In stock, and the owner's again."""
    return in_stock() & Claim.state.in_(ENDED)


def count(session: Session, organisation_id: int, scheme_code: str) -> int:
    """How many motorcycles of a scheme stand ready at a point."""
    here = (Claim.organisation_id == organisation_id, Claim.scheme_code == scheme_code)
    return session.scalar(select(func.count()).select_from(Claim).where(ready(), *here)) or 0


def _given_back() -> ColumnElement[bool]:
    return exists().where(GivenBack.claim_id == Claim.id)


def _live() -> tuple[ColumnElement[bool], ...]:
    return PickupItem.claim_id == Claim.id, PickupItem.released_at.is_(None)
