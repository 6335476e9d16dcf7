"""Short messages handed to the provider, whatever they tell."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.services import messages, outbox
from reviewapp.services.messages import Outgoing
from workers.jobs.task import Task


def deliver(session: Session, app: Flask, task: Task, due: Sequence[Outgoing]) -> None:
    """Hand over the row's messages; the row is done once each has gone or never will, else due again after a pause."""
    answers = messages.hand_over_all(app.extensions["sms"], due)
    with transaction(session):
        messages.settle(session, clock.now(), answers)
        if not messages.waiting(session, task.outbox_id):
            outbox.finish(session, clock.now(), task.outbox_id)
            return
        reasons = "；".join(dict.fromkeys(answer.reason for answer in answers.values() if answer.reason))
        retry_at = clock.machine() + messages.pause(answers, task.attempts)
        outbox.fail(session, task.outbox_id, reasons, retry_at)
