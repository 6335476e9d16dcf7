"""When who must act on a claim is reminded. Pure.

No document says anything of it: it is the office's practice, the same for every scheme, and stands here alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from reviewapp.policy.values import CHINA

#: State → what reminding in it is called on the trail.
REMINDERS = {"returned": "remind_mending", "failed": "remind_card"}
#: Days before the last day for corrections, so that a weekday is left in any case; of a short time, half of it.
DAYS_BEFORE = 2
#: Days after a payment failed on which another card is asked for once more. Who gives none after that does not read
#: short messages; the claim loses nothing by waiting.
CARD_AFTER = (3, 10)
#: The hours of the day, in China, in which nobody is woken.
FIRST, LAST = time(9), time(20)


def mending_due(returned_at: datetime, until: datetime) -> datetime | None:
    """When a claim returned at that instant, to be mended `until` then, is reminded of, once; None: the same day, of
    which the return itself tells.
    """
    last = until.astimezone(CHINA).date()
    given = (last - returned_at.astimezone(CHINA).date()).days
    if given < 1:
        return None
    return datetime.combine(last - timedelta(days=min(DAYS_BEFORE, given // 2)), FIRST, CHINA)


def card_due(failed_at: datetime, reminded: Sequence[datetime]) -> datetime | None:
    """When another card is asked for after these reminders, as far from the last one as if that had been in time; None:
    no more.
    """
    if len(reminded) >= len(CARD_AFTER):
        return None
    since, days = failed_at, CARD_AFTER[len(reminded)]
    if reminded:
        since, days = reminded[-1], days - CARD_AFTER[len(reminded) - 1]
    return datetime.combine(since.astimezone(CHINA).date() + timedelta(days=days), FIRST, CHINA)


def next_hour(now: datetime) -> datetime:
    """The first instant from `now` on at which people may be reminded."""
    local = now.astimezone(CHINA)
    if FIRST <= local.time() < LAST:
        return now
    day = local.date() + timedelta(days=local.time() >= LAST)
    return datetime.combine(day, FIRST, CHINA)
