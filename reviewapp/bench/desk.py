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
from reviewapp.models import Actor, Base
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
    """The figures; `in_order` says that the claims were taken strictly by their tickets."""
    small, large = (_at(scratch, stored, plan.takes, say) for stored in (plan.small, plan.large))
    return {
        "bench": "desk",
        "database": scratch.what,
        "takes": plan.takes,
        "small": small,
        "large": large,
        "ratio": round(large["milliseconds"] / small["milliseconds"], 3),
        "raw_ratio": round(large["raw_milliseconds"] / small["raw_milliseconds"], 3),
        "in_order": small.pop("in_order") and large.pop("in_order"),
    }


def _at(scratch: Scratch, stored: int, takes: int, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures with so many claims in the database."""
    engine = scratch.engine()
    say(f"写入 {stored} 份申请……")
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    with Session(engine) as session:
        ids = desk_claims.store(session, stored, takes + 2)
        with transaction(session):
            actors = [Actor.of(drafts.user(session, "reviewer", f"测速审核员-{one}")) for one in ids]
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    taken, spans = zip(*(_take(engine, actor) for actor in actors[:-1]), strict=True)
    with _statements(engine) as said:
        last, _ = _take(engine, actors[-1])
    bare = [_bare(engine, claim_id) for claim_id in ids]
    figures = {
        "claims": stored,
        "milliseconds": round(1000 * median(spans[1:]), 2),
        "p95_milliseconds": round(1000 * sorted(spans[1:])[(len(spans) - 1) * 95 // 100], 2),
        "raw_milliseconds": round(1000 * median(bare[1:]), 3),
        "full_scans": _full_scans(engine, said) if scratch.is_postgres else None,
        "in_order": [*taken, last] == ids,
    }
    engine.dispose()
    say(f"{stored} 份：领取下一份 {figures['milliseconds']} 毫秒，裸 SELECT {figures['raw_milliseconds']} 毫秒")
    return figures


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
