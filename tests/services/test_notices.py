"""What a claimant is told by short message: sent once, to the right telephone, and only while it is so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Message, Outbox
from reviewapp.services import decisions, facts, leases, notices, objections, queue
from tests import factories
from tests.factories import NOW
from tests.factories.objections import objection, published
from tests.support.both import both_databases

pytestmark = both_databases


@pytest.fixture
def reviewer(session: Session) -> Actor:
    return factories.actor(session, "reviewer")


def _in_review(session: Session, reviewer: Actor) -> Claim:
    draft = factories.complete_draft(session)
    queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    claim = decisions.take_next(session, reviewer, NOW)
    assert claim is not None
    return claim


def _send(session: Session) -> list[tuple[str, str]]:
    """What the worker does with the open rows; all messages there are, number and text."""
    session.flush()
    for row in session.scalars(select(Outbox).where(Outbox.topic == "claim.notice", Outbox.done_at.is_(None))).all():
        notices.due(session, NOW, row.subject_id, row.id)
        row.done_at = NOW
    session.flush()
    return [(one.phone, one.content.text) for one in session.scalars(select(Message).order_by(Message.id))]


def test_a_claim_sent_back_says_until_when(session: Session, reviewer: Actor) -> None:
    claim = _in_review(session, reviewer)
    decisions.return_for_correction(session, reviewer, NOW, claim.id, claim.fence, items={"applicant.phone": "空号"})
    [(phone, body)] = _send(session)
    assert phone == claim.entered_by.phone
    assert claim.number in body
    assert f"{claim.correction_until.astimezone(NOW.tzinfo):%m月%d日}" in body


def test_what_waits_while_it_ceases_to_be_so_is_not_told(session: Session, reviewer: Actor) -> None:
    """The provider did not take it at the first try; at the second the claim is somewhere else."""
    claim = _in_review(session, reviewer)
    decisions.return_for_correction(session, reviewer, NOW, claim.id, claim.fence, items={"applicant.phone": "空号"})
    row = session.scalars(select(Outbox).where(Outbox.topic == "claim.notice")).one()
    first, again = (notices.due(session, NOW, row.subject_id, row.id) for _ in range(2))
    assert [one.key for one in first] == [one.key for one in again]
    queue.withdraw(session, Actor.of(claim.entered_by), NOW + timedelta(minutes=1), claim.id, claim.revision)
    assert notices.due(session, NOW, row.subject_id, row.id) == []
    dropped = session.scalars(select(Message)).one()
    assert (dropped.state, dropped.reason) == ("undelivered", "情况已经变化，不再发送")


def test_what_is_no_longer_so_is_not_told(session: Session, reviewer: Actor) -> None:
    claim = _in_review(session, reviewer)
    decisions.return_for_correction(session, reviewer, NOW, claim.id, claim.fence, items={"applicant.phone": "空号"})
    queue.withdraw(session, Actor.of(claim.entered_by), NOW + timedelta(minutes=1), claim.id, claim.revision)
    assert _send(session) == []


def test_a_firms_customer_is_told_of_the_end_but_not_asked_to_mend(session: Session, reviewer: Actor) -> None:
    claim = _in_review(session, reviewer)
    claim.submitter_role = "dealer"
    decisions.return_for_correction(session, reviewer, NOW, claim.id, claim.fence, items={"applicant.phone": "空号"})
    assert _send(session) == []
    other = _in_review_of(session, reviewer)
    other.submitter_role = "dealer"
    decisions.reject(session, reviewer, NOW, other.id, other.fence, reason="不是本人购买", clause="八(二)1")
    [(phone, body)] = _send(session)
    assert phone == facts.current(session, other).value("applicant", "phone")
    assert phone != other.entered_by.phone
    assert "未通过审核" in body


def test_an_undone_approval_is_told_while_it_is_looked_at_again_and_an_objection_is_not(
    session: Session, reviewer: Actor
) -> None:
    claim = published(session)
    claim.entered_by.phone = "13800000000"
    row = objection(session, claim)
    assert _send(session) == []
    lead = factories.actor(session, "lead")
    objections.uphold(session, lead, NOW, row.id, reason="查实")
    assert leases.take_out_of_turn(session, lead, NOW, claim.id, reason="样例").state == "in_review"
    [(phone, body)] = _send(session)
    assert (phone, claim.number in body, "正重新审核" in body) == ("13800000000", True, True)


def _in_review_of(session: Session, reviewer: Actor) -> Claim:
    draft = factories.complete_draft(session, 1)
    queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    claim = decisions.take_next(session, reviewer, NOW)
    assert claim is not None
    return claim
