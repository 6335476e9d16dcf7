"""The county of the guide, worked from its document to a proved scheme; what the guide says the tools say, they say."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from reviewapp import schemes
from reviewapp.cli.schemes import schemes as command
from reviewapp.policy import SchemeError, parse_scheme
from reviewapp.schemes.cases import CaseBook
from reviewapp.schemes.coverage import coverage
from reviewapp.schemes.mutation import Jury, mutants, mutate
from reviewapp.schemes.proof import in_folder

DOCS = Path(schemes.ROOT).parents[1] / "docs"
FOLDER = DOCS / "sample-county"
GUIDE = (DOCS / "scheme-guide.md").read_text("utf-8")
GIVEN = in_folder(FOLDER / "1.toml")


def without(*words: str) -> CaseBook:
    left = tuple(case for case in GIVEN.book.cases if not any(word in case.title for word in words))
    assert len(left) == len(GIVEN.book.cases) - len(words)
    return replace(GIVEN.book, cases=left)


def test_the_commands_of_the_guide_hold() -> None:
    for arguments in (["check", str(FOLDER / "1.toml")], ["test", str(FOLDER)]):
        result = CliRunner().invoke(command, arguments)
        assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.slow
def test_every_value_of_the_file_decides() -> None:
    report = mutate(GIVEN.data, GIVEN.book)
    assert [f"{change.key}: {change.said}" for change in report.survivors] == []
    assert report.tried > 250


def test_every_clause_of_the_document_is_in_the_file() -> None:
    document = (FOLDER / "document.zh.md").read_text("utf-8")
    printed, section = [], ""
    for line in document.splitlines():
        if line.startswith("**"):
            section = line[2]
            printed.append(section)
        elif line.startswith("（"):
            printed.append(f"{section}({line[1]})")
    whole = {clause for clause in printed if f"{clause}(一)" not in printed}
    assert whole == set(GIVEN.scheme.clauses)


def test_the_mistake_of_step_4_is_told_as_the_guide_says() -> None:
    text = (FOLDER / "1.toml").read_text("utf-8")
    right = 'until = 2030-07-15\nclause = "二(二)"'
    assert right in text
    with pytest.raises(SchemeError) as caught:
        parse_scheme(text.replace(right, right.replace("二(二)", "二(三)")), "1.toml")
    (problem,) = caught.value.problems
    assert str(problem) in GUIDE


def test_the_gap_of_step_5_is_told_as_the_guide_says() -> None:
    (gap,) = coverage(GIVEN.data, without("整车：缺 scrap_certificate")).gaps
    assert f"{gap}。" in GUIDE


def test_the_survivor_of_step_5_is_told_as_the_guide_says() -> None:
    key, said = "programmes.bike.award.rounding", "down → half_up"
    (change,) = [change for change in mutants(GIVEN.data) if (change.key, change.said) == (key, said)]
    assert not Jury(without("发票 1004.99", "发票 2499.99")).notices(change)
    assert Jury(GIVEN.book).notices(change)
    assert f"「{key}」{said}：没有用例发现。请补用例。" in GUIDE
