"""A handful keeps its times: what leaves late does not leave, what is answered late is asked for, and the cut-off runs
from when the bank can have had an instruction at the latest.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import queueing
from reviewapp.bank import Answer, Instruction
from reviewapp.db import transaction
from reviewapp.models import Outbox, Payout
from reviewapp.services import funds
from tests.factories.payouts import released
from tests.factories.people import NOW
from tests.workers.conftest import Hands
from workers import jobs
from workers.jobs import perform


class SlowBank:
    """Pays what it is sent, as slowly as `send` says; every payment that it takes in counts."""

    not_found_final_after = timedelta(seconds=60)
    answers_within = timedelta(seconds=0.3)

    def __init__(self, act: Callable[[], None], at_once: int = 1) -> None:
        self.act, self.at_once = act, at_once
        self.taken: Counter[str] = Counter()
        self.known: set[str] = set()
        self.silent = False

    def send(self, instruction: Instruction) -> Answer:
        """Take it in, and say so after a while."""
        self.taken[instruction.number] += 1
        self.act()
        if self.silent:
            return Answer("unknown", reason="no answer")
        self.known.add(instruction.number)
        return Answer("paid", amount_fen=instruction.amount_fen)

    def ask(self, number: str) -> Answer:
        """What it has said."""
        return Answer("paid") if number in self.known else Answer("not_found")


def _at(bank: SlowBank, office: Session, monkeypatch: Any, count: int) -> int:
    monkeypatch.setitem(current_app.extensions, "bank", bank)
    with transaction(office):
        released(office, count)
        return office.scalars(select(func.min(Outbox.id))).one()


def _states(office: Session) -> Counter[str]:
    office.rollback()
    return Counter(office.scalars(select(Payout.state)))


def test_what_cannot_leave_in_time_is_not_sent(office: Session, monkeypatch: Any) -> None:
    bank = SlowBank(lambda: time.sleep(0.2))
    perform(_at(bank, office, monkeypatch, 4))
    assert _states(office) == {"paid": 2, "unknown": 2}
    assert len(bank.taken) == 2


def test_a_call_without_end_ends_the_handful_and_is_asked_for(office: Session, monkeypatch: Any) -> None:
    over = threading.Event()
    first = _at(SlowBank(lambda: over.wait(20) and None, at_once=2), office, monkeypatch, 2)
    began = time.monotonic()
    perform(first)
    assert time.monotonic() - began < 5
    assert _states(office) == {"unknown": 2}
    over.set()


def test_the_cut_off_runs_from_when_the_last_can_have_reached_the_bank(
    office: Session, hands: Hands, monkeypatch: Any
) -> None:
    bank = SlowBank(lambda: None)
    bank.answers_within, bank.silent = timedelta(seconds=10), True
    perform(_at(bank, office, monkeypatch, 1))
    [ask] = office.scalars(select(Outbox.id).where(Outbox.topic == "payout.ask"))
    office.rollback()
    for seconds, sent in ((79, 1), (81, 2)):
        hands.at = NOW + timedelta(seconds=seconds)
        perform(ask)
        assert bank.taken.total() == sent, seconds


def test_no_job_goes_on_when_its_time_is_over(office: Session, monkeypatch: Any) -> None:
    def too_late(*_: object) -> None:
        raise queueing.OutOfTime

    with transaction(office):
        released(office, 2)
        first = office.scalars(select(func.min(Outbox.id))).one()
    monkeypatch.setitem(jobs._HANDLERS, "payout.send", too_late)
    with pytest.raises(queueing.OutOfTime):
        perform(first)
    rows = office.scalars(select(Outbox)).all()
    assert [(row.leased_until, row.error) for row in rows] == [(None, "JobTimeoutException: ")] * 2


def test_one_that_raises_is_asked_for_and_the_others_are_paid(office: Session, monkeypatch: Any) -> None:
    calls = iter((ValueError("nonsense"), None, None))

    def act() -> None:
        error = next(calls)
        if error:
            raise error

    perform(_at(SlowBank(act), office, monkeypatch, 3))
    assert _states(office) == {"paid": 2, "unknown": 1}
    assert funds.verify(office) == []
