"""The reviewer's verbs: leases in ticket order, decisions under a fence, two people, reasons, money."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, Stale
from reviewapp.models import Actor, Claim, Decision, Evaluation, Event, Outbox, Voucher
from reviewapp.services import decisions, funds, queue
from reviewapp.services.days import local_date
from tests import factories
from tests.factories import NOW
from tests.factories.vouchers import scrapped
from tests.support.both import both_databases

pytestmark = both_databases

AWARD = 400_000
ITEMS = {"rule:pos_slip": "看不清金额"}


@pytest.fixture
def reviewer(session: Session) -> Actor:
    return factories.actor(session, "reviewer")


@pytest.fixture
def lead(session: Session) -> Actor:
    return factories.actor(session, "lead")


def _submitted(session: Session, index: int = 0, **kwargs: Any) -> Claim:
    draft = factories.complete_draft(session, index, **kwargs)
    return queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)


def _failing(session: Session, index: int = 0) -> Claim:
    draft = factories.complete_draft(session, index)
    factories.add_facts(session, draft, "account", {"holder": "样例乙"})
    return queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)


def _take(session: Session, actor: Actor, now: datetime = NOW) -> Claim:
    claim = decisions.take_next(session, actor, now)
    assert claim is not None
    return claim


def test_claims_are_taken_in_ticket_order_under_a_lease(session: Session, reviewer: Actor) -> None:
    claims = [_submitted(session, index) for index in range(2)]
    other = factories.actor(session, "reviewer")
    assert [_take(session, who).id for who in (reviewer, other)] == [claim.id for claim in claims]
    first = claims[0]
    assert (first.state, first.reviewer_id, first.fence) == ("in_review", reviewer.id, 1)
    assert first.lease_until == NOW + timedelta(minutes=20)
    assert decisions.take_next(session, factories.actor(session, "reviewer"), NOW) is None


def test_taking_checks_again_and_keeps_an_evaluation_only_when_something_changed(
    session: Session, reviewer: Actor
) -> None:
    claim = _submitted(session)
    _take(session, reviewer)
    assert session.scalar(select(func.count()).select_from(Evaluation)) == 1
    factories.add_facts(session, claim, "account", {"holder": "样例乙"})
    _take(session, reviewer)
    _take(session, reviewer)
    assert session.scalars(select(Evaluation.outcome).order_by(Evaluation.id)).all() == ["pass", "fail"]
    checks = session.scalars(select(Event.evaluation_id).where(Event.action == "check")).all()
    assert checks == [_evaluation(session).id]


def test_who_holds_a_claim_gets_it_back(session: Session, reviewer: Actor) -> None:
    _submitted(session, 0)
    _submitted(session, 1)
    first = _take(session, reviewer)
    again = _take(session, reviewer, NOW + timedelta(minutes=5))
    assert (again.id, again.fence) == (first.id, 1)
    assert again.lease_until == NOW + timedelta(minutes=25)


def test_the_pool_whose_head_waits_longest_comes_first(session: Session, reviewer: Actor) -> None:
    late = factories.claim(session, "submitted", pool=factories.pool(session, code="a"), now=NOW)
    early = factories.claim(session, "submitted", pool=factories.pool(session, code="b"), now=NOW - timedelta(hours=1))
    assert _take(session, reviewer).id == early.id
    assert _take(session, factories.actor(session, "reviewer")).id == late.id


def test_nobody_reviews_what_he_entered(session: Session, reviewer: Actor) -> None:
    claim = _submitted(session)
    claim.entered_by_id = reviewer.id
    session.flush()
    assert decisions.take_next(session, reviewer, NOW) is None
    taken = _take(session, factories.actor(session, "reviewer"))
    with pytest.raises(NotAllowed, match="自己录入"):
        decisions.approve(session, reviewer, NOW, taken.id, taken.fence)


def test_only_reviewers_take_claims(session: Session) -> None:
    _submitted(session)
    for role in ("claimant", "dealer", "finance_maker", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            decisions.take_next(session, factories.actor(session, role), NOW)


def test_special_reviews_are_for_the_lead(session: Session, reviewer: Actor, lead: Actor) -> None:
    claim = factories.claim(session, "special_review", special=True)
    assert decisions.take_next(session, reviewer, NOW) is None
    assert _take(session, lead).id == claim.id
    decisions.put_back(session, lead, NOW, claim.id, claim.fence)
    assert claim.state == "special_review"


def test_before_the_review_begins_nothing_is_given_out(session: Session, reviewer: Actor) -> None:
    _submitted(session)
    assert decisions.take_next(session, reviewer, datetime.fromisoformat("2024-01-04T23:59:59+08:00")) is None
    assert decisions.take_next(session, reviewer, datetime.fromisoformat("2024-01-05T00:00:00+08:00")) is not None


def test_a_claim_put_back_stands_at_its_old_place(session: Session, reviewer: Actor) -> None:
    first, second = _submitted(session, 0), _submitted(session, 1)
    taken = _take(session, reviewer)
    decisions.put_back(session, reviewer, NOW, taken.id, taken.fence)
    assert (first.state, first.reviewer_id, first.lease_until) == ("submitted", None, None)
    assert _take(session, reviewer).id == first.id
    assert second.state == "submitted"


def test_a_reviewer_hands_a_claim_to_the_lead(session: Session, reviewer: Actor, lead: Actor) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    with pytest.raises(InvalidValue, match="原因"):
        decisions.hand_to_lead(session, reviewer, NOW, claim.id, claim.fence, reason=" ")
    decisions.hand_to_lead(session, reviewer, NOW, claim.id, claim.fence, reason="样例原因")
    assert claim.state == "special_review"
    assert decisions.take_next(session, reviewer, NOW) is None
    assert _take(session, lead).id == claim.id


def test_a_lease_that_ran_out_goes_back_to_its_place_and_its_fence_is_dead(session: Session, reviewer: Actor) -> None:
    first = _submitted(session, 0)
    _submitted(session, 1)
    claim = _take(session, reviewer)
    fence, late = claim.fence, NOW + timedelta(minutes=20, seconds=1)
    assert decisions.release_expired(session, NOW + timedelta(minutes=20)) == 0
    assert decisions.release_expired(session, late) == 1
    with pytest.raises(Stale, match="占用已经失效"):
        decisions.approve(session, reviewer, late, first.id, fence)
    other = factories.actor(session, "reviewer")
    assert (_take(session, other, late).id, first.fence) == (first.id, 2)
    for act in (decisions.put_back, decisions.extend, decisions.approve):
        with pytest.raises(Stale):
            act(session, reviewer, late, first.id, fence)


def test_a_lease_is_extended(session: Session, reviewer: Actor) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    decisions.extend(session, reviewer, NOW + timedelta(minutes=15), claim.id, claim.fence)
    assert claim.lease_until == NOW + timedelta(minutes=35)


def test_a_clean_claim_is_approved_without_words(session: Session, reviewer: Actor) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    decision = decisions.approve(session, reviewer, NOW, claim.id, claim.fence)
    session.flush()
    assert (claim.state, claim.award_fen, claim.reserved_fen) == ("approved", AWARD, 0)
    assert (claim.pool.reserved, claim.pool.committed) == (0, AWARD)
    assert (decision.action, decision.award_fen, decision.evaluation_id) == ("approve", AWARD, _evaluation(session).id)
    order = session.scalars(select(Outbox).where(Outbox.topic == "payout.order")).one()
    assert (order.topic, order.subject_id) == ("payout.order", claim.id)
    assert funds.verify(session) == []


def test_an_approved_voucher_is_no_transfer(session: Session, reviewer: Actor) -> None:
    claim = scrapped(session)
    queue.submit(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
    _take(session, reviewer)
    decisions.approve(session, reviewer, NOW, claim.id, claim.fence, reason="发票与合格证齐全")
    voucher = session.scalars(select(Voucher)).one()
    assert (claim.state, voucher.claim_id, voucher.state, voucher.value_fen) == (
        "approved",
        claim.id,
        "issued",
        100_000,
    )
    assert (voucher.owner["name"], str(local_date(voucher.good_until))) == ("测试甲", "2024-04-30")
    assert session.scalar(select(func.count()).select_from(Outbox).where(Outbox.topic == "payout.order")) == 0
    assert (claim.pool.committed, funds.verify(session)) == (100_000, [])


def _evaluation(session: Session) -> Evaluation:
    return session.scalars(select(Evaluation).order_by(Evaluation.id.desc()).limit(1)).one()


def test_a_decided_claim_is_not_decided_again(session: Session, reviewer: Actor) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    fence = claim.fence
    decisions.approve(session, reviewer, NOW, claim.id, fence)
    for again in (_approve, _return, _reject):
        with pytest.raises(IllegalMove, match="审核通过"):
            again(session, reviewer, claim, fence)
    assert session.scalar(select(func.count()).select_from(Decision)) == 1


def _approve(session: Session, actor: Actor, claim: Claim, fence: int) -> Decision:
    return decisions.approve(session, actor, NOW, claim.id, fence)


def _return(session: Session, actor: Actor, claim: Claim, fence: int) -> Decision:
    return decisions.return_for_correction(session, actor, NOW, claim.id, fence, items=ITEMS, reason="样例原因")


def _reject(session: Session, actor: Actor, claim: Claim, fence: int) -> Decision:
    return decisions.reject(session, actor, NOW, claim.id, fence, clause="七(二)", reason="样例原因")


def test_less_than_evaluated_needs_a_reason_and_frees_the_rest(session: Session, reviewer: Actor) -> None:
    _submitted(session, 0, amount_fen=AWARD)
    waiting = _submitted(session, 1, bought=factories.purchase(1, total="35000.00"))
    claim = _take(session, reviewer)
    with pytest.raises(InvalidValue, match="理由"):
        decisions.approve(session, reviewer, NOW, claim.id, claim.fence, award_fen=200_000)
    decisions.approve(session, reviewer, NOW, claim.id, claim.fence, award_fen=200_000, reason="样例原因")
    assert (claim.award_fen, waiting.state, claim.pool.available) == (200_000, "submitted", 0)


def test_more_than_evaluated_is_for_the_lead_and_only_if_the_money_is_there(
    session: Session, reviewer: Actor, lead: Actor
) -> None:
    _submitted(session, 0, amount_fen=AWARD + 100_000)
    claim = _take(session, reviewer)
    with pytest.raises(NotAllowed):
        decisions.approve(session, reviewer, NOW, claim.id, claim.fence, award_fen=AWARD + 1, reason="样例原因")
    decisions.put_back(session, reviewer, NOW, claim.id, claim.fence)
    _take(session, lead)
    with pytest.raises(InvalidValue, match="余额不足"):
        decisions.approve(session, lead, NOW, claim.id, claim.fence, award_fen=AWARD + 100_001, reason="样例原因")
    decisions.approve(session, lead, NOW, claim.id, claim.fence, award_fen=AWARD + 100_000, reason="样例原因")
    assert (claim.award_fen, claim.pool.available) == (AWARD + 100_000, 0)
    assert funds.verify(session) == []


def test_an_award_that_the_pool_cannot_carry_waits_at_its_place_until_the_money_is_there(
    session: Session, lead: Actor
) -> None:
    _submitted(session, 0, amount_fen=AWARD + 100_000)
    claim = _take(session, lead)
    more = {"award_fen": AWARD + 100_001, "reason": "样例原因"}
    decisions.await_funds(session, lead, NOW, claim.id, claim.fence, **more)
    assert (claim.state, claim.reserved_fen, claim.wanted_fen) == ("waitlist", AWARD, AWARD + 100_001)
    assert decisions.take_next(session, lead, NOW) is None
    factories.fund(session, claim.pool, 1)
    assert _take(session, lead) is claim
    decisions.approve(session, lead, NOW, claim.id, claim.fence, **more)
    assert (claim.state, claim.award_fen, claim.pool.available) == ("approved", AWARD + 100_001, 0)
    assert funds.verify(session) == []


def test_nobody_waits_for_money_that_is_there_or_for_more_than_they_may_approve(
    session: Session, reviewer: Actor, lead: Actor
) -> None:
    _submitted(session, 0, amount_fen=AWARD + 100_000)
    claim = _take(session, reviewer)
    with pytest.raises(NotAllowed, match="复核"):
        decisions.await_funds(session, reviewer, NOW, claim.id, claim.fence, award_fen=AWARD + 1, reason="样例原因")
    with pytest.raises(InvalidValue, match="直接通过"):
        decisions.await_funds(session, reviewer, NOW, claim.id, claim.fence)


def test_a_failing_claim_is_approved_by_the_lead_with_a_reason_only(
    session: Session, reviewer: Actor, lead: Actor
) -> None:
    _failing(session)
    claim = _take(session, reviewer)
    with pytest.raises(NotAllowed, match="复核"):
        decisions.approve(session, reviewer, NOW, claim.id, claim.fence, reason="样例原因")
    decisions.hand_to_lead(session, reviewer, NOW, claim.id, claim.fence, reason="样例原因")
    _take(session, lead)
    with pytest.raises(InvalidValue, match="理由"):
        decisions.approve(session, lead, NOW, claim.id, claim.fence)
    assert decisions.approve(session, lead, NOW, claim.id, claim.fence, reason="样例原因").reason == "样例原因"


def test_facts_that_changed_since_the_check_stop_an_approval(session: Session, reviewer: Actor) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    factories.add_facts(session, claim, "account", {"holder": "样例乙"})
    with pytest.raises(Stale, match="重新领取"):
        decisions.approve(session, reviewer, NOW, claim.id, claim.fence)
    _take(session, reviewer)
    assert _evaluation(session).outcome == "fail"
    with pytest.raises(NotAllowed):
        decisions.approve(session, reviewer, NOW, claim.id, claim.fence)


def test_a_later_claim_on_the_same_car_that_was_approved_meanwhile_stops_an_approval(
    session: Session, reviewer: Actor, lead: Actor
) -> None:
    first, second = _submitted(session, 0), _submitted(session, 0)
    assert (_take(session, reviewer).id, _take(session, lead).id) == (first.id, second.id)
    decisions.approve(session, lead, NOW, second.id, second.fence, reason="样例原因")
    with pytest.raises(Stale, match="同一车辆"):
        decisions.approve(session, reviewer, NOW, first.id, first.fence)
    _take(session, reviewer)
    with pytest.raises(NotAllowed):
        decisions.approve(session, reviewer, NOW, first.id, first.fence, reason="样例原因")


def test_a_return_names_what_to_mend_and_keeps_the_place(session: Session, reviewer: Actor) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    decision = _return(session, reviewer, claim, claim.fence)
    session.flush()
    assert (claim.state, claim.reserved_fen, claim.reviewer_id) == ("returned", AWARD, None)
    named = [{"id": "rule:pos_slip", "label": "POS签购单", "note": "看不清金额"}]
    assert (decision.items, decision.deadline) == (named, claim.correction_until)
    assert claim.correction_until is not None
    assert claim.correction_until.astimezone(NOW.tzinfo).strftime("%H:%M:%S") == "23:59:59"


def test_a_return_for_so_many_workdays_ends_with_the_last_of_them(session: Session, reviewer: Actor) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    decisions.return_for_correction(
        session, reviewer, NOW, claim.id, claim.fence, items=ITEMS, reason="样例原因", workdays=4
    )
    assert claim.correction_until == datetime.fromisoformat("2024-01-16T23:59:59+08:00")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"items": {}}, "items"),
        ({"items": {"paper:gone": "x"}}, "items"),
        ({"items": {"rule:pos_slip": "长" * 201}}, "items"),
        ({"reason": " ", "items": {"rule:pos_slip": ""}}, "reason"),
        ({"reason": "长" * 1001}, "reason"),
        ({"workdays": 0}, "workdays"),
        ({"workdays": 61}, "workdays"),
    ],
)
def test_a_return_needs_items_reason_and_a_sensible_deadline(
    session: Session, reviewer: Actor, changed: dict[str, Any], field: str
) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    asked = {"items": ITEMS, "reason": "样例原因"} | changed
    with pytest.raises(InvalidValue) as refused:
        decisions.return_for_correction(session, reviewer, NOW, claim.id, claim.fence, **asked)
    assert field in refused.value.fields


def test_a_rejection_frees_the_money_for_the_next(session: Session, reviewer: Actor) -> None:
    _submitted(session, 0, amount_fen=AWARD)
    waiting = _submitted(session, 1)
    claim = _take(session, reviewer)
    decision = _reject(session, reviewer, claim, claim.fence)
    assert (claim.state, claim.reserved_fen, decision.clause) == ("rejected", 0, "七(二)")
    assert (waiting.state, waiting.reserved_fen) == ("submitted", AWARD)
    assert funds.verify(session) == []


@pytest.mark.parametrize(("clause", "reason", "field"), [("九十九", "样例原因", "clause"), ("七(二)", "", "reason")])
def test_a_rejection_needs_a_clause_of_the_document_and_a_reason(
    session: Session, reviewer: Actor, clause: str, reason: str, field: str
) -> None:
    _submitted(session)
    claim = _take(session, reviewer)
    with pytest.raises(InvalidValue) as refused:
        decisions.reject(session, reviewer, NOW, claim.id, claim.fence, clause=clause, reason=reason)
    assert field in refused.value.fields
