"""Second look: nothing is carried out on one word; two who agree carry it out, else the lead decides."""

from __future__ import annotations

from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.errors import NotAllowed
from reviewapp.models import Actor, Claim, Decision, Event, Opinion, Outbox
from reviewapp.policy import SecondLook
from reviewapp.policy.second_look import sampled
from reviewapp.queries.opinions import opinions_of
from reviewapp.services import decisions, funds, leases, queue, second_look
from reviewapp.services.audit_walk import Walk
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

AWARD = 400_000
OVER = SecondLook(over_fen=AWARD - 1)


@given(percent=st.integers(1, 100), chances=st.lists(st.floats(0, 1), max_size=120))
def test_the_share_runs_with_the_decisions_whatever_is_drawn(percent: int, chances: list[float]) -> None:
    taken = 0
    for decided, chance in enumerate(chances, 1):
        taken += sampled(percent, decided, taken, chance)
        assert floor(decided * percent / 100) <= taken <= ceil(decided * percent / 100)


@pytest.fixture
def people(session: Session) -> tuple[Actor, Actor, Actor]:
    """First, second, lead."""
    return tuple(factories.actor(session, role) for role in ("reviewer", "reviewer", "lead"))


@pytest.fixture
def over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look, "rule_of", lambda claim: OVER)


def _taken(session: Session, actor: Actor, index: int | None = 0) -> Claim:
    if index is not None:
        draft = factories.complete_draft(session, index)
        queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    claim = decisions.take_next(session, actor, NOW)
    assert claim is not None
    return claim


def _approve(session: Session, actor: Actor, claim: Claim, award: int | None = None) -> Decision | Opinion:
    return decisions.approve(
        session, actor, NOW, claim.id, claim.fence, award_fen=award, reason="样例原因" if award else ""
    )


def _reject(session: Session, actor: Actor, claim: Claim) -> Decision | Opinion:
    return decisions.reject(session, actor, NOW, claim.id, claim.fence, clause="七(二)", reason="样例原因")


@both_databases
@pytest.mark.usefixtures("over")
def test_a_first_word_moves_no_money_and_is_hidden_from_the_second(
    session: Session, people: tuple[Actor, Actor, Actor]
) -> None:
    first, second, _ = people
    claim = _taken(session, first)
    assert isinstance(_approve(session, first, claim), Opinion)
    assert (claim.state, claim.ticket, claim.reserved_fen, claim.award_fen) == ("submitted", 1, AWARD, None)
    assert (claim.pool.reserved, claim.pool.committed) == (AWARD, 0)
    assert session.scalar(select(func.count()).select_from(Decision)) == 0
    assert session.scalar(select(func.count()).select_from(Outbox).where(Outbox.topic == "payout.order")) == 0
    assert decisions.take_next(session, first, NOW) is None
    with pytest.raises(NotAllowed, match="另一人"):
        leases.take_out_of_turn(session, first, NOW, claim.id, reason="样例")
    assert _taken(session, second, None) is claim
    assert (opinions_of(session, second, claim), len(opinions_of(session, first, claim))) == ((), 1)
    assert isinstance(_approve(session, second, claim), Decision)
    assert (claim.state, claim.award_fen, claim.second_look, claim.pool.committed) == ("approved", AWARD, None, AWARD)
    assert len(opinions_of(session, second, claim)) == 1
    assert funds.verify(session) == []
    Walk(session, claim.pool).on()


@both_databases
@pytest.mark.usefixtures("over")
def test_two_who_do_not_agree_leave_it_to_the_lead(session: Session, people: tuple[Actor, Actor, Actor]) -> None:
    first, second, lead = people
    claim = _taken(session, first)
    _reject(session, first, claim)
    _taken(session, second, None)
    opinion = _approve(session, second, claim)
    assert isinstance(opinion, Opinion)
    assert (claim.state, claim.second_look, claim.reserved_fen) == ("special_review", "disputed", AWARD)
    assert decisions.take_next(session, first, NOW) is None
    _taken(session, lead, None)
    assert len(opinions_of(session, lead, claim)) == 2
    assert isinstance(_approve(session, lead, claim), Decision)
    assert (claim.state, claim.second_look) == ("approved", None)
    assert funds.verify(session) == []
    Walk(session, claim.pool).on()


@both_databases
@pytest.mark.usefixtures("over")
def test_another_amount_is_no_agreement(session: Session, people: tuple[Actor, Actor, Actor]) -> None:
    first, second, _ = people
    claim = _taken(session, first)
    _approve(session, first, claim)
    _taken(session, second, None)
    _approve(session, second, claim, award=100_000)
    assert claim.second_look == "disputed"


@both_databases
@pytest.mark.usefixtures("over")
def test_a_rejection_that_both_want_is_carried_out(session: Session, people: tuple[Actor, Actor, Actor]) -> None:
    first, second, _ = people
    claim = _taken(session, first)
    _reject(session, first, claim)
    assert claim.reserved_fen == AWARD
    _taken(session, second, None)
    _reject(session, second, claim)
    assert (claim.state, claim.reserved_fen) == ("rejected", 0)


@pytest.mark.usefixtures("over")
@pytest.mark.parametrize("end", ["return", "withdraw", "hand_over"])
def test_what_ends_a_second_look(session: Session, people: tuple[Actor, Actor, Actor], end: str) -> None:
    first, second, _ = people
    claim = _taken(session, first)
    _approve(session, first, claim)
    if end == "withdraw":
        queue.withdraw(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
    else:
        _taken(session, second, None)
    if end == "return":
        named = {"applicant.phone": "请核对"}
        decisions.return_for_correction(session, second, NOW, claim.id, claim.fence, items=named)
    if end == "hand_over":
        decisions.hand_to_lead(session, second, NOW, claim.id, claim.fence, reason="样例原因")
    expected = {
        "return": ("returned", None),
        "withdraw": ("withdrawn", None),
        "hand_over": ("special_review", "disputed"),
    }
    assert (claim.state, claim.second_look) == expected[end]


def test_a_share_of_each_reviewers_decisions_waits(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look, "rule_of", lambda claim: SecondLook(percent=50))
    reviewer = factories.actor(session, "reviewer")
    kept = 0
    for index in range(6):
        kept += isinstance(_approve(session, reviewer, _taken(session, reviewer, index)), Opinion)
    assert kept == 3
    by_grounds = session.scalars(select(Opinion.grounds)).all()
    assert set(by_grounds) == {"share"}
    assert session.scalar(select(func.count()).select_from(Event).where(Event.action == "first_look")) == 3


def test_without_a_rule_nobody_looks_twice(session: Session, people: tuple[Actor, Actor, Actor]) -> None:
    assert isinstance(_approve(session, people[0], _taken(session, people[0])), Decision)
