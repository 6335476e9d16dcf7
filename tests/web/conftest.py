"""The application on a fresh database, the office's clock on a day inside the windows, and browsers for its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.extensions import db, limiter
from reviewapp.models import User
from tests import factories
from tests.factories import NOW
from tests.web.visitors import Visitor

#: Of `checker`.
PASSWORD = "放行批次的口令-2024"
Visit = Callable[[User | None], Visitor]


@pytest.fixture
def app(app_factory: Callable[..., Flask], database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application in demo mode, at the instant of the factories; a failure becomes a page, as in production."""
    app = app_factory(database_url, REVIEWAPP_DEMO="1")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    clock.stand_on(NOW)
    yield app
    clock.use(None)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def rows(app: Flask, session: Session) -> Session:
    """A session for putting rows in and looking at them, beside the application's own."""
    return session


@pytest.fixture
def checker(app: Flask, rows: Session) -> User:
    """A finance checker who has a password, as the release of a batch asks for it."""
    with app.app_context():
        return factories.user(rows, "finance_checker", password=hash_password(PASSWORD))


@pytest.fixture
def uncounted(app: Flask) -> Iterator[None]:
    """Nobody counts the requests."""
    limiter.enabled = False
    yield
    limiter.enabled = True


@pytest.fixture
def visit(app: Flask) -> Visit:
    """A browser for a user (None: nobody signed in)."""

    def make(user: User | None = None) -> Visitor:
        return Visitor(app, user)

    return make
