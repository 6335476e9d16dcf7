"""`python -m workers.cron`: what the clock does for nobody's asking.

Any number of these may run: a tick belongs to whoever writes its name and period into Redis first. The tasks lock what
they change and look before they write, so a tick done twice, or missed while Redis is away, does no harm.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.services import closing, decisions, erasure, heads, payouts, queue, reconciliation, reminders, vouchers
from workers import runtime
from workers.ticking import every

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tick:
    """A task and its period in seconds; `do` says how many rows it changed."""

    name: str
    seconds: int
    do: Callable[[Session, datetime], int]


def _keep_heads(session: Session, now: datetime) -> int:
    return heads.keep(session, now, runtime.app().extensions["signer"])


def _anchor_heads(session: Session, now: datetime) -> int:
    return heads.anchor(session, now, runtime.app().extensions["settings"].heads)


def _erase_drafts(session: Session, now: datetime) -> int:
    retention = runtime.app().extensions["settings"].retention
    return erasure.erase_due(session, now, retention) if retention is not None else 0


def _clear_batches(session: Session, now: datetime) -> int:
    retention = runtime.app().extensions["settings"].retention
    return erasure.clear_batches(session, now, retention) if retention is not None else 0


def _sweep_files(session: Session, _now: datetime) -> int:
    return erasure.sweep(session, runtime.app().extensions["storage"])


TICKS = (
    Tick("release_expired_leases", 15, decisions.release_expired),
    Tick("lapse_overdue_returns", 60, queue.lapse_overdue),
    Tick("order_reminders", 600, reminders.order_due),
    Tick("expire_vouchers", 60, vouchers.expire_due),
    Tick("lapse_unclaimed_sales", 600, closing.lapse_due),
    Tick("end_publications", 60, payouts.end_publications),
    Tick("ask_unknown_payouts", 30, payouts.ask_unknown),
    Tick("order_reconciliation", 600, reconciliation.order),
    Tick("keep_heads", 600, _keep_heads),
    Tick("anchor_heads", 60, _anchor_heads),
    Tick("erase_drafts", 600, _erase_drafts),
    Tick("clear_batches", 600, _clear_batches),
    Tick("sweep_files", 60, _sweep_files),
)


def run_due(redis: Redis, instant: float) -> list[str]:
    """Run the ticks of the periods that `instant` (seconds) lies in, each once anywhere; the names of those run."""
    return [tick.name for tick in TICKS if _take(redis, tick, instant) and _run(tick)]


def _take(redis: Redis, tick: Tick, instant: float) -> bool:
    period = int(instant // tick.seconds)
    try:
        return bool(redis.set(f"cron:{tick.name}:{period}", "1", nx=True, ex=2 * tick.seconds + 60))
    except (RedisError, OSError) as error:
        _LOG.warning("tick_skipped", tick=tick.name, error=str(error))
        return False


def _run(tick: Tick) -> bool:
    with runtime.app().app_context():
        session = db.session()
        try:
            with transaction(session):
                changed = tick.do(session, clock.now())
        except Exception:
            _LOG.exception("tick_failed", tick=tick.name)
            return False
    if changed:
        _LOG.info("tick", tick=tick.name, changed=changed)
    return True


def main(arguments: list[str]) -> int:
    """Tick until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m workers.cron", description="Runs the clock's tasks.")
    parser.add_argument("--every", type=float, default=1.0, metavar="SECONDS", help="how often to look (default 1)")
    given = parser.parse_args(arguments)
    redis: Redis = runtime.app().extensions["doorbell"].redis
    every(given.every, lambda: run_due(redis, time.time()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
