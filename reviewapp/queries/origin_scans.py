"""The stamped forms that a point photographed without saying whose they are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Actor, OriginScan

_MOST = 30


def newest(session: Session, actor: Actor) -> Sequence[OriginScan]:
    """Those of the viewer's point, newest first."""
    if actor.role != "point" or actor.organisation_id is None:
        return ()
    own = select(OriginScan).where(OriginScan.organisation_id == actor.organisation_id)
    return session.scalars(own.order_by(OriginScan.id.desc()).limit(_MOST).options(joinedload(OriginScan.claim))).all()
