"""Collection points: the code of a stamped form read, and the truck called for."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.services import origin_scans, outbox, pickup_calls
from workers.jobs.messages import deliver
from workers.jobs.task import Task

_MOST_ATTEMPTS = 3


def find_claim(session: Session, app: Flask, task: Task) -> None:
    """origin.find: whose form a photograph shows (subject: origin scan); as `uploads.read`."""
    if task.attempts > _MOST_ATTEMPTS and task.error is None:
        origin_scans.give_up(session, task.subject_id)
    else:
        storage, signer = app.extensions["storage"], app.extensions["signer"]
        origin_scans.find(session, storage, signer, task.subject_id, clock.now())
    with transaction(session):
        outbox.finish(session, clock.now(), task.outbox_id)


def call(session: Session, app: Flask, task: Task) -> None:
    """pickup.call: tell point and recyclers once the stock is large enough (subject: organisation)."""
    with transaction(session, durable=False):
        due = pickup_calls.call_if_due(session, task.subject_id, clock.now(), task.outbox_id)
    deliver(session, app, {task: due})
