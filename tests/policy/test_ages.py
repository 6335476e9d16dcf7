"""Full years and scrap age: worked cases of the documents, leap days, and what holds for all dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.policy.ages import Life, anniversary, full_years

DAYS = st.dates(date(1980, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("since", "on", "years"),
    [
        (date(2014, 1, 10), date(2024, 1, 9), 9),
        (date(2014, 1, 10), date(2024, 1, 10), 10),
        (date(2012, 2, 29), date(2022, 2, 27), 9),
        (date(2012, 2, 29), date(2022, 2, 28), 10),
        (date(2012, 2, 29), date(2024, 2, 28), 11),
        (date(2012, 2, 29), date(2024, 2, 29), 12),
        (date(2024, 1, 10), date(2024, 1, 10), 0),
        (date(2024, 1, 10), date(2023, 1, 10), 0),
    ],
)
def test_full_years(since: date, on: date, years: int) -> None:
    assert full_years(since, on) == years


@given(DAYS, st.integers(0, 15))
def test_an_anniversary_is_the_first_day_of_its_year(since: date, years: int) -> None:
    day = anniversary(since, years)
    assert full_years(since, day) == years
    assert years == 0 or full_years(since, day - timedelta(days=1)) == years - 1


@given(DAYS, st.integers(0, 15), st.integers(0, 400))
def test_years_never_go_back(since: date, years: int, days: int) -> None:
    later = anniversary(since, years) + timedelta(days=days)
    assert full_years(since, later) >= years


MADE, ON = date(2010, 12, 31), date(2024, 1, 2)


@pytest.mark.parametrize(
    ("life", "reached"),
    [
        (Life(MADE, date(2011, 1, 2), True, ON), True),
        (Life(MADE, date(2011, 1, 2), True, date(2024, 1, 1)), False),
        (Life(MADE, None, False, date(2023, 12, 31)), True),
        (Life(MADE, None, False, date(2023, 12, 30)), False),
        (Life(MADE, None, True, ON), None),
        (Life(date(2015, 1, 1), None, True, ON), False),
        (Life(None, date(2011, 1, 2), True, ON), True),
        (Life(None, date(2011, 1, 3), True, ON), None),
        (Life(None, None, False, ON), None),
        (Life(MADE, date(2012, 12, 31), True, ON), False),
        (Life(MADE, date(2013, 1, 1), True, ON), True),
    ],
    ids=[
        "13 years since registration",
        "a day short",
        "never registered: since manufacture",
        "never registered, a day short",
        "registered, but when?",
        "registered, but too young in any case",
        "made when? old enough by registration alone",
        "made when? it may be older",
        "nothing known",
        "registered exactly two years after manufacture: that counts",
        "registered more than two years after manufacture: manufacture counts",
    ],
)
def test_scrap_age(life: Life, reached: bool | None) -> None:
    assert life.reaches(13, 2) is reached


@given(DAYS, st.none() | DAYS, DAYS, st.integers(1, 15))
def test_what_is_certain_stays_certain_when_more_is_known(
    made: date, registered: date | None, on: date, years: int
) -> None:
    """A registration lies on or after manufacture; knowing it never turns a yes into a no."""
    without = Life(made, None, True, on).reaches(years, 2)
    if registered is not None and registered >= made and without is not None:
        assert Life(made, registered, True, on).reaches(years, 2) is without
