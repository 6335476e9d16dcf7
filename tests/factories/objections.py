"""Published claims as the services make them, and objections to them."""

from __future__ import annotations

import itertools
from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp.models import SYSTEM, Actor, Claim, Objection, Pool
from reviewapp.services import objections, trail
from tests.factories.payouts import approved
from tests.factories.people import NOW, actor

_keys = itertools.count(1)


def published(session: Session, *, amount_fen: int = 300_000, now: datetime = NOW, pool: Pool | None = None) -> Claim:
    """An approved claim (`factories.payouts.approved`) that is published since `now`."""
    claim = trail.lock(session, approved(session, amount_fen=amount_fen, now=now, pool=pool).id)
    claim.published_at = now
    trail.move(session, claim, SYSTEM, now, "publish")
    session.flush()
    return claim


def objection(
    session: Session,
    claim: Claim,
    *,
    by: Actor | None = None,
    text: str = "样例异议：车不是申领人买的。",
    raised_by: str = "",
    contact: str = "",
    now: datetime = NOW,
) -> Objection:
    """An open objection to a published claim, received by letter today."""
    received = objections.Received(now.date(), "letter", text, raised_by, contact)
    key = f"factory-{next(_keys)}"
    return objections.record(session, by or actor(session, "reviewer"), now, claim.id, received, form_key=key)
