"""Putting in, putting in again, taking back, lapsing: ticket, money and messages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, Incomplete, InvalidValue, NotFound, Stale
from reviewapp.models import Actor, Claim, ClaimKey, Evaluation, Event, Posting, Upload
from reviewapp.services import funds, queue
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

pytestmark = both_databases

AWARD = 400_000


def _submit(session: Session, claim: Claim, **changed: object) -> Claim:
    asked = {
        "actor": Actor.of(claim.entered_by),
        "now": NOW,
        "claim_id": claim.id,
        "revision": claim.revision,
    } | changed
    return queue.submit(session, **asked | changed)


def test_a_complete_draft_gets_ticket_number_and_its_award_reserved(session: Session) -> None:
    claim = _submit(session, factories.complete_draft(session))
    assert (claim.state, claim.ticket, claim.number) == ("submitted", 1, "yangcheng-2023-car-000001")
    assert (claim.reserved_fen, claim.submitted_at, claim.pool.reserved) == (AWARD, NOW, AWARD)
    evaluation = session.scalars(select(Evaluation)).one()
    assert (evaluation.outcome, evaluation.award_fen) == ("pass", AWARD)
    event = session.scalars(select(Event).where(Event.action == "submit")).one()
    assert (event.from_state, event.to_state, event.evaluation_id) == ("draft", "submitted", evaluation.id)
    kinds = {"id_number", "name", "vin", "invoice", "card", "payment", "phone"}
    assert {key.kind for key in session.scalars(select(ClaimKey))} == kinds
    assert queue.place(session, claim) == 1


def test_what_the_pool_cannot_carry_waits_and_nobody_overtakes(session: Session) -> None:
    claims = [factories.complete_draft(session, index, amount_fen=AWARD + 200_000) for index in range(2)]
    cheap = factories.complete_draft(session, 2, bought=factories.purchase(2, total="35000.00"))
    for claim in (*claims, cheap):
        _submit(session, claim)
    assert [claim.state for claim in (*claims, cheap)] == ["submitted", "waitlist", "waitlist"]
    assert (cheap.wanted_fen, cheap.reserved_fen, cheap.pool.available) == (200_000, 0, 200_000)
    assert [queue.place(session, claim) for claim in (*claims, cheap)] == [1, 2, 3]


def test_a_withdrawn_claims_money_goes_to_the_head_of_the_waitlist(session: Session) -> None:
    first, second, third = (factories.complete_draft(session, index, amount_fen=AWARD) for index in range(3))
    for claim in (first, second, third):
        _submit(session, claim)
    queue.withdraw(session, Actor.of(first.entered_by), NOW, first.id, first.revision)
    assert [claim.state for claim in (first, second, third)] == ["withdrawn", "submitted", "waitlist"]
    assert funds.verify(session) == []


def test_withdrawing_the_head_of_the_waitlist_lets_the_next_one_in(session: Session) -> None:
    first = factories.complete_draft(session, 0, amount_fen=AWARD + 200_000)
    head = factories.complete_draft(session, 1)
    cheap = factories.complete_draft(session, 2, bought=factories.purchase(2, total="35000.00"))
    for claim in (first, head, cheap):
        _submit(session, claim)
    queue.withdraw(session, Actor.of(head.entered_by), NOW, head.id, head.revision)
    assert (head.state, cheap.state, cheap.pool.available) == ("withdrawn", "submitted", 0)


def test_a_draft_is_withdrawn_without_touching_money(session: Session) -> None:
    draft = factories.complete_draft(session)
    queue.withdraw(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    assert draft.state == "withdrawn"
    assert draft.ticket is None


def test_the_same_form_sent_twice_is_one_submission(session: Session) -> None:
    draft = factories.complete_draft(session)
    revision = draft.revision
    assert _submit(session, draft, revision=revision).ticket == 1
    assert _submit(session, draft, revision=revision).ticket == 1
    assert session.scalar(select(func.count()).where(Posting.reason == "submit")) == 1
    assert session.scalar(select(func.count()).where(Event.action == "submit")) == 1


def test_a_stale_form_is_refused(session: Session) -> None:
    draft = factories.complete_draft(session, 0)
    with pytest.raises(Stale):
        _submit(session, draft, revision=draft.revision + 1)
    _submit(session, draft)
    with pytest.raises(Stale):
        _submit(session, draft, revision=draft.revision + 5)
    with pytest.raises(Stale):
        queue.withdraw(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision - 1)
    assert draft.state == "submitted"


def test_a_submitted_claim_is_not_submitted_again_from_its_new_page(session: Session) -> None:
    claim = _submit(session, factories.complete_draft(session))
    with pytest.raises(IllegalMove, match="已提交"):
        _submit(session, claim)


def test_missing_papers_are_named(session: Session) -> None:
    draft = factories.complete_draft(session, without=("pos_slip", "car_photo"))
    with pytest.raises(Incomplete) as refused:
        _submit(session, draft)
    assert len(refused.value.missing) == 2
    assert all(title in refused.value.message for title in refused.value.missing)
    assert (draft.state, draft.ticket) == ("draft", None)


def test_a_file_that_is_still_being_read_is_waited_for(session: Session) -> None:
    draft = factories.complete_draft(session)
    session.add(
        Upload(
            claim_id=draft.id, uploaded_by_id=draft.entered_by_id, sha256="0" * 64, size=1, media_type="image/png",
            name="样例.png", created_at=NOW,
        )
    )  # fmt: skip
    with pytest.raises(Incomplete, match="1 个文件"):
        _submit(session, draft)


@pytest.mark.parametrize(
    ("days", "words"), [(-20, "还没有开始受理"), (21, "受理已经截止")], ids=["too early", "too late"]
)
def test_outside_the_window_the_draft_stays_and_the_window_is_named(session: Session, days: int, words: str) -> None:
    draft = factories.complete_draft(session)
    with pytest.raises(InvalidValue, match=words) as refused:
        _submit(session, draft, now=NOW + timedelta(days=days))
    assert "2023-12-27" in refused.value.message
    assert draft.state == "draft"


def test_a_price_below_every_tier_has_no_award(session: Session) -> None:
    bought = factories.purchase(total="29999.99")
    with pytest.raises(InvalidValue, match="没有补贴"):
        _submit(session, factories.complete_draft(session, bought=bought))


def test_failing_checks_do_not_block(session: Session) -> None:
    draft = factories.complete_draft(session)
    factories.add_facts(session, draft, "account", {"holder": "样例乙"})
    claim = _submit(session, draft)
    assert claim.state == "submitted"
    assert session.scalars(select(Evaluation)).one().outcome == "fail"


@pytest.mark.parametrize("action", ["submit", "resubmit", "withdraw"])
def test_another_claimants_claim_looks_as_if_it_were_not_there(session: Session, action: str) -> None:
    claim = factories.complete_draft(session)
    with pytest.raises(NotFound):
        getattr(queue, action)(session, factories.actor(session), NOW, claim.id, claim.revision)


def test_a_colleague_of_the_same_dealer_may_submit(session: Session) -> None:
    clerk = factories.user(session, "dealer")
    colleague = factories.actor(session, "dealer", organisation_id=clerk.organisation_id)
    claim = factories.complete_draft(session, by=clerk)
    assert queue.submit(session, colleague, NOW, claim.id, claim.revision).state == "submitted"


def test_a_claim_that_is_not_there(session: Session) -> None:
    for verb in (queue.submit, queue.resubmit, queue.withdraw):
        with pytest.raises(NotFound):
            verb(session, factories.actor(session), NOW, 999, 0)


def _returned(session: Session, index: int = 0) -> Claim:
    claim = _submit(session, factories.complete_draft(session, index, amount_fen=AWARD + 100_000))
    claim.state, claim.correction_until = "returned", NOW + timedelta(days=5)
    session.flush()
    return claim


def _resubmit(session: Session, claim: Claim, **changed: object) -> Claim:
    asked = {
        "actor": Actor.of(claim.entered_by),
        "now": NOW,
        "claim_id": claim.id,
        "revision": claim.revision,
    } | changed
    return queue.resubmit(session, **asked | changed)


def test_a_mended_claim_keeps_ticket_and_reservation(session: Session) -> None:
    claim = _returned(session)
    revision = claim.revision
    _resubmit(session, claim)
    assert (claim.state, claim.ticket, claim.reserved_fen) == ("submitted", 1, AWARD)
    assert claim.correction_until is None
    assert _resubmit(session, claim, revision=revision).revision == revision + 1


def test_a_claim_mended_too_late_is_refused(session: Session) -> None:
    claim = _returned(session)
    with pytest.raises(IllegalMove, match="补正期限"):
        _resubmit(session, claim, now=NOW + timedelta(days=5, seconds=1))


@pytest.mark.parametrize(
    ("more", "reserved", "state"), [(100_000, AWARD + 100_000, "submitted"), (100_001, AWARD, "waitlist")]
)
def test_a_claim_worth_more_takes_the_difference_or_waits_for_it(
    session: Session, more: int, reserved: int, state: str
) -> None:
    claim = _returned(session)
    queue.return_to_line(session, Actor.of(claim.entered_by), NOW, claim, wanted_fen=AWARD + more)
    assert (claim.reserved_fen, claim.wanted_fen, claim.state) == (reserved, AWARD + more, state)
    assert funds.verify(session) == []


def test_a_claim_that_waits_for_more_keeps_what_it_holds_and_comes_before_later_ones(session: Session) -> None:
    claim = _returned(session)
    queue.return_to_line(session, Actor.of(claim.entered_by), NOW, claim, wanted_fen=AWARD + 150_000)
    later = _submit(session, factories.complete_draft(session, 1, amount_fen=AWARD))
    assert (claim.state, later.state, later.pool.available) == ("waitlist", "waitlist", 100_000)
    assert [queue.waiting_before(session, waiting) for waiting in (claim, later)] == [0, 1]
    factories.fund(session, claim.pool, 50_000)
    assert (claim.state, claim.reserved_fen, later.state) == ("submitted", AWARD + 150_000, "waitlist")
    assert funds.verify(session) == []


def test_a_withdrawn_claim_gives_back_what_it_held_while_it_waited_for_more(session: Session) -> None:
    claim = _returned(session)
    queue.return_to_line(session, Actor.of(claim.entered_by), NOW, claim, wanted_fen=AWARD + 150_000)
    queue.withdraw(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
    assert (claim.reserved_fen, claim.pool.available, claim.pool.reserved) == (0, AWARD + 100_000, 0)
    assert funds.verify(session) == []


def test_overdue_returns_lapse_and_their_money_moves_on(session: Session) -> None:
    claim = _returned(session)
    waiting = _submit(session, factories.complete_draft(session, 1))
    assert waiting.state == "waitlist"
    assert queue.lapse_overdue(session, NOW + timedelta(days=5)) == 0
    assert queue.lapse_overdue(session, NOW + timedelta(days=5, seconds=1)) == 1
    assert (claim.state, waiting.state, claim.reserved_fen) == ("lapsed", "submitted", 0)
    assert funds.verify(session) == []


def test_a_draft_has_no_place(session: Session) -> None:
    with pytest.raises(ValueError, match="place"):
        queue.place(session, factories.claim(session))


def test_a_refused_submission_leaves_no_trace(session: Session) -> None:
    with transaction(session):
        draft_id = factories.complete_draft(session, without=("pos_slip",)).id
    claim = session.get_one(Claim, draft_id)
    by, revision = Actor.of(claim.entered_by), claim.revision
    with pytest.raises(Incomplete), transaction(session):
        queue.submit(session, by, NOW, draft_id, revision)
    assert session.scalar(select(func.count()).select_from(Evaluation)) == 0
    assert session.get_one(Claim, draft_id).revision == revision
