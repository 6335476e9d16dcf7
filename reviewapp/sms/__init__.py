"""Leaf room: short messages behind one protocol.

`LocalOutbox` keeps them in the database for the demo's message page. A provider's adapter implements `Sms` and gets its
name in `sms_from_url`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from reviewapp.models import Message


class Sms(Protocol):
    """Hands a message over for delivery within the caller's transaction, so that a rolled-back one is never sent."""

    def send(self, session: Session, phone: str, body: str, now: datetime) -> None:
        """Take over `body` (Chinese, at most 70 characters) for the telephone number `phone`."""


class LocalOutbox:
    """Writes messages as rows, sealed; nothing leaves the machine."""

    def send(self, session: Session, phone: str, body: str, now: datetime) -> None:
        """Add the row; it is there when the transaction commits."""
        session.add(Message(phone=phone, body=body, created_at=now))


def sms_from_url(url: str) -> Sms:
    """The adapter that `url` names: `outbox:` is the local one. ValueError for any other."""
    if url == "outbox:":
        return LocalOutbox()
    raise ValueError(f"unknown SMS adapter {url!r}; known: outbox:")
