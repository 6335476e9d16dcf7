"""Objections (异议) to published claims: who received which, what it says, who settled it and how."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import User
from reviewapp.models.trail import Decision
from reviewapp.policy.objections import CHANNELS, STATES

_OPEN, _UPHELD = text("state = 'open'"), text("state = 'upheld'")


class Objection(WithPublicId, Base):
    """One objection to one approval (`decision`) while it is published; `number` counts the claim's from 1.

    While one is `open` the claim goes nowhere (`claims.open_objections`). `entered_by_id` and `approved_by_id` repeat
    whose claim and whose decision it is, so that the CHECK can keep both from settling it. `joined_to` is the one that
    was upheld and settled this one, too.
    """

    __tablename__ = "objections"
    __table_args__ = (
        one_of("state", tuple(STATES)),
        one_of("channel", tuple(CHANNELS)),
        UniqueConstraint("claim_id", "number"),
        UniqueConstraint("claim_id", "form_key"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_has_time"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by_somebody"),
        CheckConstraint("(state IN ('dismissed', 'upheld')) = (reason IS NOT NULL)", name="settled_for_a_reason"),
        CheckConstraint("(state = 'joined') = (joined_to_id IS NOT NULL)", name="joined_to_another"),
        CheckConstraint(
            "settled_by_id IS NULL OR (settled_by_id <> entered_by_id AND settled_by_id <> approved_by_id)",
            name="two_people",
        ),
        Index("uq_objections_upheld", "decision_id", unique=True, postgresql_where=_UPHELD, sqlite_where=_UPHELD),
        Index("ix_objections_open", "claim_id", postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    number: Mapped[int]
    form_key: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="open")
    received_on: Mapped[date]
    channel: Mapped[str] = mapped_column(String(10))
    text: Mapped[Any] = mapped_column(Sealed("objections.text"))
    raised_by: Mapped[Any] = mapped_column(Sealed("objections.raised_by"), nullable=True)
    contact: Mapped[Any] = mapped_column(Sealed("objections.contact"), nullable=True)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[Any] = mapped_column(Sealed("objections.reason"), nullable=True)
    joined_to_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"))

    claim: Mapped[Claim] = relationship()
    decision: Mapped[Decision] = relationship()
    approved_by: Mapped[User] = relationship(foreign_keys=approved_by_id)
    recorded_by: Mapped[User] = relationship(foreign_keys=recorded_by_id)
    settled_by: Mapped[User | None] = relationship(foreign_keys=settled_by_id)
    joined_to: Mapped[Objection | None] = relationship(remote_side=[id])


#: The decisions that an upheld objection has undone: they were made and stay on the trail, but stand no more.
UNDONE = select(Objection.decision_id).where(Objection.state == "upheld")
