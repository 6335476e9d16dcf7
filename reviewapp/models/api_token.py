"""What dealers' own systems hold: tokens that act for a person, and the requests that were answered once for all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId
from reviewapp.models.people import User


class ApiToken(WithPublicId, Base):
    """A token of the interface. The token itself is not kept, only its keyed hash; `ending` tells it from others.

    It acts for `user` within `scopes`, by real time (never the demo's clock) until it expires or is revoked.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_by_somebody"),
        CheckConstraint("expires_at > created_at", name="lives_a_while"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    ending: Mapped[str] = mapped_column(String(4))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User] = relationship(foreign_keys=user_id)
    revoked_by: Mapped[User | None] = relationship(foreign_keys=revoked_by_id)


class ApiRequest(Base):
    """A request that had its effect, under the key its sender gave it; written in the transaction of that effect.

    `digest` (SHA-256) stands for method, address and content; `answer` is what the sender was told.
    """

    __tablename__ = "api_requests"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"))
    key: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    answer: Mapped[Any] = mapped_column(Sealed("api_requests.answer"), nullable=True)
    at: Mapped[datetime] = mapped_column(Instant)
