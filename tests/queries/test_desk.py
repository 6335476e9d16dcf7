"""The desk's right side: findings and facts by what they decide, what wants a person first."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim
from reviewapp.queries import desk
from reviewapp.queries.claim_view import ClaimView, claim_view
from reviewapp.services import decisions, queue, review
from tests import factories
from tests.factories import NOW
from tests.factories.papers import paper

MISREAD = {"owner": "测试 甲（代）", "plate": "晋E00000"}


def _held(session: Session, actor: Actor, *, doubtful: tuple[str, ...] = (), **misread: Any) -> Claim:
    draft = factories.complete_draft(session, without=("vehicle_licence",))
    values = {**factories.purchase().paper_values("vehicle_licence"), **misread}
    paper(session, draft, "vehicle_licence", values, doubtful=doubtful)
    queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    claim = decisions.take_next(session, actor, NOW)
    assert claim is not None
    return claim


def _view(session: Session, actor: Actor, claim: Claim) -> ClaimView:
    return claim_view(session, actor, claim.public_id, NOW)


def test_what_fails_comes_before_what_is_in_doubt_and_what_passes(session: Session) -> None:
    reviewer = factories.actor(session, "reviewer")
    claim = _held(session, reviewer, vin="LSVAA4188E2184847", owner="测试由", doubtful=("owner",))
    groups = desk.groups(_view(session, reviewer, claim))
    assert [(group.matter, bool(group.failing), group.open) for group in groups[:3]] == [
        ("vehicle", True, True),
        ("who", False, True),
        ("money", False, False),
    ]
    assert {group.matter for group in groups} >= {"limits", "duplicates"}, "every heading has its place"
    view = _view(session, reviewer, claim)
    shown = [finding for group in groups for finding in (*group.failing, *group.unsure, *group.settled)]
    assert sorted(finding.check for finding in shown) == sorted(finding.check for finding in view.findings)
    facts = [row.field.key for group in groups for row in (*group.doubtful, *group.facts)]
    assert sorted(facts) == sorted(key for key, field in desk.fields_of(view).items() if field.shown)


def test_a_doubt_that_an_open_finding_tells_is_told_once(session: Session) -> None:
    reviewer = factories.actor(session, "reviewer")
    claim = _held(session, reviewer, owner="测试由", doubtful=("owner", "file_number"))
    who, vehicle = (
        next(group for group in desk.groups(_view(session, reviewer, claim)) if group.matter == matter)
        for matter in ("who", "vehicle")
    )
    assert (len(who.unsure), who.doubtful) == (1, ())
    assert [row.field.field.name for row in vehicle.doubtful] == ["file_number"]


def test_compared_values_carry_their_papers_and_marks(session: Session) -> None:
    reviewer = factories.actor(session, "reviewer")
    claim = _held(session, reviewer, owner="测试甲（代）")
    view = _view(session, reviewer, claim)
    finding = next(finding for finding in view.findings if finding.check == "same_buyer")
    (applicant, _), (licence, runs) = desk.compared(finding)
    assert (applicant.title, applicant.shown, applicant.page) == ("申领人", "测试甲", None)
    assert (licence.title, licence.label, licence.shown) == ("行驶证", "所有人", "测试甲（代）")
    assert "".join(run.text for run in runs if run.differs) == "（代）"
    assert finding.spots == [(licence.page, licence.box)]
    assert licence.key in desk.fields_of(view)


def test_submitters_see_neither_notes_nor_waivers_nor_names(session: Session) -> None:
    reviewer = factories.actor(session, "reviewer")
    claim = _held(session, reviewer, owner="测试由", doubtful=("owner",))
    review.waive(session, reviewer, NOW, claim.id, claim.fence, check="same_buyer", reason="样例理由")
    review.note(session, reviewer, NOW, claim.id, claim.fence, text="样例备注")
    decisions.skip(session, reviewer, NOW, claim.id, claim.fence, reason="样例原因")
    inside = _view(session, reviewer, claim)
    assert desk.settled(inside)
    waived = next(finding for finding in inside.findings if finding.waiver)
    assert (waived.check, waived.open, waived.waiver.reason) == ("same_buyer", False, "样例理由")
    assert {"样例备注", "跳过：样例原因"} <= {event.reason for event in inside.events}
    outside = _view(session, Actor.of(claim.entered_by), claim)
    assert not any(finding.waiver for finding in outside.findings)
    assert "样例" not in "".join(event.reason for event in outside.events)
    assert {"note", "waive"} & {event.action for event in outside.events} == set()
