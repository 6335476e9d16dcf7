"""Objections during publication: what they hold, who settles them, and an approval that is undone and made again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed
from reviewapp.models import Actor, Claim, Decision, Event, Objection, Opinion, Outbox, Payout, Posting
from reviewapp.policy.workflow import ROLES
from reviewapp.queries import claim_history, public_queue, register, samples, signals
from reviewapp.queries import objections as queries
from reviewapp.services import audit, decisions, funds, objections, payouts, queue, receipts, relatives
from reviewapp.signing import Signer
from tests import factories
from tests.factories import NOW
from tests.factories.objections import objection, published
from tests.support.both import both_databases

SIGNER = Signer(bytes(32))
AWARD = 400_000
DAY = timedelta(days=1)
SAID = objections.Received(NOW.date(), "phone", "车不是他买的。")


@pytest.fixture(autouse=True)
def _five_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both schemes that the factories use publish for five days."""
    for code in ("xiangning-2023", "yangcheng-2023"):
        factories.hold_in_publication(monkeypatch, code, 5)


@pytest.fixture
def lead(session: Session) -> Actor:
    return factories.actor(session, "lead")


OVER = payouts.publication_ends(NOW, 5)


@both_databases
def test_open_objections_hold_the_claim_and_the_last_one_dismissed_lets_it_go(session: Session, lead: Actor) -> None:
    held, free = published(session), published(session)
    first, second = objection(session, held), objection(session, held)
    assert (first.number, second.number, held.open_objections) == (1, 2, 2)
    assert payouts.end_publications(session, OVER + 30 * DAY) == 1
    assert (free.state, held.state) == ("payable", "publication")
    objections.dismiss(session, lead, OVER, first.id, reason="查无此事")
    assert payouts.end_publications(session, OVER + 30 * DAY) == 0
    objections.dismiss(session, lead, OVER, second.id, reason="查无此事")
    assert payouts.end_publications(session, OVER - timedelta(seconds=1)) == 0
    assert payouts.end_publications(session, OVER) == 1
    assert (held.state, first.state, second.settled_by_id) == ("payable", "dismissed", lead.id)
    assert funds.verify(session) == []


def _approved(session: Session, index: int, by: Actor) -> Claim:
    draft = factories.complete_draft(session, index)
    queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    taken = decisions.take_next(session, by, NOW)
    assert taken is not None
    decisions.approve(session, by, NOW, taken.id, taken.fence)
    payouts.order(session, NOW, taken.id)
    return taken


@both_databases
def test_an_approval_is_undone_and_made_again_for_less(session: Session, lead: Actor, tmp_path: Path) -> None:
    reviewer = factories.actor(session, "reviewer")
    claim, behind = (_approved(session, index, reviewer) for index in (0, 1))
    one, other = objection(session, claim), objection(session, claim)
    objections.uphold(session, lead, NOW, one.id, reason="发票金额不实")
    assert (claim.state, claim.ticket, claim.special) == ("special_review", 1, True)
    assert (claim.award_fen, claim.approved_at, claim.published_at) == (None, None, None)
    assert (claim.reserved_fen, claim.wanted_fen, claim.open_objections) == (AWARD, AWARD, 0)
    assert (one.state, other.state, other.joined_to_id, other.settled_by_id) == ("upheld", "joined", one.id, lead.id)
    moved = session.scalars(select(Posting).where(Posting.reason == "uphold_objection")).one()
    assert (moved.from_account, moved.to_account, moved.amount) == ("committed", "reserved", AWARD)
    assert (moved.claim_id, moved.actor_id, moved.document) == (claim.id, lead.id, f"{claim.number} 异议 1")
    assert (claim.pool.reserved, claim.pool.committed) == (AWARD, AWARD)
    assert _is_whole(session, tmp_path, claim, behind)

    again = decisions.take_next(session, lead, NOW + DAY)
    assert again is claim
    with pytest.raises(InvalidValue, match="因异议撤销"):
        decisions.approve(session, lead, NOW + DAY, claim.id, claim.fence)
    decisions.approve(session, lead, NOW + DAY, claim.id, claim.fence, award_fen=AWARD - 100_000, reason="按实际金额")
    payouts.order(session, NOW + DAY, claim.id)
    assert (claim.state, claim.published_at) == ("publication", NOW + DAY)
    assert payouts.end_publications(session, OVER) == 1, "who is behind; this one is published anew"
    assert payouts.end_publications(session, OVER + DAY) == 1
    instruction = session.scalars(select(Payout).where(Payout.claim_id == claim.id)).one()
    assert (instruction.amount_fen, instruction.approved_at) == (AWARD - 100_000, NOW + DAY)
    assert (claim.pool.reserved, claim.pool.committed) == (0, 2 * AWARD - 100_000)
    assert _is_whole(session, tmp_path, claim, behind)


def _is_whole(session: Session, folder: Path, *claims: Claim) -> bool:
    """The books, the trail, and what the receipts say of the order."""
    session.commit()
    office = audit.Office(SIGNER, folder)
    assert funds.verify(session) == []
    assert [chain.wrong for chain in audit.verify(session, NOW, office)] == [None]
    said = [receipts.issue(session, SIGNER, claim) for claim in claims]
    return all(point.holds for receipt in said for point in receipts.prove(session, SIGNER, receipt))


@pytest.mark.parametrize("how", ["reject", "return"])
def test_it_may_also_be_rejected_or_returned(session: Session, lead: Actor, how: str) -> None:
    claim = _approved(session, 0, factories.actor(session, "reviewer"))
    waiting = factories.claim(session, "waitlist", pool=claim.pool, amount_fen=claim.pool.available + AWARD)
    objections.uphold(session, lead, NOW, objection(session, claim).id, reason="样例原因")
    assert waiting.state == "waitlist", "nothing is free while it is decided anew"
    decisions.take_next(session, lead, NOW)
    if how == "reject":
        decisions.reject(session, lead, NOW, claim.id, claim.fence, clause="七(二)", reason="样例原因")
        assert (claim.state, claim.reserved_fen, waiting.state) == ("rejected", 0, "submitted")
    else:
        asked = {"applicant.phone": "空号"}
        decisions.return_for_correction(session, lead, NOW, claim.id, claim.fence, items=asked, reason="请核对")
        assert (claim.state, claim.reserved_fen) == ("returned", AWARD)
    assert funds.verify(session) == []


def test_who_had_a_part_in_the_approval_does_not_settle(session: Session) -> None:
    claim = published(session)
    row = objection(session, claim)
    approver = Actor("lead", row.approved_by_id)
    entered = Actor("lead", claim.entered_by_id)
    first, kin = factories.actor(session, "lead"), factories.actor(session, "lead")
    session.add(
        Opinion(
            claim_id=claim.id, fence=0, reviewer_id=first.id, evaluation_id=row.decision.evaluation_id,
            action="approve", award_fen=300_000, grounds="amount", at=NOW,
        )
    )  # fmt: skip
    other = _approved(session, 0, factories.actor(session, "reviewer"))
    name = factories.purchase(0).buyer.name
    relatives.declare(session, kin, NOW, name=name, relation="配偶", id_number=factories.purchase(0).buyer.id_number)
    of_kin = objection(session, other)
    outsiders = [Actor(role, first.id) for role in ROLES if role != "lead"]
    for actor, about, said in (
        (approver, row, "您同意通过"),
        (entered, row, "自己录入"),
        (first, row, "您同意通过"),
        (kin, of_kin, "亲属"),
        *((actor, row, "只有复核") for actor in outsiders),
    ):
        for act in (objections.dismiss, objections.uphold):
            with pytest.raises(NotAllowed, match=said):
                act(session, actor, NOW, about.id, reason="样例原因")
    assert {one.state for one in session.scalars(select(Objection))} == {"open"}


@both_databases
def test_raw_sql_settles_nothing_alone_and_lets_no_objected_claim_go(session: Session) -> None:
    claim = published(session)
    row = objection(session, claim)
    session.commit()
    settled = "UPDATE objections SET state = 'joined', joined_to_id = id, settled_at = recorded_at, settled_by_id = "
    for statement in (
        f"{settled} approved_by_id",
        f"{settled} entered_by_id",
        "UPDATE objections SET state = 'upheld'",
        "UPDATE claims SET state = 'payable', published_at = NULL",
        "UPDATE claims SET published_at = NULL",
        "UPDATE claims SET open_objections = -1",
    ):
        with pytest.raises(IntegrityError):
            session.execute(text(statement))
        session.rollback()
    assert row.state == "open"


def test_what_is_settled_stays_so(session: Session, lead: Actor) -> None:
    claim = published(session)
    row = objection(session, claim)
    with pytest.raises(InvalidValue, match="理由"):
        objections.dismiss(session, lead, NOW, row.id, reason=" ")
    objections.dismiss(session, lead, NOW, row.id, reason="查无此事")
    for act in (objections.dismiss, objections.uphold):
        with pytest.raises(IllegalMove, match="已经处理过"):
            act(session, lead, NOW, row.id, reason="样例原因")
    assert (claim.state, claim.open_objections) == ("publication", 0)


def test_the_same_form_twice_is_one_objection(session: Session) -> None:
    claim, reviewer = published(session), factories.actor(session, "reviewer")
    rows = [objections.record(session, reviewer, NOW, claim.id, SAID, form_key="a") for _ in range(2)]
    assert (rows[0] is rows[1], claim.open_objections) == (True, 1)


def test_too_late_or_too_early_says_what_can_be_done(session: Session) -> None:
    expected = {"payable": "跳过这一笔", "failed": "跳过这一笔", "sending": "不能停下", "paid": "提请追回"}
    reviewer = factories.actor(session, "reviewer")
    for state in factories.CLAIM_STATES:
        if state == "publication":
            continue
        claim = factories.claim(session, state)
        with pytest.raises(IllegalMove) as refused:
            objections.record(session, reviewer, NOW, claim.id, SAID, form_key="a")
        assert expected.get(state, "") in refused.value.message
    assert session.scalar(select(func.count()).select_from(Objection)) == 0


def test_what_does_not_hold_is_told_at_its_field(session: Session) -> None:
    claim, reviewer = published(session), factories.actor(session, "reviewer")
    for field, value in (
        ("text", "  "),
        ("text", "长" * 2001),
        ("channel", "pigeon"),
        ("received_on", NOW.date() + DAY),
        ("received_on", NOW.date() - DAY),
        ("raised_by", "长" * 61),
        ("contact", "1" * 121),
    ):
        with pytest.raises(InvalidValue) as refused:
            objections.record(session, reviewer, NOW, claim.id, replace(SAID, **{field: value}), form_key="a")
        assert field in refused.value.fields
    with pytest.raises(NotAllowed):
        objections.record(session, factories.actor(session, "auditor"), NOW, claim.id, SAID, form_key="a")
    assert claim.open_objections == 0


def test_an_instruction_in_publication_stops_everything(session: Session, lead: Actor) -> None:
    """There is none, ever; if there were one, money could go out on an approval that was undone."""
    claim = published(session)
    row = objection(session, claim)
    session.add(
        Payout(
            number="样例", claim_id=claim.id, amount_fen=1, payee={"name": "测试甲"}, approved_at=NOW, created_at=NOW
        )
    )
    session.commit()
    with pytest.raises(RuntimeError, match="instruction"):
        objections.uphold(session, lead, NOW, row.id, reason="样例原因")
    session.rollback()
    assert (row.state, claim.state, claim.pool.committed) == ("open", "publication", 300_000)


def test_the_trail_tells_it_and_the_submitter_only_the_end(session: Session, lead: Actor) -> None:
    claim = published(session)
    row = objection(session, claim, raised_by="样例乙", contact="13900000000")
    topics = select(Outbox.topic).where(Outbox.topic == "claim.notice")
    assert session.scalars(topics).all() == []
    objections.uphold(session, lead, NOW, row.id, reason="查实")
    assert session.scalars(topics).all() == ["claim.notice"]
    told = session.execute(select(Event.action, Event.reason).where(Event.claim_id == claim.id).order_by(Event.id))
    assert [tuple(one) for one in told] == [
        ("publish", None),
        ("object", f"异议 1（来信，2024-01-10 收到）：{row.text}"),
        ("uphold_objection", "异议 1 成立：查实"),
    ]


def test_who_raised_it_is_for_leads_but_not_for_who_approved(session: Session, lead: Actor) -> None:
    claim, recorder = published(session), factories.actor(session, "reviewer")
    row = objection(session, claim, by=recorder, raised_by="样例乙", contact="13900000000")
    approver = Actor("lead", row.approved_by_id)

    def seen(actor: Actor) -> list[tuple[str, str, bool]]:
        return [(one.raised_by, one.contact, one.hidden) for one in queries.of_claim(session, actor, claim)]

    for actor in (lead, recorder):
        assert seen(actor) == [("样例乙", "13900000000", False)]
    for actor in (approver, factories.actor(session, "reviewer"), factories.actor(session, "auditor")):
        assert seen(actor) == [("", "", True)]
    assert seen(Actor.of(claim.entered_by)) == []


def test_the_leads_list_begins_with_what_waits_longest(session: Session) -> None:
    later, earlier, quiet = published(session), published(session), published(session)
    objection(session, later, now=NOW + DAY)
    objection(session, earlier)
    objection(session, earlier, now=NOW + 2 * DAY)
    rows = queries.waiting(session, NOW + 3 * DAY)
    assert [(row.number, row.count, row.days) for row in rows] == [(earlier.number, 2, 3), (later.number, 1, 2)]
    assert quiet.number not in {row.number for row in rows}


def test_a_decision_that_was_undone_is_shown_as_such_and_counts_no_more(session: Session, lead: Actor) -> None:
    claim = _approved(session, 0, factories.actor(session, "reviewer"))
    scheme, auditor = schemes.load(claim.scheme_code), factories.actor(session, "auditor")

    def seen() -> tuple[list[bool], bool, bool, bool]:
        (line,) = register.lines(session, scheme, register.RegisterFilter())
        (ticket,) = public_queue.page(session, claim.pool).rows
        made = [decision.undone for decision in claim_history.decisions(session, claim, named=True)]
        return (
            made,
            bool(line.decided),
            bool(ticket.decided_at),
            bool(signals.of_claim(session, auditor, claim).decided_at),
        )

    assert seen() == ([False], True, True, True)
    objections.uphold(session, lead, NOW, objection(session, claim).id, reason="查实")
    assert seen() == ([True], False, False, False)
    decisions.take_next(session, lead, NOW)
    decisions.approve(session, lead, NOW, claim.id, claim.fence, award_fen=AWARD - 100_000, reason="按实际金额")
    assert seen() == ([True, False], True, True, True)
    assert samples._driven(session, [claim.id])[1] == AWARD - 100_000, "one award a claim, not both"


def test_verify_finds_an_approval_undone_without_its_money(session: Session, lead: Actor) -> None:
    claim = published(session)
    row = objection(session, claim)
    objections.uphold(session, lead, NOW, row.id, reason="查实")
    assert funds.verify(session) == []
    row.state, row.reason, row.joined_to_id = "joined", None, row.id
    assert [(one.where, one.expected, one.found) for one in funds.verify(session)] == [(claim.number, 0, 300_000)]


def test_another_objection_under_the_same_form_is_not_taken_for_the_first(session: Session) -> None:
    claim, reviewer = published(session), factories.actor(session, "reviewer")
    first = objections.record(session, reviewer, NOW, claim.id, SAID, form_key="k")
    assert objections.record(session, reviewer, NOW, claim.id, SAID, form_key="k") is first
    with pytest.raises(IllegalMove, match="已经登记成异议 1"):
        objections.record(session, reviewer, NOW, claim.id, replace(SAID, text="发票是假的。"), form_key="k")


def test_whose_approval_was_undone_last_does_not_approve_again_and_two_leads_get_to_an_end(session: Session) -> None:
    one, other = factories.actor(session, "lead"), factories.actor(session, "lead")
    claim = factories.complete_draft(session)
    queue.submit(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
    for approver, settler in ((one, other), (other, one)):
        assert decisions.take_next(session, approver, NOW) is claim
        decisions.approve(session, approver, NOW, claim.id, claim.fence, reason="已核实")
        payouts.order(session, NOW, claim.id)
        objections.uphold(session, settler, NOW, objection(session, claim).id, reason="须重新核实")
        assert decisions.take_next(session, approver, NOW) is None
    assert decisions.take_next(session, one, NOW) is claim


def test_who_spoke_for_it_is_not_told_who_spoke_against_it(session: Session) -> None:
    claim, lead = published(session), factories.actor(session, "lead")
    decided = session.scalars(select(Decision).where(Decision.claim_id == claim.id)).one()
    session.add(
        Opinion(
            claim_id=claim.id, fence=decided.fence + 1, reviewer_id=lead.id, evaluation_id=decided.evaluation_id,
            action="approve", award_fen=decided.award_fen, reason="", grounds="share", at=NOW,
        )
    )  # fmt: skip
    session.flush()
    objection(session, claim, raised_by="测试乙")
    (seen,) = queries.of_claim(session, lead, claim)
    assert (seen.raised_by, seen.hidden, "同意通过" in seen.refusal) == ("", True, True)
