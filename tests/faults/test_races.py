"""Many at once: the pot holds, tickets appear in order, nobody decides twice, one form has one effect."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import NotAllowed, Stale
from reviewapp.models import Actor, Claim, Decision, Evaluation, Event, Pool
from reviewapp.services import decisions, funds, queue, trail
from tests import factories
from tests.factories import NOW
from tests.support.databases import tuned_engine

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]

THREADS = 16
AWARD = 1_000


@pytest.fixture
def many(postgres_url: str) -> Iterator[Engine]:
    """An engine with a connection for every thread."""
    engine = create_engine(postgres_url, pool_size=THREADS + 8, max_overflow=8)
    yield engine
    engine.dispose()


def _drafts(engine: Engine, count: int, room: int) -> tuple[list[int], Actor]:
    """`count` drafts of one claimant in a pool with room for `room` of them."""
    with Session(engine) as session, transaction(session):
        by = factories.user(session)
        pool = factories.pool(session, room * AWARD)
        return [factories.claim(session, pool=pool, by=by).id for _ in range(count)], Actor.of(by)


def _in_threads(work: Callable[[int], None], items: list[int]) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(work, items):
            pass


def _put_in(engine: Engine, by: Actor, claim_id: int) -> None:
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


def _submit_all_at_once(engine: Engine, count: int, room: int) -> None:
    drafts, by = _drafts(engine, count, room)
    random.Random(count).shuffle(drafts)
    with _observed(engine) as faults:
        _in_threads(lambda claim_id: _put_in(engine, by, claim_id), drafts)
    assert faults == []
    with Session(engine) as session:
        rows = session.execute(select(Claim.ticket, Claim.state).order_by(Claim.ticket)).all()
        assert [ticket for ticket, _ in rows] == list(range(1, count + 1))
        assert [state for _, state in rows] == ["submitted"] * room + ["waitlist"] * (count - room)
        pool = session.scalars(select(Pool)).one()
        assert (pool.reserved, pool.available) == (room * AWARD, 0)
        assert funds.verify(session) == []


def test_exactly_the_room_is_reserved_and_tickets_appear_in_order(many: Engine) -> None:
    _submit_all_at_once(many, 400, 100)


def test_the_embedded_database_serialises_its_writers(sqlite_url: str) -> None:
    engine = tuned_engine(sqlite_url)
    _submit_all_at_once(engine, 80, 20)
    engine.dispose()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("count", "room"), [(2_000, 500), (10_000, 2_500)])
def test_exactly_the_room_is_reserved_at_length(many: Engine, count: int, room: int) -> None:
    """Figures 3 and 4 of the reliability list."""
    _submit_all_at_once(many, count, room)


def test_everything_at_once_leaves_books_that_agree(many: Engine) -> None:
    """Submissions, withdrawals (from the waitlist, too) and top-ups together: no deadlock, no money lost or idle."""
    drafts, by = _drafts(many, 240, 60)
    chance = random.Random(7)

    def work(claim_id: int) -> None:
        _put_in(many, by, claim_id)
        if chance.random() < 0.5:
            _withdraw(many, by, claim_id)
        if chance.random() < 0.1:
            _top_up(many, 3 * AWARD)

    _in_threads(work, drafts)
    with Session(many) as session:
        assert funds.verify(session) == []
        pool = session.scalars(select(Pool)).one()
        waiting = session.scalar(select(func.count()).where(Claim.state == "waitlist"))
        assert pool.available < AWARD or not waiting
        promoted_past = select(func.max(Claim.ticket)).where(Claim.state == "submitted")
        heads = select(func.min(Claim.ticket)).where(Claim.state == "waitlist")
        assert not waiting or session.scalar(promoted_past) < session.scalar(heads)


def _withdraw(engine: Engine, by: Actor, claim_id: int) -> None:
    """As a person does: when the claim has moved on in the meantime, look again and repeat."""
    while True:
        with Session(engine) as session:
            revision = session.scalar(select(Claim.revision).where(Claim.id == claim_id))
            try:
                with transaction(session):
                    queue.withdraw(session, by, NOW, claim_id, revision)
                return
            except Stale:
                continue


def _top_up(engine: Engine, amount: int) -> None:
    with Session(engine) as session, transaction(session):
        pool = session.scalars(select(Pool)).one()
        factories.fund(session, pool, amount)


class _Clock:
    """A clock for all threads that moves only when told."""

    def __init__(self) -> None:
        self.now = NOW

    def pass_lease(self) -> None:
        self.now += decisions.LEASE + timedelta(seconds=1)


def _reviewer(engine: Engine) -> Actor:
    with Session(engine) as session, transaction(session):
        return factories.actor(session, "reviewer")


def _review(engine: Engine, clock: _Clock, seed: int, vanished: list[tuple[Actor, int, int]]) -> None:
    """Decide until nothing waits; one time in twenty walk away from a claim, to be replaced by another reviewer."""
    chance, actor = random.Random(seed), _reviewer(engine)
    while True:
        with Session(engine) as session:
            with transaction(session):
                claim = decisions.take_next(session, actor, clock.now)
                held = None if claim is None else (claim.id, claim.fence)
            if held is None:
                return
            if chance.random() < 0.05:
                vanished.append((actor, *held))
                actor = _reviewer(engine)
                continue
            _decide(session, actor, clock.now, *held)


def _decide(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int) -> None:
    with transaction(session):
        decisions.reject(session, actor, now, claim_id, fence, clause="三(四)5", reason="样例原因")


def _review_everything(engine: Engine, reviewers: int, count: int) -> None:
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


def _come_back(engine: Engine, clock: _Clock, vanished: list[tuple[Actor, int, int]]) -> None:
    """The leases of those who vanished run out; when they come back they can no longer decide."""
    clock.pass_lease()
    with Session(engine) as session:
        with transaction(session):
            assert decisions.release_expired(session, clock.now, limit=10_000) == len(vanished)
        for actor, claim_id, fence in vanished:
            with pytest.raises((Stale, NotAllowed)):
                _decide(session, actor, clock.now, claim_id, fence)
    vanished.clear()


def test_many_reviewers_and_some_vanish(many: Engine) -> None:
    _review_everything(many, 8, 120)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_reviewers_and_some_vanish_at_length(many: Engine) -> None:
    """Figure 14 of the reliability list."""
    _review_everything(many, 20, 5_000)


def test_one_reviewer_who_clicks_twice_gets_one_claim(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        for _ in range(THREADS):
            factories.claim(session, "submitted", amount_fen=AWARD)
    actor = _reviewer(many)

    def take(_: int) -> None:
        with Session(many) as session, transaction(session):
            decisions.take_next(session, actor, NOW)

    _in_threads(take, list(range(THREADS)))
    with Session(many) as session:
        assert session.scalar(select(func.count()).where(Claim.state == "in_review")) == 1


def _wait_until_blocked(engine: Engine) -> None:
    """Until a connection waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(200):
        with engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_two_claims_on_one_car_put_in_at_the_same_moment_are_told_apart_when_they_are_taken(many: Engine) -> None:
    """Each is checked before the other can be seen, so both pass at first; only one is approved without the lead."""
    with Session(many) as session, transaction(session):
        drafts = [factories.complete_draft(session, 0) for _ in range(2)]
        asked = [(Actor.of(draft.entered_by), NOW, draft.id, draft.revision) for draft in drafts]

    def put_in(number: int) -> None:
        with Session(many) as session, transaction(session):
            queue.submit(session, *asked[number])

    with ThreadPoolExecutor(1) as threads, Session(many) as session:
        with transaction(session):
            queue.submit(session, *asked[0])
            later = threads.submit(put_in, 1)
            _wait_until_blocked(many)
        later.result()
        assert session.scalars(select(Evaluation.outcome)).all() == ["pass", "pass"]
        session.rollback()
        outcomes = [_take_and_approve(session, _reviewer(many)) for _ in range(2)]
    assert outcomes == ["approved", "not_allowed"]


def _take_and_approve(session: Session, actor: Actor) -> str:
    try:
        with transaction(session):
            claim = decisions.take_next(session, actor, NOW)
            held = (claim.id, claim.fence) if claim else (0, 0)
        with transaction(session):
            decisions.approve(session, actor, NOW, *held, reason="样例原因")
    except NotAllowed as refused:
        return refused.code
    return "approved"


def test_one_form_sent_twenty_times_at_once_is_one_submission(many: Engine) -> None:
    _send_in_parallel(many, 3)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_one_form_sent_twenty_times_at_once_at_length(many: Engine) -> None:
    """Figure 9 of the reliability list."""
    _send_in_parallel(many, 1_000)


def _send_in_parallel(engine: Engine, forms: int) -> None:
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
