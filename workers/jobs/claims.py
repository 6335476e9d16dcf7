"""What follows when something happened to a claim or its seller: pictures are compared, the claimant is told, claims
are checked again.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.services import likeness, notices, outbox, struck_claims
from workers.jobs.messages import deliver
from workers.jobs.task import Task

#: How many messages share their transactions.
MESSAGES = 50
_MOST_ATTEMPTS = 3


def compare(session: Session, app: Flask, task: Task) -> None:
    """claim.compare: where a claim's pictures were before (subject: claim). One that processes die over is let be.

    Done for claims that were put in: one that nobody puts in is not worth the time, nor a signal.
    """
    if task.attempts <= _MOST_ATTEMPTS or task.error is not None:
        likeness.compare(session, app.extensions["storage"], task.subject_id, clock.now())
    with transaction(session):
        outbox.finish(session, clock.now(), task.outbox_id)


def notice(session: Session, app: Flask, *tasks: Task) -> None:
    """claim.notice: a short message to each claimant (subject: event), a reminder not at night."""
    now, due = clock.now(), {}
    with transaction(session, durable=False):
        for task in tasks:
            if wait := notices.wait(session, now, task.subject_id):
                outbox.postpone(session, task.outbox_id, clock.machine() + wait)
            else:
                due[task] = notices.due(session, now, task.subject_id, task.outbox_id)
    deliver(session, app, due)


def recheck_firm(session: Session, _app: Flask, task: Task) -> None:
    """firm.recheck: the waiting claims on which an excluded firm is the seller (subject: exclusion)."""
    struck_claims.recheck(session, clock.now(), task.subject_id)
    with transaction(session):
        outbox.finish(session, clock.now(), task.outbox_id)
