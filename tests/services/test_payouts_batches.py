"""Two people, figures typed again, and the list that was shown: or nothing is released."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, Fact, Outbox, Payout, PayoutBatch, PayoutSkip
from reviewapp.policy.model import Bands
from reviewapp.services import payouts
from tests import factories
from tests.factories.payouts import CARD, ready, release, released
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


def test_a_skipped_line_needs_a_reason_and_heads_the_next_list(session: Session, maker: Actor) -> None:
    first, second = ready(session), ready(session)
    with pytest.raises(InvalidValue, match="原因"):
        payouts.make_batch(session, maker, NOW, SCHEME, skips={first.id: "  "})
    batch = payouts.make_batch(session, maker, NOW, SCHEME, skips={first.id: "卡号待核实"})
    third = ready(session)
    kept = session.scalars(select(PayoutSkip)).one()
    assert (kept.batch_id, kept.payout_id, kept.by_id, kept.reason, kept.at) == (
        batch.id, first.id, maker.id, "卡号待核实", NOW,
    )  # fmt: skip
    assert [payout.id for payout in batch.payouts] == [second.id]
    following = payouts.make_batch(session, maker, NOW, SCHEME)
    session.refresh(following)
    assert [payout.id for payout in following.payouts] == [first.id, third.id]


def test_what_is_skipped_has_to_be_on_the_list(session: Session, maker: Actor) -> None:
    paid = released(session)[0]
    ready(session)
    with pytest.raises(Stale):
        payouts.make_batch(session, maker, NOW, SCHEME, skips={paid.id: "不在列表中"})


def test_the_list_that_was_shown_or_none(session: Session, maker: Actor) -> None:
    shown = payouts.digest([ready(session)])
    ready(session)
    with pytest.raises(Stale, match="有了变化"):
        payouts.make_batch(session, maker, NOW, SCHEME, shown=shown)


def test_a_pool_of_a_scheme_alone(session: Session, maker: Actor) -> None:
    ready(session)
    other = factories.pool(session, code="second")
    chosen = ready(session, pool=other)
    batch = payouts.make_batch(session, maker, NOW, SCHEME, pool_id=other.id)
    assert [payout.id for payout in batch.payouts] == [chosen.id]


def test_nothing_ready_no_batch(session: Session, maker: Actor) -> None:
    only = ready(session)
    with pytest.raises(InvalidValue):
        payouts.make_batch(session, maker, NOW, "yangcheng-2023")
    with pytest.raises(InvalidValue, match="没有待发放"):
        payouts.make_batch(session, maker, NOW, SCHEME, skips={only.id: "卡号待核实"})


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
@pytest.mark.parametrize(
    "change",
    [
        "state = 'released', checker_id = maker_id",
        "state = 'released'",
        "state = 'checked'",
        "checker_id = maker_id",
        "state = 'released', checker_id = {checker}, needs_second = true",
        "state = 'released', checker_id = {checker}, second_checker_id = {checker}, needs_second = true",
        "state = 'released', checker_id = {checker}, second_checker_id = maker_id, needs_second = true",
        "second_checker_id = {checker}",
    ],
)
def test_the_database_refuses_too_few_people_too(session: Session, batch: PayoutBatch, change: str) -> None:
    checker = actor(session, "finance_checker")
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE payout_batches SET {change.format(checker=checker.id)}"))


@both_databases
def test_nobody_makes_himself_the_maker_of_what_he_released(session: Session, batch: PayoutBatch) -> None:
    release(session, batch)
    session.flush()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE payout_batches SET maker_id = checker_id"))


def test_who_changed_a_card_does_not_release_money_to_it(session: Session, batch: PayoutBatch) -> None:
    checker = actor(session, "finance_checker")
    claim_id = batch.payouts[1].claim_id
    changed = {"field": "card_number", "value": CARD, "source": "person"}
    session.add(Fact(claim_id=claim_id, section="account", by_id=checker.id, at=NOW, **changed))
    session.flush()
    with pytest.raises(NotAllowed, match=f"指令 {batch.payouts[1].number} 的收款卡"):
        release(session, batch, checker)
    assert release(session, batch).state == "released"


@pytest.fixture
def large(session: Session, maker: Actor, monkeypatch: pytest.MonkeyPatch) -> PayoutBatch:
    """A batch over the band of its scheme."""
    scheme = replace(schemes.load(SCHEME), bands=Bands(line_over_fen=None, total_over_fen=500_000))
    monkeypatch.setattr(schemes, "load", lambda *_: scheme)
    for _ in range(2):
        ready(session)
    return payouts.make_batch(session, maker, NOW, SCHEME)


@both_databases
def test_a_batch_over_the_band_takes_a_third_person(session: Session, large: PayoutBatch) -> None:
    first, second = actor(session, "finance_checker"), actor(session, "finance_checker")
    release(session, large, first)
    session.flush()
    assert (large.state, large.needs_second, large.checker_id, large.released_at) == ("checked", True, first.id, None)
    assert session.scalars(select(Outbox).where(Outbox.topic == "payout.send")).all() == []
    with pytest.raises(NotAllowed, match="第三人"):
        release(session, large, first)
    with pytest.raises(NotAllowed, match="制单人"):
        release(session, large, Actor("finance_checker", large.maker_id))
    release(session, large, second)
    session.flush()
    assert (large.state, large.second_checker_id, large.released_at) == ("released", second.id, NOW)
    assert len(session.scalars(select(Outbox).where(Outbox.topic == "payout.send")).all()) == 2


def test_a_checked_batch_can_be_dissolved(session: Session, large: PayoutBatch, maker: Actor) -> None:
    release(session, large)
    payouts.dissolve_batch(session, maker, NOW, large.id)
    session.flush()
    assert {payout.state for payout in session.scalars(select(Payout))} == {"ready"}


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
