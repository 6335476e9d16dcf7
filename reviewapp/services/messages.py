"""Short messages on their way: written down, handed to the provider outside any transaction, and how that ended.

At least once: who dies between handing over and writing that down leaves a message that is handed over again, under the
same key. What will never go is recorded and not tried again; the rest is, with growing pauses, for PATIENCE.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Message
from reviewapp.policy.masks import mask_phone
from reviewapp.policy.notices import ShortMessage
from reviewapp.services import outbox
from reviewapp.sms import Answer, Sms

#: So long a message is tried again; later nobody needs it.
PATIENCE = timedelta(days=3)
#: How long a number rests that the provider has had enough of (业务限流).
_REST = timedelta(hours=1)
#: So often a message is handed over whose answers get lost: each time it may have arrived, and not every provider
#: knows it again.
MOST_DOUBTS = 3
_MAYBE = "多次没有收到短信平台的答复，可能已经发出，不再重发"
_FINAL = ("bad_number", "refused")
_PHONE = re.compile(r"(?<!\d)(\+?86[ -]?)?(1\d{2})[ -]?\d{4}[ -]?(\d{4})(?!\d)")
_REASON_LENGTH, _REFERENCE_LENGTH = 200, 64
_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outgoing:
    """A message to be handed over, away from the session; `key` is the same at every try and never used again."""

    id: int
    key: str
    phone: str
    content: ShortMessage


def write(session: Session, now: datetime, phone: str, content: ShortMessage, outbox_id: int | None = None) -> Message:
    """A message that is to be sent, in the caller's transaction."""
    row = Message(
        phone=phone, template=content.template, parameters=content.parameters, outbox_id=outbox_id, created_at=now
    )
    session.add(row)
    session.flush()
    return row


def outgoing(row: Message) -> Outgoing:
    """The message as it is handed over. Its key is of this row and this database, one restored from a copy included."""
    return Outgoing(row.id, f"{row.id}-{row.created_at:%Y%m%d%H%M%S}", row.phone, row.content)


def known(session: Session, outbox_id: int) -> bool:
    """Have this outbox row's messages been written at an earlier try?"""
    return session.scalar(select(Message.id).where(Message.outbox_id == outbox_id).limit(1)) is not None


def waiting(session: Session, outbox_id: int) -> list[Outgoing]:
    """The messages of an outbox row that are still to be sent, in order."""
    return [outgoing(row) for row in _waiting(session, outbox_id)]


def drop(session: Session, now: datetime, outbox_id: int) -> None:
    """What the messages of an outbox row say is no longer so: they are not sent any more."""
    for row in _waiting(session, outbox_id):
        _end(row, now, "undelivered", "情况已经变化，不再发送")


def hand_over(sms: Sms, one: Outgoing) -> Answer:
    """Ask the provider, with a line in the log; never inside a transaction. No number stands in log or reason."""
    answer = sms.send(one.key, one.phone, one.content)
    reason = _PHONE.sub(r"\1\2****\3", _storable(answer.reason))[:_REASON_LENGTH]
    answer = replace(answer, reason=reason, reference=_storable(answer.reference or "")[:_REFERENCE_LENGTH] or None)
    log = _LOG.bind(key=one.key, template=one.content.template, phone=mask_phone(one.phone), status=answer.status)
    if answer.status == "sent":
        log.info("sms", reference=answer.reference)
    else:
        log.warning("sms", reason=reason)
    return answer


def settle(session: Session, now: datetime, answers: Mapping[int, Answer], tries: int, *, again: bool = True) -> None:
    """Write down what became of messages after that many tries; without `again` none is tried another time."""
    for row in session.scalars(select(Message).where(Message.id.in_(answers))):
        answer = answers[row.id]
        row.reference = answer.reference
        if answer.status == "sent":
            _end(row, now, "sent", None)
        elif answer.status in _FINAL or not again or now - row.created_at > PATIENCE:
            _end(row, now, "undelivered", answer.reason)
        elif answer.status == "unknown" and tries >= MOST_DOUBTS:
            _end(row, now, "undelivered", _MAYBE)
        else:
            row.reason = answer.reason
    session.flush()


def pause(answers: Sequence[Answer], attempts: int) -> timedelta:
    """How long an outbox row waits after these answers: as any other, and longer for a number that had too many."""
    held_up = {answer.status for answer in answers} - {"sent", *_FINAL}
    return _REST if held_up == {"limited"} else outbox.wait_after(attempts)


def _storable(said: str) -> str:
    """A provider's words without what no database takes: NUL and halves of characters."""
    return said.replace("\0", "").encode(errors="replace").decode()


def _waiting(session: Session, outbox_id: int) -> Sequence[Message]:
    rows = select(Message).where(Message.outbox_id == outbox_id, Message.state == "waiting").order_by(Message.id)
    return session.scalars(rows).all()


def _end(row: Message, now: datetime, state: str, reason: str | None) -> None:
    row.state, row.reason, row.ended_at = state, reason, now
