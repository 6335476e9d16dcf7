"""Orders and receipts of many at once: money crosses between pools while claims come in, and every fen stays told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from reviewapp.db import snapshot, transaction
from reviewapp.errors import IllegalMove, ReviewError
from reviewapp.models import Actor, Claim, Pool
from reviewapp.services import demands, fund_orders, funds, queue, trail
from tests import factories
from tests.factories import NOW

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]

THREADS = 8
AWARD = 1_000


@pytest.fixture
def many(postgres_url: str) -> Iterator[Engine]:
    """An engine with a connection for every thread."""
    engine = create_engine(postgres_url, pool_size=THREADS + 2)
    yield engine
    engine.dispose()


def _at_once(engine: Engine, works: list[Callable[[Session], object]]) -> Counter[str]:
    """Each work in a transaction of its own, in threads; how many were done, and how often which refusal came."""

    def one(work: Callable[[Session], object]) -> str:
        with Session(engine) as session:
            try:
                with transaction(session):
                    work(session)
            except ReviewError as error:
                return error.code
            return "done"

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(one, works))


def test_money_crosses_between_two_pools_while_claims_come_in(many: Engine) -> None:
    """Moves both ways lock the pools in one order; whoever waits gets what arrives; the sum is what it was."""
    with Session(many) as session, transaction(session):
        pools = factories.pool(session, 20 * AWARD), factories.pool(session, 20 * AWARD, code="retail")
        by, checker = factories.user(session), factories.actor(session, "finance_checker")
        maker = factories.actor(session, "finance_maker")
        drafts = [factories.claim(session, pool=pools[at % 2], by=by).id for at in range(60)]
        orders = [
            fund_orders.propose(
                session, maker, NOW, pools[at % 2],
                fund_orders.Proposal("move", AWARD, "文", "因", f"{at}", to_pool=pools[1 - at % 2]),
            ).id
            for at in range(30)
        ]  # fmt: skip
        claimant = Actor.of(by)
    works: list[Callable[[Session], object]] = []
    for at, draft in enumerate(drafts):
        works.append(lambda session, draft=draft: _put_in(session, claimant, draft))
        if at % 2:
            order = orders[at // 2]
            works.append(lambda session, order=order: fund_orders.confirm(session, checker, NOW, order))
    outcome = _at_once(many, works)
    assert outcome["done"] + outcome["invalid_value"] == len(works)
    with Session(many) as session:
        assert sum(session.scalars(select(Pool.appropriated))) == 40 * AWARD
        assert len(session.scalars(select(Claim.id).where(Claim.reserved_fen > 0)).all()) <= 40
        assert funds.verify(session) == []


def _put_in(session: Session, by: Actor, claim_id: int) -> None:
    queue.enter(session, by, NOW, trail.lock(session, claim_id), wanted_fen=AWARD)


def test_an_order_confirmed_by_many_at_once_is_carried_out_once(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        pool = factories.pool(session, 0)
        proposal = fund_orders.Proposal("top_up", AWARD, "文", "因", "a")
        order = fund_orders.propose(session, factories.actor(session, "finance_maker"), NOW, pool, proposal).id
        checkers = [factories.actor(session, "finance_checker") for _ in range(THREADS)]
    works = [lambda session, by=by: fund_orders.confirm(session, by, NOW, order) for by in checkers]
    assert _at_once(many, works) == {"done": 1, IllegalMove.code: THREADS - 1}
    with Session(many) as session:
        assert session.scalars(select(Pool.appropriated)).one() == AWARD
        assert funds.verify(session) == []


def test_one_receipt_recorded_by_many_at_once_comes_in_once(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        demand = factories.demand(session, factories.claim(session, "paid")).id
        checkers = [factories.actor(session, "finance_checker") for _ in range(THREADS)]
    payment = demands.Payment(AWARD, "流水1", NOW.date())
    works = [lambda session, by=by: demands.receive(session, by, NOW, demand, payment) for by in checkers]
    assert _at_once(many, works) == {"done": 1, "invalid_value": THREADS - 1}
    with Session(many) as session:
        assert session.scalars(select(Pool.returned)).one() == AWARD


def test_a_snapshot_is_of_one_instant_and_writes_nothing(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        pool_id = factories.pool(session, AWARD).id
    with Session(many) as reader, Session(many) as writer:
        with snapshot(reader):
            assert reader.get_one(Pool, pool_id).appropriated == AWARD
            with transaction(writer):
                factories.fund(writer, writer.get_one(Pool, pool_id), AWARD)
            reader.expire_all()
            assert reader.get_one(Pool, pool_id).appropriated == AWARD
            assert funds.verify(reader) == []
        with transaction(reader):  # the connection is an ordinary one again
            pool = funds.lock_pool(reader, pool_id)
            assert pool.appropriated == 2 * AWARD
            pool.title = "另一个名字"
