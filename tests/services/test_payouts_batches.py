"""Two people, figures typed again, and the list that was shown: or nothing is released."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, Outbox, Payout, PayoutBatch
from reviewapp.services import payouts
from tests.factories.payouts import ready, release
from tests.factories.people import NOW, actor
from tests.support.both import both_databases

SCHEME = "xiangning-2023"


@pytest.fixture
def maker(session: Session) -> Actor:
    """A finance clerk who makes batches."""
    return actor(session, "finance_maker")


@pytest.fixture
def batch(session: Session, maker: Actor) -> PayoutBatch:
    """A batch of three instructions, not released."""
    for _ in range(3):
        ready(session)
    return payouts.make_batch(session, maker, NOW, SCHEME)


@both_databases
def test_a_batch_is_released_by_another_person(session: Session, batch: PayoutBatch) -> None:
    checker = actor(session, "finance_checker")
    release(session, batch, checker)
    session.flush()
    assert (batch.state, batch.checker_id, batch.released_at) == ("released", checker.id, NOW)
    assert {payout.state for payout in batch.payouts} == {"released"}
    sends = session.scalars(select(Outbox.subject_id).where(Outbox.topic == "payout.send"))
    assert sorted(sends) == [payout.id for payout in batch.payouts]


def test_count_total_and_digest_are_those_of_the_lines(batch: PayoutBatch) -> None:
    lines = [f"{p.number}|{p.payee['name']}|{p.payee['card_number']}|{p.amount_fen}\n" for p in batch.payouts]
    assert (batch.count, batch.total_fen) == (3, 900_000)
    assert batch.digest == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_numbers_count_up_within_a_day(session: Session, batch: PayoutBatch, maker: Actor) -> None:
    ready(session)
    second = payouts.make_batch(session, maker, NOW, SCHEME)
    assert (batch.number, second.number) == ("xiangning-2023-20240110-001", "xiangning-2023-20240110-002")


def test_only_chosen_ones(session: Session, maker: Actor) -> None:
    chosen, other = ready(session), ready(session)
    batch = payouts.make_batch(session, maker, NOW, SCHEME, [chosen.id])
    assert [payout.id for payout in batch.payouts] == [chosen.id]
    assert other.state == "ready"
    with pytest.raises(Stale):
        payouts.make_batch(session, maker, NOW, SCHEME, [chosen.id, other.id])


def test_nothing_ready_no_batch(session: Session, maker: Actor) -> None:
    ready(session)
    with pytest.raises(InvalidValue):
        payouts.make_batch(session, maker, NOW, "yangcheng-2023")
    with pytest.raises(InvalidValue):
        payouts.make_batch(session, maker, NOW, SCHEME, [])


@pytest.mark.parametrize("role", ["finance_checker", "admin", "reviewer", "claimant"])
def test_only_makers_make(session: Session, role: str) -> None:
    ready(session)
    with pytest.raises(NotAllowed):
        payouts.make_batch(session, actor(session, role), NOW, SCHEME)


@pytest.mark.parametrize("role", ["finance_maker", "admin", "lead", "claimant"])
def test_only_checkers_release(session: Session, batch: PayoutBatch, role: str) -> None:
    with pytest.raises(NotAllowed):
        release(session, batch, actor(session, role))
    assert batch.state == "made"


def test_the_maker_never_releases_even_with_the_role(session: Session, batch: PayoutBatch, maker: Actor) -> None:
    with pytest.raises(NotAllowed, match="制单人"):
        release(session, batch, Actor("finance_checker", maker.id))


@both_databases
def test_the_database_refuses_one_person_too(session: Session, batch: PayoutBatch) -> None:
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE payout_batches SET state = 'released', checker_id = maker_id"))


@pytest.mark.parametrize(("change", "field"), [({"count": 2}, "count"), ({"total_fen": 899_999}, "total")])
def test_figures_typed_wrong(session: Session, batch: PayoutBatch, change: dict[str, int], field: str) -> None:
    typed = {"count": 3, "total_fen": 900_000, **change}
    with pytest.raises(InvalidValue) as refused:
        payouts.release_batch(session, actor(session, "finance_checker"), NOW, batch.id, **typed, digest=batch.digest)
    assert list(refused.value.fields) == [field]
    assert session.scalars(select(Outbox).where(Outbox.topic == "payout.send")).all() == []


def test_another_list_was_shown(session: Session, batch: PayoutBatch) -> None:
    checker = actor(session, "finance_checker")
    with pytest.raises(Stale):
        payouts.release_batch(session, checker, NOW, batch.id, count=3, total_fen=900_000, digest="0" * 64)


@pytest.mark.parametrize(
    ("column", "value"),
    [("payee", {"name": "样例乙", "card_number": "1"}), ("amount_fen", 1), ("number", "another"), ("batch_id", None)],
)
def test_whatever_changed_behind_the_batch_stops_it(
    session: Session, batch: PayoutBatch, column: str, value: object
) -> None:
    setattr(session.scalars(select(Payout)).first(), column, value)
    session.flush()
    with pytest.raises((Stale, InvalidValue)):
        release(session, batch)
    assert batch.state == "made"


def test_released_once(session: Session, batch: PayoutBatch) -> None:
    release(session, batch)
    with pytest.raises(IllegalMove):
        release(session, batch)
    with pytest.raises(IllegalMove):
        payouts.dissolve_batch(session, actor(session, "finance_maker"), NOW, batch.id)


@both_databases
def test_twenty_at_once_release_once(engine: Engine, session: Session) -> None:
    with transaction(session):
        ready(session)
        batch = payouts.make_batch(session, actor(session, "finance_maker"), NOW, SCHEME)
        checkers = [actor(session, "finance_checker") for _ in range(20)]
    batch_id, digest = batch.id, batch.digest
    session.rollback()
    barrier = Barrier(20)

    def try_release(checker: Actor) -> bool:
        barrier.wait()
        with Session(engine) as own:
            try:
                with transaction(own):
                    payouts.release_batch(own, checker, NOW, batch_id, count=1, total_fen=300_000, digest=digest)
            except IllegalMove:
                return False
        return True

    with ThreadPoolExecutor(20) as threads:
        assert sorted(threads.map(try_release, checkers)) == [False] * 19 + [True]
    assert len(session.scalars(select(Outbox).where(Outbox.topic == "payout.send")).all()) == 1


@both_databases
def test_ten_at_once_put_each_instruction_into_one_batch(engine: Engine, session: Session) -> None:
    with transaction(session):
        for _ in range(5):
            ready(session)
        makers = [actor(session, "finance_maker") for _ in range(10)]
    barrier = Barrier(10)

    def try_make(maker: Actor) -> int:
        barrier.wait()
        with Session(engine) as own:
            try:
                with transaction(own):
                    return payouts.make_batch(own, maker, NOW, SCHEME).count
            except InvalidValue:
                return 0

    with ThreadPoolExecutor(10) as threads:
        assert sorted(threads.map(try_make, makers)) == [0] * 9 + [5]


def test_a_dissolved_batch_gives_its_lines_back(session: Session, batch: PayoutBatch, maker: Actor) -> None:
    payouts.dissolve_batch(session, maker, NOW, batch.id)
    session.flush()
    again = payouts.make_batch(session, maker, NOW, SCHEME)
    assert (batch.state, again.count) == ("dissolved", 3)
    with pytest.raises(IllegalMove):
        release(session, batch)


def test_no_such_batch(session: Session) -> None:
    with pytest.raises(NotFound):
        payouts.dissolve_batch(session, actor(session, "finance_maker"), NOW, 404)
