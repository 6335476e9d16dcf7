"""What a reviewer settles before deciding: readings, waivers, notes; under the fence, on the trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue, NotFound, Stale
from reviewapp.models import Actor, Claim, ClaimKey, Evaluation, Event, Fact, Waiver
from reviewapp.queries.corrections import corrections
from reviewapp.services import checking, decisions, leases, prefill, queue, review
from reviewapp.services.editing import FactChange
from tests import factories
from tests.factories import NOW
from tests.factories.facts import KINDS
from tests.factories.papers import paper
from tests.support.both import both_databases

OWNER = "测试由"


@pytest.fixture
def reviewer(session: Session) -> Actor:
    return factories.actor(session, "reviewer")


def _held(session: Session, reviewer: Actor, *, doubtful: str = OWNER) -> tuple[Claim, FactChange]:
    """A claim in the reviewer's hands whose licence's owner was read as `doubtful`, and that field."""
    draft = factories.complete_draft(session, without=("vehicle_licence",))
    values = {**factories.purchase().paper_values("vehicle_licence"), "owner": doubtful, "seats": None}
    licence = paper(session, draft, "vehicle_licence", values, doubtful=("owner",))
    queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    claim = decisions.take_next(session, reviewer, NOW)
    assert claim is not None
    return claim, FactChange("paper", licence.public_id, "owner", None)


def _said(field: FactChange, value: object) -> FactChange:
    return FactChange(field.section, field.paper, field.field, value)


@both_databases
def test_a_correction_is_a_new_fact_under_the_reviewers_name_and_is_checked_at_once(
    session: Session, reviewer: Actor
) -> None:
    claim, field = _held(session, reviewer)
    assert checking.latest(session, claim).outcome == "unsure"
    buyer = factories.purchase().buyer.name
    evaluation = review.correct(session, reviewer, NOW, claim.id, claim.fence, _said(field, buyer))
    assert evaluation.outcome == "pass"
    rows = session.scalars(select(Fact).where(Fact.field == "owner").order_by(Fact.id)).all()
    assert [(row.value, row.source, row.by_id) for row in rows[-2:]] == [
        (OWNER, "reading", None),
        (buyer, "person", reviewer.id),
    ]
    events = session.scalars(select(Event.action).where(Event.claim_id == claim.id).order_by(Event.id)).all()
    assert events[-2:] == ["change_fact", "check"]
    assert corrections(session, claim.id).corrected == 1


def test_an_accepted_reading_is_no_longer_doubtful(session: Session, reviewer: Actor) -> None:
    claim, field = _held(session, reviewer, doubtful=factories.purchase().buyer.name)
    assert review.accept(session, reviewer, NOW, claim.id, claim.fence, field).outcome == "pass"
    assert corrections(session, claim.id).confirmed == 1
    before = session.scalar(select(func.count()).select_from(Fact))
    review.accept(session, reviewer, NOW, claim.id, claim.fence, field)
    assert session.scalar(select(func.count()).select_from(Fact)) == before, "there was nothing more to say"


def test_a_corrected_number_is_what_later_claims_are_compared_with(session: Session, reviewer: Actor) -> None:
    claim, field = _held(session, reviewer)
    vin = FactChange("paper", field.paper, "vin", "LSVAA4188E2184847")
    before = set(session.scalars(select(ClaimKey.token).where(ClaimKey.claim_id == claim.id)))
    assert review.correct(session, reviewer, NOW, claim.id, claim.fence, vin).outcome == "fail"
    after = set(session.scalars(select(ClaimKey.token).where(ClaimKey.claim_id == claim.id)))
    assert len(after - before) == 1


def test_what_a_field_cannot_say_is_refused_with_its_name(session: Session, reviewer: Actor) -> None:
    claim, field = _held(session, reviewer)
    date = FactChange("paper", field.paper, "issue_date", "2024-02-30")
    with pytest.raises(InvalidValue, match=r"发证日期.*没有这一天"):
        review.correct(session, reviewer, NOW, claim.id, claim.fence, date)
    with pytest.raises(InvalidValue, match="没有读出内容"):
        review.accept(session, reviewer, NOW, claim.id, claim.fence, FactChange("paper", field.paper, "seats", None))
    with pytest.raises(NotFound):
        review.correct(session, reviewer, NOW, claim.id, claim.fence, FactChange("paper", "gone", "owner", "测试甲"))


def test_a_reviewer_does_not_say_where_the_money_goes(session: Session, reviewer: Actor) -> None:
    claim, _ = _held(session, reviewer)
    other = FactChange("account", None, "card_number", factories.purchase(1).card.number)
    with pytest.raises(InvalidValue, match="收款账户只能由提交人"), session.begin_nested():
        review.correct(session, reviewer, NOW, claim.id, claim.fence, other)
    same = FactChange("account", None, "card_number", factories.purchase().card.number)
    assert review.correct(session, reviewer, NOW, claim.id, claim.fence, same).outcome == "unsure"


def test_an_account_that_follows_its_paper_is_not_moved_through_the_paper(session: Session, reviewer: Actor) -> None:
    bought = factories.purchase()
    draft = factories.claim(session, pool=factories.pool(session, 10_000_000, scheme_code="yangcheng-2023"))
    for section, values in {"applicant": {"phone": bought.buyer.phone}, "account": {"kind": "debit"}}.items():
        factories.add_facts(session, draft, section, values)
    papers = {kind: {} if kind == "car_photo" else bought.paper_values(kind) for kind in KINDS}
    read = {kind: paper(session, draft, kind, values) for kind, values in papers.items()}
    prefill.refresh(session, draft, NOW)
    queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    claim = decisions.take_next(session, reviewer, NOW)
    assert claim is not None
    other = FactChange("paper", read["bank_card"].public_id, "card_number", factories.purchase(1).card.number)
    with pytest.raises(InvalidValue, match="收款账户只能由提交人"):
        review.correct(session, reviewer, NOW, claim.id, claim.fence, other)


def test_only_who_holds_the_claim_settles_anything(session: Session, reviewer: Actor) -> None:
    claim, field = _held(session, reviewer)
    other = factories.actor(session, "reviewer")
    change = _said(field, "测试甲")
    with pytest.raises(Stale):
        review.correct(session, other, NOW, claim.id, claim.fence, change)
    with pytest.raises(Stale):
        review.waive(session, reviewer, NOW, claim.id, claim.fence - 1, check="same_buyer", reason="样例")
    leases.release_expired(session, NOW + timedelta(hours=1))
    for verb, about in ((review.correct, (change,)), (review.accept, (field,))):
        with pytest.raises(Stale):
            verb(session, reviewer, NOW, claim.id, claim.fence, *about)
    with pytest.raises(Stale):
        review.note(session, reviewer, NOW, claim.id, claim.fence, text="样例")


def test_with_every_doubt_waived_approving_needs_no_other_reason(session: Session, reviewer: Actor) -> None:
    claim, _ = _held(session, reviewer)
    with pytest.raises(InvalidValue, match="理由"):
        decisions.approve(session, reviewer, NOW, claim.id, claim.fence)
    doubts = review.open_findings(session, claim, checking.latest(session, claim))
    assert doubts
    for doubt in doubts:
        review.waive(session, reviewer, NOW, claim.id, claim.fence, check=doubt["check"], reason="已核对原件。")
    assert decisions.approve(session, reviewer, NOW, claim.id, claim.fence).action == "approve"
    told = session.scalars(select(Event).where(Event.action == "waive")).first()
    assert told is not None
    assert "已核对原件。" in told.reason


def test_a_waiver_needs_a_reason_and_an_unsure_finding(session: Session, reviewer: Actor) -> None:
    claim, field = _held(session, reviewer)
    with pytest.raises(InvalidValue, match="理由"):
        review.waive(session, reviewer, NOW, claim.id, claim.fence, check="same_buyer", reason=" ")
    with pytest.raises(InvalidValue, match="不需要核实"):
        review.waive(session, reviewer, NOW, claim.id, claim.fence, check="debit_card", reason="样例")
    review.correct(session, reviewer, NOW, claim.id, claim.fence, _said(field, "样例乙"))
    assert checking.latest(session, claim).outcome == "fail"
    with pytest.raises(InvalidValue, match="不需要核实"):
        review.waive(session, reviewer, NOW, claim.id, claim.fence, check="same_buyer", reason="样例")


def test_a_waiver_ends_when_the_finding_says_something_else(session: Session, reviewer: Actor) -> None:
    claim, field = _held(session, reviewer)
    review.waive(session, reviewer, NOW, claim.id, claim.fence, check="same_buyer", reason="样例")
    with pytest.raises(InvalidValue, match="已经免予核实"):
        review.waive(session, reviewer, NOW, claim.id, claim.fence, check="same_buyer", reason="样例")
    owner = factories.purchase().buyer.name[:-1] + "丙"
    review.correct(session, reviewer, NOW, claim.id, claim.fence, _said(field, owner))
    evaluation = checking.latest(session, claim)
    assert [one["check"] for one in review.open_findings(session, claim, evaluation)] == ["same_buyer"]
    assert not review.settled(session, claim, evaluation)


@both_databases
def test_a_waiver_stays_as_it_was_given(session: Session, reviewer: Actor) -> None:
    claim, _ = _held(session, reviewer)
    waiver = review.waive(session, reviewer, NOW, claim.id, claim.fence, check="same_buyer", reason="样例")
    session.flush()
    waiver.reason = "另一个理由"
    with pytest.raises(DatabaseError, match="append-only"):
        session.flush()
    session.rollback()


def test_a_note_is_on_the_trail(session: Session, reviewer: Actor) -> None:
    claim, _ = _held(session, reviewer)
    with pytest.raises(InvalidValue, match="备注"):
        review.note(session, reviewer, NOW, claim.id, claim.fence, text="  ")
    review.note(session, reviewer, NOW, claim.id, claim.fence, text=" 样例备注 ")
    event = session.scalars(select(Event).where(Event.action == "note")).one()
    assert (event.reason, event.actor_id, event.to_state) == ("样例备注", reviewer.id, "in_review")


def test_a_skipped_claim_goes_back_with_the_reason(session: Session, reviewer: Actor) -> None:
    claim, _ = _held(session, reviewer)
    assert leases.next_waiting(session, reviewer, NOW) is None
    with pytest.raises(InvalidValue, match="原因"):
        decisions.skip(session, reviewer, NOW, claim.id, claim.fence, reason="")
    decisions.skip(session, reviewer, NOW, claim.id, claim.fence, reason="等待回电")
    assert (claim.state, claim.reviewer_id) == ("submitted", None)
    assert "等待回电" in session.scalars(select(Event.reason).where(Event.action == "put_back")).one()
    ahead = leases.next_waiting(session, reviewer, NOW)
    assert ahead is not None
    assert (ahead.id, ahead.state, ahead.reviewer_id) == (claim.id, "submitted", None), "only looked at"
    assert session.scalar(select(func.count()).select_from(Waiver)) == 0
    assert session.scalar(select(func.count()).select_from(Evaluation)) == 1
