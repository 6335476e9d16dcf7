"""A worker's surroundings in this process: the application on a fresh database, a sandbox bank, and a clock to turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.extensions import db
from reviewapp.scratch.bank import SandboxBank
from tests.factories.people import NOW
from workers import runtime


class Hands:
    """The hands of the office's clock."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        """Where they stand."""
        return self.at

    def turn(self, seconds: float) -> None:
        """Turn them forward."""
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """The clock of services and jobs stands at NOW until it is turned."""
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    monkeypatch.setattr(clock, "machine", hands.now)
    return hands


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[SandboxBank]:
    """A running sandbox bank without faults."""
    bank = SandboxBank(tmp_path)
    bank.start()
    yield bank
    bank.stop()


@pytest.fixture
def office(
    app_factory: Callable[..., Flask],
    database_url: str,
    bank: SandboxBank,
    hands: Hands,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Session]:
    """The session of the application that `perform` works with; the bank's cut-off is 60 s."""
    app = app_factory(database_url, BANK_URL=f"{bank.url}?timeout=1&not_found_final_after=60")
    monkeypatch.setattr(runtime, "app", lambda: app)
    with app.app_context():
        yield db.session()
        db.session.remove()
        db.engine.dispose()
