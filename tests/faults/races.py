"""Many at once, at whatever length: the loops of `test_races` and of the proof. Each raises AssertionError."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import NotAllowed, ReviewError, Stale
from reviewapp.models import Actor, Claim, Decision, Event, Pool
from reviewapp.services import decisions, funds, queue, trail
from tests import factories
from tests.factories import NOW

THREADS = 16
AWARD = 1_000


@contextmanager
def engine_for_many(url: str) -> Iterator[Engine]:
    """An engine with a connection for every thread."""
    engine = create_engine(url, pool_size=THREADS + 8, max_overflow=8)
    yield engine
    engine.dispose()


def make_drafts(engine: Engine, count: int, room: int) -> tuple[list[int], Actor]:
    """`count` drafts of one claimant in a pool with room for `room` of them."""
    with Session(engine) as session, transaction(session):
        by = factories.user(session)
        pool = factories.pool(session, room * AWARD)
        return [factories.claim(session, pool=pool, by=by).id for _ in range(count)], Actor.of(by)


def in_threads(work: Callable[[int], None], items: list[int]) -> None:
    """`work` on each item, in `THREADS` threads."""
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(work, items):
            pass


def put_in(engine: Engine, by: Actor, claim_id: int) -> None:
    """One draft into the queue, in a transaction of its own."""
    with Session(engine) as session, transaction(session):
        claim = trail.lock(session, claim_id)
        queue.enter(session, by, NOW, claim, wanted_fen=AWARD)


@contextmanager
def _observed(engine: Engine) -> Iterator[list[str]]:
    """Looks on meanwhile: the tickets that can be seen are always 1…n without gap. Yields the faults found."""
    faults: list[str] = []
    over = threading.Event()

    def look() -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not over.wait(0.002):
                seen = connection.execute(select(func.count(Claim.ticket), func.max(Claim.ticket))).one()
                if seen[0] != (seen[1] or 0):
                    faults.append(f"{seen[0]} tickets seen, the last is {seen[1]}")

    observer = threading.Thread(target=look)
    observer.start()
    try:
        yield faults
    finally:
        over.set()
        observer.join()


def submit_all_at_once(engine: Engine, count: int, room: int) -> None:
    """Tickets without gap or inversion at every moment, exactly the room reserved (figures 3 and 4)."""
    drafts, by = make_drafts(engine, count, room)
    random.Random(count).shuffle(drafts)
    with _observed(engine) as faults:
        in_threads(lambda claim_id: put_in(engine, by, claim_id), drafts)
    assert faults == []
    with Session(engine) as session:
        rows = session.execute(select(Claim.ticket, Claim.state).order_by(Claim.ticket)).all()
        assert [ticket for ticket, _ in rows] == list(range(1, count + 1))
        assert [state for _, state in rows] == ["submitted"] * room + ["waitlist"] * (count - room)
        pool = session.scalars(select(Pool)).one()
        assert (pool.reserved, pool.available) == (room * AWARD, 0)
        assert funds.verify(session) == []


class _Clock:
    """A clock for all threads that moves only when told."""

    def __init__(self) -> None:
        self.now = NOW

    def pass_lease(self) -> None:
        self.now += decisions.LEASE + timedelta(seconds=1)


def reviewer(engine: Engine) -> Actor:
    """A new reviewer."""
    with Session(engine) as session, transaction(session):
        return factories.actor(session, "reviewer")


def _review(engine: Engine, clock: _Clock, seed: int, vanished: list[tuple[Actor, int, int]]) -> None:
    """Decide until nothing waits; one time in twenty walk away from a claim, to be replaced by another reviewer."""
    chance, actor = random.Random(seed), reviewer(engine)
    while True:
        with Session(engine) as session:
            with transaction(session):
                claim = decisions.take_next(session, actor, clock.now)
                held = None if claim is None else (claim.id, claim.fence)
            if held is None:
                return
            if chance.random() < 0.05:
                vanished.append((actor, *held))
                actor = reviewer(engine)
                continue
            _decide(session, actor, clock.now, *held)


def _decide(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int) -> None:
    with transaction(session):
        decisions.reject(session, actor, now, claim_id, fence, clause="三(四)5", reason="样例原因")


def review_everything(engine: Engine, reviewers: int, count: int) -> None:
    """Every claim decided once, though one take in twenty is walked away from (figure 14)."""
    with Session(engine) as session, transaction(session):
        by = factories.user(session)
        for _ in range(count):
            factories.claim(session, "submitted", by=by, amount_fen=AWARD)
    clock, vanished = _Clock(), []
    while _undecided(engine):
        with ThreadPoolExecutor(reviewers) as threads:
            for done in [threads.submit(_review, engine, clock, seed, vanished) for seed in range(reviewers)]:
                done.result()
        _come_back(engine, clock, vanished)
    with Session(engine) as session:
        decided = Counter(session.scalars(select(Decision.claim_id)))
        assert len(decided) == count
        assert set(decided.values()) == {1}
        assert session.scalars(select(Pool)).one().reserved == 0


def _undecided(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).where(Claim.state.in_(("submitted", "in_review")))) or 0


def _is_refused(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int) -> bool:
    try:
        _decide(session, actor, now, claim_id, fence)
    except (Stale, NotAllowed):
        return True
    return False


def _come_back(engine: Engine, clock: _Clock, vanished: list[tuple[Actor, int, int]]) -> None:
    """The leases of those who vanished run out; when they come back they can no longer decide."""
    clock.pass_lease()
    with Session(engine) as session:
        with transaction(session):
            assert decisions.release_expired(session, clock.now, limit=10_000) == len(vanished)
        for actor, claim_id, fence in vanished:
            assert _is_refused(session, actor, clock.now, claim_id, fence)
    vanished.clear()


def at_once(engine: Engine, attempt: Callable[[Session, int], object], *, times: int) -> Counter[str]:
    """What became of so many attempts at the same moment, every one in a transaction of its own: `done`, `nothing`
    where it says False or 0, or the code of its refusal.
    """

    def one(number: int) -> str:
        with Session(engine) as session:
            try:
                with transaction(session):
                    done = attempt(session, number)
            except ReviewError as refused:
                return refused.code
            return "nothing" if done is False or done == 0 else "done"

    with ThreadPoolExecutor(times) as threads:
        return Counter(threads.map(one, range(times)))


def send_in_parallel(engine: Engine, forms: int) -> None:
    """Each form 20 times behind a barrier; an older page of the same claim among them is refused."""
    for number in range(forms):
        with Session(engine) as session, transaction(session):
            draft = factories.complete_draft(session, number % 10, amount_fen=10**10)
            asked = (Actor.of(draft.entered_by), NOW, draft.id)
        with ThreadPoolExecutor(20) as threads:
            answers = Counter(threads.map(partial(_send, engine, threading.Barrier(20), asked), [0] * 19 + [7]))
        assert answers == {str(number + 1): 19, "stale": 1}
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Event.action == "submit")) == forms


def _send(engine: Engine, barrier: threading.Barrier, asked: tuple[Actor, datetime, int], revision: int) -> str:
    barrier.wait()
    try:
        with Session(engine) as session, transaction(session):
            return str(queue.submit(session, *asked, revision).ticket)
    except Stale as refused:
        return refused.code
