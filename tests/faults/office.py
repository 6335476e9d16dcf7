"""A whole payout office in processes of its own, to be killed: Redis, sandbox bank, two payout workers, reconciler."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from reviewapp import create_app
from reviewapp.bank import Bank
from reviewapp.config import Settings
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.models import TOPICS, Outbox, Payout, Reconciliation
from reviewapp.scratch.bank import SandboxBank
from reviewapp.scratch.processes import alive, wait_until
from reviewapp.scratch.redis_server import RedisServer
from reviewapp.services import funds, reconciliation
from tests.factories.money import pool
from tests.factories.payouts import released

#: A bank at its worst, and quick about it: what it records late is there long before its cut-off of 3 s.
FAULTS: dict[str, float] = {
    "late_answer": 0.5, "late_answer_seconds": 0.3, "lost_answer": 0.1, "late_record": 0.1, "late_record_seconds": 1.0,
    "late_apply": 0.1, "late_apply_seconds": 1.0, "refuse": 0.1, "taken_twice": 1.0,
}  # fmt: skip
#: One that is only slow sometimes, so that a kill finds somebody at work.
HONEST = {"late_answer": 0.5, "late_answer_seconds": 0.3}
_BANK_OPTIONS = "timeout=1&not_found_final_after=3"
_WORKERS = 2
_POOL_FEN = 10**12
_T = TypeVar("_T")


@dataclass(frozen=True)
class Figures:
    """What came of it. `lost`: claims not paid in the end; `differences`: what `funds.verify` finds, bank included."""

    kills: int
    payouts: int
    paid_once: int
    doubled: int
    lost: int
    differences: int
    open_work: int
    seconds: float


class Office:
    """Started with `with`; `folder` must have a path short enough for a socket."""

    def __init__(self, folder: Path, database_url: str, *, seed: int = 0, faults: Mapping[str, float] = FAULTS) -> None:
        self._folder = folder
        self._random = random.Random(seed)
        self._database_url = database_url
        self.bank = SandboxBank(folder, seed=seed, **faults)
        self.redis = RedisServer(folder / "redis")
        self._workers: list[subprocess.Popen[bytes]] = []
        self._reconciler: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def __enter__(self) -> Office:
        self._started = time.monotonic()
        self.bank.start()
        self.redis.start()
        self.environment = self._environment()
        self.app: Flask = create_app(Settings.from_environment(self.environment))
        with self.app.app_context(), transaction(db.session()):
            pool(db.session(), _POOL_FEN)
        self.keep_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (*self._workers, self._reconciler):
            if process is not None:
                _kill_tree(process.pid)
                process.wait(10)
        self.redis.kill()
        self.bank.stop()
        with self.app.app_context():
            db.engine.dispose()

    def release(self, count: int) -> None:
        """Approve and release so many payouts more, under the lock of the pool, which the workers change, too."""
        with self.app.app_context(), transaction(db.session()) as session:
            funds.lock_pool(session, pool(session).id)
            released(session, count, now=datetime.now(UTC))

    def open_payouts(self) -> int:
        """How many have no end yet."""
        return self._ask(lambda session: session.scalar(_count(Payout, Payout.state.not_in(("paid", "failed")))) or 0)

    def unsent_payouts(self) -> int:
        """How many nobody has begun to send: what a dead worker held rests under its lease."""
        return self._ask(lambda session: session.scalar(_count(Payout, Payout.state == "released")) or 0)

    def keep_up(self) -> None:
        """Start what has ended, as the supervisor does."""
        self._workers = [process for process in self._workers if process.poll() is None]
        while len(self._workers) < _WORKERS:
            self._workers.append(self._start("workers", "payout"))
        if self._reconciler is None or self._reconciler.poll() is not None:
            self._reconciler = self._start("workers.reconciler", "--ring-every", "1", "--clean-every", "10")

    def kill_one(self) -> bool:
        """After a random moment kill -9 a worker: mostly the child at its job, else the one above it, else both.

        False when it had no job, so nothing was killed.
        """
        time.sleep(self._random.uniform(0.02, 0.5))
        victim = self._random.choice(self._workers)
        horses = _children(victim.pid)
        if not horses:
            return False
        what = self._random.random()
        doomed = horses if what < 0.7 else [victim.pid] if what < 0.85 else [victim.pid, *horses]
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kills += 1
        return True

    def upset_redis(self, *, wipe: bool) -> None:
        """After a random moment Redis forgets everything, or is killed and comes back after a while."""
        time.sleep(self._random.uniform(0.0, 1.0))
        if wipe:
            self.redis.empty()
            return
        self.redis.kill()
        time.sleep(self._random.uniform(0.2, 2.0))
        self.redis.start()

    def reconcile(self, now: datetime) -> Reconciliation:
        """Order the reconciliation of that day; the row once a worker has filled it in."""
        with self.app.app_context():
            with transaction(db.session()) as session:
                assert reconciliation.order(session, now) == 1, "the day has been reconciled before"
                row_id = session.scalars(select(func.max(Reconciliation.id))).one()
            wait_until(lambda: self._filled_in(row_id), seconds=120, what="nobody reconciles")
            with Session(db.engine, expire_on_commit=False) as session:
                return session.get_one(Reconciliation, row_id)

    def _filled_in(self, row_id: int) -> bool:
        self.keep_up()
        with Session(db.engine) as session:
            return session.get_one(Reconciliation, row_id).at is not None

    def run_until_done(self, seconds: float) -> None:
        """Keep the processes up until nothing is open, or the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and (self.open_payouts() or self._open_work()):
            self.keep_up()
            time.sleep(0.2)

    def _open_work(self) -> int:
        return self._ask(_open_rows)

    def figures(self) -> Figures:
        """Compare what was asked for, what is written down here and what the bank moved."""
        credits = Counter(number.rpartition("-")[0] for number, _ in self.bank.credits())
        return self._ask(lambda session: self._compare(session, credits))

    def _compare(self, session: Session, credits: Mapping[str, int]) -> Figures:
        rows = [(payout.claim.number, payout.state) for payout in session.scalars(select(Payout))]
        bank: Bank = self.app.extensions["bank"]
        return Figures(
            kills=self.kills,
            payouts=len(rows),
            paid_once=sum(credits.get(str(number), 0) == 1 and state == "paid" for number, state in rows),
            doubled=sum(times > 1 for times in credits.values()),
            lost=sum(credits.get(str(number), 0) == 0 or state != "paid" for number, state in rows),
            differences=len(funds.verify(session, bank.statement())),
            open_work=_open_rows(session),
            seconds=round(time.monotonic() - self._started, 1),
        )

    def _ask(self, question: Callable[[Session], _T]) -> _T:
        with self.app.app_context():
            return question(db.session())

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "REVIEWAPP_DATA": str(self._folder / "var"),
            "STORAGE_URL": f"file:{self._folder / 'uploads'}",
            "DATABASE_URL": self._database_url,
            "REDIS_URL": self.redis.url,
            "BANK_URL": f"{self.bank.url}?{_BANK_OPTIONS}",
        }

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{module}.log").open("ab") as log:
            command = [sys.executable, "-m", module, *arguments]
            return subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )


def kill_while_working(
    office: Office, kills: int, *, minutes: float = 60, say: Callable[[str], None] = lambda _: None
) -> None:
    """Kill so often at random moments (for so long at most), with always enough to do; then let all come to its end."""
    deadline = time.monotonic() + minutes * 60
    while office.kills < kills and time.monotonic() < deadline:
        office.keep_up()
        if office.unsent_payouts() < 20:
            office.release(20)
        if office.kill_one() and office.kills % 50 == 0:
            say(f"{office.kills} kills")
    office.run_until_done(480)


def upset_redis(office: Office, times: int) -> float:
    """While payouts run, kill Redis or wipe it in turn; the longest (s) that all work took after its return."""
    slowest = 0.0
    for time_ in range(times):
        office.release(5)
        office.upset_redis(wipe=time_ % 2 == 1)
        returned = time.monotonic()
        office.run_until_done(120)
        slowest = max(slowest, time.monotonic() - returned)
    return slowest


def _open_rows(session: Session) -> int:
    """Open work of the payout queue: nobody here sends messages."""
    topics = [topic for topic, queue in TOPICS.items() if queue == "payout"]
    return session.scalar(_count(Outbox, Outbox.done_at.is_(None), Outbox.topic.in_(topics))) or 0


def _count(table: type[Any], *conditions: Any) -> Select[tuple[int]]:
    return select(func.count()).select_from(table).where(*conditions)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _kill_tree(pid: int) -> None:
    for doomed in (*_children(pid), pid):
        if alive(doomed):
            os.kill(doomed, signal.SIGKILL)
