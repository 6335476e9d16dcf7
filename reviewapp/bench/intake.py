"""`reviewapp bench intake`: submissions a second, beside a bare INSERT and COMMIT on the same database.

`submit` is what the claimant's button does: the checks of the scheme over the claim's facts, the evaluation and the
blind keys kept, then ticket, reservation, posting and trail. `enter` is the last part alone: ticket, reservation,
posting, trail. Both are the application's own services, each claim in a transaction of its own, in as many processes
(one connection each) as the bare INSERT has. `ratio` is that of `enter`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from reviewapp.bench import drafts, together
from reviewapp.bench.database import Scratch, use_keys
from reviewapp.db import transaction
from reviewapp.models import Actor, Claim, Event, Posting
from reviewapp.services import funds, queue, trail

AWARD_FEN = 400_000
_RAW_ROW = f"INSERT INTO bench_rows (body) VALUES ('{'x' * 120}')"
_RAW_A_CLAIM = 4
"""Bare inserts for each claim, so that both take long enough to be measured."""
_VERBS = ("submit", "enter")


@dataclass(frozen=True)
class Plan:
    """So many claims a round and verb, over each of these numbers of pools, from so many processes."""

    claims: int
    rounds: int
    workers: int
    pools: tuple[int, ...] = (1, 8)


@dataclass(frozen=True)
class _Share:
    """One process's part: `verb` on the claims, or `raw` bare inserts; one of each before the clock runs."""

    scratch: Scratch
    verb: str = "raw"
    actor: Actor | None = None
    claim_ids: tuple[int, ...] = ()
    raw: int = 0


def measure(scratch: Scratch, plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures; `whole` says that every submission left ticket, posting and event, and that the books agree."""
    engine = scratch.engine()
    with Session(engine) as session:
        with transaction(session):
            make_raw_table(scratch, session)
            drafts.list_sellers(session)
        told = [_over(scratch, session, plan, count, say) for count in plan.pools]
        with transaction(session):
            drop_raw_table(session)
            whole = _whole(session)
    engine.dispose()
    return {
        "bench": "intake",
        "database": scratch.what,
        "claims_a_round": plan.claims,
        "rounds": plan.rounds,
        "connections": plan.workers,
        "pools": told,
        "whole": whole,
    }


def _over(scratch: Scratch, session: Session, plan: Plan, pools: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Rounds of bare inserts, submissions and entries in turn; the medians of claims and rows a second."""
    with transaction(session):
        by = drafts.user(session, "claimant", f"测速申领人-{pools}")
        rows, actor = drafts.pools(session, pools, f"over-{pools}"), Actor.of(by)
    speeds: dict[str, list[float]] = {"raw": [], **{verb: [] for verb in _VERBS}}
    share = plan.claims // plan.workers
    for number in range(plan.rounds):
        raw = [_Share(scratch, raw=share * _RAW_A_CLAIM)] * plan.workers
        speeds["raw"].append(share * _RAW_A_CLAIM * plan.workers / together.seconds(_prepare, raw))
        for verb in _VERBS:
            with transaction(session):
                seed = hash((pools, number, verb == "enter"))
                ids = drafts.complete(session, rows, by, plan.workers * (share + 1), seed)
            shares = [_Share(scratch, verb, actor, tuple(ids[part :: plan.workers])) for part in range(plan.workers)]
            speeds[verb].append(share * plan.workers / together.seconds(_prepare, shares))
        told = " ".join(f"{name} {values[-1]:.0f}/s" for name, values in speeds.items())
        say(f"{pools} 个资金池，第 {number + 1}/{plan.rounds} 轮：{told}")
    middle = {name: median(values) for name, values in speeds.items()}
    return {
        "pools": pools,
        "submit_per_second": round(middle["submit"], 1),
        "enter_per_second": round(middle["enter"], 1),
        "raw_per_second": round(middle["raw"], 1),
        "submit_ratio": round(middle["submit"] / middle["raw"], 3),
        "ratio": round(middle["enter"] / middle["raw"], 3),
    }


def _prepare(share: _Share) -> Callable[[], None]:
    """In a process of its own: connected, and everything done once that is slow the first time."""
    use_keys()
    engine = share.scratch.engine()
    if share.verb == "raw":
        return bare_inserts(share.scratch, engine, share.raw)
    session = Session(engine)
    act = _submit if share.verb == "submit" else _enter
    assert share.actor is not None
    actor, first, rest = share.actor, share.claim_ids[0], share.claim_ids[1:]
    act(session, actor, first)

    def work() -> None:
        for claim_id in rest:
            act(session, actor, claim_id)

    return work


def make_raw_table(scratch: Scratch, session: Session) -> None:
    """The table of the bare inserts."""
    identity = "GENERATED ALWAYS AS IDENTITY" if scratch.is_postgres else ""
    session.execute(text(f"CREATE TABLE bench_rows (id INTEGER PRIMARY KEY {identity}, body TEXT NOT NULL)"))


def drop_raw_table(session: Session) -> None:
    """Leave the database as the migrations make it."""
    session.execute(text("DROP TABLE bench_rows"))


def bare_inserts(scratch: Scratch, engine: Engine, count: int) -> Callable[[], None]:
    """So many, through the database's own driver, nothing between; one of them before the clock runs."""
    connection = engine.raw_connection()
    if scratch.is_postgres:
        connection.driver_connection.autocommit = True  # type: ignore[union-attr]
    cursor = connection.cursor()
    statements = ("BEGIN" if scratch.is_postgres else "BEGIN IMMEDIATE", _RAW_ROW, "COMMIT")

    def work(times: int = count) -> None:
        for _ in range(times):
            for statement in statements:
                cursor.execute(statement)

    work(1)
    return work


def _submit(session: Session, actor: Actor, claim_id: int) -> None:
    with transaction(session):
        queue.submit(session, actor, drafts.NOW, claim_id, 0)


def _enter(session: Session, actor: Actor, claim_id: int) -> None:
    with transaction(session):
        queue.enter(session, actor, drafts.NOW, trail.lock(session, claim_id), wanted_fen=AWARD_FEN)


def _whole(session: Session) -> bool:
    """As many tickets in a row, events and postings as claims; pools as their postings and claims say."""
    claims = session.scalar(select(func.count()).select_from(Claim)) or 0
    events = session.scalar(select(func.count()).where(Event.action == "submit"))
    postings = session.scalar(select(func.count()).where(Posting.reason == "submit"))
    tickets = select(func.count(Claim.ticket), func.max(Claim.ticket)).group_by(Claim.pool_id)
    in_a_row = all(count == last for count, last in session.execute(tickets))
    return claims == events == postings and in_a_row and funds.verify(session) == []
