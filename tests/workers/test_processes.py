"""The commands as the supervisor starts them: they work, and they end when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.models import Outbox, Upload
from reviewapp.scratch.processes import wait_until
from reviewapp.services import outbox
from tests.factories import claim, user

pytestmark = pytest.mark.slow
NOT_A_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def environment(tmp_path: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """The environment of a worker that works with the application `app`."""
    return os.environ | {
        "REVIEWAPP_DATA": str(tmp_path / "var"),
        "STORAGE_URL": f"file:{tmp_path / 'uploads'}",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        **dict.fromkeys(("SECRET_KEY", "SEAL_KEY", "INDEX_KEY", "SIGN_KEY"), "00" * 32),
    }


@contextmanager
def _running(environment: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", *command], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _works(app: Flask, queue: str) -> bool:
    try:
        app.extensions["doorbell"].require_worker(queue)
    except LookupError:
        return False
    return True


def _listens(process: subprocess.Popen[bytes]) -> bool:
    """Is there a handler for SIGTERM yet?"""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1]
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize("queue", ["ocr", "payout", "messages"])
def test_a_worker_listens_and_ends_when_told(app: Flask, environment: dict[str, str], queue: str) -> None:
    with _running(environment, "workers", queue) as process:
        wait_until(lambda: _works(app, queue) and _listens(process), seconds=60, what="the worker does not listen")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not _works(app, queue)


@pytest.mark.parametrize("module", ["workers.cron", "workers.reconciler"])
def test_a_clock_ends_when_told(environment: dict[str, str], module: str) -> None:
    with _running(environment, module) as process:
        wait_until(lambda: _listens(process), seconds=60, what=f"{module} does not listen")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_cron_ticks(environment: dict[str, str], redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    with _running(environment, "workers.cron"):
        wait_until(lambda: len(redis.keys("cron:*")) >= 4, seconds=60, what="no ticks")


def test_the_reconciler_rings(app: Flask, engine: Engine, environment: dict[str, str]) -> None:
    with Session(engine) as session, transaction(session):  # not the application's session: nothing rings
        row = outbox.add(session, "payout.send", 1, datetime.now(UTC))
        session.flush()
        bell = f"outbox-{row.id}"
    queue = app.extensions["doorbell"].queue("payout")
    with _running(environment, "workers.reconciler"):
        wait_until(lambda: queue.get_job_ids() == [bell], seconds=60, what="no bell")


def test_an_upload_is_read_by_the_worker_which_makes_way_when_it_holds_too_much(
    app: Flask, environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "broken.png"
    file.write_bytes(NOT_A_PICTURE)
    with app.app_context():
        stored = app.extensions["storage"].put(file)
        with transaction(db.session()):
            now = datetime.now(UTC)
            draft = claim(db.session(), "draft", now=now)
            upload = Upload(
                claim_id=draft.id, uploaded_by_id=user(db.session()).id, sha256=stored.sha256, size=stored.size,
                media_type="image/png", name="测试.png", created_at=now,
            )  # fmt: skip
            db.session.add(upload)
            db.session.flush()
            outbox.add(db.session(), "upload.read", upload.id, now)
        with _running(environment | {"OCR_MEMORY": "1"}, "workers", "ocr") as process:
            wait_until(_all_done, seconds=90, what="the upload was not read")
            assert process.wait(20) == 0
        assert db.session.scalars(select(Upload.state)).all() == ["refused"]
        db.session.remove()
        db.engine.dispose()


def _all_done() -> bool:
    db.session.rollback()
    return db.session.scalars(select(Outbox.done_at)).one() is not None


def test_an_engine_that_is_not_there_is_said_at_the_start(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "workers", "ocr"]
    said = subprocess.run(
        command, env=environment | {"OCR_ENGINE": "abacus"}, capture_output=True, text=True, check=False
    )
    assert said.returncode == 2
    assert "abacus" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_queue_that_does_not_exist_is_refused(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "workers", "nothing"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "ocr" in said.stderr
