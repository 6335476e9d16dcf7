"""`reviewapp schemes replay` and `forecast`: output, direction, exit codes, progress."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import clock, schemes
from reviewapp.cli import reviewapp, scheme_replay
from reviewapp.errors import ReviewError
from reviewapp.models import Base
from tests import factories
from tests.factories import NOW
from tests.queries.test_replay import ELECTRIC, FUEL, LATE, put_in
from tests.support.databases import tuned_engine
from tests.support.schemes import CODE, publish_second


@pytest.fixture
def office(
    app_factory: Callable[..., Flask], sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """A session on the database that the commands use; yangcheng-2023 has two versions."""
    app = app_factory(sqlite_url, REVIEWAPP_DEMO="1")
    monkeypatch.setattr(scheme_replay, "create_app", lambda: app)
    publish_second(tmp_path, monkeypatch)
    clock.stand_on(NOW)
    engine = tuned_engine(sqlite_url)
    with Session(engine) as session:
        yield session
    engine.dispose()
    clock.use(None)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(reviewapp, ["schemes", *arguments])


def replay(*arguments: str) -> dict[str, Any]:
    result = run("replay", CODE, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def claims(office: Session) -> None:
    for facts, state in ((FUEL, "paid"), (LATE, "submitted"), (ELECTRIC, "submitted")):
        put_in(office, facts, state)
    office.commit()


def test_text_names_claims_never_people_and_ends_with_the_sums(office: Session) -> None:
    claims(office)
    result = run("replay", CODE, "--version", "2")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"{CODE}：受理时所用的版本 → 第 2 版"
    assert f"{CODE}-car-000001（已发放）：补贴 3,000.00 → 3,500.00" in lines
    assert f"{CODE}-car-000002（已提交）：不符合 → 符合；补贴 3,000.00 → 3,500.00" in lines
    assert "共 3 份申请，2 份有变化。" in lines
    assert "  资金池 car · 已审核通过：1 份，按标准 +500.00 元，应付 +500.00 元" in lines
    assert lines[-1].startswith("合计：按标准 +1,000.00 元，应付 +4,000.00 元")
    assert FUEL["applicant"]["name"] not in result.stdout
    assert result.stderr == ""


def test_json_has_totals_and_the_changed_claims(office: Session) -> None:
    claims(office)
    data = replay("--version", "2")
    assert (data["before"], data["after"], data["claims"], data["changed"]) == ("受理时所用的版本", "第 2 版", 3, 2)
    assert [entry["claim"] for entry in data["changes"]] == [f"{CODE}-car-000001", f"{CODE}-car-000002"]
    assert data["outcomes"] == [{"before": "fail", "after": "pass", "claims": 1}]
    assert data["due_difference"] == "4000.00"


@pytest.mark.parametrize(
    ("arguments", "before", "after"),
    [
        ((), "受理时所用的版本", "第 2 版"),
        (("--version", "1"), "受理时所用的版本", "第 1 版"),
        (("--against", "2"), "受理时所用的版本", "第 2 版"),
        (("--version", "1", "--against", "2"), "第 1 版", "第 2 版"),
        (("--version", "2", "--against", "1"), "第 1 版", "第 2 版"),
    ],
)
def test_it_reads_from_the_older_version_to_the_newer(
    office: Session, arguments: tuple[str, ...], before: str, after: str
) -> None:
    claims(office)
    data = replay(*arguments)
    assert (data["before"], data["after"]) == (before, after)
    assert data["award_difference"] == ("0.00" if after == "第 1 版" else "1000.00")


def test_a_file_that_is_not_published_is_the_newer_side(office: Session, tmp_path: Path) -> None:
    claims(office)
    path = tmp_path / "next.toml"
    path.write_text(third_text(), "utf-8")
    for version in ("1", "2"):
        data = replay("--version", version, "--against", str(path))
        assert (data["before"], data["after"]) == (f"第 {version} 版", "文件 next.toml")
    assert data["award_difference"] == "-1000.00"


def third_text() -> str:
    """Version 1 as it is, under the number of a version to come."""
    return (schemes.ROOT / CODE / "1.toml").read_text("utf-8").replace("\nversion = 1\n", "\nversion = 3\n")


def test_no_claims_is_no_error(office: Session) -> None:
    assert replay("--version", "2")["claims"] == 0


def test_progress_is_told_on_standard_error(office: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    claims(office)
    monkeypatch.setattr(scheme_replay, "_EVERY", 0.0)
    result = run("replay", CODE, "--version", "2", "--json")
    assert result.stderr.splitlines() == ["已重算 1/3", "已重算 2/3", "已重算 3/3"]
    json.loads(result.stdout)


def refused(result: Result) -> str:
    """What the entry point prints before it ends with exit code 2."""
    assert isinstance(result.exception, ReviewError), result.output
    return result.exception.message


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("replay", "nowhere-2030", "--version", "1"), "没有“nowhere-2030”"),
        (("replay", CODE, "--version", "9"), "可用：1、2"),
        (("replay", CODE, "--version", "1", "--against", "1"), "两边都是"),
        (("replay", CODE, "--against", "none.toml"), "none.toml：读不了"),
        (("forecast", "nowhere-2030"), "没有“nowhere-2030”"),
        (("forecast", CODE, "--scenario", "none.toml"), "none.toml：读不了"),
    ],
)
def test_bad_input_is_one_sentence(office: Session, arguments: tuple[str, ...], told: str) -> None:
    assert told in refused(run(*arguments))


def test_a_file_of_another_scheme_or_with_mistakes_is_refused(office: Session, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(third_text().replace(f'code = "{CODE}"', 'code = "other-2030"'), "utf-8")
    assert "other-2030" in refused(run("replay", CODE, "--against", str(path)))
    path.write_text("code = 1", "utf-8")
    assert "x.toml" in refused(run("replay", CODE, "--against", str(path)))


SCENARIO = """\
title = "样例"
spread = "even"
[[arrivals]]
programme = "car"
from = 2024-01-10
until = 2024-01-30
per_day = 10
[[awards]]
programme = "car"
mix = [{ pays = 3000, share = 1 }]
"""


def forecast(tmp_path: Path, text: str, *arguments: str) -> Result:
    path = tmp_path / "scenario.toml"
    path.write_text(text, "utf-8")
    return run("forecast", CODE, "--scenario", str(path), *arguments)


def test_forecast_says_when_each_pool_runs_dry(office: Session, tmp_path: Path) -> None:
    factories.pool(office, 60_000_00, scheme_code=CODE)
    office.commit()
    result = forecast(tmp_path, SCENARIO, "--runs", "3")
    assert result.exit_code == 0, result.output
    assert "何时用完：2024-01-12" in result.stdout
    assert result.stderr == ""
    data = json.loads(forecast(tmp_path, SCENARIO, "--runs", "3", "--json").stdout)
    car = next(pool for pool in data["pools"] if pool["pool"] == "car")
    assert car["dry_on"]["median"] == "2024-01-12"


def test_a_seed_repeats_itself(office: Session, tmp_path: Path) -> None:
    text = SCENARIO.replace("even", "random")
    once, again, other = (forecast(tmp_path, text, "--json", "--seed", seed).stdout for seed in ("7", "7", "8"))
    assert once == again
    assert json.loads(once)["pools"] != json.loads(other)["pools"]


def test_mistakes_of_a_scenario_are_told_with_their_keys(office: Session, tmp_path: Path) -> None:
    text = SCENARIO.replace("per_day = 10", "per_day = -1").replace("share = 1", "share = 0.5")
    told = refused(forecast(tmp_path, text)).splitlines()
    assert [("per_day" in told[0]), ("合计 0.5" in told[1])] == [True, True]


def test_without_claims_it_says_what_is_lacking(office: Session) -> None:
    result = run("forecast", CODE)
    assert result.exit_code == 0
    assert "per_day" in result.stdout


def test_nothing_is_written(office: Session, tmp_path: Path) -> None:
    claims(office)

    def counts() -> list[int | None]:
        office.rollback()
        return [office.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables]

    before = counts()
    assert run("replay", CODE, "--version", "2").exit_code == 0
    assert forecast(tmp_path, SCENARIO).exit_code == 0
    assert counts() == before
