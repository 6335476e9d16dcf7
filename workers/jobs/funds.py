"""The daily reconciliation: the bank's statement first, then the comparison. A bank that is away is asked again."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.services import outbox, reconciliation
from workers.jobs.task import Task


def reconcile(session: Session, app: Flask, task: Task) -> None:
    """funds.reconcile: fill in one day's reconciliation (subject: reconciliation). Raises BankUnavailable."""
    asked_at = clock.now()
    lines = app.extensions["bank"].statement()
    with transaction(session):
        reconciliation.keep(session, asked_at, task.subject_id, lines)
        outbox.finish(session, clock.now(), task.outbox_id)
