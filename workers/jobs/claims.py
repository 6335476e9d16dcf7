"""What follows when something happened to a claim: its pictures are compared, its claimant is told."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.services import likeness, notices, outbox
from workers.jobs.task import Task

_MOST_ATTEMPTS = 3


def compare(session: Session, app: Flask, task: Task) -> None:
    """claim.compare: where a claim's pictures were before (subject: claim). One that processes die over is let be.

    Done for claims that were put in: one that nobody puts in is not worth the time, nor a signal.
    """
    if task.attempts <= _MOST_ATTEMPTS or task.error is not None:
        likeness.compare(session, app.extensions["storage"], task.subject_id, clock.now())
    with transaction(session):
        outbox.finish(session, clock.now(), task.outbox_id)


def notice(session: Session, app: Flask, task: Task) -> None:
    """claim.notice: a short message to the claimant (subject: event)."""
    with transaction(session):
        notices.send(session, app.extensions["sms"], clock.now(), task.subject_id)
        outbox.finish(session, clock.now(), task.outbox_id)
