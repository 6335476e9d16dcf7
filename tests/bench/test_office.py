"""The benches of the office: they say what they rest on, and touch nothing but what is empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from reviewapp.bench import together
from reviewapp.bench.database import NotEmpty, scratch_database
from reviewapp.cli import reviewapp


def _tables(url: str) -> list[str]:
    return inspect(create_engine(url, poolclass=NullPool)).get_table_names()


def _quick(bench: str, url: str) -> dict[str, Any]:
    answer = CliRunner().invoke(reviewapp, ["bench", bench, "--quick", "--database", url], catch_exceptions=False)
    assert answer.exit_code == 0, answer.stderr
    assert _tables(url) == []
    figures: dict[str, Any] = json.loads(answer.stdout)
    return figures


def _shown(ratio: float) -> object:
    """The ratio as figures show it, of speeds that are rounded themselves."""
    return pytest.approx(ratio, rel=0.05, abs=0.001)


only_postgres = pytest.mark.parametrize("empty_database_url", ["postgres"], indirect=True)


@pytest.mark.slow
@only_postgres
def test_intake_is_measured_beside_bare_inserts(empty_database_url: str) -> None:
    figures = _quick("intake", empty_database_url)
    assert figures["whole"] is True
    assert [row["pools"] for row in figures["pools"]] == [1, 8]
    for row in figures["pools"]:
        assert row["ratio"] == _shown(row["enter_per_second"] / row["raw_per_second"])


@pytest.mark.long
@only_postgres
def test_vouchers_are_redeemed_once_beside_bare_inserts(empty_database_url: str) -> None:
    figures = _quick("vouchers", empty_database_url)
    assert (figures["once"], figures["redeemed"]) == (True, 2 * figures["vouchers_a_round"])
    assert figures["ratio"] == _shown(figures["redeemed_per_second"] / figures["raw_per_second"])


@pytest.mark.slow
@only_postgres
def test_the_desk_is_measured_at_two_sizes(empty_database_url: str) -> None:
    figures = _quick("desk", empty_database_url)
    assert figures["in_order"] is True
    assert figures["small"]["claims"] < figures["large"]["claims"]
    assert figures["ratio"] == _shown(figures["large"]["milliseconds"] / figures["small"]["milliseconds"])


@pytest.mark.slow
def test_payouts_are_measured_beside_bare_http(tmp_path: Path) -> None:
    figures = _quick("payouts", f"sqlite:///{tmp_path}/empty.sqlite3")
    assert figures["paid_once"] is True
    assert figures["ratio"] == _shown(figures["payouts_per_second"] / figures["raw_http_per_second"])


def test_a_database_with_tables_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/office.sqlite3"
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text("CREATE TABLE claims (id INTEGER)"))
    with pytest.raises(NotEmpty, match="已有 1 张表"), scratch_database(url):
        pass
    assert _tables(url) == ["claims"]


@pytest.mark.parametrize("url", ["nonsense", "mysql://nobody@127.0.0.1/none", "sqlite:////nowhere/at/all.sqlite3"])
def test_an_address_that_cannot_be_used_is_told(url: str) -> None:
    with pytest.raises(NotEmpty, match="--database"), scratch_database(url):
        pass


def _dies(_share: int) -> Any:
    raise ZeroDivisionError


def test_a_process_that_dies_over_its_share_is_told() -> None:
    with pytest.raises(RuntimeError, match="died"):
        together.seconds(_dies, [1, 2])
