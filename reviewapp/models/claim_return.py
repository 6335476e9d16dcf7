"""Returns for correction (退回补正): what of a claim is to be mended, why, until when, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import User
from reviewapp.models.trail import Decision

RETURN_STATES = ("open", "mended", "lapsed", "withdrawn", "cancelled")
_OPEN = text("state = 'open'")


class ClaimReturn(Base):
    """One return. While it is `open` its items are all that the submitter can change.

    `fact_id` and `paper_id` are the newest the reviewer saw: what stood before is what counts up to them. `workdays` is
    None where the scheme's own time for corrections runs. The decision stands beside it, on the chain.
    """

    __tablename__ = "claim_returns"
    __table_args__ = (
        one_of("state", RETURN_STATES),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_time"),
        CheckConstraint("state <> 'cancelled' OR closed_by_id IS NOT NULL", name="cancelled_by_somebody"),
        CheckConstraint("workdays IS NULL OR workdays >= 1", name="workdays_positive"),
        Index("uq_claim_returns_open", "claim_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_claim_returns_claim", "claim_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), unique=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    fact_id: Mapped[int | None] = mapped_column(BigInteger)
    paper_id: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[Any] = mapped_column(Sealed("claim_returns.note"), default="")
    workdays: Mapped[int | None]
    deadline: Mapped[datetime] = mapped_column(Instant)
    calendar_note: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10), default="open")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    close_reason: Mapped[Any] = mapped_column(Sealed("claim_returns.close_reason"), nullable=True)

    claim: Mapped[Claim] = relationship()
    decision: Mapped[Decision] = relationship()
    reviewer: Mapped[User] = relationship(foreign_keys=reviewer_id)
    items: Mapped[list[ReturnItem]] = relationship(order_by="ReturnItem.id")


class ReturnItem(Base):
    """A part of the claim that is open: `rule:<paper rule>`, `paper:<public id>`, `<section>.<field>` or
    `paper.<public id>.<field>`; what it is called and what is wrong with it, in the submitter's words.
    """

    __tablename__ = "claim_return_items"
    __table_args__ = (UniqueConstraint("return_id", "part"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("claim_returns.id"))
    part: Mapped[str] = mapped_column(String(200))
    label: Mapped[str] = mapped_column(String(120))
    why: Mapped[str] = mapped_column(String(200), default="")
