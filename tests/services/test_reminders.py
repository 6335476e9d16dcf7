"""Reminders as time passes: at the right hour, once, and only while there is something to be done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reviewapp.bank import Answer
from reviewapp.db import transaction
from reviewapp.models import Actor, Claim, Event, Message, Outbox, Payout
from reviewapp.policy.notices import SIGNATURE
from reviewapp.services import decisions, intake, notices, outbox, payouts, queue, reminders
from reviewapp.services.editing import FactChange
from tests import factories
from tests.factories import NOW
from tests.factories.payouts import released
from tests.support.both import both_databases

HOUR = timedelta(hours=1)
WRONG = {"applicant.phone": "空号", "account.card_number": "看不清"}


def _returned(session: Session, workdays: int = 5) -> Claim:
    """A claim of a claimant, returned on Wednesday; the last day for corrections is so many workdays later."""
    draft = factories.complete_draft(session)
    queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    reviewer = factories.actor(session, "reviewer")
    claim = decisions.take_next(session, reviewer, NOW)
    assert claim is not None
    decisions.return_for_correction(session, reviewer, NOW, claim.id, claim.fence, items=WRONG, workdays=workdays)
    _send(session, NOW)
    return claim


def _send(session: Session, now: datetime) -> None:
    """What the worker does with the open rows."""
    session.flush()
    for row in session.scalars(select(Outbox).where(Outbox.topic == "claim.notice", Outbox.done_at.is_(None))).all():
        if not notices.wait(session, now, row.subject_id):
            notices.due(session, now, row.subject_id, row.id)
            outbox.finish(session, now, row.id)


def _live(
    session: Session, hours: int, *, missed: Callable[[datetime], bool] = lambda _: False, since: datetime = NOW
) -> list[tuple[str, str]]:
    """Two cron processes and a worker every hour, but for the hours `missed`: when reminders were sent, and what."""
    told = session.scalar(select(func.max(Message.id))) or 0
    for now in (since + HOUR * hour for hour in range(hours)):
        if not missed(now):
            reminders.order_due(session, now)
            reminders.order_due(session, now)
            queue.lapse_overdue(session, now)
            _send(session, now)
    found = session.scalars(select(Message).where(Message.id > told).order_by(Message.id))
    return [(f"{one.created_at.astimezone(NOW.tzinfo):%m-%d %H:%M}", one.content.signed(SIGNATURE)) for one in found]


@both_databases
def test_once_two_days_before_in_the_morning(session: Session) -> None:
    claim = _returned(session)
    revision = claim.revision
    reminder, lapsed = _live(session, 9 * 24)
    assert reminder == ("01-15 09:30", f"【惠民补贴】申请{claim.number}须补正手机号、银行卡号，01月17日后失效。")
    assert (claim.state, "已失效" in lapsed[1]) == ("lapsed", True)
    assert session.scalars(select(Event.to_state).where(Event.action == "remind_mending")).all() == ["returned"]
    assert claim.revision == revision + 1  # the lapse alone: a form that was open at 9 can still be sent


@pytest.mark.parametrize(("down", "sent"), [((15, 16), ["01-17 09:30"]), ((15, 17), [])])
def test_missed_ticks_are_made_up_for_until_the_deadline(
    session: Session, down: tuple[int, int], sent: list[str]
) -> None:
    _returned(session)
    told = _live(session, 7 * 24 + 14, missed=lambda now: down[0] <= now.day <= down[1])
    assert [at for at, _ in told] == sent


def test_a_short_time_is_halved_and_what_is_mended_is_not_asked_for(session: Session) -> None:
    claim = _returned(session, workdays=2)
    phone = FactChange.of("applicant.phone", "13800000009")
    intake.set_facts(session, Actor.of(claim.entered_by), NOW + HOUR, claim.id, claim.revision, [phone])
    [(at, body)] = _live(session, 48)
    assert at == "01-11 09:30"
    assert "须补正银行卡号，01月12日后失效" in body


@both_databases
@pytest.mark.parametrize("way_out", ["mended", "withdrawn", "cancelled"])
def test_nothing_is_sent_for_what_was_ended_meanwhile(session: Session, way_out: str) -> None:
    claim = _returned(session)
    due = NOW + timedelta(days=5)
    assert reminders.order_due(session, due) == 1
    by = Actor.of(claim.entered_by)
    if way_out == "mended":
        queue.resubmit(session, by, due, claim.id, claim.revision)
    elif way_out == "withdrawn":
        queue.withdraw(session, by, due, claim.id, claim.revision)
    else:
        lead = factories.actor(session, "lead")
        decisions.cancel_return(session, lead, due, claim.id, revision=claim.revision, reason="样例")
    assert _live(session, 96, since=due) == []


def test_a_worker_that_comes_late_neither_wakes_anybody_nor_tells_what_is_over(session: Session) -> None:
    claim = _returned(session)
    assert reminders.order_due(session, NOW + timedelta(days=5)) == 1
    [event_id] = session.scalars(select(Event.id).where(Event.action == "remind_mending"))
    [row_id] = session.scalars(select(Outbox.id).where(Outbox.subject_id == event_id))
    night = (NOW + timedelta(days=5)).replace(hour=22, minute=0)
    assert notices.wait(session, night, event_id) == timedelta(hours=11)
    assert claim.correction_until is not None
    assert notices.due(session, claim.correction_until + HOUR, event_id, row_id) == []


@both_databases
def test_many_at_once_remind_once(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        _returned(session)
    start = Barrier(4)

    def tick(_number: int) -> int:
        start.wait()
        with Session(engine) as session, transaction(session):
            return reminders.order_due(session, NOW + timedelta(days=5))

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(tick, range(4))) == [0, 0, 0, 1]


def test_a_firm_is_not_written_to(session: Session) -> None:
    claim = _returned(session)
    claim.submitter_role = "dealer"
    assert reminders.order_due(session, NOW + timedelta(days=5)) == 0


def _failed(session: Session) -> Payout:
    [payout] = released(session)
    payouts.begin_sending(session, NOW, payout.id)
    payouts.settle(session, NOW, {payout.id: Answer("failed", reason="账户已注销")})
    _send(session, NOW)
    return payout


def test_another_card_is_asked_for_twice(session: Session) -> None:
    claim = _failed(session).claim
    told = _live(session, 21 * 24)
    assert [at for at, _ in told] == ["01-13 09:30", "01-20 09:30"]
    assert all(
        body == f"【惠民补贴】申请{claim.number}的补贴还没有发放，请登录更换本人的收款银行卡。" for _, body in told
    )


def test_who_has_given_another_card_is_left_alone_until_it_fails_too(session: Session) -> None:
    claim = _failed(session).claim
    by = Actor.of(claim.entered_by)
    card = payouts.NewCard("测试甲", "6222020000000000026")
    assert len(_live(session, 4 * 24)) == 1
    second = payouts.give_new_card(session, by, NOW + timedelta(days=4), claim.id, claim.revision, card)
    assert _live(session, 24, since=NOW + timedelta(days=10)) == []
    assert second.claim.state == "payable"
