"""Many at once: the pot holds, tickets appear in order, nobody decides twice, one form has one effect."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import NotAllowed, Stale
from reviewapp.models import Actor, Claim, Evaluation, Pool
from reviewapp.services import decisions, funds, queue
from tests import factories
from tests.factories import NOW
from tests.faults.races import (
    AWARD,
    THREADS,
    engine_for_many,
    in_threads,
    make_drafts,
    put_in,
    review_everything,
    reviewer,
    send_in_parallel,
    submit_all_at_once,
)
from tests.support.databases import tuned_engine

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]


@pytest.fixture
def many(postgres_url: str) -> Iterator[Engine]:
    """An engine with a connection for every thread."""
    with engine_for_many(postgres_url) as engine:
        yield engine


def test_exactly_the_room_is_reserved_and_tickets_appear_in_order(many: Engine) -> None:
    submit_all_at_once(many, 400, 100)


def test_the_embedded_database_serialises_its_writers(sqlite_url: str) -> None:
    engine = tuned_engine(sqlite_url)
    submit_all_at_once(engine, 80, 20)
    engine.dispose()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("count", "room"), [(2_000, 500), (10_000, 2_500)])
def test_exactly_the_room_is_reserved_at_length(many: Engine, count: int, room: int) -> None:
    """Figures 3 and 4 of the reliability list."""
    submit_all_at_once(many, count, room)


def test_everything_at_once_leaves_books_that_agree(many: Engine) -> None:
    """Submissions, withdrawals (from the waitlist, too) and top-ups together: no deadlock, no money lost or idle."""
    drafts, by = make_drafts(many, 240, 60)
    chance = random.Random(7)

    def work(claim_id: int) -> None:
        put_in(many, by, claim_id)
        if chance.random() < 0.5:
            _withdraw(many, by, claim_id)
        if chance.random() < 0.1:
            _top_up(many, 3 * AWARD)

    in_threads(work, drafts)
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


def test_many_reviewers_and_some_vanish(many: Engine) -> None:
    review_everything(many, 8, 120)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_reviewers_and_some_vanish_at_length(many: Engine) -> None:
    """Figure 14 of the reliability list."""
    review_everything(many, 20, 5_000)


def test_one_reviewer_who_clicks_twice_gets_one_claim(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        for _ in range(THREADS):
            factories.claim(session, "submitted", amount_fen=AWARD)
    actor = reviewer(many)

    def take(_: int) -> None:
        with Session(many) as session, transaction(session):
            decisions.take_next(session, actor, NOW)

    in_threads(take, list(range(THREADS)))
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


def test_two_claims_on_one_carput_in_at_the_same_moment_are_told_apart_when_they_are_taken(many: Engine) -> None:
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
        outcomes = [_take_and_approve(session, reviewer(many)) for _ in range(2)]
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
    send_in_parallel(many, 3)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_one_form_sent_twenty_times_at_once_at_length(many: Engine) -> None:
    """Figure 9 of the reliability list."""
    send_in_parallel(many, 1_000)
