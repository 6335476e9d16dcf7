"""`python -m workers.reconciler`: rings for what is open and overdue in the outbox and cleans up after dead workers.

Whatever Redis forgot (killed, wiped, popped and lost) stands in the database and is rung for again.
"""

from __future__ import annotations

import argparse
import sys
import time

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from sqlalchemy.exc import SQLAlchemyError

from reviewapp import clock
from reviewapp.config import Settings
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.queueing import QUEUES, Doorbell
from reviewapp.services import outbox
from workers import runtime
from workers.consumers import consumer
from workers.ticking import every

_LOG = structlog.get_logger(__name__)


def ring_overdue(doorbell: Doorbell) -> int:
    """Ring for the rows that are due and that nobody holds; how many bells were missing. Raises RedisError."""
    with runtime.app().app_context():
        session = db.session()
        with transaction(session):
            rows = outbox.overdue(session, clock.machine())
    return doorbell.ring_again(rows) if rows else 0


def clean_registries(redis: Redis) -> None:
    """Let RQ forget workers that died and what it thinks they still do. Raises RedisError."""
    for name in QUEUES:
        consumer(name, redis).clean_registries()


class Reconciler:
    """Rings at every call, cleans every `clean_every` seconds; an absent Redis or database is waited for."""

    def __init__(self, doorbell: Doorbell, redis: Redis, clean_every: float) -> None:
        self._doorbell = doorbell
        self._redis = redis
        self._clean_every = clean_every
        self._clean_at = 0.0

    def __call__(self) -> None:
        """One round; never raises for what may come back."""
        try:
            self._clean_when_due()
            rung = ring_overdue(self._doorbell)
        except (RedisError, OSError, SQLAlchemyError, NoSuchJobError) as error:
            _LOG.warning("reconciler_waits", error=str(error))
        else:
            if rung:
                _LOG.info("rung_again", rows=rung)

    def _clean_when_due(self) -> None:
        if time.monotonic() >= self._clean_at:
            clean_registries(self._redis)
            self._clean_at = time.monotonic() + self._clean_every


def main(arguments: list[str]) -> int:
    """Reconcile until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m workers.reconciler", description="Rings for overdue outbox rows.")
    parser.add_argument("--ring-every", type=float, default=5.0, metavar="SECONDS", help="default 5")
    parser.add_argument("--clean-every", type=float, default=30.0, metavar="SECONDS", help="default 30")
    given = parser.parse_args(arguments)
    doorbell: Doorbell = runtime.app().extensions["doorbell"]
    redis = Redis.from_url(Settings.from_environment().redis_url)
    every(given.ring_every, Reconciler(doorbell, redis, given.clean_every))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
