"""Payout instructions and the batches that two people release them in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.fund import Pool
from reviewapp.models.people import User

PAYOUT_STATES = (
    "ready",
    "batched",
    "released",
    "sending",
    "accepted",
    "unknown",
    "exported",
    "paid",
    "failed",
    "returned",
)
BATCH_STATES = ("made", "checked", "released", "dissolved")
CHANNELS = ("http", "file")
_LIVE = text("state NOT IN ('failed', 'returned')")


class PayoutBatch(WithPublicId, Base):
    """Instructions of one scheme in approval order; `maker` puts it together, another person releases it.

    A batch over the scheme's bands (`needs_second`) is first `checked` by one checker and released by a third person.
    `channel` is how it goes to the bank: through its HTTP interface, or as a file by `template`, of which the digest is
    kept when it is exported.
    """

    __tablename__ = "payout_batches"
    __table_args__ = (
        one_of("state", BATCH_STATES),
        one_of("channel", CHANNELS),
        CheckConstraint("checker_id IS NULL OR checker_id <> maker_id", name="two_people"),
        CheckConstraint(
            "second_checker_id IS NULL OR (checker_id IS NOT NULL AND second_checker_id <> maker_id "
            "AND second_checker_id <> checker_id)",
            name="three_people",
        ),
        CheckConstraint("state NOT IN ('checked', 'released') OR checker_id IS NOT NULL", name="released_by_checker"),
        CheckConstraint("state <> 'made' OR checker_id IS NULL", name="made_unchecked"),
        CheckConstraint(
            "state <> 'released' OR second_checker_id IS NOT NULL OR NOT needs_second", name="released_by_second"
        ),
        CheckConstraint("(channel = 'file') = (template IS NOT NULL)", name="file_by_template"),
        CheckConstraint("(exported_at IS NULL) = (export_digest IS NULL)", name="exported_whole"),
        CheckConstraint(
            "exported_at IS NULL OR (channel = 'file' AND state = 'released')", name="exported_when_released"
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    scheme_code: Mapped[str] = mapped_column(String(60))
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("pools.id"))
    state: Mapped[str] = mapped_column(String(12), default="made")
    channel: Mapped[str] = mapped_column(String(8), default="http")
    template: Mapped[str | None] = mapped_column(String(40))
    count: Mapped[int]
    total_fen: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    needs_second: Mapped[bool] = mapped_column(default=False)
    maker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    second_checker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    exported_at: Mapped[datetime | None] = mapped_column(Instant)
    export_digest: Mapped[str | None] = mapped_column(String(64))

    pool: Mapped[Pool | None] = relationship()
    maker: Mapped[User] = relationship(foreign_keys=maker_id)
    checker: Mapped[User | None] = relationship(foreign_keys=checker_id)
    second_checker: Mapped[User | None] = relationship(foreign_keys=second_checker_id)
    payouts: Mapped[list[Payout]] = relationship(back_populates="batch", order_by="Payout.id")


class Payout(WithPublicId, Base):
    """One instruction to pay one claim; at most one per claim is alive. `number` is the bank's idempotency key.

    Payee and card are frozen when the instruction is made. A new number is given only after a definite failure.
    `exported`: it stands in a file that the bank was given, and its end comes by a return file alone.
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


class PayoutSkip(Base):
    """A line that the maker passed over when making a batch, and why; it stays at the head of the next list."""

    __tablename__ = "payout_skips"
    __table_args__ = (UniqueConstraint("batch_id", "payout_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batches.id"))
    payout_id: Mapped[int] = mapped_column(ForeignKey("payouts.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[Any] = mapped_column(Sealed("payout_skips.reason"))
    at: Mapped[datetime] = mapped_column(Instant)

    by: Mapped[User] = relationship()
    payout: Mapped[Payout] = relationship()


class BatchExport(Base):
    """One download of a batch's bank file: who, when, and the digest of the bytes."""

    __tablename__ = "batch_exports"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batches.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)

    by: Mapped[User] = relationship()
