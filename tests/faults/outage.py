"""PostgreSQL killed with SIGKILL while claims are put in and approved: whatever was acknowledged is still there.

The clients write down what they were told was done, after the commit returned. The server is one of its own with fsync
on; after each kill it recovers from its log, and what the clients wrote down is looked for in it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from reviewapp.db import transaction
from reviewapp.models import Actor, Claim, Decision, Event
from reviewapp.scratch.postgres import Cluster, own_cluster
from reviewapp.scratch.processes import wait_until
from reviewapp.services import decisions, funds, queue, trail
from tests import factories
from tests.factories import NOW
from tests.faults.races import AWARD
from tests.support.databases import create_schema

_CLIENTS = 3
_DATABASE = "outage"


@dataclass(frozen=True)
class Figures:
    """`lost`: acknowledged actions that the database does not know any more; `differences` as `funds.verify` counts."""

    kills: int
    submitted: int
    approved: int
    lost: int
    gaps: int
    differences: int


class _Clients:
    """Threads that put claims in and approve them, over and over, and note what was acknowledged."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._over = threading.Event()
        self.submitted: dict[int, int] = {}
        self.approved: dict[int, int] = {}
        with Session(engine) as session, transaction(session):
            self._claimant = factories.user(session)
            self._by = Actor.of(self._claimant)
            self._claimant_id = self._claimant.id
            self._leads = [factories.actor(session, "lead") for _ in range(_CLIENTS)]
            self._pool_id = factories.pool(session, 10**12).id
        self._threads = [threading.Thread(target=self._work, args=(lead,)) for lead in self._leads]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def done(self) -> int:
        """How much was acknowledged so far."""
        return len(self.submitted) + len(self.approved)

    def _work(self, lead: Actor) -> None:
        while not self._over.is_set():
            for act in (self._submit, self._submit, lambda: self._approve(lead)):
                self._attempt(act)

    def _attempt(self, act: Callable[[], None]) -> None:
        """What an outage interrupts is unknown: nothing is written down for it, and nothing is expected of it."""
        try:
            act()
        except DBAPIError:
            time.sleep(0.05)

    def _submit(self) -> None:
        with Session(self._engine) as session:
            with transaction(session):
                draft = Claim(
                    scheme_code="xiangning-2023", scheme_version="1", programme="car", pool_id=self._pool_id,
                    form_key=f"outage-{random.getrandbits(96)}", submitter_role="claimant",
                    entered_by_id=self._claimant_id, created_at=NOW, changed_at=NOW,
                )  # fmt: skip
                session.add(draft)
                session.flush()
                claim = trail.lock(session, draft.id)
                queue.enter(session, self._by, NOW, claim, wanted_fen=AWARD)
                told = claim.id, claim.ticket
            self.submitted[told[0]] = told[1] or 0

    def _approve(self, lead: Actor) -> None:
        with Session(self._engine) as session:
            with transaction(session):
                claim = decisions.take_next(session, lead, NOW)
                held = None if claim is None else (claim.id, claim.fence)
            if held is None:
                return
            with transaction(session):
                decisions.approve(session, lead, NOW, *held, award_fen=AWARD, reason="样例原因")
            self.approved[held[0]] = AWARD


def kill_the_server(folder: Path, kills: int, *, seed: int = 0, say: Callable[[str], None] = lambda _: None) -> Figures:
    """Kill PostgreSQL so often at random moments of the work, and let it recover each time."""
    chance = random.Random(seed)
    with own_cluster(folder) as cluster:
        cluster.create(_DATABASE)
        create_schema(cluster.url(_DATABASE))
        engine = create_engine(cluster.url(_DATABASE), poolclass=NullPool)  # no connection outlives an outage
        clients = _Clients(engine)
        clients.start()
        try:
            lost = 0
            for kill in range(1, kills + 1):
                lost += _one_kill(cluster, engine, clients, chance)
                if kill % 20 == 0:
                    say(f"{kill} kills of PostgreSQL")
        finally:
            clients.stop()
        return _compare(engine, clients, kills, lost)


def _one_kill(cluster: Cluster, engine: Engine, clients: _Clients, chance: random.Random) -> int:
    """One outage in the middle of work; how many of the actions acknowledged before it are gone."""
    before = clients.done
    wait_until(lambda: clients.done >= before + 2, seconds=120, what="nobody works")
    time.sleep(chance.uniform(0.0, 0.3))
    cluster.kill()
    submitted, approved = dict(clients.submitted), dict(clients.approved)
    cluster.start()
    return _lost(engine, submitted, approved)


def _lost(engine: Engine, submitted: dict[int, int], approved: dict[int, int]) -> int:
    with Session(engine) as session:
        tickets = dict(session.execute(select(Claim.id, Claim.ticket)).all())
        entered = set(session.scalars(select(Event.claim_id).where(Event.action == "submit")))
        awards = dict(session.execute(select(Decision.claim_id, Decision.award_fen)).all())
    gone = sum(tickets.get(claim_id) != ticket or claim_id not in entered for claim_id, ticket in submitted.items())
    return gone + sum(awards.get(claim_id) != award for claim_id, award in approved.items())


def _compare(engine: Engine, clients: _Clients, kills: int, lost: int) -> Figures:
    with Session(engine) as session:
        count, last = session.execute(select(func.count(Claim.ticket), func.max(Claim.ticket))).one()
        differences = [row for row in funds.verify(session) if "指令" not in row.what]
    return Figures(
        kills=kills,
        submitted=len(clients.submitted),
        approved=len(clients.approved),
        lost=lost + _lost(engine, clients.submitted, clients.approved),
        gaps=last - count,
        differences=len(differences),
    )
