"""A returned claim: what is named is open, everything else locked, mended parts come back to who returned them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue, NotAllowed
from reviewapp.models import Actor, Claim, ClaimReturn, Event
from reviewapp.queries import mended
from reviewapp.services import decisions, editing, facts, intake, mending, queue
from reviewapp.services.editing import FactChange
from tests import factories
from tests.factories import NOW
from tests.factories.papers import paper
from tests.support.both import both_databases

pytestmark = both_databases


@pytest.fixture
def reviewer(session: Session) -> Actor:
    return factories.actor(session, "reviewer")


def _returned(session: Session, reviewer: Actor, *parts: str, index: int = 0) -> Claim:
    draft = factories.complete_draft(session, index)
    claim = queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    taken = decisions.take_next(session, reviewer, NOW)
    assert taken is claim
    named = {part.format(**_papers(session, claim)): "看不清" for part in parts}
    decisions.return_for_correction(session, reviewer, NOW, claim.id, claim.fence, items=named)
    return claim


def _papers(session: Session, claim: Claim) -> dict[str, str]:
    return {one.paper.kind: one.paper.public_id for one in facts.current(session, claim).papers}


def _set(session: Session, claim: Claim, section: str, field: str, value: str, paper: str | None = None) -> None:
    changes = [FactChange(section, paper, field, value)]
    editing.set_facts(session, Actor.of(claim.entered_by), NOW, claim.id, None, changes)


def test_a_field_that_was_named_is_open_and_the_others_are_locked(session: Session, reviewer: Actor) -> None:
    claim = _returned(session, reviewer, "applicant.phone", "paper.{vehicle_invoice}.total")
    invoice = _papers(session, claim)["vehicle_invoice"]
    _set(session, claim, "applicant", "phone", "13900000000")
    _set(session, claim, "paper", "total", "128000.00", invoice)
    for section, field, value, on in (
        ("account", "holder", "样例乙", None),
        ("paper", "seller_name", "样例乙汽贸", invoice),
    ):
        with pytest.raises(InvalidValue, match="锁定"):
            _set(session, claim, section, field, value, on)


def test_papers_that_were_not_named_can_be_neither_removed_nor_renamed_nor_added(
    session: Session, reviewer: Actor
) -> None:
    claim = _returned(session, reviewer, "applicant.phone")
    actor, invoice = Actor.of(claim.entered_by), _papers(session, claim)["vehicle_invoice"]
    for refused in (
        lambda: intake.remove_paper(session, actor, NOW, claim.id, invoice),
        lambda: intake.set_kind(session, actor, NOW, claim.id, invoice, "pos_slip"),
        lambda: intake.add_upload(session, actor, NOW, claim.id, intake.Received("a" * 64, 1, "image/png", "a.png")),
    ):
        with pytest.raises(InvalidValue, match=r"锁定|不需要上传"):
            refused()


def test_a_named_paper_is_replaced_and_no_other_kind_comes_along(session: Session, reviewer: Actor) -> None:
    claim = _returned(session, reviewer, "paper:{pos_slip}")
    actor = Actor.of(claim.entered_by)
    values = {name: fact.value for name, fact in facts.current(session, claim).of_kind("pos_slip")[0].facts.items()}
    intake.remove_paper(session, actor, NOW, claim.id, _papers(session, claim)["pos_slip"])
    paper(session, claim, "pos_slip", values | {"amount": "129000.00"})
    strange = paper(session, claim, "vehicle_invoice")
    with pytest.raises(InvalidValue, match="机动车销售统一发票”不在"):
        queue.resubmit(session, actor, NOW, claim.id, claim.revision)
    intake.remove_paper(session, actor, NOW, claim.id, strange.public_id)
    queue.resubmit(session, actor, NOW, claim.id, claim.revision)
    told = mended.last(session, claim)
    assert told is not None
    assert [paper.what for paper in told.papers] == ["已更换"]
    amount = next(change for change in told.fields if change.label.endswith("金额"))
    assert (amount.before, amount.after) == (f"¥{_yuan(values['amount'])}", "¥129,000.00")


def _yuan(amount: str) -> str:
    whole, _, cents = amount.partition(".")
    return f"{int(whole):,}.{cents}"


def test_what_a_named_paper_fills_in_is_open_with_it(session: Session, reviewer: Actor) -> None:
    claim = _returned(session, reviewer, "rule:id_card")
    _set(session, claim, "applicant", "name", "测试甲")
    assert not mending.open_parts(session, claim).field("applicant", None, "phone")


def test_a_mended_claim_goes_first_to_who_returned_it(session: Session, reviewer: Actor) -> None:
    claim = _returned(session, reviewer, "applicant.phone")
    queue.resubmit(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
    later = factories.complete_draft(session, 1)
    queue.submit(session, Actor.of(later.entered_by), NOW, later.id, later.revision)
    other = factories.actor(session, "reviewer")
    assert decisions.take_next(session, other, NOW) is later
    told = session.scalars(select(Event.reason).where(Event.claim_id == later.id, Event.action == "take")).one()
    assert "由退回它的审核员接着办" in told
    assert decisions.take_next(session, reviewer, NOW) is claim


def test_nobody_waits_for_a_reviewer_who_does_not_come(session: Session, reviewer: Actor) -> None:
    claim = _returned(session, reviewer, "applicant.phone")
    queue.resubmit(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
    other = factories.actor(session, "reviewer")
    assert decisions.take_next(session, other, NOW) is claim  # nothing else to read
    decisions.put_back(session, other, NOW, claim.id, claim.fence)
    later = factories.complete_draft(session, 1)
    queue.submit(session, Actor.of(later.entered_by), NOW, later.id, later.revision)
    assert decisions.take_next(session, other, NOW + queue.KEPT + timedelta(seconds=1)) is claim


def test_a_return_is_cancelled_by_its_reviewer_or_the_lead_and_stays(session: Session, reviewer: Actor) -> None:
    claim = _returned(session, reviewer, "applicant.phone")
    other = factories.actor(session, "reviewer")
    asked = {"revision": claim.revision, "reason": "材料其实齐全"}
    with pytest.raises(NotAllowed):
        decisions.cancel_return(session, other, NOW, claim.id, **asked)
    decisions.cancel_return(session, factories.actor(session, "lead"), NOW, claim.id, **asked)
    row = session.scalars(select(ClaimReturn)).one()
    assert (claim.state, claim.correction_until, claim.ticket) == ("submitted", None, 1)
    assert (row.state, row.close_reason, row.items[0].why) == ("cancelled", "材料其实齐全", "看不清")


@pytest.mark.parametrize(("end", "state"), [("withdraw", "withdrawn"), ("lapse", "lapsed")])
def test_a_return_ends_with_its_claim(session: Session, reviewer: Actor, end: str, state: str) -> None:
    claim = _returned(session, reviewer, "applicant.phone")
    if end == "withdraw":
        queue.withdraw(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
    else:
        queue.lapse_overdue(session, NOW + timedelta(days=60))
    assert session.scalars(select(ClaimReturn.state)).one() == state
