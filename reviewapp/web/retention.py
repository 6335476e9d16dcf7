"""What pages say of drafts that will be erased."""

from __future__ import annotations

from datetime import date

from flask import Flask, current_app

from reviewapp import clock
from reviewapp.extensions import db
from reviewapp.models import Batch, Claim
from reviewapp.services import erasure


def register(app: Flask) -> None:
    """Make `erased_on` known to the templates."""
    app.jinja_env.globals.update(erased_on=_erased_on)


def _erased_on(row: Claim | Batch) -> date | None:
    """The day on which the draft, or a batch's drafts, will be erased; None while they can be put in."""
    retention = current_app.extensions["settings"].retention
    return erasure.announced(db.session(), row, clock.now(), retention) if retention is not None else None
