"""The one job: do what an outbox row says.

RQ brings an id, perhaps twice, perhaps late, perhaps never. The row in the database decides whether there is something
to do, and this function never raises for work that went wrong: it writes the error down and when to try again.
"""

from __future__ import annotations

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
    "payout.order": payouts.order,
    "payout.send": payouts.send,
    "payout.ask": payouts.ask,
    "funds.reconcile": funds.reconcile,
}


def perform(outbox_id: int) -> None:
    """Do the row's work, if it is open, due and nobody else's; a session for this job alone."""
    app = runtime.app()
    with app.app_context():
        session = db.session()
        task = _begin(session, app, outbox_id)
        if task is not None:
            _do(session, app, task)


def _begin(session: Session, app: Flask, outbox_id: int) -> Task | None:
    with transaction(session):
        known = session.get(Outbox, outbox_id)
        row = known and outbox.begin(session, outbox_id, clock.machine(), _lease(app, known.topic))
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


def _lease(app: Flask, topic: str) -> timedelta:
    """Longer than the work can take, and no longer: it is how long the row rests when its worker dies."""
    queue = TOPICS[topic]
    if queue != "payout":
        return timedelta(seconds=queueing.TIMEOUTS[queue] + 15)
    bank: Bank = app.extensions["bank"]
    return 2 * bank.answers_within + timedelta(seconds=5)
