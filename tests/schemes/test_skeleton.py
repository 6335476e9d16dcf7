"""`schemes new`: a file that holds as it stands, two cases that pass, and nothing that is written over."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reviewapp.cli.schemes import schemes as command
from reviewapp.schemes.coverage import coverage
from reviewapp.schemes.proof import faults, subject
from reviewapp.schemes.skeleton import skeleton


def new(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["new", *arguments])


@pytest.mark.parametrize("title", ["样例县购车补贴", '带"引号"与\\反斜杠'])
def test_a_skeleton_holds_and_its_two_cases_pass(title: str) -> None:
    given = subject(skeleton("probe-2031", title), "probe-2031")
    assert (given.scheme.code, given.scheme.version, given.scheme.title) == ("probe-2031", "1", title)
    assert len(given.book.cases) == 2
    assert faults(given) == []
    assert coverage(given.data, given.book).strays == ()


@pytest.mark.parametrize(("code", "year"), [("probe-2031", 2031), ("probe", 2030), ("probe-20311", 2030)])
def test_example_dates_are_of_the_year_in_the_code(code: str, year: int) -> None:
    given = subject(skeleton(code, "试"), code)
    assert given.scheme.issued_on.year == year
    assert faults(given) == []


def test_new_writes_a_scheme_that_can_be_checked_and_tested(tmp_path: Path) -> None:
    result = new("probe-2031", "--title", "样例县购车补贴", "--folder", str(tmp_path))
    assert result.exit_code == 0
    folder = tmp_path / "probe-2031"
    assert sorted(path.name for path in folder.iterdir()) == ["1.toml", "cases.toml"]
    assert CliRunner().invoke(command, ["check", str(folder / "1.toml")]).exit_code == 0
    tested = CliRunner().invoke(command, ["test", str(folder)])
    assert "2/2 个用例相符" in tested.stdout
    assert "没有缺件的用例" in tested.stderr


def test_new_writes_nothing_over(tmp_path: Path) -> None:
    assert new("probe-2031", "--folder", str(tmp_path)).exit_code == 0
    file = tmp_path / "probe-2031" / "1.toml"
    file.write_text("# 我写的", "utf-8")
    result = new("probe-2031", "--folder", str(tmp_path))
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert file.read_text("utf-8") == "# 我写的"


@pytest.mark.parametrize("code", ["Probe 2031", "../probe", 'a"b', "样例"])
def test_new_refuses_a_code_that_is_none(code: str, tmp_path: Path) -> None:
    result = new(code, "--folder", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr
    assert list(tmp_path.iterdir()) == []


def test_new_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = new("probe-2031", "--folder", str(tmp_path / "file"))
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
