"""Claims under way on which an excluded firm stands: shown at the desk, and checked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Claim, Exclusion
from reviewapp.policy.names import fold_name
from reviewapp.services import checking, exclusions, rechecks, trail

#: States in which a claim waits for a reviewer: they are checked again at once. Others are when they are taken or
#: approved; a claim on the waitlist is not touched, which would need its pool first.
_WAITING = ("submitted", "special_review")
#: The fields of papers that name the firm that sold.
_SELLERS = ("seller_name", "market_name", "merchant_name", "payee_name")


def on_claim(session: Session, claim: Claim) -> Sequence[Exclusion]:
    """What stands against the firm that put the claim in, and against the sellers on its papers."""
    standing = session.scalars(exclusions.of_scheme(claim.scheme_code)).all()
    kept = checking.latest(session, claim) if standing else None
    keys = set(_sellers(kept.facts)) if kept else set()
    if claim.organisation is not None:
        keys.add(fold_name(claim.organisation.name))
    return [
        row
        for row in standing
        if row.name_key in keys or (row.organisation_id is not None and row.organisation_id == claim.organisation_id)
    ]


def recheck(session: Session, now: datetime, exclusion_id: int) -> int:
    """Job body: check the waiting claims again on which the firm stands as the seller; how many. Safe to run twice."""
    with transaction(session):
        row = session.get_one(Exclusion, exclusion_id)
        key, code = row.name_key, row.scheme_code
        ids = [claim.id for claim in session.scalars(_waiting(code)) if _names(session, claim, key)]
    for claim_id in ids:
        with transaction(session):
            claim = trail.lock(session, claim_id)
            if claim.state in _WAITING:
                rechecks.refresh(session, claim, now)
    return len(ids)


def _waiting(scheme_code: str | None) -> Select[Claim]:
    found = select(Claim).where(Claim.state.in_(_WAITING)).order_by(Claim.pool_id, Claim.ticket)
    return found if scheme_code is None else found.where(Claim.scheme_code == scheme_code)


def _names(session: Session, claim: Claim, key: str) -> bool:
    kept = checking.latest(session, claim)
    return kept is not None and key in _sellers(kept.facts)


def _sellers(facts: Mapping[str, Any]) -> Iterator[str]:
    for paper in facts.get("papers", ()):
        yield from (fold_name(paper["fields"][name]) for name in _SELLERS if paper["fields"].get(name))
