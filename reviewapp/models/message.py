"""Short messages: what was told to whom, or is to be, and how that ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, BigKey, Instant, Sealed, one_of
from reviewapp.policy.notices import ShortMessage

STATES = {"waiting": "待发送", "sent": "已交给短信平台", "undelivered": "没有发出"}


class Message(Base):
    """One message to one telephone, belonging to the outbox row in whose job it is sent; one-time codes have none.

    `reason` is why it was not taken the last time, or will not be sent.
    """

    __tablename__ = "messages"
    __table_args__ = (one_of("state", tuple(STATES)),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    phone: Mapped[Any] = mapped_column(Sealed("messages.phone"))
    template: Mapped[str] = mapped_column(String(32))
    parameters: Mapped[Any] = mapped_column(Sealed("messages.parameters"))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    reason: Mapped[str | None] = mapped_column(String(200))
    reference: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def content(self) -> ShortMessage:
        """Template and parameters."""
        return ShortMessage(self.template, self.parameters)
