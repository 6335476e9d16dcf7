"""The one job: do what an outbox row says.

RQ brings an id, perhaps twice, perhaps late, perhaps never. The row in the database decides whether there is something
to do, and this function never raises for work that went wrong: it writes the error down and when to try again.

A bell of a shared queue (`queueing.MOST_BELLS`) says only that there is work: the job goes on with whatever else is due
there, one row after the other, each taken under its own lease. So thousands of instructions need neither as many bells
nor as many processes. Instructions that nobody has tried to send yet are taken a handful at a time, a few times as many
as the bank is sent at once: they share two transactions; so do messages to claimants. What went wrong once is done
alone from then on.
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
from workers.jobs import claims, collection, funds, payouts, uploads
from workers.jobs.task import Task

_LOG = structlog.get_logger(__name__)
_HANDLERS: dict[str, Callable[..., None]] = {
    "upload.read": uploads.read,
    "batch.read": uploads.read_batch_file,
    "batch.draft": uploads.draft_batch,
    "claim.compare": claims.compare,
    "origin.find": collection.find_claim,
    "claim.notice": claims.notice,
    "firm.recheck": claims.recheck_firm,
    "payout.order": payouts.order,
    "payout.send": payouts.send,
    "payout.ask": payouts.ask,
    "funds.reconcile": funds.reconcile,
    "pickup.call": collection.call,
}


#: Seconds after which a job takes no further row: the last one must end before RQ's own limit.
_LONGEST_ROUND = 20.0


def perform(outbox_id: int) -> None:
    """Do the row's work, if it is open, due and nobody else's; then what else is due on a shared queue.

    Raises `queueing.OutOfTime` when RQ's limit is over; what was at work then is written down as gone wrong.
    """
    until = time.monotonic() + _LONGEST_ROUND
    app = runtime.app()
    with app.app_context():
        session = db.session()
        with transaction(session, durable=False):
            known = session.get(Outbox, outbox_id)
            queue = TOPICS[known.topic] if known else None
            row = outbox.begin(session, outbox_id, clock.machine(), _lease(app, TOPICS[known.topic])) if known else None
            tasks = _handful(session, app, row)
        if tasks:
            _do(session, app, tasks)
        if queue in queueing.MOST_BELLS:
            _go_on(session, app, queue, until)


def _go_on(session: Session, app: Flask, queue: str, until: float) -> None:
    """Whatever else is due on the queue, until nothing is or the round has lasted long enough."""
    topics = [topic for topic, name in TOPICS.items() if name == queue]
    while time.monotonic() < until:
        with transaction(session, durable=False):
            row = outbox.begin_next(session, topics, clock.machine(), _lease(app, queue))
            tasks = _handful(session, app, row)
        if not tasks:
            return
        _do(session, app, tasks)


def _handful(session: Session, app: Flask, first: Outbox | None) -> list[Task]:
    """The work of the row just taken, with what can be done along with it."""
    if first is None:
        return []
    rows, most = [first], _most(app, first.topic)
    if most > 1 and first.attempts == 1:
        lease = _lease(app, TOPICS[first.topic])
        rows += outbox.begin_fresh(session, first.topic, clock.machine(), lease, most - 1)
    return [Task(row.id, row.topic, row.subject_id, row.attempts, row.error) for row in rows]


def _most(app: Flask, topic: str) -> int:
    """How many rows of a topic are done together."""
    if topic == "payout.send":
        bank: Bank = app.extensions["bank"]
        return payouts.WAVES * bank.at_once
    return claims.MESSAGES if topic == "claim.notice" else 1


def _do(session: Session, app: Flask, tasks: list[Task]) -> None:
    """Work of one topic, with a line in the log."""
    topic = tasks[0].topic
    log = _LOG.bind(topic=topic, rows={task.outbox_id: task.subject_id for task in tasks}, attempts=tasks[0].attempts)
    try:
        _HANDLERS[topic](session, app, *tasks)
    except Exception as error:
        log.exception("job_failed")
        with transaction(session):
            for task in tasks:
                retry_at = clock.machine() + outbox.wait_after(task.attempts)
                outbox.fail(session, task.outbox_id, f"{type(error).__name__}: {error}", retry_at)
        if isinstance(error, queueing.OutOfTime):
            raise
    else:
        log.info("job_done")


def _lease(app: Flask, queue: str) -> timedelta:
    """Longer than the work can take, and no longer: it is how long the row rests when its worker dies."""
    if queue != "payout":
        return timedelta(seconds=queueing.TIMEOUTS[queue] + 15)
    return payouts.longest(app.extensions["bank"]) + timedelta(seconds=5)
