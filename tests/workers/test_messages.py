"""Messages to telephones in the worker, over HTTP to a practice provider: each goes, or says why it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.models import SYSTEM, Actor, Claim, Message, Outbox
from reviewapp.queries import messages as listed
from reviewapp.services import decisions, queue, trail
from tests import factories
from tests.factories import NOW
from tests.factories import collection as made
from tests.factories.claims import claim
from tests.support.both import both_databases
from tests.support.telephones import Telephones, telephones
from tests.workers.conftest import Hands
from workers import runtime
from workers.jobs import perform


@pytest.fixture
def provider() -> Iterator[Telephones]:
    with telephones() as provider:
        yield provider


@pytest.fixture(params=["gateway"])
def office(
    app_factory: Callable[..., Flask],
    database_url: str,
    provider: Telephones,
    hands: Hands,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Session]:
    """The session of an application that sends through the provider."""
    app = app_factory(database_url, **provider.environment(tmp_path, request.param))
    monkeypatch.setattr(runtime, "app", lambda: app)
    with app.app_context():
        yield db.session()
        db.session.remove()
        db.engine.dispose()


def _rejected(office: Session) -> Claim:
    """A claim that was not approved; its claimant is to be told."""
    with transaction(office):
        draft = factories.complete_draft(office)
        draft.entered_by.phone = "13800000001"
        queue.submit(office, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
        reviewer = factories.actor(office, "reviewer")
        taken = decisions.take_next(office, reviewer, NOW)
        assert taken is not None
        decisions.reject(office, reviewer, NOW, taken.id, taken.fence, reason="不是本人购买", clause="八(二)1")
    return taken


def _perform(office: Session, topic: str = "claim.notice") -> Outbox:
    """Do the topic's one row, as RQ would."""
    office.rollback()
    outbox_id = office.scalars(select(Outbox.id).where(Outbox.topic == topic)).one()
    office.rollback()
    perform(outbox_id)
    office.expire_all()
    return office.get_one(Outbox, outbox_id)


def _message(office: Session) -> Message:
    return office.scalars(select(Message)).one()


@pytest.mark.parametrize("office", ["gateway", "aliyun"], indirect=True)
def test_a_message_goes_and_is_recorded(office: Session, provider: Telephones) -> None:
    told = _rejected(office)
    assert _perform(office).done_at == NOW
    assert provider.arrived == [("13800000001", "SMS_reject")]
    assert provider.platform.arrived[0].parameters == {"number": told.number}
    row = _message(office)
    assert (row.state, row.reason, row.ended_at, bool(row.reference)) == ("sent", None, NOW, True)
    assert listed.undelivered(office, NOW) == []


def test_a_provider_that_is_down_is_asked_again_after_growing_pauses(
    office: Session, provider: Telephones, hands: Hands
) -> None:
    provider.switch(down=True)
    _rejected(office)
    pauses = []
    for _ in range(3):
        row = _perform(office)
        assert (row.done_at, row.error) == (None, "维护中（HTTP 503）")
        pauses.append((row.due_at - hands.at).total_seconds())
        hands.at = row.due_at
    assert pauses == [2, 4, 8]
    [waiting] = listed.undelivered(office, NOW)
    assert (waiting.template, waiting.state, waiting.count) == ("reject", "waiting", 1)
    provider.switch()
    assert _perform(office).done_at is not None
    assert provider.arrived == [("13800000001", "SMS_reject")]
    assert _message(office).state == "sent"


def test_what_will_never_go_is_recorded_without_the_number_and_not_tried_again(
    office: Session, provider: Telephones, capfd: pytest.CaptureFixture[str]
) -> None:
    provider.switch(unapproved="SMS_reject")
    _rejected(office)
    row = _perform(office)
    assert (row.done_at, row.attempts) == (NOW, 1)
    [lost] = listed.undelivered(office, NOW)
    assert (lost.template, lost.state, lost.reason, lost.count) == ("reject", "undelivered", "模板没有通过审核", 1)
    said = capfd.readouterr()
    assert "138****0001" in said.out + said.err
    assert "13800000001" not in said.out + said.err
    assert b"13800000001" not in office.connection().exec_driver_sql("SELECT phone FROM messages").scalar_one()


def test_a_number_that_had_too_many_rests_for_an_hour_and_is_given_up_after_three_days(
    office: Session, provider: Telephones, hands: Hands
) -> None:
    provider.switch(limited=True)
    _rejected(office)
    row = _perform(office)
    assert (row.done_at, row.due_at) == (None, NOW + timedelta(hours=1))
    hands.at = NOW + timedelta(days=3, seconds=1)
    assert _perform(office).done_at == hands.at
    assert (_message(office).state, _message(office).reason) == ("undelivered", "业务限流")


def test_a_lost_answer_comes_again_and_the_gateway_knows_it(
    office: Session, provider: Telephones, hands: Hands
) -> None:
    provider.switch(lost=True)
    _rejected(office)
    row = _perform(office)
    assert (row.done_at, "可能已经发出" in (row.error or "")) == (None, True)
    provider.switch()
    hands.at = row.due_at
    assert _perform(office).done_at is not None
    assert len(provider.arrived) == 1


@both_databases
def test_of_several_only_those_that_did_not_go_are_tried_again(
    office: Session, provider: Telephones, hands: Hands
) -> None:
    """The truck is called for: clerk and recycler; one of them cannot be reached, for one the provider is too slow."""
    with transaction(office):
        clerk = made.clerk(office, phone="13800000001")
        made.recycler(office, phone="13900004004")
        for index in range(10):
            made.handed_in(office, clerk, index)
        first, *others = office.scalars(select(Outbox).where(Outbox.topic == "pickup.call").order_by(Outbox.id))
        for other in others:
            other.done_at = NOW
        row_id = first.id
    provider.switch(down=True)
    perform(row_id)
    provider.switch()
    office.expire_all()
    row = office.get_one(Outbox, row_id)
    assert (row.done_at, provider.arrived) == (None, [])
    hands.at = row.due_at
    office.rollback()
    perform(row_id)
    office.expire_all()
    assert office.get_one(Outbox, row_id).done_at is not None
    assert provider.arrived == [("13800000001", "SMS_pickup_call")]
    states = office.execute(select(Message.state, Message.reason).order_by(Message.id)).all()
    assert [tuple(state) for state in states] == [("sent", None), ("undelivered", "空号或黑名单号码")]


def test_a_handful_goes_together_and_what_was_left_over_goes_later(
    office: Session, provider: Telephones, hands: Hands
) -> None:
    """Nobody is asked for the fifth after four were left without an answer."""
    with transaction(office):
        paid = [claim(office, "sending") for _ in range(6)]
        trail.move_together(office, paid, SYSTEM, NOW, "confirm_paid")
    first = office.scalars(select(func.min(Outbox.id))).one()
    office.rollback()
    provider.switch(down=True)
    perform(first)
    office.expire_all()
    errors = office.scalars(select(Outbox.error).order_by(Outbox.id)).all()
    assert [("HTTP 503" in (error or ""), "等下一次" in (error or "")) for error in errors] == (
        [(True, False)] * 4 + [(False, True)] * 2
    )
    office.rollback()
    provider.switch()
    hands.turn(2)
    perform(first)
    office.expire_all()
    assert sorted(phone for phone, _ in provider.arrived) == sorted(row.entered_by.phone for row in paid)
    assert set(office.scalars(select(Message.state))) == {"sent"}
    assert None not in office.scalars(select(Outbox.done_at)).all()
