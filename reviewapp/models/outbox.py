"""Work to be done after a commit: the row is the truth, the job queue only a doorbell that carries its id."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, BigKey, Instant, one_of

#: topic -> the queue (one worker process each) that does it
TOPICS = {
    "upload.read": "ocr",
    "batch.read": "ocr",
    "batch.draft": "ocr",
    "claim.compare": "ocr",
    "origin.find": "ocr",
    "claim.notice": "messages",
    "firm.recheck": "ocr",
    "payout.order": "payout",
    "payout.send": "payout",
    "payout.ask": "payout",
    "funds.reconcile": "payout",
    "pickup.call": "messages",
}
_OPEN = text("done_at IS NULL")


class Outbox(Base):
    """One piece of work on the row `subject_id`; leased by the worker that does it, from the moment it starts."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("topic", tuple(TOPICS)),
        Index("ix_outbox_open", "due_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    topic: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str | None] = mapped_column(String(500))
