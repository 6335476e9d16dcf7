"""The worked cases of the county schemes, and that they leave no check unproved."""

from collections import Counter

import pytest

from reviewapp import schemes
from reviewapp.schemes.coverage import coverage
from reviewapp.schemes.proof import faults, subject

CASES = [(code, case) for code in schemes.codes() for case in schemes.cases(code)]


@pytest.mark.parametrize(("code", "case"), CASES, ids=[f"{code} {case.title}" for code, case in CASES])
def test_case(code: str, case: schemes.Case) -> None:
    assert case.run(schemes.load(code)) == []


@pytest.mark.parametrize("code", schemes.codes())
def test_there_are_enough_cases_with_titles_of_their_own(code: str) -> None:
    titles = Counter(case.title for case in schemes.cases(code))
    assert len(titles) >= 40
    assert max(titles.values()) == 1


@pytest.mark.parametrize("code", schemes.codes())
def test_the_cases_and_expectations_leave_nothing_unshown(code: str) -> None:
    given = subject(schemes.texts(code), code)
    assert faults(given) == []
    assert coverage(given.data, given.book).gaps == ()


def test_a_case_that_expects_something_else_fails() -> None:
    case = next(case for case in schemes.cases("yangcheng-2023") if case.outcome == "fail")
    assert case.run(schemes.load("xiangning-2023"))
