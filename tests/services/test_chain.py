"""What is linked when, in which order, and that nothing of a row stays outside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue
from reviewapp.models import SYSTEM, Actor, Claim, Decision, Evaluation, Event, Link
from reviewapp.services import chain, decisions, queue, trail
from tests import factories
from tests.factories import NOW
from tests.factories.trails import AWARD
from tests.support.both import both_databases

#: Columns of a claim that change in its course; the walk compares state and award with what the chain says.
_CHANGING = {
    "public_id", "form_key", "state", "revision", "changed_at", "special", "submitted_from", "wanted_fen",
    "reserved_fen", "award_fen", "reviewer_id", "lease_until", "fence", "correction_until", "approved_at",
    "kept_for_id", "kept_until", "second_look", "first_by_id", "published_at", "open_objections", "erased_at",
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "covered", "but"),
    [
        (Event, chain.EVENT, set()),
        (Evaluation, chain.EVALUATION, set()),
        (Decision, chain.DECISION, set()),
        (Claim, chain.CLAIM, _CHANGING),
    ],
)
def test_every_column_is_in_the_content(table: type, covered: tuple[str, ...], but: set[str]) -> None:
    """A column that is added later needs another form of content, under another name."""
    assert {column.name for column in table.__table__.columns} == {*covered, *but}


def _links(session: Session) -> list[tuple[int, int | None, str]]:
    rows = select(Link.number, Claim.ticket, Event.action).join(Event, Event.id == Link.event_id).join(Claim)
    return [tuple(row) for row in session.execute(rows.order_by(Link.pool_id, Link.number))]


def _put_in(session: Session, amount_fen: int = AWARD, **columns: object) -> Claim:
    draft = factories.claim(session, pool=factories.pool(session, 3 * AWARD), **columns)
    by = Actor.of(draft.entered_by)
    trail.record(session, draft, by, NOW, "create")
    queue.enter(session, by, NOW, draft, wanted_fen=amount_fen)
    return draft


@both_databases
def test_a_claim_is_linked_from_its_submission_on_with_all_that_came_before(session: Session) -> None:
    factories.claim(session, pool=factories.pool(session, 3 * AWARD))
    first = _put_in(session)
    draft = factories.claim(session)
    trail.record(session, draft, SYSTEM, NOW, "change_paper", reason="识别 样例.jpg：身份证")
    queue.withdraw(session, Actor.of(first.entered_by), NOW, first.id, first.revision)
    assert _links(session) == [(1, 1, "create"), (2, 1, "submit"), (3, 1, "withdraw")]


def test_promotions_are_linked_behind_what_set_the_money_free(session: Session) -> None:
    claims = [_put_in(session, 2 * AWARD) for _ in range(2)]
    queue.withdraw(session, Actor.of(claims[0].entered_by), NOW, claims[0].id, claims[0].revision)
    assert [(ticket, action) for _, ticket, action in _links(session)][-2:] == [(1, "withdraw"), (2, "promote")]


def test_links_are_salted(session: Session) -> None:
    _put_in(session)
    salts = session.scalars(select(Link.salt)).all()
    assert len(set(salts)) == 2
    assert {len(salt) for salt in salts} == {16}


@both_databases
def test_who_takes_a_claim_out_of_turn_says_why(session: Session) -> None:
    claims = [_put_in(session) for _ in range(2)]
    lead = factories.actor(session, "lead")
    with pytest.raises(InvalidValue, match="原因"):
        decisions.take_out_of_turn(session, lead, NOW, claims[1].id, reason=" ")
    taken = decisions.take_out_of_turn(session, lead, NOW, claims[1].id, reason="申领人急需")
    assert (taken.state, taken.reviewer_id) == ("in_review", lead.id)
    assert session.scalars(select(Event.reason).where(Event.action == "take")).all() == ["申领人急需"]
    with pytest.raises(IllegalMove):
        decisions.take_out_of_turn(session, lead, NOW, claims[1].id, reason="申领人急需")


def test_a_programme_that_is_not_reviewed_yet_is_passed_over_with_a_reason(session: Session) -> None:
    """xiangning-2023 has one programme, so one that waits for its day is made up from another scheme's."""
    early = _put_in(session, scheme_code="yangcheng-2023", programme="motorcycle-scrap")
    _put_in(session)
    own = factories.user(session, "reviewer")
    early.submitter_role, early.entered_by_id = "dealer", own.id
    session.flush()
    taken = decisions.take_next(session, Actor.of(own), NOW)
    assert taken is not None
    assert taken.ticket == 2
    (reason,) = session.scalars(select(Event.reason).where(Event.action == "take"))
    assert reason == "跳过更早的 1 份（最前为排队号 1）：由领取人本人录入，须由他人审核"


def test_in_turn_there_is_nothing_to_say(session: Session) -> None:
    _put_in(session)
    decisions.take_next(session, factories.actor(session, "reviewer"), NOW)
    assert session.scalars(select(Event.reason).where(Event.action == "take")).all() == [None]


@both_databases
def test_what_is_older_than_the_chain_is_linked_once(session: Session) -> None:
    """As after an upgrade: claims with a history, and not a link."""
    for state in ("submitted", "returned"):
        claim = factories.claim(session, state)
        session.add(Event(claim_id=claim.id, at=NOW, actor_role="system", action="submit", to_state="submitted"))
        session.flush()
    returned = session.scalars(select(Claim).where(Claim.state == "returned")).one()
    session.add(_decision(session, returned))
    session.add(
        Event(
            claim_id=returned.id, at=NOW + timedelta(1), actor_role="reviewer", action="return",
            from_state="submitted", to_state="returned",
        )
    )  # fmt: skip
    session.flush()
    assert chain.adopt(session) == 3
    assert chain.adopt(session) == 0
    assert session.scalars(select(Link.late)).all() == [True] * 3
    assert _links(session) == [(1, 1, "submit"), (2, 2, "submit"), (3, 2, "return")]


def _decision(session: Session, claim: Claim) -> Decision:
    return Decision(
        claim_id=claim.id, fence=1, action="return", reviewer_id=factories.user(session, "reviewer").id,
        evaluation_id=factories.evaluation(session, claim).id, reason="看不清", deadline=NOW, at=NOW,
    )  # fmt: skip
