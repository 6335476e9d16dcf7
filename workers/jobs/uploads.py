"""Reads uploaded files, of claims and of batches; the reading engine is loaded once a process and kept."""

from __future__ import annotations

from functools import cache

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.config import Settings
from reviewapp.db import transaction
from reviewapp.ocr import Reader
from reviewapp.services import batch_drafts, batch_reading, outbox, reading
from workers.jobs.task import Task

_MOST_ATTEMPTS = 3


def warm_up(app: Flask) -> None:
    """Load the engine before the first file comes. Raises EngineMissing."""
    _reader(app).warm_up()


def read(session: Session, app: Flask, task: Task) -> None:
    """upload.read: pages, papers, readings and facts of one file (subject: upload).

    A file that processes die over is given up; one whose reading raises is not: storage or database may come back.
    """
    if task.attempts > _MOST_ATTEMPTS and task.error is None:
        reading.give_up(session, task.subject_id, clock.now())
    else:
        storage, signer = app.extensions["storage"], app.extensions["signer"]
        reading.read_upload(session, storage, _reader(app), signer, task.subject_id, clock.now())
    with transaction(session):
        outbox.finish(session, clock.now(), task.outbox_id)


def read_batch_file(session: Session, app: Flask, task: Task) -> None:
    """batch.read: unpack an archive of a dealer's batch, or read a file of it (subject: batch file); as `read`."""
    if task.attempts > _MOST_ATTEMPTS and task.error is None:
        batch_reading.give_up(session, task.subject_id, clock.now())
    else:
        batch_reading.read_file(session, app.extensions["storage"], _reader(app), task.subject_id, clock.now())
    with transaction(session):
        outbox.finish(session, clock.now(), task.outbox_id)


def draft_batch(session: Session, _app: Flask, task: Task) -> None:
    """batch.draft: bring the drafts of a batch up to its rows and pages (subject: batch)."""
    done = batch_drafts.draft_rows(session, task.subject_id, clock.now())
    with transaction(session):
        if done:
            outbox.finish(session, clock.now(), task.outbox_id)
        else:
            outbox.postpone(session, task.outbox_id, clock.now())


def _reader(app: Flask) -> Reader:
    settings: Settings = app.extensions["settings"]
    return _loaded(settings.ocr_engine, settings.ocr_threads)


@cache
def _loaded(engine: str, threads: int) -> Reader:
    return Reader(engine, threads=threads)
