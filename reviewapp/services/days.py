"""Days as the documents count them: calendar days of China."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from reviewapp.policy.values import CHINA


def local_date(instant: datetime) -> date:
    """The day in China on which an instant falls."""
    return instant.astimezone(CHINA).date()


def local_time(instant: datetime) -> str:
    """The time in China of an instant: 10:00."""
    return instant.astimezone(CHINA).strftime("%H:%M")


def end_of_day(instant: datetime, days: int) -> datetime:
    """The last second of the day `days` days after the instant's; the day itself does not count."""
    return datetime.combine(local_date(instant) + timedelta(days=days), time(23, 59, 59), CHINA)
