"""One outbox row after the other against a real bank: whatever dies or gets lost, money moves once."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import (
    SYSTEM,
    Actor,
    Claim,
    Event,
    Message,
    Outbox,
    PagePrint,
    Payout,
    Reconciliation,
    Upload,
)
from reviewapp.scratch.bank import SandboxBank
from reviewapp.services import checking, funds, notices, outbox, payouts, queue, reconciliation, trail
from reviewapp.services.messages import Outgoing
from tests.factories.claims import claim
from tests.factories.facts import complete_draft, purchase
from tests.factories.money import pool
from tests.factories.papers import paper, upload
from tests.factories.payouts import CARD, CLOSED_CARD, approved, ready, released
from tests.factories.people import NOW, exclude
from tests.pages.test_likeness import jpeg, scene
from tests.support.both import both_databases
from tests.workers.conftest import Hands
from workers import jobs
from workers.jobs import perform


def _release(office: Session, card: str | None = None) -> Payout:
    with transaction(office):
        [payout] = released(office, **({"card": card} if card else {}))
    return payout


def _row(office: Session, topic: str) -> Outbox:
    office.expire_all()
    return office.scalars(select(Outbox).where(Outbox.topic == topic)).one()


def _perform(office: Session, topic: str) -> Outbox:
    """Do the topic's one row, as RQ would."""
    outbox_id = _row(office, topic).id
    office.rollback()
    perform(outbox_id)
    return _row(office, topic)


def _credits(bank: SandboxBank, payout: Payout) -> int:
    return len([number for number, _ in bank.credits() if number == payout.number])


@both_databases
def test_a_released_payout_is_paid(office: Session, bank: SandboxBank) -> None:
    payout = _release(office)
    row = _perform(office, "payout.send")
    assert (row.done_at, row.error, row.attempts) == (NOW, None, 1)
    assert (payout.state, payout.claim.state) == ("paid", "paid")
    assert bank.credits() == [(payout.number, 300_000)]
    assert funds.verify(office) == []


def test_a_second_bell_changes_nothing(office: Session, bank: SandboxBank) -> None:
    payout = _release(office)
    _perform(office, "payout.send")
    assert _perform(office, "payout.send").attempts == 1
    assert _credits(bank, payout) == 1


@both_databases
def test_twenty_workers_on_one_row_pay_once(office: Session, bank: SandboxBank) -> None:
    bank.switch(late_answer=1, late_answer_seconds=0.2)
    payout = _release(office)
    outbox_id = _row(office, "payout.send").id
    office.rollback()
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(perform, [outbox_id] * 20))
    assert _row(office, "payout.send").attempts == 1
    assert (payout.state, bank.credits()) == ("paid", [(payout.number, 300_000)])
    assert funds.verify(office) == []


@both_databases
def test_one_bell_serves_for_all_that_is_due(office: Session, bank: SandboxBank) -> None:
    with transaction(office):
        payouts_due = released(office, 5)
        middle = office.scalars(select(Outbox.id).order_by(Outbox.id)).all()[2]
    perform(middle)
    done = [(row.topic, row.attempts, row.done_at) for row in office.scalars(select(Outbox).order_by(Outbox.id))]
    assert done == [("payout.send", 1, NOW)] * 5 + [("claim.notice", 0, None)] * 5, "messages have a queue of their own"
    first = office.scalars(select(func.min(Outbox.id)).where(Outbox.done_at.is_(None))).one()
    office.rollback()
    perform(first)
    assert office.scalar(select(func.count()).where(Outbox.done_at.is_(None))) == 0
    assert sorted(bank.credits()) == sorted((payout.number, 300_000) for payout in payouts_due)
    assert funds.verify(office) == []


def test_a_round_leaves_alone_what_others_hold_and_what_is_not_due(office: Session, bank: SandboxBank) -> None:
    with transaction(office):
        released(office, 3)
        held, later, free = office.scalars(select(Outbox).order_by(Outbox.id)).all()
        held.leased_until, later.due_at = NOW + timedelta(seconds=30), NOW + timedelta(seconds=1)
        free_id = free.id
    perform(free_id)
    assert [row.done_at for row in (held, later, free)] == [None, None, NOW]


def test_a_round_ends_in_time_for_the_queues_own_limit(office: Session, bank: SandboxBank, monkeypatch: Any) -> None:
    monkeypatch.setattr(jobs, "_LONGEST_ROUND", 0.0)
    monkeypatch.setattr(jobs.payouts, "WAVES", 2)
    monkeypatch.setattr(current_app.extensions["bank"], "at_once", 1)
    with transaction(office):
        released(office, 5)
        first = office.scalars(select(func.min(Outbox.id))).one()
    perform(first)
    assert office.scalar(select(func.count()).where(Outbox.done_at.is_not(None))) == 2


@both_databases
def test_a_handful_shares_its_transactions_and_each_has_its_own_end(office: Session, bank: SandboxBank) -> None:
    with transaction(office):
        for code, card in (("one", CARD), ("two", CLOSED_CARD), ("three", CARD)):
            ready(office, card=card, pool=pool(office, code=code))
        released(office, 1)
        first = office.scalars(select(func.min(Outbox.id))).one()
    perform(first)
    office.expire_all()
    payouts_sent = office.scalars(select(Payout).order_by(Payout.id)).all()
    assert len({payout.sent_at for payout in payouts_sent}) == 1
    assert len({payout.claim.pool_id for payout in payouts_sent}) == 4
    assert [payout.state for payout in payouts_sent] == ["paid", "failed", "paid", "paid"]
    paid = [(payout.number, 300_000) for payout in payouts_sent if payout.state == "paid"]
    assert sorted(bank.credits()) == sorted(paid)
    assert funds.verify(office) == []


def test_what_went_wrong_once_is_tried_alone(office: Session, bank: SandboxBank, hands: Hands) -> None:
    with transaction(office):
        payouts_due = released(office, 3)
        payouts_due[1].claim.state = "approved"  # nothing can be sent from there
        first = office.scalars(select(func.min(Outbox.id))).one()
    perform(first)
    rows = office.scalars(select(Outbox).order_by(Outbox.id)).all()
    assert [(row.done_at, row.attempts) for row in rows] == [(None, 1)] * 3
    office.rollback()
    hands.turn(2)
    perform(first)
    office.expire_all()
    assert [row.done_at is not None for row in rows] == [True, False, True]
    assert [payout.state for payout in payouts_due] == ["paid", "released", "paid"]


def _told(office: Session, count: int) -> list[Claim]:
    """Paid claims, of which each claimant is to be told."""
    with transaction(office):
        claims = [claim(office, "sending") for _ in range(count)]
        trail.move_together(office, claims, SYSTEM, NOW, "confirm_paid")
    return claims


def test_messages_are_handed_over_together_and_once(office: Session) -> None:
    claims = _told(office, 3)
    first = office.scalars(select(func.min(Outbox.id))).one()
    office.rollback()
    for _ in range(2):
        perform(first)
    office.expire_all()
    assert sorted(office.scalars(select(Message.phone))) == sorted(row.entered_by.phone for row in claims)
    assert set(office.scalars(select(Outbox.attempts))) == {1}
    assert None not in office.scalars(select(Outbox.done_at)).all()


def test_a_message_that_cannot_be_made_keeps_no_other_back(office: Session, hands: Hands, monkeypatch: Any) -> None:
    claims, due = _told(office, 3), notices.due
    broken = claims[1].id

    def made(session: Session, now: datetime, event_id: int, outbox_id: int) -> list[Outgoing]:
        if session.get_one(Event, event_id).claim_id == broken:
            raise ValueError("no words for it")
        return due(session, now, event_id, outbox_id)

    monkeypatch.setattr(notices, "due", made)
    first = office.scalars(select(func.min(Outbox.id))).one()
    office.rollback()
    perform(first)
    assert office.scalars(select(Message)).all() == []
    office.rollback()
    hands.turn(2)
    perform(first)
    office.expire_all()
    assert len(office.scalars(select(Message)).all()) == 2
    assert [row.done_at is not None for row in office.scalars(select(Outbox).order_by(Outbox.id))] == [
        True,
        False,
        True,
    ]


def test_a_bell_without_a_row_changes_nothing(office: Session) -> None:
    perform(404)
    assert office.scalars(select(Outbox)).all() == []


def test_a_claim_put_in_has_its_pictures_compared(office: Session) -> None:
    with transaction(office):
        row = claim(office, "submitted")
        file = current_app.extensions["storage"].put(io.BytesIO(jpeg(scene(0))))
        paper(office, row, "id_card", of=upload(office, row, sha256=file.sha256))
        outbox.add(office, "claim.compare", row.id, NOW)
    assert _perform(office, "claim.compare").done_at == NOW
    assert office.scalar(select(func.count()).select_from(PagePrint)) > 0


def test_an_exclusion_has_the_waiting_claims_checked_again(office: Session) -> None:
    with transaction(office):
        draft = complete_draft(office)
        queue.submit(office, Actor("claimant", draft.entered_by_id), NOW, draft.id, draft.revision)
        exclude(office, purchase().dealer.name)
    assert checking.latest(office, draft).outcome == "pass"
    assert _perform(office, "firm.recheck").done_at == NOW
    assert checking.latest(office, draft).outcome == "fail"


@pytest.mark.parametrize("fault", ["lost_answer", "late_answer"])
def test_a_lost_answer_is_asked_for(office: Session, bank: SandboxBank, hands: Hands, fault: str) -> None:
    bank.switch(**{fault: 1, "late_answer_seconds": 3})
    payout = _release(office)
    _perform(office, "payout.send")
    assert (payout.state, payout.claim.state) == ("unknown", "unknown")
    hands.turn(2)
    row = _perform(office, "payout.ask")
    assert row.done_at is not None
    assert (payout.state, payout.claim.state, _credits(bank, payout)) == ("paid", "paid", 1)


def test_not_found_counts_only_after_the_cut_off_and_then_under_the_same_number(
    office: Session, bank: SandboxBank, hands: Hands
) -> None:
    bank.switch(refuse=1)
    payout = _release(office)
    _perform(office, "payout.send")
    bank.switch(refuse=0)
    for _ in range(4):  # asked at 2, 4, 8, 16 s after one another
        hands.at = _row(office, "payout.ask").due_at
        assert _perform(office, "payout.ask").done_at is None
        assert (payout.state, _credits(bank, payout)) == ("unknown", 0)
    hands.turn(60)
    assert _perform(office, "payout.ask").done_at is not None
    assert payout.state == "paid"
    assert bank.credits() == [(payout.number, 300_000)]


def test_a_bank_that_records_late_pays_once(office: Session, bank: SandboxBank, hands: Hands) -> None:
    bank.switch(late_record=1, late_record_seconds=3600)
    _release(office)
    _perform(office, "payout.send")
    hands.turn(120)  # past the cut-off that this bank does not keep
    row = _perform(office, "payout.ask")
    assert row.done_at is None
    assert bank.credits() == []
    assert len(office.scalars(select(Payout)).all()) == 1


def test_killed_between_sending_and_the_bank(office: Session, bank: SandboxBank, hands: Hands) -> None:
    payout = _release(office)
    with transaction(office):
        outbox.begin(office, _row(office, "payout.send").id, NOW, timedelta(seconds=30))
        payouts.begin_sending(office, NOW, payout.id)
    _perform(office, "payout.send")  # rung again while the dead worker's lease runs
    assert payout.state == "sending"
    hands.turn(30)
    assert _perform(office, "payout.send").done_at is not None
    assert (payout.state, bank.credits()) == ("unknown", [])
    hands.turn(60)
    _perform(office, "payout.ask")
    assert (payout.state, bank.credits()) == ("paid", [(payout.number, 300_000)])


def test_killed_after_the_bank_and_before_writing_it_down(office: Session, bank: SandboxBank, hands: Hands) -> None:
    payout = _release(office)
    with transaction(office):
        [instruction] = payouts.begin_sending(office, NOW, payout.id).values()
    current_app.extensions["bank"].send(instruction)
    _perform(office, "payout.send")
    hands.turn(2)
    _perform(office, "payout.ask")
    assert (payout.state, bank.credits()) == ("paid", [(payout.number, 300_000)])
    assert funds.verify(office) == []


def test_a_planted_card_fails_and_the_money_stays_committed(office: Session, bank: SandboxBank) -> None:
    payout = _release(office, CLOSED_CARD)
    _perform(office, "payout.send")
    assert (payout.state, payout.claim.state, payout.failure) == ("failed", "failed", "账户已销户")
    assert payout.claim.pool.committed == 300_000
    assert funds.verify(office) == []


def test_an_absent_bank_is_waited_for(office: Session, bank: SandboxBank, hands: Hands) -> None:
    payout = _release(office)
    bank.stop()
    _perform(office, "payout.send")
    hands.turn(100)
    assert _perform(office, "payout.ask").done_at is None
    assert payout.state == "unknown"
    bank.start()
    hands.turn(100)
    assert _perform(office, "payout.ask").done_at is not None
    assert (payout.state, _credits(bank, payout)) == ("paid", 1)


def test_an_approval_becomes_an_instruction(office: Session) -> None:
    with transaction(office):
        claim = approved(office)
        outbox.add(office, "payout.order", claim.id, NOW)
    assert _perform(office, "payout.order").done_at is not None
    assert claim.state == "payable"


def test_work_that_goes_wrong_says_so_and_is_due_again(office: Session, hands: Hands) -> None:
    with transaction(office):
        claim = approved(office, card="")
        outbox.add(office, "payout.order", claim.id, NOW)
    row = _perform(office, "payout.order")
    assert row.done_at is None
    assert "没有收款卡号" in (row.error or "")
    assert row.leased_until is None
    assert row.due_at > NOW
    hands.at = row.due_at
    assert _perform(office, "payout.order").attempts == 2


@pytest.mark.parametrize(("error", "state"), [(None, "refused"), ("StorageAway", "reading")])
def test_a_file_that_workers_die_over_is_given_up(office: Session, error: str | None, state: str) -> None:
    with transaction(office):
        draft = claim(office, "draft")
        upload = Upload(
            claim_id=draft.id, uploaded_by_id=draft.entered_by_id, sha256="0" * 64, size=1, media_type="image/png",
            name="测试.png", created_at=NOW,
        )  # fmt: skip
        office.add(upload)
        office.flush()
        row = outbox.add(office, "upload.read", upload.id, NOW)
        row.attempts, row.error = 3, error
    done = _perform(office, "upload.read").done_at
    assert (upload.state, done is not None) == (state, error is None)


@both_databases
def test_the_books_are_reconciled_with_the_banks_own(office: Session, bank: SandboxBank, hands: Hands) -> None:
    """A bank that is away is asked again, and then all agrees."""
    _release(office)
    _perform(office, "payout.send")
    with transaction(office):
        assert reconciliation.order(office, NOW) == 1
    bank.stop()
    waiting = _perform(office, reconciliation.TOPIC)
    assert waiting.done_at is None
    assert "BankUnavailable" in (waiting.error or "")
    bank.start()
    hands.turn(100)
    assert _perform(office, reconciliation.TOPIC).done_at is not None
    row = office.scalars(select(Reconciliation)).one()
    assert (row.difference_fen, row.rows, row.on_the_way) == (0, [], 0)


def test_a_reminder_that_a_worker_comes_to_at_night_waits_for_the_morning(office: Session, hands: Hands) -> None:
    with transaction(office):
        row = claim(office, "returned")
        trail.mention(office, row, NOW, "remind_mending")
    hands.turn(13 * 3600)
    assert (_perform(office, "claim.notice").due_at, _messages(office)) == (NOW + timedelta(hours=23.5), 0)
    hands.turn(11 * 3600)
    assert (_perform(office, "claim.notice").done_at, _messages(office)) == (hands.at, 1)


def _messages(office: Session) -> int:
    return office.scalar(select(func.count()).select_from(Message)) or 0
