"""The proof command: what was reached and what was not; short forms of the figures that no other test has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.faults import figures, outage, proof
from tests.faults.figures import FIGURES, Figure, by_tests
from tests.faults.proof import Line

HOLDS = Figure(1, "样例", "nothing breaks", lambda _folder, quick: "short" if quick else "whole")


def _breaks(_folder: Path, _quick: bool) -> str:
    raise AssertionError("two were paid twice")


def test_the_figures_are_told_apart() -> None:
    numbers = [figure.number for figure in FIGURES]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= {*range(1, 15), 21}


def test_what_does_not_hold_is_told_and_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proof, "FIGURES", [HOLDS, Figure(2, "样例", "nobody twice", _breaks)])
    assert proof.main(["--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert (first["reached"], first["passed"]) == ("whole", True)
    assert (second["reached"], second["passed"]) == ("AssertionError: two were paid twice", False)


def test_only_the_chosen_ones_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(proof, "FIGURES", [HOLDS, Figure(2, "样例", "nobody twice", _breaks)])
    assert proof.main(["--quick", "--only", "1"]) == 0
    assert "short" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        proof.main(["--only", "99"])


def test_the_table_is_ruled() -> None:
    lines = [Line(1, "甲", "asked", "reached", 1.0, True), Line(12, "乙", "更长的要求", "x", 10.25, False)]
    assert proof.table(lines).splitlines() == [
        "no | figure asked | figure reached | seconds |",
        "-- | ------------ | -------------- | ------- | ------",
        "1  | asked        | reached        | 1.0     | ok",
        "12 | 更长的要求   | x              | 10.2    | FAILED",
    ]


@pytest.mark.slow
def test_a_figure_of_tests_fails_with_them(tmp_path: Path) -> None:
    good, bad = tmp_path / "test_good.py", tmp_path / "test_bad.py"
    good.write_text("def test_it() -> None:\n    pass\n")
    bad.write_text("def test_it() -> None:\n    assert False\n")
    assert by_tests(str(good))(tmp_path, True) == "1 passed"
    with pytest.raises(AssertionError, match="1 failed"):
        by_tests(str(bad))(tmp_path, True)


def test_every_mutant_of_the_rules_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MUTANTS", {"none at all": {}})
    monkeypatch.setattr(figures, "_SEQUENCES", (4, 4))
    with pytest.raises(AssertionError, match="none at all"):
        figures._pure_pool(Path(), True)


@pytest.mark.slow
@pytest.mark.usefixtures("_sealer")
def test_postgres_killed_keeps_what_it_acknowledged(short_folder: Path) -> None:
    folder = short_folder / "outage"
    folder.mkdir()
    short_folder.chmod(0o711)  # PostgreSQL runs as another user
    found = outage.kill_the_server(folder, 2, seed=3)
    assert (found.lost, found.gaps, found.differences) == (0, 0, 0)
    assert found.submitted >= 2
