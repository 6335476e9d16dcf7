"""晋城城区 2026 from end to end: three programmes out of one pool, and the rule of leverage."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reviewapp import schemes
from reviewapp.cli.schemes import schemes as command
from tests.schemes.invented import wrong_identifiers

CODE = "jincheng-chengqu-2026"
COMPLETE = {case.programme: dict(case.facts) for case in reversed(schemes.cases(CODE)) if case.outcome == "pass"}


def evaluate(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result = CliRunner().invoke(command, ["evaluate", CODE, "-"], input=json.dumps(given))
    assert result.exit_code == 0, result.stderr
    return list(json.loads(result.stdout))


def test_every_programme_draws_on_the_one_pool() -> None:
    results = evaluate([COMPLETE[name] for name in ("car", "used-car", "motorcycle")])
    assert [(result["outcome"], result["award"], result["pool"]) for result in results] == [
        ("pass", "2000.00", "vouchers"),
        ("pass", "1000.00", "vouchers"),
        ("pass", "300.00", "vouchers"),
    ]
    (pool,) = schemes.load(CODE).pools.values()
    assert (pool.amount_fen, pool.ceiling_fen) == (5_000_000_000, 6_000_000_000)


def test_where_no_purchase_tax_falls_due_the_finding_says_so() -> None:
    (result,) = evaluate([COMPLETE["used-car"]])
    tax = next(finding for finding in result["findings"] if finding["check"] == "tax_in_county")
    assert (tax["outcome"], tax["message"]) == (
        "not_applicable",
        "“在城区缴纳购置税”只限应缴购置税的，这份申请不适用（六（一）1）",
    )


@pytest.mark.parametrize(
    ("face", "worse", "least"),
    [
        ("spend = 10, off = 2 }", "spend = 10, off = 3 }", "15.00"),
        ("spend = 20, off = 4 }", "spend = 19, off = 4 }", "20.00"),
    ],
)
def test_a_voucher_under_the_leverage_is_refused(tmp_path: Path, face: str, worse: str, least: str) -> None:
    text = schemes.texts(CODE).scheme
    assert face in text
    (tmp_path / "1.toml").write_text(text.replace(face, worse), "utf-8")
    result = CliRunner().invoke(command, ["check", str(tmp_path / "1.toml")])
    assert result.exit_code == 1
    assert "最低消费不到面值的 5 倍" in result.stderr
    assert f"最低消费应不低于 {least}" in result.stderr


def test_the_cases_are_of_invented_people_with_right_check_digits() -> None:
    assert wrong_identifiers(CODE) == []
