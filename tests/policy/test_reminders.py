"""When somebody is reminded: days before the end, never at night."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reviewapp.policy import reminders
from reviewapp.policy.values import CHINA

RETURNED = datetime(2024, 1, 10, 15, 30, tzinfo=CHINA)


@pytest.mark.parametrize(("days", "before"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (30, 2)])
def test_two_days_before_the_last_one_and_half_of_a_short_time(days: int, before: int) -> None:
    until = datetime(2024, 1, 10, 23, 59, 59, tzinfo=CHINA) + timedelta(days=days)
    due = reminders.mending_due(RETURNED, until)
    assert due is not None
    assert (until.date() - due.date()).days == before
    assert (due.hour, due > RETURNED) == (9, True)


def test_nobody_is_reminded_on_the_day_of_the_return() -> None:
    assert reminders.mending_due(RETURNED, RETURNED.replace(hour=23, minute=59)) is None


def test_another_card_is_asked_for_twice_more() -> None:
    asked: list[datetime] = []
    while (due := reminders.card_due(RETURNED, asked)) is not None:
        asked.append(due)
    assert [f"{at:%m-%d %H}" for at in asked] == ["01-13 09", "01-20 09"]


def test_a_first_reminder_that_came_late_is_not_followed_at_once() -> None:
    late = RETURNED + timedelta(days=40)
    due = reminders.card_due(RETURNED, [late])
    assert due is not None
    assert (due.date() - late.date()).days == 7


@pytest.mark.parametrize(
    ("now", "then"),
    [("01-10 08:59", "01-10 09:00"), ("01-10 09:00",) * 2, ("01-10 19:59",) * 2, ("01-10 20:00", "01-11 09:00")],
)
def test_the_hours(now: str, then: str) -> None:
    at = datetime.strptime(f"2024-{now}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
    assert f"{reminders.next_hour(at):%m-%d %H:%M}" == then
