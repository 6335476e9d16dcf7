"""`reviewapp bench desk`: how long a reviewer waits for the next claim, with few and with very many stored claims.

What is timed is what the desk does: `take_next` in its transaction, which checks the claim again, then everything the
claim's page reads. Each time another reviewer takes; the claims taken are complete ones, put in by the application's
own services between older claims that are decided and younger ones that wait. The rest is written in bulk, with keys,
facts and evaluations. Beside it: the bare SELECT of one claim by its key.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session

from reviewapp.bench import desk_claims, drafts
from reviewapp.bench.database import Scratch
from reviewapp.db import transaction
from reviewapp.models import Actor
from reviewapp.queries.claim_view import claim_view
from reviewapp.services import decisions

_BARE = text("SELECT * FROM claims WHERE id = :id")


@dataclass(frozen=True)
class Plan:
    """Two numbers of stored claims, and how often the next one is taken at each."""

    small: int
    large: int
    takes: int


def measure(scratch: Scratch, plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures; `in_order` says that the claims were taken strictly by their tickets.

    Both sizes stand side by side and are taken from in turn, so that what else the machine does meets both.
    """
    with scratch.beside("small") as small, scratch.beside("large") as large:
        sides = [_Side(place, stored, plan.takes, say) for place, stored in ((small, plan.small), (large, plan.large))]
        for _ in range(plan.takes):
            for side in sides:
                side.take()
        few, many = (side.figures() for side in sides)
    return {
        "bench": "desk",
        "database": scratch.what,
        "takes": plan.takes,
        "small": few,
        "large": many,
        "ratio": round(many["milliseconds"] / few["milliseconds"], 3),
        "raw_ratio": round(many["raw_milliseconds"] / few["raw_milliseconds"], 3),
        "in_order": all(side.taken == side.ids for side in sides),
    }


class _Side:
    """One database with so many stored claims, and what was measured on it."""

    def __init__(self, scratch: Scratch, stored: int, takes: int, say: Callable[[str], None]) -> None:
        self._engine = scratch.engine()
        self._stored, self._is_postgres = stored, scratch.is_postgres
        say(f"写入 {stored} 份申请……")
        with Session(self._engine) as session:
            self.ids = desk_claims.store(session, stored, takes + 2)
            with transaction(session):
                self._actors = [Actor.of(drafts.user(session, "reviewer", f"测速审核员-{one}")) for one in self.ids]
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE" if self._is_postgres else "ANALYZE"))
        self.taken: list[int] = []
        self._spans: list[float] = []
        self._bare: list[float] = []
        self._next()  # all is cold then
        with _statements(self._engine) as said:
            self._next()
        self._scans = _full_scans(self._engine, said) if self._is_postgres else None
        say(f"写完 {stored} 份")

    def take(self) -> None:
        """The next claim and the bare SELECT of it, on the clock."""
        self._spans.append(self._next())
        self._bare.append(_bare(self._engine, self.taken[-1]))

    def _next(self) -> float:
        claim_id, seconds = _take(self._engine, self._actors[len(self.taken)])
        self.taken.append(claim_id)
        return seconds

    def figures(self) -> dict[str, Any]:
        """What was measured."""
        self._engine.dispose()
        return {
            "claims": self._stored,
            "milliseconds": round(1000 * median(self._spans), 2),
            "p95_milliseconds": round(1000 * sorted(self._spans)[len(self._spans) * 95 // 100], 2),
            "raw_milliseconds": round(1000 * median(self._bare), 3),
            "full_scans": self._scans,
        }


def _take(engine: Engine, actor: Actor) -> tuple[int, float]:
    """The next claim's id, and the seconds until its page has all it shows."""
    start = time.perf_counter()
    with Session(engine) as session:
        with transaction(session):
            claim = decisions.take_next(session, actor, drafts.NOW)
            if claim is None:
                raise RuntimeError("nothing waits")
            claim_id, public_id = claim.id, claim.public_id
        claim_view(session, actor, public_id, drafts.NOW)
    return claim_id, time.perf_counter() - start


def _bare(engine: Engine, claim_id: int) -> float:
    start = time.perf_counter()
    with engine.connect() as connection:
        connection.execute(_BARE, {"id": claim_id}).one()
    return time.perf_counter() - start


@contextmanager
def _statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The SELECTs that run meanwhile, with their values."""
    said: list[tuple[str, Any]] = []

    def hear(_connection: Connection, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            said.append((statement, values))

    event.listen(engine, "before_cursor_execute", hear)
    yield said
    event.remove(engine, "before_cursor_execute", hear)


def _full_scans(engine: Engine, said: list[tuple[str, Any]]) -> list[str]:
    """Tables that grow with the claims and that PostgreSQL would read from end to end for one of the statements."""
    found = set()
    with engine.connect() as connection:
        for statement, values in said:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars()
            found.update(match[1] for line in plan if (match := re.search(r"Seq Scan on (\w+)", line)))
    return sorted(found & desk_claims.GROWING)
