"""The one job: do what an outbox row says.

RQ brings an id, perhaps twice, perhaps late, perhaps never. The row in the database decides whether there is something
to do, and this function never raises for work that went wrong: it writes the error down and when to try again.

A bell of a shared queue (`queueing.MOST_BELLS`) says only that there is work: the job goes on with whatever else is due
there, one row after the other, each taken under its own lease. So thousands of instructions need neither as many bells
nor as many processes, and who dies leaves one row in hand, as ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock, queueing
from reviewapp.bank import Bank
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.models import TOPICS
from reviewapp.models.outbox import Outbox
from reviewapp.services import outbox
from workers import runtime
from workers.jobs import funds, payouts, uploads
from workers.jobs.task import Task

_LOG = structlog.get_logger(__name__)
_HANDLERS: dict[str, Callable[[Session, Flask, Task], None]] = {
    "upload.read": uploads.read,
    "batch.read": uploads.read_batch_file,
    "batch.draft": uploads.draft_batch,
    "payout.order": payouts.order,
    "payout.send": payouts.send,
    "payout.ask": payouts.ask,
    "funds.reconcile": funds.reconcile,
}


#: Seconds after which a job takes no further row: the last one must end before RQ's own limit.
_LONGEST_ROUND = 20.0


def perform(outbox_id: int) -> None:
    """Do the row's work, if it is open, due and nobody else's; then what else is due on a shared queue."""
    app = runtime.app()
    with app.app_context():
        session = db.session()
        with transaction(session, durable=False):
            known = session.get(Outbox, outbox_id)
            queue = TOPICS[known.topic] if known else None
            task = _task(known and outbox.begin(session, outbox_id, clock.machine(), _lease(app, TOPICS[known.topic])))
        if task is not None:
            _do(session, app, task)
        if queue in queueing.MOST_BELLS:
            _go_on(session, app, queue)


def _go_on(session: Session, app: Flask, queue: str) -> None:
    """Whatever else is due on the queue, until nothing is or the round has lasted long enough."""
    topics = [topic for topic, name in TOPICS.items() if name == queue]
    until = time.monotonic() + _LONGEST_ROUND
    while time.monotonic() < until:
        with transaction(session, durable=False):
            task = _task(outbox.begin_next(session, topics, clock.machine(), _lease(app, queue)))
        if task is None:
            return
        _do(session, app, task)


def _task(row: Outbox | None) -> Task | None:
    return Task(row.id, row.topic, row.subject_id, row.attempts, row.error) if row else None


def _do(session: Session, app: Flask, task: Task) -> None:
    log = _LOG.bind(outbox_id=task.outbox_id, topic=task.topic, subject_id=task.subject_id, attempts=task.attempts)
    try:
        _HANDLERS[task.topic](session, app, task)
    except Exception as error:
        log.exception("job_failed")
        with transaction(session):
            retry_at = clock.machine() + outbox.wait_after(task.attempts)
            outbox.fail(session, task.outbox_id, f"{type(error).__name__}: {error}", retry_at)
    else:
        log.info("job_done")


def _lease(app: Flask, queue: str) -> timedelta:
    """Longer than the work can take, and no longer: it is how long the row rests when its worker dies."""
    if queue != "payout":
        return timedelta(seconds=queueing.TIMEOUTS[queue] + 15)
    bank: Bank = app.extensions["bank"]
    return 2 * bank.answers_within + timedelta(seconds=5)
