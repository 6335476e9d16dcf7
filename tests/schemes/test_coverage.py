"""The coverage report: what has no case is named, with a remedy."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reviewapp import schemes
from reviewapp.schemes.cases import Case, CaseBook
from reviewapp.schemes.coverage import coverage
from reviewapp.schemes.proof import subject

DATA, _, BOOK = subject(schemes.texts("yangcheng-2023"), "yangcheng-2023")


def gaps(book: CaseBook) -> tuple[str, ...]:
    return coverage(DATA, book).gaps


def only(keep: Callable[[Case], bool]) -> CaseBook:
    left = tuple(case for case in BOOK.cases if keep(case))
    assert len(left) < len(BOOK.cases)
    return replace(BOOK, cases=left)


def test_everything_is_shown() -> None:
    assert gaps(BOOK) == ()


@pytest.mark.parametrize(
    ("keep", "gap"),
    [
        (lambda case: "emission" not in (*case.fail, *case.unsure), "核验 car/emission 没有不符合或需核实的用例"),
        (lambda case: "car_photo" not in case.missing, "材料 car/car_photo 没有缺件的用例"),
        (lambda case: case.award != "6000.00", "programmes.car.award.tables[new_energy].tiers[3].pays 没有用例用到"),
        (lambda case: case.outcome != "pass", "补贴项目 car 没有结论为 pass 的用例"),
        (lambda case: case.outcome != "unsure", "补贴项目 car 没有结论为 unsure 的用例"),
        (lambda case: not case.special_review, "补贴项目 car 没有逾期转专项审核的用例"),
        (lambda case: "papers_from" not in case.about, "未明事项“papers_from”没有用例"),
    ],
)
def test_what_is_not_shown_is_named(keep: Callable[[Case], bool], gap: str) -> None:
    assert any(gap in told for told in gaps(only(keep)))


def test_a_programme_that_refuses_late_claims_needs_one() -> None:
    data, _, book = subject(schemes.texts("xiangning-2023"), "xiangning-2023")
    early = tuple(case for case in book.cases if "2023-12-09" not in str(case.submitted_at))
    assert coverage(data, replace(book, cases=early)).gaps == ("补贴项目 car 没有逾期提交的用例。请补上",)


def test_a_clause_without_rule_is_named_unless_it_is_settled_elsewhere() -> None:
    data = DATA | {"clauses": DATA["clauses"] | {"九": "其他"}}
    (gap,) = coverage(data, BOOK).gaps
    assert "条款“九”没有规则引用" in gap
    assert coverage(data, replace(BOOK, elsewhere={**BOOK.elsewhere, "九": "由县里另行办理"})).gaps == ()


def test_names_that_the_scheme_does_not_have_are_strays() -> None:
    strays = coverage(DATA, replace(BOOK, elsewhere={**BOOK.elsewhere, "nowhere": "", "七(二)": ""})).strays
    assert [told.partition("。")[0] for told in strays] == [
        "cases.toml 写到“nowhere”，方案里没有这个条款或未明事项",
        "“七(二)”已有规则引用或用例说明",
    ]
