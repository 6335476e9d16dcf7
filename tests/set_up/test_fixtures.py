"""The test infrastructure itself: fresh databases, a real Redis, nothing shared between tests."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import Engine, inspect, text

from reviewapp.scratch.processes import alive, start_guarded, wait_until
from tests.support.both import both_databases


@both_databases
def test_database_has_the_whole_schema(engine: Engine) -> None:
    from reviewapp.models import Base

    assert set(inspect(engine).get_table_names()) == set(Base.metadata.tables)


@both_databases
@pytest.mark.parametrize("_again", [1, 2])
def test_each_test_has_its_own_database(engine: Engine, _again: int) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id integer)"))


def test_redis_is_real_and_empty(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        assert redis.dbsize() == 0
        redis.set("left", "behind")


def test_redis_is_empty_again(redis_url: str) -> None:
    test_redis_is_real_and_empty(redis_url)


@pytest.mark.slow
def test_helper_server_ends_with_the_process_it_serves(tmp_path: Path) -> None:
    owner = subprocess.Popen(["sleep", "60"])
    note = tmp_path / "orphan"
    guard = start_guarded(
        ["sh", "-c", f"setsid sleep 61 & echo $! > {note}; exec sleep 62"], tmp_path / "log", watched=owner.pid
    )
    wait_until(lambda: note.exists() and note.read_text().endswith("\n"), seconds=5, what="no orphan yet")
    owner.kill()
    owner.wait()
    assert guard.wait(5) == 128 + signal.SIGKILL
    assert not alive(int(note.read_text()))
