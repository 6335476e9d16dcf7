"""Each tick once a period, whoever runs; a missed or broken one does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy.orm import Session

from reviewapp.extensions import db
from workers import cron, runtime
from workers.cron import Tick, run_due


@pytest.fixture
def ticks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Two ticks that only write down that they ran, and a broken one between them."""
    ran: list[str] = []

    def note(name: str) -> Tick:
        def do(_session: Session, _now: datetime) -> int:
            ran.append(name)
            return 1

        return Tick(name, {"short": 10, "long": 60}[name], do)

    def break_down(_session: Session, _now: datetime) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cron, "TICKS", (note("short"), Tick("broken", 10, break_down), note("long")))
    monkeypatch.setattr(runtime, "app", lambda: app)
    yield ran
    with app.app_context():
        db.engine.dispose()


def test_once_a_period(ticks: list[str], redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    for instant in (600, 601, 609.9, 610, 659):
        run_due(redis, instant)
    assert ticks == ["short", "long", "short", "short"]


def test_many_processes_tick_once(ticks: list[str], redis_url: str) -> None:
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda _: run_due(Redis.from_url(redis_url), 600), range(10)))
    assert sorted(ticks) == ["long", "short"]


def test_without_redis_nothing_ticks(ticks: list[str], tmp_path: Path) -> None:
    assert run_due(Redis.from_url(f"unix://{tmp_path}/nobody.sock"), 600) == []
    assert ticks == []


def test_the_real_ticks_run_on_an_empty_office(app: Flask, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "app", lambda: app)
    ran = run_due(Redis.from_url(redis_url), 600)
    assert ran == [
        "release_expired_leases",
        "lapse_overdue_returns",
        "order_reminders",
        "expire_vouchers",
        "lapse_unclaimed_sales",
        "end_publications",
        "ask_unknown_payouts",
        "order_reconciliation",
        "keep_heads",
        "anchor_heads",
        "erase_drafts",
        "clear_batches",
        "sweep_files",
    ]
    with app.app_context():
        db.engine.dispose()
