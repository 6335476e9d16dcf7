"""The hash chain over a pool's events, and its signed head of each day. Written once, never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, Instant


class Link(Base):
    """One event's place in the chain of its pool: 1, 2, 3… without gaps.

    `salt` is random: digests are published, and nobody shall find out a reason or a value by trying what gives the
    same. `late` marks links over events that are older than the chain; their order says nothing of anybody's turn.
    """

    __tablename__ = "links"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("length(digest) = 64", name="digest_whole"),
    )

    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), unique=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    late: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str] = mapped_column(String(64))


class Head(Base):
    """How far a pool's chain reached on a local day: its last link then, signed (Ed25519, base64) by the office."""

    __tablename__ = "heads"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("length(digest) = 64", name="digest_whole"),
    )

    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    signature: Mapped[str] = mapped_column(String(88))
