"""The tokens of a firm, as its people see them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Actor, ApiToken
from reviewapp.queries import scope


def listed(session: Session, actor: Actor) -> tuple[ApiToken, ...]:
    """The firm's tokens, the newest first."""
    found = scope.api_tokens_visible_to(actor).order_by(ApiToken.id.desc())
    return tuple(session.scalars(found.options(joinedload(ApiToken.user), joinedload(ApiToken.revoked_by))))


def state(token: ApiToken, now: datetime) -> str:
    """`live`, `expired` or `revoked`."""
    if token.revoked_at is not None:
        return "revoked"
    return "live" if token.expires_at > now else "expired"
