"""A demand (追回) for paid money after a returned purchase, and what has come in on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import User

DEMAND_STATES = ("proposed", "open", "settled", "cancelled")
_LIVE = text("state IN ('proposed', 'open')")


class Demand(WithPublicId, Base):
    """The whole award of a paid claim, or a part of it, asked back; at most one a claim is under way.

    One person proposes it, another confirms it: only then is it `open` and the claim in `clawback`. `received_fen` is
    the sum of its receipts.
    """

    __tablename__ = "demands"
    __table_args__ = (
        one_of("state", DEMAND_STATES),
        CheckConstraint("amount_fen > 0 AND received_fen >= 0", name="amounts_positive"),
        CheckConstraint("received_fen <= amount_fen", name="not_more_than_demanded"),
        CheckConstraint("(state = 'settled') = (received_fen = amount_fen)", name="settled_when_whole"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> opened_by_id", name="two_people"),
        CheckConstraint("state NOT IN ('open', 'settled') OR confirmed_by_id IS NOT NULL", name="open_is_confirmed"),
        CheckConstraint("received_fen = 0 OR confirmed_by_id IS NOT NULL", name="receipts_once_confirmed"),
        CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_at_some_time"),
        CheckConstraint("(state = 'cancelled') = (cancelled_by_id IS NOT NULL)", name="cancelled_by_somebody"),
        CheckConstraint("(state IN ('settled', 'cancelled')) = (closed_at IS NOT NULL)", name="closed_at_some_time"),
        Index("uq_demands_live_claim", "claim_id", unique=True, postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_demands_claim", "claim_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    received_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    clause: Mapped[str] = mapped_column(String(60))
    reason: Mapped[Any] = mapped_column(Sealed("demands.reason"))
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cancel_reason: Mapped[Any] = mapped_column(Sealed("demands.cancel_reason"), nullable=True)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship()
    opened_by: Mapped[User] = relationship(foreign_keys=opened_by_id)
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=confirmed_by_id)
    cancelled_by: Mapped[User | None] = relationship(foreign_keys=cancelled_by_id)
    receipts: Mapped[list[DemandReceipt]] = relationship(back_populates="demand", order_by="DemandReceipt.id")

    @property
    def open_fen(self) -> int:
        """What has not come in yet."""
        return self.amount_fen - self.received_fen


class DemandReceipt(Base):
    """Money that came in on a demand, under the bank's reference. Append-only."""

    __tablename__ = "demand_receipts"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount_positive"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    bank_reference: Mapped[str] = mapped_column(String(60), unique=True)
    received_on: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    demand: Mapped[Demand] = relationship(back_populates="receipts")
    recorded_by: Mapped[User] = relationship()
