"""The claim's page: everything in its place for whoever may see it, and nothing for whoever may not."""

from __future__ import annotations

from dataclasses import fields as columns
from typing import Any

import pytest
from sqlalchemy.orm import Session

from reviewapp.errors import NotFound
from reviewapp.models import Actor, Claim
from reviewapp.policy.kinds import KINDS
from reviewapp.queries import display
from reviewapp.queries.claim_view import ClaimView, FieldView, claim_view
from reviewapp.services import checking, trail
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact, paper, upload
from tests.services.filled import YANGCHENG, buy, filled


def of(session: Session, claim: Claim, actor: Actor | None = None) -> ClaimView:
    return claim_view(session, actor or Actor.of(claim.entered_by), claim.public_id, NOW)


def field(view: ClaimView, key: str) -> FieldView:
    """A field outside the papers as `section.name`, on the first paper of a kind as `kind.name`."""
    section, _, name = key.partition(".")
    holders: list[Any] = [*view.sections, *(one for one in view.papers if one.kind == section)]
    holder = next(one for one in holders if getattr(one, "kind", getattr(one, "name", None)) == section)
    return next(one for one in holder.fields if one.field.name == name)


def test_papers_show_pages_and_all_fields_of_their_kind(session: Session) -> None:
    bought = buy()
    view = of(session, filled(session, bought, doubtful={"vehicle_invoice": ("total",)}))
    total = field(view, "vehicle_invoice.total")
    invoice = next(one for one in view.papers if one.kind == "vehicle_invoice")

    assert [one.kind for one in view.papers] == list(YANGCHENG)
    assert (total.value, total.shown, total.doubtful, total.source) == ("128000.00", "¥128,000.00", True, "reading")
    assert (total.page, total.box) == (invoice.pages[0].public_id, (10, 20, 300, 50))
    assert total.key == f"paper.{invoice.public_id}.total"
    assert invoice.doubtful == 1
    assert (invoice.legible, invoice.kind_doubtful) == (True, False)
    assert view.paper(invoice.public_id) is invoice
    assert view.paper("nothing") is None


def test_absent_fields_are_there_to_be_filled_in(session: Session) -> None:
    claim = factories.claim(session, pool=factories.pool(session, scheme_code="yangcheng-2023"))
    paper(session, claim, "bank_card")
    view = of(session, claim)

    assert {one.field.name: one.value for one in view.papers[0].fields} == {
        "card_number": None,
        "bank": None,
        "valid_thru": None,
    }
    assert field(view, "declared.energy").field.options
    assert field(view, "account.kind").field.options == (("debit", "借记卡（储蓄卡）"), ("credit", "信用卡"))


def test_a_corrected_value_keeps_its_place_on_the_picture(session: Session) -> None:
    claim = filled(session, buy())
    row = next(one for one in checking.evaluate_claim(session, claim, NOW).papers if one.kind == "vehicle_invoice")
    fact(session, claim, "paper", "total", "99999.99", paper=row, by=claim.entered_by)
    total = field(of(session, claim), "vehicle_invoice.total")

    assert (total.value, total.source, total.box) == ("99999.99", "person", (10, 20, 300, 50))


def test_an_unsure_kind_and_an_illegible_page_ask_for_a_look(session: Session) -> None:
    claim = factories.claim(session, pool=factories.pool(session, scheme_code="yangcheng-2023"))
    row = paper(session, claim, "bank_card", kind_confidence=0.4)
    row.pages[0].legible = False
    (shown,) = of(session, claim).papers
    assert (shown.kind_doubtful, shown.legible) == (True, False)

    row.kind_by = "person"
    assert not of(session, claim).papers[0].kind_doubtful


def test_findings_lead_to_the_box_of_the_field(session: Session) -> None:
    claim = filled(session, buy())
    view = of(session, claim)
    placed = [place for finding in view.findings for place in finding.places if place.field == "invoice_date"]
    own = next(finding for finding in view.findings if any(place.section == "account" for place in finding.places))

    assert placed
    assert {(place.label, place.box) for place in placed} == {("开票日期", (10, 20, 300, 50))}
    assert placed[0].page == field(view, "vehicle_invoice.invoice_date").page
    assert all(finding.message and finding.clause_text and finding.outcome_label for finding in view.findings)
    assert [place.paper for place in own.places if place.section == "account"] == [None]
    assert (view.outcome, view.award, view.missing) == ("pass", "3000.00", ())


def test_missing_papers_are_named_in_chinese_with_their_clause(session: Session) -> None:
    view = of(session, filled(session, buy(), kinds=[kind for kind in YANGCHENG if kind != "pos_slip"]))

    assert [(one.entry, one.title, one.clause) for one in view.missing] == [
        ("pos_slip", KINDS["pos_slip"].title, "八(二)2")
    ]
    assert "1 万元" in view.missing[0].hint
    assert view.outcome == "fail"


def test_alternatives_are_spelled_out() -> None:
    licence, plate, origin = (KINDS[kind].title for kind in ("vehicle_licence", "plate_photo", "origin_certificate"))

    assert display.kinds_in_words("vehicle_licence") == licence
    assert display.kinds_in_words("vehicle_licence+plate_photo|origin_certificate") == (
        f"以下任选一种：{licence}、{plate}；{origin}"
    )


def test_a_submitted_claim_shows_the_evaluation_that_was_kept(session: Session) -> None:
    claim = filled(session, buy(), state="submitted")
    checking.store(session, claim, NOW, checking.evaluate_claim(session, claim, NOW))
    fact(session, claim, "declared", "energy", "new_energy", by=claim.entered_by)

    assert of(session, claim).award == "3000.00"
    assert of(session, claim, factories.actor(session, "reviewer")).award == "3000.00"


def test_a_returned_claim_shows_its_submitter_what_would_be_found_now(session: Session) -> None:
    claim = filled(session, buy(), state="returned")
    checking.store(session, claim, NOW, checking.evaluate_claim(session, claim, NOW))
    photo = next(one for one in checking.evaluate_claim(session, claim, NOW).papers if one.kind == "car_photo")
    photo.removed_at = NOW

    assert [one.entry for one in of(session, claim).missing] == ["car_photo"]
    assert of(session, claim, factories.actor(session, "reviewer")).missing == ()


def test_files_show_their_state_and_what_to_do(session: Session) -> None:
    claim = filled(session, buy())
    upload(session, claim, state="refused", refusal="这个文件已损坏。请重新拍照上传。", name="坏.jpg")
    upload(session, claim, state="waiting")
    upload(session, claim, state="waiting", removed_at=NOW)
    view = of(session, claim)

    assert view.unread == 1
    assert [(one.name, one.refusal) for one in view.uploads if one.state == "refused"] == [
        ("坏.jpg", "这个文件已损坏。请重新拍照上传。")
    ]
    assert len(view.uploads) == len(YANGCHENG) + 2


def history(session: Session) -> Claim:
    """A claim that its claimant put in and a reviewer took, with an event on content between."""
    claim = filled(session, buy(), state="submitted")
    reviewer = factories.user(session, "reviewer", name="审核样例")
    trail.record(session, claim, Actor.of(claim.entered_by), NOW, "change_fact", reason="填写或核对 2 项内容")
    claim.state, claim.reviewer_id = "in_review", reviewer.id
    trail.record(session, claim, Actor.of(reviewer), NOW, "take", before="submitted")
    session.flush()
    return claim


def test_the_history_names_people_to_staff_and_roles_to_submitters(session: Session) -> None:
    claim = history(session)
    staff = of(session, claim, factories.actor(session, "auditor")).events
    own = of(session, claim).events

    assert [one.who for one in staff] == [f"申领人 {claim.entered_by.name}", "审核员 审核样例"]
    assert (of(session, claim).reviewer, of(session, claim, factories.actor(session, "auditor")).reviewer) == (
        "",
        "审核样例",
    )
    assert [one.who for one in own] == [f"申领人 {claim.entered_by.name}", "审核员"]
    assert [(one.action_label, one.from_label, one.to_label) for one in staff][-1] == ("开始审核", "已提交", "审核中")
    assert staff[0].reason == "填写或核对 2 项内容"


def test_finance_sees_what_it_pays_and_no_more(session: Session) -> None:
    bought = buy()
    claim = filled(session, bought, state="payable")
    trail.record(session, claim, Actor.of(claim.entered_by), NOW, "change_paper", reason="上传 测试甲身份证.jpg")
    view = of(session, claim, factories.actor(session, "finance_maker"))

    assert (view.papers, view.uploads, view.findings, view.decisions, view.events) == ((), (), (), (), ())
    assert not view.full
    assert field(view, "account.holder").value == "测*甲"
    assert field(view, "account.card_number").shown == f"{bought.card.number[:4]} **** **** {bought.card.number[-4:]}"
    assert (
        field(view, "applicant.id_number").value
        == f"{bought.buyer.id_number[:4]}{'*' * 10}{bought.buyer.id_number[-4:]}"
    )
    told = str([getattr(view, column.name) for column in columns(view) if column.name not in ("claim", "scheme")])
    private = (bought.buyer.name, bought.buyer.id_number, bought.buyer.phone, bought.card.number, bought.vehicle.vin)
    assert not [value for value in private if value in told]


@pytest.mark.parametrize("role", ["reviewer", "lead", "auditor"])
def test_reviewers_and_auditors_see_the_claim_whole(session: Session, role: str) -> None:
    bought = buy()
    view = of(session, filled(session, bought, state="submitted"), factories.actor(session, role))

    assert field(view, "account.card_number").value == bought.card.number
    assert len(view.papers) == len(YANGCHENG)
    assert not view.editable


@pytest.mark.parametrize(
    ("state", "editable"), [("draft", True), ("returned", True), ("submitted", False), ("paid", False)]
)
def test_what_the_submitter_can_do(session: Session, state: str, editable: bool) -> None:
    view = of(session, filled(session, buy(), state=state))

    assert (view.owner, view.editable) == (True, editable)
    assert ("withdraw" in view.actions) == (state != "paid")


def test_the_place_counts_undecided_claims_before(session: Session) -> None:
    first, second = (filled(session, buy(number), state="submitted") for number in range(2))
    assert (of(session, first).place, of(session, second).place) == (1, 2)

    first.state, first.award_fen = "approved", 300_000
    session.flush()

    assert (of(session, first).place, of(session, second).place) == (None, 1)


def test_strangers_find_nothing(session: Session) -> None:
    with pytest.raises(NotFound):
        of(session, filled(session, buy()), factories.actor(session))
