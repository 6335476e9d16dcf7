"""What claims have in common, shown beside a claim."""

from __future__ import annotations

from flask import Flask

from reviewapp.extensions import db
from reviewapp.models import Claim
from reviewapp.queries import signals
from reviewapp.web.access import actor


def register(app: Flask) -> None:
    """Make `signals_of(claim)` known to the templates: within what the person signed in may see."""
    app.context_processor(lambda: {"signals_of": _of, "signal_marks": signals.MARKS})


def _of(claim: Claim) -> signals.Signals:
    return signals.of_claim(db.session, actor(), claim)
