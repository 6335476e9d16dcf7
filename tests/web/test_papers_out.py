"""The decision sheet says what was decided upon, and the register adds up; both as files that a person keeps."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import unquote

import pypdfium2
import pytest
import python_calamine
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Decision, Link, Page
from reviewapp.queries import register
from reviewapp.queries.decision_sheet import decision_sheet, digest
from reviewapp.queries.register import RegisterFilter
from reviewapp.schemes import load
from reviewapp.services import checking, trail
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact, paper, upload
from tests.queries.test_signals import put_in
from tests.services.filled import buy, filled
from tests.support.both import both_databases
from tests.web.conftest import Visit
from tests.web.visitors import Visitor


@pytest.fixture
def decided(app: Flask, rows: Session) -> Claim:
    """Approved upon a card with a picture; afterwards somebody corrected the name."""
    claim = filled(rows, buy(), state="submitted", kinds=("vehicle_invoice",))
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), (200, 60, 60)).save(picture, "JPEG")
    picture.seek(0)
    seen = upload(rows, claim, sha256=app.extensions["storage"].put(picture).sha256)
    for page in rows.query(Page):
        page.view_sha256 = seen.sha256
    card = paper(rows, claim, "id_card", {"name": "测试甲"}, of=seen)
    evaluation = checking.latest(rows, put_in(rows, claim))
    assert evaluation is not None
    trail.record(rows, claim, Actor.of(claim.entered_by), NOW, "submit", before="draft", evaluation=evaluation)
    reviewer = factories.user(rows, "reviewer", name="测试审核")
    decision = Decision(
        claim_id=claim.id,
        fence=1,
        action="approve",
        reviewer_id=reviewer.id,
        evaluation_id=evaluation.id,
        award_fen=300_000,
        reason="核对原件",
        at=NOW,
    )
    rows.add(decision)
    trail.record(rows, claim, Actor.of(reviewer), NOW, "approve", evaluation=evaluation, decision=decision)
    fact(rows, claim, "paper", "name", "测试乙", paper=card, by=reviewer)
    rows.commit()
    return claim


def _auditor(rows: Session, visit: Visit) -> Visitor:
    person = factories.user(rows, "auditor")
    rows.commit()
    return visit(person)


def _text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")


def test_the_sheet_shows_what_was_decided_upon(rows: Session, decided: Claim, visit: Visit) -> None:
    answer = _auditor(rows, visit).get(f"/all/{decided.public_id}/sheet.pdf")
    text = _text(answer.data)
    link = rows.query(Link).order_by(Link.number.desc()).first()

    assert answer.status_code == 200
    name = f"阳城县2023_审核决定单_{decided.number}_2024-01-10.pdf"
    assert name in unquote(answer.headers["Content-Disposition"])
    for said in ("审核通过", "¥3,000.00", "测试审核", "核对原件", "缺少银行借记卡", "测试甲", link.digest):
        assert said in text, said
    assert "测试乙" not in text
    pictures = sum(len(list(page.get_objects([3]))) for page in pypdfium2.PdfDocument(answer.data))
    assert pictures > 5


def test_the_digest_covers_all_that_is_printed(rows: Session, decided: Claim) -> None:
    content = decision_sheet(rows, decided, NOW).content
    changed = {**content, "decisions": [{**content["decisions"][0], "award": "¥4,000.00"}]}

    assert digest(content) == content["digest"] != digest(changed)


def test_an_undecided_claim_has_no_sheet(rows: Session, visit: Visit) -> None:
    claim = factories.claim(rows, "submitted")
    rows.commit()
    answer = _auditor(rows, visit).get(f"/all/{claim.public_id}/sheet.pdf")

    assert (answer.status_code, "还没有审核决定" in answer.text) == (409, True)


@both_databases
def test_the_sums_of_the_pages_add_up(session: Session) -> None:
    pool = factories.pool(session, 10**10, scheme_code="yangcheng-2023")
    states = ["paid", "submitted", "rejected"]
    for number in range(50):
        claim = factories.claim(session, states[number % 3], pool=pool, amount_fen=100_000 + number)
        fact(session, claim, "applicant", "name", "测试甲", by=claim.entered_by)
    scheme = load("yangcheng-2023")
    pages = list(register.pages(register.lines(session, scheme, RegisterFilter())))
    paid = RegisterFilter(NOW.date(), NOW.date(), "paid")

    assert [len(page.rows) for page in pages] == [22, 22, 6]
    assert sum(page.sum_fen for page in pages) == pages[-1].sum_so_far_fen == sum(100_000 + n for n in range(0, 50, 3))
    assert [row.ticket for page in pages for row in page.rows] == list(range(1, 51))
    assert pages[0].rows[0].applicant == "测*甲"
    assert register.count(session, scheme, paid) == 17


def test_the_register_is_given_as_workbook_and_on_paper(rows: Session, visit: Visit, tmp_path: Path) -> None:
    pool = factories.pool(rows, 10**10, scheme_code="yangcheng-2023")
    claims = [factories.claim(rows, "paid", pool=pool, amount_fen=300_050) for _ in range(24)]
    auditor = _auditor(rows, visit)
    book = auditor.get("/registers/file.xlsx?scheme=yangcheng-2023")
    printed = auditor.get("/registers/file.pdf?scheme=yangcheng-2023")
    (tmp_path / "book.xlsx").write_bytes(book.data)
    table = python_calamine.load_workbook(str(tmp_path / "book.xlsx")).get_sheet_by_index(0).to_python()

    assert tuple(table[0]) == register.COLUMNS
    assert (table[24][1], table[24][8]) == (claims[-1].number, 3000.5)
    text = _text(printed.data)
    assert all(said in text for said in ("66,011.00", "6,001.00", "72,012.00", claims[-1].number or ""))
    assert auditor.get("/registers/file.doc?scheme=yangcheng-2023").status_code == 404
    assert auditor.get("/registers?scheme=nobody&from=soon&state=x").status_code == 200
