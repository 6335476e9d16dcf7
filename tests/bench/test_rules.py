"""The baseline of `bench rules` is a fair one: by hand the same comes out, on the scheme's own cases and on made-up
claims.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from click.testing import CliRunner

from reviewapp import schemes
from reviewapp.bench import by_hand, rules
from reviewapp.cli import reviewapp
from reviewapp.policy import evaluate

SCHEME = schemes.load(rules.SCHEME)


def one_of_each(facts: Mapping[str, Any]) -> bool:
    kinds = [paper["kind"] for paper in facts["papers"]]
    return facts["programme"] == "car" and len(kinds) == len(set(kinds))


CASES = [case for case in schemes.cases(rules.SCHEME) if one_of_each(case.facts)]


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_by_hand_the_same_comes_out(case: schemes.Case) -> None:
    assert by_hand.told(case.facts) == rules.told(evaluate(SCHEME, case.facts))


def test_most_cases_serve() -> None:
    assert len(CASES) > 100


def test_claims_differ_and_some_are_faulty() -> None:
    made = rules.claims(60, seed=1)
    assert len({facts["applicant"]["id_number"] for facts in made}) == 60
    assert {evaluate(SCHEME, facts).outcome for facts in made} >= {"pass", "fail"}
    assert made == rules.claims(60, seed=1)


def test_the_command_prints_both_figures_and_their_ratio() -> None:
    answer = CliRunner().invoke(reviewapp, ["bench", "rules", "--claims", "20", "--rounds", "1"])
    figures = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert figures["same_results"] is True
    assert figures["ratio"] == pytest.approx(figures["by_hand_per_second"] / figures["claims_per_second"], rel=0.05)


def test_a_baseline_that_says_otherwise_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_hand, "_UNTIL", by_hand._FROM)
    answer = CliRunner().invoke(reviewapp, ["bench", "rules", "--claims", "5", "--rounds", "1"])
    assert answer.exit_code == 1
