"""Ages in full years, and the scrap age of motorcycles (《机动车强制报废标准规定》: years from registration)."""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date


def anniversary(day: date, years: int) -> date:
    """The day on which that many full years are over; 29 February becomes 28 (民法典 第二百零二条: the month's
    last).
    """
    if day.month == 2 and day.day == 29 and not isleap(day.year + years):
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


def full_years(since: date, on: date) -> int:
    """Full years from one day to another, never below 0."""
    years = max(on.year - since.year, 0)
    return years if not years or on >= anniversary(since, years) else years - 1


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a vehicle's years. `registered` None with `may_be_registered`: registered, but when is
    unknown.
    """

    made: date | None
    registered: date | None
    may_be_registered: bool
    on: date

    def reaches(self, years: int, late_registration: int) -> bool | None:
        """Whether it is that old: from registration, or from manufacture where it was never registered or more than
        `late_registration` years after it. None where the dates do not decide.
        """
        if self.registered is not None:
            return self._since_registration(self.registered, years, late_registration)
        if self.made is None:
            return None
        if self.on < anniversary(self.made, years):
            return False
        return None if self.may_be_registered else True

    def _since_registration(self, registered: date, years: int, late_registration: int) -> bool | None:
        late = self.made is not None and registered > anniversary(self.made, late_registration)
        start = self.made if late and self.made is not None else registered
        if self.on >= anniversary(start, years):
            return True
        return None if self.made is None else False
