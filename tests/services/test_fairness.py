"""Who is not given a claim: kin, colleagues, who skipped it; and the lead takes leases back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, Claim, ClaimSkip, Event, Relative
from reviewapp.queries import lead as queries
from reviewapp.services import decisions, leases, queue, relatives
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

pytestmark = both_databases
REASON = "要等派出所回函"


@pytest.fixture
def reviewer(session: Session) -> Actor:
    return factories.actor(session, "reviewer")


def _submitted(session: Session, index: int = 0, **kwargs: Any) -> Claim:
    draft = factories.complete_draft(session, index, **kwargs)
    return queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)


def _why(session: Session, claim: Claim) -> str:
    taken = select(Event.reason).where(Event.claim_id == claim.id, Event.action == "take").order_by(Event.id.desc())
    return session.scalars(taken).first() or ""


@pytest.mark.parametrize("by", ["name", "id_number"])
def test_a_relatives_claim_goes_to_somebody_else(session: Session, reviewer: Actor, by: str) -> None:
    kin, next_one = _submitted(session, 0), _submitted(session, 1)
    buyer = factories.purchase(0).buyer
    number = buyer.id_number if by == "id_number" else ""
    relatives.declare(session, reviewer, NOW, name=f" {buyer.name} ", relation="配偶", id_number=number)
    assert decisions.take_next(session, reviewer, NOW) is next_one
    assert "亲属" in _why(session, next_one)
    with pytest.raises(NotAllowed, match="亲属"):
        leases.take_out_of_turn(session, reviewer, NOW, kin.id, reason="样例")
    assert decisions.take_next(session, factories.actor(session, "reviewer"), NOW) is kin


def test_a_namesake_is_no_relative_whose_number_is_known(session: Session, reviewer: Actor) -> None:
    claim, other = _submitted(session, 0), factories.purchase(1).buyer
    name = factories.purchase(0).buyer.name
    relatives.declare(session, reviewer, NOW, name=name, relation="父母", id_number=other.id_number)
    assert decisions.take_next(session, reviewer, NOW) is claim


def test_a_relative_declared_while_the_claim_is_read_stops_the_decision(session: Session, reviewer: Actor) -> None:
    _submitted(session)
    claim = decisions.take_next(session, reviewer, NOW)
    assert claim is not None
    row = relatives.declare(session, reviewer, NOW, name=factories.purchase(0).buyer.name, relation="子女")
    with pytest.raises(NotAllowed, match="亲属"):
        decisions.approve(session, reviewer, NOW, claim.id, claim.fence)
    relatives.remove(session, reviewer, NOW, row.public_id)
    decisions.approve(session, reviewer, NOW, claim.id, claim.fence)


def test_declaring_the_same_twice_is_one_and_only_ones_own_is_removed(session: Session, reviewer: Actor) -> None:
    for _ in range(2):
        row = relatives.declare(session, reviewer, NOW, name="样例乙", relation="配偶")
    assert len(session.scalars(select(Relative)).all()) == 1
    with pytest.raises(NotFound):
        relatives.remove(session, factories.actor(session, "reviewer"), NOW, row.public_id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"relation": "邻居"}, "relation"),
        ({"id_number": "140522199001011235"}, "id_number"),
    ],
)
def test_a_declaration_that_does_not_hold(session: Session, reviewer: Actor, given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        relatives.declare(session, reviewer, NOW, **{"name": "样例乙", "relation": "配偶"} | given)
    assert field in refused.value.fields


def test_the_claim_of_ones_own_organisation_goes_to_somebody_else(session: Session) -> None:
    clerk = factories.user(session, "dealer")
    colleague = factories.actor(session, "reviewer", organisation_id=clerk.organisation_id)
    claim = _submitted(session, by=clerk)
    assert decisions.take_next(session, colleague, NOW) is None
    assert decisions.take_next(session, factories.actor(session, "reviewer"), NOW) is claim


def test_a_skipped_claim_keeps_its_place_and_comes_back_after_others_had_it(session: Session, reviewer: Actor) -> None:
    first, second = _submitted(session, 0), _submitted(session, 1)
    assert decisions.take_next(session, reviewer, NOW) is first
    with pytest.raises(InvalidValue, match="跳过的原因"):
        leases.skip(session, reviewer, NOW, first.id, first.fence, reason=" ")
    leases.skip(session, reviewer, NOW, first.id, first.fence, reason=REASON)
    assert (first.state, first.ticket, first.reviewer_id) == ("submitted", 1, None)
    assert decisions.take_next(session, reviewer, NOW) is second
    assert "跳过" in _why(session, second)
    other = factories.actor(session, "reviewer")
    assert decisions.take_next(session, other, NOW) is first
    leases.put_back(session, other, NOW, first.id, first.fence)
    leases.put_back(session, reviewer, NOW, second.id, second.fence)
    assert decisions.take_next(session, reviewer, NOW) is first
    assert session.scalars(select(ClaimSkip.reason)).all() == [REASON]


def test_the_lead_takes_a_lease_back_and_the_reviewer_is_told(session: Session, reviewer: Actor) -> None:
    lead = factories.actor(session, "lead")
    claim = _submitted(session)
    decisions.take_next(session, reviewer, NOW)
    fence = claim.fence
    with pytest.raises(IllegalMove):
        leases.take_back(session, reviewer, NOW, claim.id, fence, reason=REASON)
    with pytest.raises(InvalidValue):
        leases.take_back(session, lead, NOW, claim.id, fence, reason="")
    with pytest.raises(Stale):
        leases.take_back(session, lead, NOW, claim.id, fence - 1, reason=REASON)
    leases.take_back(session, lead, NOW, claim.id, fence, reason=REASON)
    assert (claim.state, claim.ticket, claim.reviewer_id) == ("submitted", 1, None)
    with pytest.raises(Stale, match=REASON):
        decisions.approve(session, reviewer, NOW, claim.id, fence)
    assert [lost.reason for lost in queries.taken_back(session, reviewer, NOW)] == [REASON]
    assert queries.taken_back(session, lead, NOW) == ()


def test_the_leads_page_counts_what_is_held_waits_and_was_skipped(session: Session, reviewer: Actor) -> None:
    for index in range(3):
        _submitted(session, index)
    claim = decisions.take_next(session, reviewer, NOW)
    assert claim is not None
    leases.skip(session, reviewer, NOW, claim.id, claim.fence, reason=REASON)
    decisions.take_next(session, reviewer, NOW)
    board = queries.board(session, NOW)
    assert [(held.ticket, held.since) for held in board.held] == [(2, NOW)]
    assert [row.counts for row in board.ages] == [(2, 0, 0, 0)]
    skipper = board.skippers[0]
    assert (skipper.taken, [(skip.reason, skip.waiting) for skip in skipper.skips]) == (2, [(REASON, True)])
