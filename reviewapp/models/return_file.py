"""Return files of banks (回盘文件), their lines, and what of them waits for a person (挂账)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.payout import Payout, PayoutBatch
from reviewapp.models.people import User

RESULTS = ("paid", "failed", "returned")
OUTCOMES = (*RESULTS, "same", "suspense")
SUSPENSE_STATES = ("open", "proposed", "assigned", "explained")


class ReturnFile(WithPublicId, Base):
    """A file as it was uploaded, known by its digest; staged until a person applies it, whole, once, or discards it."""

    __tablename__ = "return_files"
    __table_args__ = (
        one_of("state", ("staged", "applied", "discarded")),
        CheckConstraint("(state = 'applied') = (applied_by_id IS NOT NULL)", name="applied_by_somebody"),
        CheckConstraint("(state = 'applied') = (applied_at IS NOT NULL)", name="applied_some_time"),
        CheckConstraint("(state = 'discarded') = (discarded_by_id IS NOT NULL)", name="discarded_by_somebody"),
        CheckConstraint("(state = 'discarded') = (discarded_at IS NOT NULL)", name="discarded_some_time"),
        CheckConstraint("count > 0", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    template: Mapped[str] = mapped_column(String(40))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("payout_batches.id"))
    state: Mapped[str] = mapped_column(String(12), default="staged")
    count: Mapped[int]
    note: Mapped[str] = mapped_column(String(200), default="")
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(Instant)
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    discarded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    discarded_at: Mapped[datetime | None] = mapped_column(Instant)

    batch: Mapped[PayoutBatch | None] = relationship()
    uploaded_by: Mapped[User] = relationship(foreign_keys=uploaded_by_id)
    applied_by: Mapped[User | None] = relationship(foreign_keys=applied_by_id)
    discarded_by: Mapped[User | None] = relationship(foreign_keys=discarded_by_id)


class ReturnLine(Base):
    """One line as the bank wrote it; `outcome` is what it did when the file was applied, `payout_id` to which."""

    __tablename__ = "return_lines"
    __table_args__ = (
        UniqueConstraint("file_id", "row"),
        one_of("result", RESULTS),
        CheckConstraint(f"outcome IS NULL OR outcome IN {OUTCOMES}", name="outcome_known"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        Index("ix_return_lines_number", "number"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("return_files.id"))
    row: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    card: Mapped[Any] = mapped_column(Sealed("return_lines.card"))
    result: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(200), default="")
    reference: Mapped[str] = mapped_column(String(60), default="")
    outcome: Mapped[str | None] = mapped_column(String(8))
    payout_id: Mapped[int | None] = mapped_column(ForeignKey("payouts.id"), index=True)

    file: Mapped[ReturnFile] = relationship()
    payout: Mapped[Payout | None] = relationship()


class SuspenseItem(WithPublicId, Base):
    """A line that changed nothing: explained by one person, or given to an instruction by two."""

    __tablename__ = "suspense_items"
    __table_args__ = (
        one_of("state", SUSPENSE_STATES),
        CheckConstraint("settler_id IS NULL OR proposer_id IS NULL OR settler_id <> proposer_id", name="two_people"),
        CheckConstraint("state <> 'open' OR (proposer_id IS NULL AND settler_id IS NULL)", name="open_untouched"),
        CheckConstraint(
            "state <> 'proposed' OR (proposer_id IS NOT NULL AND payout_id IS NOT NULL AND settler_id IS NULL)",
            name="proposed_by_one",
        ),
        CheckConstraint(
            "state <> 'assigned' OR (proposer_id IS NOT NULL AND payout_id IS NOT NULL AND settler_id IS NOT NULL)",
            name="assigned_by_two",
        ),
        CheckConstraint(
            "state <> 'explained' OR (settler_id IS NOT NULL AND payout_id IS NULL)", name="explained_by_one"
        ),
        CheckConstraint("(state = 'open') = (reason IS NULL)", name="settled_with_reason"),
        CheckConstraint("(state IN ('assigned', 'explained')) = (settled_at IS NOT NULL)", name="settled_some_time"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("return_lines.id"), unique=True)
    problem: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="open")
    payout_id: Mapped[int | None] = mapped_column(ForeignKey("payouts.id"))
    reason: Mapped[Any] = mapped_column(Sealed("suspense_items.reason"), nullable=True)
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settler_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

    line: Mapped[ReturnLine] = relationship()
    payout: Mapped[Payout | None] = relationship()
    proposer: Mapped[User | None] = relationship(foreign_keys=proposer_id)
    settler: Mapped[User | None] = relationship(foreign_keys=settler_id)
