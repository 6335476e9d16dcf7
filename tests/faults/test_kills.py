"""`kill -9` of real payout workers at random moments, with a bank at its worst; Redis killed and wiped.

The long forms: `python -m tests.faults.kills --kills 1000` and `pytest -m long tests/faults/test_kills.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kills import clean
from tests.faults.office import Office, kill_while_working, upset_redis
from tests.support.both import both_databases

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def short_path(short_folder: Path, request: pytest.FixtureRequest) -> Path:
    """A folder of this test with a path short enough for sockets."""
    folder = short_folder / f"office-{abs(hash(request.node.name)) % 10_000}"
    folder.mkdir()
    return folder


@both_databases
def test_killed_workers_pay_once(short_path: Path, database_url: str) -> None:
    with Office(short_path, database_url, seed=1) as office:
        kill_while_working(office, 15)
        figures = office.figures()
    assert clean(figures), figures
    assert figures.paid_once == figures.payouts > 0


@pytest.mark.parametrize("times", [5, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_redis_killed_and_wiped(short_path: Path, postgres_url: str, times: int) -> None:
    with Office(short_path, postgres_url, seed=2) as office:
        slowest = upset_redis(office, times)
        figures = office.figures()
    assert clean(figures), figures
    assert slowest < 60
