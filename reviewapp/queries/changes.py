"""What changed in a firm's claims since it last asked: pages in the order of the changes, none ever left out.

An instant is written into a claim before its transaction commits, so that a change can become visible behind one that
was delivered already. A walk therefore ends at a place no later than `_SETTLED` before it began: what changed shortly
before is delivered again with the next walk, and told by its `revision`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue
from reviewapp.models import Actor, Claim
from reviewapp.queries import scope

#: Longer than any transaction takes from asking for the time to its commit.
_SETTLED = timedelta(minutes=2)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(\d{1,16})\.(\d{1,18})\.(\d{1,16})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """After the change at `at` of claim `claim_id`; before `settled` the walk misses nothing (None: it begins here)."""

    at: datetime
    claim_id: int = 0
    settled: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor of an answer. Raises InvalidValue."""
        try:
            plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
            at, claim_id, settled = (int(part) for part in _CURSOR.fullmatch(plain).groups())  # type: ignore[union-attr]
        except (ValueError, AttributeError):
            told = {"cursor": "请原样使用上一次回答里的 cursor。"}
            raise InvalidValue("cursor 不是本接口给出的游标。请原样使用上一次回答里的 cursor。", told) from None
        return cls(_instant(at), claim_id, _instant(settled) if settled else None)

    def text(self) -> str:
        """An opaque word for an address."""
        settled = _microseconds(self.settled) if self.settled else 0
        parts = (_microseconds(self.at), self.claim_id, settled)
        return base64.urlsafe_b64encode(".".join(map(str, parts)).encode()).decode().rstrip("=")


def _microseconds(instant: datetime) -> int:
    return max(0, (instant - BEGINNING) // timedelta(microseconds=1))


def _instant(microseconds: int) -> datetime:
    return BEGINNING + timedelta(microseconds=microseconds)


@dataclass(frozen=True, slots=True)
class Changes:
    """One page; `more` says that the walk goes on at once, else `cursor` is where the next one starts."""

    claims: Sequence[Claim]
    cursor: Cursor
    more: bool


def changed(
    session: Session, actor: Actor, now: datetime, after: Cursor, *, states: Sequence[str] = (), size: int = 50
) -> Changes:
    """The viewer's claims that changed after the cursor, the earliest change first, at most `size`."""
    settled = after.settled or now - _SETTLED
    found = scope.claims_visible_to(actor).where(tuple_(Claim.changed_at, Claim.id) > tuple_(after.at, after.claim_id))
    if states:
        found = found.where(Claim.state.in_(states))
    rows = session.scalars(found.order_by(Claim.changed_at, Claim.id).limit(size + 1)).all()
    page, more = rows[:size], len(rows) > size
    last = Cursor(page[-1].changed_at, page[-1].id, settled) if page else replace(after, settled=settled)
    return Changes(page, last if more else _rest(last, settled), more)


def _rest(last: Cursor, settled: datetime) -> Cursor:
    """Where the next walk begins: after the last change, or earlier, where changes may still become visible."""
    return Cursor(last.at, last.claim_id) if last.at <= settled else Cursor(settled)
