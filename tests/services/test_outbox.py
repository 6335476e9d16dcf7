"""Whoever takes a row has it for the lease, alone; what is not done is due again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Outbox
from reviewapp.services import outbox
from tests.factories.people import NOW
from tests.support.both import both_databases

LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def row(session: Session) -> Outbox:
    """A committed row that is due."""
    with transaction(session):
        return outbox.add(session, "payout.send", 7, NOW)


@both_databases
def test_a_taken_row_is_nobody_elses_until_the_lease_ends(session: Session, row: Outbox) -> None:
    with transaction(session):
        taken = outbox.begin(session, row.id, NOW, LEASE)
        assert taken is not None
        assert taken.attempts == 1
    with transaction(session):
        assert outbox.begin(session, row.id, NOW + LEASE - SECOND, LEASE) is None
        assert outbox.overdue(session, NOW + LEASE - SECOND) == []
        assert outbox.overdue(session, NOW + LEASE) == [(row.id, "payout.send")]
        again = outbox.begin(session, row.id, NOW + LEASE, LEASE)
        assert again is not None
        assert again.attempts == 2


@both_databases
def test_twenty_at_once_one_takes_it(engine: Engine, row: Outbox) -> None:
    barrier, row_id = Barrier(20), row.id

    def take(_: int) -> bool:
        with Session(engine) as session:
            barrier.wait()
            with transaction(session):
                return outbox.begin(session, row_id, NOW, LEASE) is not None

    with ThreadPoolExecutor(20) as threads:
        assert sorted(threads.map(take, range(20))) == [False] * 19 + [True]


@both_databases
def test_the_next_row_goes_to_one_of_twenty_and_the_longest_due_first(engine: Engine, session: Session) -> None:
    with transaction(session):
        for number in range(8):
            outbox.add(session, "payout.send", number, NOW, due_at=NOW - number * SECOND)
        outbox.add(session, "payout.ask", 8, NOW, due_at=NOW + SECOND)
        outbox.add(session, "upload.read", 9, NOW)
    barrier = Barrier(20)

    def take(_: int) -> int | None:
        with Session(engine) as own:
            barrier.wait()
            with transaction(own):
                row = outbox.begin_next(own, ("payout.send", "payout.ask"), NOW, LEASE)
                return row and row.subject_id

    with transaction(session):
        first = outbox.begin_next(session, ("payout.send", "payout.ask"), NOW, LEASE)
        assert first is not None
        assert (first.subject_id, first.attempts, first.leased_until) == (7, 1, NOW + LEASE)
    with ThreadPoolExecutor(20) as threads:
        taken = [subject for subject in threads.map(take, range(20)) if subject is not None]
    assert sorted(taken) == list(range(7))


def test_what_is_done_stays_done(session: Session, row: Outbox) -> None:
    with transaction(session):
        outbox.begin(session, row.id, NOW, LEASE)
        outbox.finish(session, NOW, row.id)
    with transaction(session):
        outbox.finish(session, NOW + SECOND, row.id)
        outbox.fail(session, row.id, "too late", NOW + SECOND)
        assert outbox.begin(session, row.id, NOW + timedelta(days=1), LEASE) is None
        assert outbox.overdue(session, NOW + timedelta(days=1)) == []
    assert (row.done_at, row.error, row.leased_until) == (NOW, None, None)


def test_a_failure_is_written_down_and_due_again(session: Session, row: Outbox) -> None:
    with transaction(session):
        outbox.begin(session, row.id, NOW, LEASE)
        outbox.fail(session, row.id, "x" * 900, NOW + 5 * SECOND)
    with transaction(session):
        assert outbox.begin(session, row.id, NOW + 4 * SECOND, LEASE) is None
        assert outbox.begin(session, row.id, NOW + 5 * SECOND, LEASE) is not None
    assert row.error == "x" * 500


def test_work_for_later_is_not_due_before(session: Session) -> None:
    with transaction(session):
        row = outbox.add(session, "payout.ask", 7, NOW, due_at=NOW + LEASE)
    with transaction(session):
        assert outbox.begin(session, row.id, NOW, LEASE) is None
        assert outbox.overdue(session, NOW) == []
        assert outbox.is_open(session, "payout.ask", 7)
        assert not outbox.is_open(session, "payout.ask", 8)


def test_waits_grow_to_five_minutes() -> None:
    waits = [outbox.wait_after(attempts).total_seconds() for attempts in range(1, 40)]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits == sorted(waits)
    assert waits[-1] == 300
