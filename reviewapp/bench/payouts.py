"""`reviewapp bench payouts`: released instructions paid a second, beside bare HTTP to the same sandbox bank.

The real way: real payout workers, one for messages and the reconciler as processes, a real Redis, the bank over HTTP. A
maker puts the instructions into a batch and a checker releases it; the clock runs from the commit of the release (it
writes the outbox rows and rings) until the last of them is paid, and another one until the claimants have their
messages, too. The bare HTTP is the same order in as many processes, each over one client that it keeps, one after the
other and as many at once as a worker sends; the faster counts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

import httpx
from flask import Flask
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from reviewapp import clock, create_app
from reviewapp.bench import drafts, rules, together
from reviewapp.bench.database import Scratch
from reviewapp.config import Settings
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.models import Actor, Claim, Outbox, Payout, Pool
from reviewapp.policy import pool as movements
from reviewapp.scratch.bank import SandboxBank
from reviewapp.scratch.processes import start_guarded, wait_until
from reviewapp.scratch.redis_server import RedisServer
from reviewapp.services import funds, payouts

_AMOUNT_FEN = 300_000
_PAYEE = {"name": "测试甲", "card_number": "6222020000000000018", "bank": ""}
_LONGEST_ROUND = 600.0
_PAYING = Outbox.topic.in_(("payout.send", "payout.ask"))


@dataclass(frozen=True)
class Plan:
    """So many instructions a round, by so many payout workers."""

    payouts: int
    rounds: int
    workers: int


@dataclass(frozen=True)
class _Team:
    pool_id: int
    claimant_id: int
    maker: Actor
    checker: Actor


@dataclass(frozen=True)
class _Orders:
    """One process's part of the bare HTTP: so many at once."""

    url: str
    numbers: tuple[str, ...]
    at_once: int


def measure(scratch: Scratch, plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures; `paid_once` says that the bank credited every instruction once and that all books agree."""
    with _office(scratch, plan.workers) as (app, bank), app.app_context():
        team = _team()
        _pay(team, plan.workers)  # everything is loaded and warm afterwards
        speeds: dict[str, list[float]] = {"raw_http": [], "payouts": [], "told": []}
        for number in range(1, plan.rounds + 1):
            ways = [
                _bare(bank, plan, f"{number}-{at_once}", at_once) for at_once in (1, app.extensions["bank"].at_once)
            ]
            times = {"raw_http": min(ways), **_pay(team, plan.payouts)}
            for name, seconds in times.items():
                speeds[name].append(plan.payouts / seconds)
            told = [f"{values[-1]:.0f}/s" for values in speeds.values()]
            say(f"第 {number}/{plan.rounds} 轮：裸 HTTP {told[0]}，发放 {told[1]}，连同短信 {told[2]}")
        paid_once = _paid_once(app, bank)
    middle = {name: median(values) for name, values in speeds.items()}
    return {
        "bench": "payouts",
        "database": scratch.what,
        "payouts_a_round": plan.payouts,
        "rounds": plan.rounds,
        "workers": plan.workers,
        "payouts_per_second": round(middle["payouts"], 1),
        "with_messages_per_second": round(middle["told"], 1),
        "raw_http_per_second": round(middle["raw_http"], 1),
        "ratio": round(middle["payouts"] / middle["raw_http"], 3),
        "paid_once": paid_once,
    }


@contextmanager
def _office(scratch: Scratch, workers: int) -> Iterator[tuple[Flask, SandboxBank]]:
    """Bank, Redis, payout workers and reconciler on the database, and an application that rings for them."""
    bank, redis = SandboxBank(scratch.folder), RedisServer(scratch.folder / "redis")
    with ExitStack() as stack:
        bank.start()
        stack.callback(bank.stop)
        redis.start()
        stack.callback(redis.kill)
        environment = scratch.environment() | {"REDIS_URL": redis.url, "BANK_URL": bank.url}
        app = create_app(Settings.from_environment(environment))
        with app.app_context():
            stack.callback(db.engine.dispose)
        for command in [["workers", "payout"]] * workers + [["workers", "messages"], ["workers.reconciler"]]:
            stack.callback(_end, _start(scratch, command, environment))
        yield app, bank


def _start(scratch: Scratch, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    log = scratch.folder / f"{command[0]}.log"
    return start_guarded([sys.executable, "-m", *command], log, environment=os.environ | environment)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGQUIT)
    process.wait()


def _team() -> _Team:
    """A pool with money, a claimant, and two people of finance."""
    with transaction(db.session()) as session:
        [pool] = drafts.pools(session, 1, "payouts")
        maker, checker = (drafts.user(session, role, f"测速{role}") for role in ("finance_maker", "finance_checker"))
        claimant = drafts.user(session, "claimant", "测速申领人")
        return _Team(pool.id, claimant.id, Actor.of(maker), Actor.of(checker))


def _pay(team: _Team, count: int) -> dict[str, float]:
    """Seconds from the commit of the release of so many instructions until all are paid, and until all is told."""
    with transaction(db.session()) as session:
        _order(session, team, count)
        batch = payouts.make_batch(session, team.maker, clock.now(), rules.SCHEME, pool_id=team.pool_id)
        typed = {"count": batch.count, "total_fen": batch.total_fen, "digest": batch.digest}
        batch_id = batch.id
    with transaction(db.session()) as session:
        payouts.release_batch(session, team.checker, clock.now(), batch_id, **typed)
        session.flush()
        start = time.monotonic()
    _wait_for(_PAYING, "instructions are still open")
    paid = time.monotonic()
    _wait_for(true(), "messages are still open")
    return {"payouts": paid - start, "told": time.monotonic() - start}


def _wait_for(work: ColumnElement[bool], what: str) -> None:
    """Until no such work is open: asked while the clock runs, so of the index of what is open and without a BEGIN."""
    still_open = select(Outbox.id).where(work, Outbox.done_at.is_(None)).limit(1)
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")

    def is_done() -> bool:
        with engine.connect() as connection:
            return connection.scalar(still_open) is None

    wait_until(is_done, seconds=_LONGEST_ROUND, what=what)


def _order(session: Session, team: _Team, count: int) -> None:
    """Payable claims with the money committed for them, and their instructions, ready for a batch."""
    pool, now = funds.lock_pool(session, team.pool_id), clock.now()
    claims = [_payable(pool, team.claimant_id, pool.next_ticket + number, now) for number in range(count)]
    pool.next_ticket += count
    session.add_all(claims)
    session.flush()
    money = (*movements.on_promote(_AMOUNT_FEN), *movements.on_approve(_AMOUNT_FEN, _AMOUNT_FEN))
    session.add_all(_instruction(claim, now) for claim in claims)
    for claim in claims:
        funds.post(session, pool, money, now=now, reason="bench", claim_id=claim.id)


def _instruction(claim: Claim, now: datetime) -> Payout:
    return Payout(
        number=f"{claim.number}-1", claim_id=claim.id, state="ready", amount_fen=_AMOUNT_FEN, payee=_PAYEE,
        approved_at=now, created_at=now,
    )  # fmt: skip


def _payable(pool: Pool, claimant_id: int, ticket: int, now: datetime) -> Claim:
    return Claim(
        scheme_code=pool.scheme_code, scheme_version="1", programme=drafts.PROGRAMME, pool_id=pool.id, state="payable",
        form_key=f"bench-{ticket}", submitter_role="claimant", entered_by_id=claimant_id, created_at=now,
        changed_at=now, ticket=ticket, number=f"{pool.scheme_code}-{pool.code}-{ticket:06d}", submitted_at=now,
        wanted_fen=_AMOUNT_FEN, award_fen=_AMOUNT_FEN, approved_at=now,
    )  # fmt: skip


def _bare(bank: SandboxBank, plan: Plan, number: int, at_once: int) -> float:
    """Seconds that the same number of payments takes without anything of ours, so many at once in each process."""
    numbers = [f"bare-{number}-{at_once}-{payment}" for payment in range(plan.payouts)]
    shares = [_Orders(bank.url, tuple(numbers[part :: plan.workers]), at_once) for part in range(plan.workers)]
    return together.seconds(_prepare, shares)


def _prepare(orders: _Orders) -> Callable[[], None]:
    client = httpx.Client(trust_env=False)
    body = {"amount_fen": _AMOUNT_FEN, "payee_name": _PAYEE["name"], "card_number": _PAYEE["card_number"], "note": ""}
    client.get(f"{orders.url}/faults")
    each = map if orders.at_once == 1 else ThreadPoolExecutor(orders.at_once).map

    def pay(number: str) -> bool:
        headers = {"Idempotency-Key": number}
        return client.post(f"{orders.url}/payments", json=body | {"number": number}, headers=headers).is_success

    def work() -> None:
        if not all(each(pay, orders.numbers)):
            raise RuntimeError("the bank refused a payment")

    return work


def _paid_once(app: Flask, bank: SandboxBank) -> bool:
    """One credit at the bank for every instruction, and ledger, instructions and bank agree."""
    credits = Counter(number for number, _ in bank.credits())
    with transaction(db.session()) as session:
        numbers = session.scalars(select(Payout.number)).all()
        here = set(numbers)
        lines = [line for line in app.extensions["bank"].statement() if line.number in here]
        return all(credits[number] == 1 for number in numbers) and funds.verify(session, lines) == []
