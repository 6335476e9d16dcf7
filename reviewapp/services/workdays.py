"""Workdays of Chinese offices: weekdays, without public holidays, with the weekend days that are worked for them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from reviewapp.policy.values import CHINA
from reviewapp.services.days import local_date

_FILE = Path(__file__).with_suffix(".toml")
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last second of a day that so many workdays end with; `note` says when a year's holidays are not known."""

    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Calendar:
    years: frozenset[int]
    closed: frozenset[date]
    worked: frozenset[date]


def is_workday(day: date) -> bool:
    """Do offices work on this day? A year that the calendar does not have goes by its weekends."""
    calendar = _calendar()
    if day in calendar.worked:
        return True
    return day.weekday() < _SATURDAY and day not in calendar.closed


def end_of_workday(instant: datetime, workdays: int) -> Deadline:
    """The end of the last of `workdays` (at least 1) workdays after the instant's day, which does not count."""
    day = local_date(instant)
    unknown: set[int] = set()
    for _ in range(workdays):
        day = _next(day, unknown)
    note = f"{'、'.join(map(str, sorted(unknown)))} 年的放假安排尚未录入，只按周末计算" if unknown else ""
    return Deadline(datetime.combine(day, time(23, 59, 59), CHINA), note)


def _next(day: date, unknown: set[int]) -> date:
    """The workday after `day`; years passed whose holidays nobody entered are added to `unknown`."""
    while True:
        day += _ONE_DAY
        if day.year not in _calendar().years:
            unknown.add(day.year)
        if is_workday(day):
            return day


@cache
def _calendar() -> _Calendar:
    given = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return _Calendar(
        years=frozenset(int(year) for year in given),
        closed=frozenset(day for year in given.values() for day in year["closed"]),
        worked=frozenset(day for year in given.values() for day in year["open"]),
    )
