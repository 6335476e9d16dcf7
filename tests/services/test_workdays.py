"""Workdays: weekends, public holidays, the weekend days worked for them, and years nobody entered."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from reviewapp.services import workdays


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-01-10", True),
        ("2024-01-13", False),
        ("2024-02-04", True),  # a Sunday worked for the Spring Festival
        ("2024-02-12", False),
        ("2023-10-07", True),
        ("2023-10-06", False),
        ("2025-05-05", False),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2027-02-08", True),  # nobody entered 2027: a Monday is a Monday
    ],
)
def test_offices_work_on(day: str, works: bool) -> None:
    assert workdays.is_workday(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("year", "days"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)], ids=lambda value: str(value)
)
def test_every_year_has_as_many_workdays_as_its_notice_leaves(year: int, days: int) -> None:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    assert sum(workdays.is_workday(date.fromordinal(day)) for day in range(first, last + 1)) == days


def test_a_deadline_over_the_spring_festival() -> None:
    noon = datetime.fromisoformat("2024-02-08T12:00:00+08:00")
    deadline = workdays.end_of_workday(noon, 2)
    assert deadline == workdays.Deadline(datetime.fromisoformat("2024-02-18T23:59:59+08:00"))


def test_a_deadline_in_a_year_without_a_calendar_says_so() -> None:
    deadline = workdays.end_of_workday(datetime.fromisoformat("2026-12-31T09:00:00+08:00"), 1)
    assert deadline.at == datetime.fromisoformat("2027-01-01T23:59:59+08:00")
    assert "2027 年的放假安排尚未录入" in deadline.note
