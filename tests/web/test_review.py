"""Settling things on the claim's page: the answer is the right side anew, a mistake is told and nothing is lost."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Event, Fact, Paper, User
from reviewapp.services import decisions, queue
from tests import factories
from tests.factories import NOW
from tests.factories.papers import paper, upload
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, is_clear, words


@pytest.fixture
def reviewer(rows: Session) -> User:
    return factories.user(rows, "reviewer", name="测试审核员")


@pytest.fixture
def claim(rows: Session, reviewer: User) -> Claim:
    """In the reviewer's hands; the owner on the licence was read with doubt, one letter off."""
    draft = factories.complete_draft(rows, without=("vehicle_licence",))
    values = {**factories.purchase().paper_values("vehicle_licence"), "owner": "测试由"}
    paper(rows, draft, "vehicle_licence", values, doubtful=("owner",))
    queue.submit(rows, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    taken = decisions.take_next(rows, Actor.of(reviewer), NOW)
    rows.commit()
    assert taken is not None
    return taken


@pytest.fixture
def key(rows: Session, claim: Claim) -> str:
    """The doubtful field's key on the page."""
    licence = select(Paper.public_id).where(Paper.claim_id == claim.id, Paper.kind == "vehicle_licence")
    return f"paper.{rows.scalars(licence).one()}.owner"


def _path(claim: Claim, verb: str = "") -> str:
    return f"/desk/claims/{claim.public_id}{verb and '/'}{verb}"


def _send(visitor: Visitor, claim: Claim, verb: str, **form: str):
    return visitor.htmx(_path(claim, verb), {"fence": str(claim.fence), **form})


def test_a_correction_answers_with_the_side_anew(rows: Session, visit: Visit, reviewer: User, claim: Claim, key: str):
    visitor = visit(reviewer)
    page = visitor.get(_path(claim))
    assert is_clear(page)
    assert "需核实 1" in words(page)
    answer = _send(visitor, claim, "correct", key=key, value="测试甲")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="desk-side" id="side">')
    assert "需核实" not in words(answer).split("快捷键")[0]
    assert "审核 测试审核员" in words(answer)
    assert "data-clean" in answer.text
    rows.rollback()
    assert rows.scalars(select(Fact.by_id).where(Fact.source == "person", Fact.field == "owner")).one() == reviewer.id


def test_without_scripts_it_comes_back_to_the_page(visit: Visit, reviewer: User, claim: Claim, key: str) -> None:
    answer = visit(reviewer).post(_path(claim, "accept"), {"fence": str(claim.fence), "key": key})
    assert (answer.status_code, answer.location) == (302, _path(claim))


MISTAKES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("correct", {"key": "paper.gone.owner", "value": "测试甲"}, "已经不在申请里"),
    ("correct", {"key": "account.card_number", "value": "1"}, "银行卡号"),
    ("correct", {"key": "nonsense", "value": "1"}, "没有“"),
    ("correct", {"value": "1"}, "页面不完整"),
    ("accept", {"key": "declared.nothing"}, "没有读出内容"),
    ("waive", {"check": "same_buyer", "reason": ""}, "请填写免予核实的理由"),
    ("waive", {"check": "never_heard_of", "reason": "样例"}, "不需要核实"),
    ("note", {"text": " "}, "请填写备注"),
    ("note", {"text": "长" * 1001}, "1000 字以内"),
    ("note", {"fence": "0", "text": "样例"}, "不在您手上"),
)


def test_a_mistake_is_told_and_nothing_is_written(rows: Session, visit: Visit, reviewer: User, claim: Claim) -> None:
    before, visitor = rows.scalars(select(Event.id)).all(), visit(reviewer)
    for verb, form, told in MISTAKES:
        answer = visitor.htmx(_path(claim, verb), {"fence": str(claim.fence), **form})
        assert 400 <= answer.status_code < 500, told
        assert told in words(answer)
        assert is_clear(answer), told
    rows.rollback()
    assert rows.scalars(select(Event.id)).all() == before


def test_a_waived_doubt_and_a_note_stand_on_the_page(visit: Visit, reviewer: User, claim: Claim) -> None:
    visitor = visit(reviewer)
    answer = _send(visitor, claim, "waive", check="same_buyer", reason="已电话核实。")
    assert "已免予核实：已电话核实。（测试审核员" in words(answer)
    assert "data-clean" in answer.text
    assert "样例备注" in words(_send(visitor, claim, "note", text="样例备注"))
    assert "样例备注" in words(visit(reviewer).get(f"/all/{claim.public_id}"))
    approved = visitor.post(_path(claim, "approve"), {"fence": str(claim.fence)})
    assert approved.status_code == 302


def test_skipping_needs_a_reason_and_keeps_what_was_typed(visit: Visit, reviewer: User, claim: Claim) -> None:
    visitor = visit(reviewer)
    refused = visitor.post(_path(claim, "skip"), {"fence": str(claim.fence), "reason": " "})
    assert refused.status_code == 422
    assert "请写明跳过这份申请的原因" in words(refused)
    assert visitor.post(_path(claim, "skip"), {"fence": str(claim.fence), "reason": "等待回电"}).location == "/desk"
    assert "等待回电" in words(visitor.get(f"/all/{claim.public_id}"))


def test_the_next_claims_pictures_are_named_small_ones_first(
    app: Flask, rows: Session, visit: Visit, reviewer: User, claim: Claim
) -> None:
    visitor = visit(reviewer)
    assert visitor.get("/desk/next/images").json == []
    following = factories.claim(rows, "submitted")
    large = io.BytesIO()
    Image.new("RGB", (2000, 1000), "white").save(large, "JPEG")
    large.seek(0)
    stored = app.extensions["storage"].put(large)
    page = paper(rows, following, "id_card", of=upload(rows, following, sha256=stored.sha256)).pages[0]
    page.width, page.height = 2000, 1000
    rows.commit()
    addresses = visitor.get("/desk/next/images").json
    assert addresses == [f"/pages/{page.public_id}.jpg?width={width}" for width in (240, 1200)]
    page.width = 800
    rows.commit()
    smaller = [f"/pages/{page.public_id}.jpg?width=240", f"/pages/{page.public_id}.jpg"]
    assert visitor.get("/desk/next/images").json == smaller, "what is small is shown whole"
    page.width = 2000
    rows.commit()
    sizes = [Image.open(io.BytesIO(visitor.get(address).data)).size for address in (*addresses, f"{addresses[0]}9")]
    assert sizes == [(240, 120), (1200, 600), (2000, 1000)], "a width that is not offered gives the whole page"
    assert "private" in visitor.get(addresses[0]).headers["Cache-Control"]
