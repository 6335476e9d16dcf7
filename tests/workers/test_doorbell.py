"""Bells ring after commits and only then; what Redis loses is rung for again; who waits already is left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from rq.job import JobStatus
from sqlalchemy.orm import Session

from reviewapp import queueing
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.queueing import Doorbell
from reviewapp.scratch.redis_server import RedisServer
from reviewapp.services import outbox
from tests.factories.people import NOW
from tests.workers.conftest import Hands
from workers import runtime
from workers.consumers import consumer
from workers.reconciler import Reconciler, clean_registries, ring_overdue


@pytest.fixture
def rung(app: Flask, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The application's session; what is committed in it rings the test's Redis."""
    monkeypatch.setattr(runtime, "app", lambda: app)
    with app.app_context():
        yield db.session()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def doorbell(app: Flask) -> Doorbell:
    """The application's bell."""
    bell: Doorbell = app.extensions["doorbell"]
    return bell


def _waiting(doorbell: Doorbell) -> list[str]:
    return doorbell.queue("payout").get_job_ids()


def _add(session: Session, count: int = 1) -> list[int]:
    with transaction(session):
        rows = [outbox.add(session, "payout.send", number, NOW) for number in range(count)]
        session.flush()
        return [row.id for row in rows]


def test_a_commit_rings(rung: Session, doorbell: Doorbell) -> None:
    [row] = _add(rung)
    assert _waiting(doorbell) == [f"outbox-{row}"]
    job = doorbell.queue("payout").fetch_job(f"outbox-{row}")
    assert job is not None
    assert (job.func_name, job.args) == ("workers.jobs.perform", [row])


def test_a_rollback_does_not_ring(rung: Session, doorbell: Doorbell) -> None:
    def break_down() -> None:
        with transaction(rung):
            outbox.add(rung, "payout.send", 1, NOW)
            rung.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_down()
    _add(rung)
    assert len(_waiting(doorbell)) == 1


def test_work_for_later_does_not_ring(rung: Session, doorbell: Doorbell) -> None:
    with transaction(rung):
        outbox.add(rung, "payout.send", 1, NOW, due_at=NOW + timedelta(seconds=2))
    assert _waiting(doorbell) == []


def test_an_absent_redis_neither_fails_nor_delays_a_commit(
    app_factory: Callable[..., Flask], database_url: str, tmp_path: Path
) -> None:
    app = app_factory(database_url, REDIS_URL=f"unix://{tmp_path}/nobody.sock")
    with app.app_context():
        begun = time.monotonic()
        rows = _add(db.session(), 500)
        assert time.monotonic() - begun < 2
        with transaction(db.session()):
            assert [row for row, _ in outbox.overdue(db.session(), NOW)] == rows
        db.engine.dispose()


def test_a_wiped_redis_is_rung_again(rung: Session, doorbell: Doorbell, redis_server: RedisServer) -> None:
    rows = _add(rung, 3)
    redis_server.empty()
    assert ring_overdue(doorbell) == 3
    assert _waiting(doorbell) == [f"outbox-{row}" for row in rows]


def test_who_waits_keeps_the_place(rung: Session, doorbell: Doorbell) -> None:
    rows = _add(rung, 3)
    assert ring_overdue(doorbell) == 0
    assert _waiting(doorbell) == [f"outbox-{row}" for row in rows]


def test_a_few_bells_serve_for_many_rows(rung: Session, doorbell: Doorbell, redis_server: RedisServer) -> None:
    rows = _add(rung, 50)
    few = [f"outbox-{row}" for row in rows[: queueing.MOST_BELLS["payout"]]]
    assert _waiting(doorbell) == few
    assert ring_overdue(doorbell) == 0
    redis_server.empty()
    assert ring_overdue(doorbell) == len(few)
    assert _waiting(doorbell) == few


def test_no_more_bells_than_serve_hang_after_any_number_of_commits(rung: Session, doorbell: Doorbell) -> None:
    first = [row for _ in range(6) for row in _add(rung)]
    assert _waiting(doorbell) == [f"outbox-{row}" for row in first[: queueing.MOST_BELLS["payout"]]]
    doorbell.queue("payout").pop_job_id()
    [row] = _add(rung)
    assert _waiting(doorbell)[-1] == f"outbox-{row}"


def test_where_a_bell_stands_for_its_row_all_are_rung(rung: Session, doorbell: Doorbell) -> None:
    with transaction(rung):
        for number in range(6):
            outbox.add(rung, "upload.read", number, NOW)
    assert len(doorbell.queue("ocr").get_job_ids()) == 6


@pytest.mark.parametrize("status", [JobStatus.STARTED, JobStatus.FAILED, JobStatus.QUEUED])
def test_what_rq_only_believes_is_forgotten(rung: Session, doorbell: Doorbell, status: JobStatus) -> None:
    [row] = _add(rung)
    queue = doorbell.queue("payout")
    job = queue.fetch_job(f"outbox-{row}")
    assert job is not None
    queue.remove(job)  # popped by a worker that died with it
    job.set_status(status)
    assert ring_overdue(doorbell) == 0  # it may be about to begin
    job.enqueued_at -= timedelta(seconds=11)
    job.save()
    assert ring_overdue(doorbell) == 1
    assert _waiting(doorbell) == [f"outbox-{row}"]


def test_leased_done_and_later_rows_are_not_rung(rung: Session, doorbell: Doorbell, redis_server: RedisServer) -> None:
    leased, done, open_ = _add(rung, 3)
    with transaction(rung):
        outbox.begin(rung, leased, NOW, timedelta(seconds=30))
        outbox.finish(rung, NOW, done)
        outbox.add(rung, "payout.ask", 9, NOW, due_at=NOW + timedelta(seconds=1))
    redis_server.empty()
    assert ring_overdue(doorbell) == 1
    assert _waiting(doorbell) == [f"outbox-{open_}"]


def test_dead_workers_are_forgotten(doorbell: Doorbell, redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    dead = consumer("payout", redis)
    dead.register_birth()
    doorbell.require_worker("payout")
    redis.delete(dead.key)  # its time to live ran out
    clean_registries(redis)
    with pytest.raises(LookupError):
        doorbell.require_worker("payout")


def test_the_reconciler_outlives_an_absent_redis(rung: Session, tmp_path: Path) -> None:
    _add(rung)
    away = f"unix://{tmp_path}/nobody.sock"
    Reconciler(Doorbell.at(away), Redis.from_url(away), clean_every=30)()


def test_every_topic_has_a_queue_with_a_time_limit_and_a_worker(redis_url: str) -> None:
    assert set(queueing.TIMEOUTS) == set(queueing.QUEUES)
    for name in queueing.QUEUES:
        assert [queue.name for queue in consumer(name, Redis.from_url(redis_url)).queues] == [name]
