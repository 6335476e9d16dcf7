"""Payout instructions and the batches that two people release them in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import User

PAYOUT_STATES = ("ready", "batched", "released", "sending", "accepted", "unknown", "paid", "failed")
BATCH_STATES = ("made", "released", "dissolved")
_LIVE = text("state <> 'failed'")


class PayoutBatch(WithPublicId, Base):
    """Instructions of one scheme in approval order; `maker` puts it together, another person releases it."""

    __tablename__ = "payout_batches"
    __table_args__ = (
        one_of("state", BATCH_STATES),
        CheckConstraint("checker_id IS NULL OR checker_id <> maker_id", name="two_people"),
        CheckConstraint("(state = 'released') = (checker_id IS NOT NULL)", name="released_by_checker"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    scheme_code: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12), default="made")
    count: Mapped[int]
    total_fen: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    maker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)

    maker: Mapped[User] = relationship(foreign_keys=maker_id)
    checker: Mapped[User | None] = relationship(foreign_keys=checker_id)
    payouts: Mapped[list[Payout]] = relationship(back_populates="batch", order_by="Payout.id")


class Payout(WithPublicId, Base):
    """One instruction to pay one claim; at most one per claim is alive. `number` is the bank's idempotency key.

    Payee and card are frozen when the instruction is made. A new number is given only after a definite failure.
    """

    __tablename__ = "payouts"
    __table_args__ = (
        one_of("state", PAYOUT_STATES),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index("uq_payouts_live_claim", "claim_id", unique=True, postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_payouts_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("payout_batches.id"))
    state: Mapped[str] = mapped_column(String(12), default="ready")
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    payee: Mapped[Any] = mapped_column(Sealed("payouts.payee"))
    bank_reference: Mapped[str | None] = mapped_column(String(60))
    failure: Mapped[str | None] = mapped_column(String(200))
    approved_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    ask_after: Mapped[datetime | None] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship()
    batch: Mapped[PayoutBatch | None] = relationship(back_populates="payouts")
