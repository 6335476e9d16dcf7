"""What every worker process has: the application, built once, and its logs."""

from __future__ import annotations

import logging
from functools import cache

from flask import Flask

from reviewapp.application import build
from reviewapp.extensions import db


@cache
def app() -> Flask:
    """The application of this process, without pages; forked children inherit it and call `after_fork`."""
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    return build()


def after_fork() -> None:
    """Forget the parent's database connections without closing them: they are still the parent's."""
    with app().app_context():
        db.engine.dispose(close=False)
