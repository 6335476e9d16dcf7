"""Forms sent twice, late, or about what has changed: one effect, a clear sentence, and the words typed are there."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import Claim, Decision, PayoutBatch, Posting, User
from reviewapp.services import payouts
from tests import factories
from tests.factories.papers import fact
from tests.factories.payouts import ready
from tests.support.both import both_databases
from tests.web.conftest import PASSWORD, Visit
from tests.web.visitors import Visitor, is_clear, words


def hidden(visitor: Visitor, path: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', visitor.get(path).text)
    assert found, f"{path} has no {name}"
    return found.group(1)


def number_of(rows: Session, table: type) -> int:
    rows.rollback()
    return rows.scalar(select(func.count()).select_from(table)) or 0


@both_databases
def test_a_draft_is_made_once(visit: Visit, rows: Session) -> None:
    factories.pool(rows, scheme_code="yangcheng-2023")
    buyer = factories.user(rows)
    rows.commit()
    visitor = visit(buyer)
    form = {"scheme": "yangcheng-2023", "programme": "car", "form_key": hidden(visitor, "/claims/new", "form_key")}
    first, second = visitor.post("/claims", form), visitor.post("/claims", form)
    assert first.status_code == second.status_code == 302
    assert first.location == second.location
    assert number_of(rows, Claim) == 1


@both_databases
def test_a_claim_is_put_in_once(visit: Visit, rows: Session) -> None:
    claim = factories.complete_draft(rows)
    rows.commit()
    visitor, path = visit(claim.entered_by), f"/claims/{claim.public_id}"
    revision = hidden(visitor, f"{path}/check", "revision")
    for _ in range(2):
        answer = visitor.post(f"{path}/submit", {"revision": revision})
        assert (answer.status_code, answer.location) == (302, f"{path}/receipt")
    rows.rollback()
    assert (claim.state, claim.ticket) == ("submitted", 1)
    receipt = words(visitor.get(f"{path}/receipt"))
    assert "排队号 1" in receipt
    assert claim.number in receipt


@pytest.mark.parametrize("revision", ["0", "-1", "", "abc", "999999999999999999999"])
def test_an_old_page_does_not_put_a_claim_in(visit: Visit, rows: Session, revision: str) -> None:
    claim = factories.complete_draft(rows)
    claim.revision = 7
    rows.commit()
    visitor = visit(claim.entered_by)
    answer = visitor.post(f"/claims/{claim.public_id}/submit", {"revision": revision})
    assert answer.status_code == 409
    assert "有了变化" in words(answer)
    rows.refresh(claim)
    assert claim.state == "draft"


def test_a_missing_paper_is_named_before_and_after_the_button(visit: Visit, rows: Session) -> None:
    claim = factories.complete_draft(rows, without=("pos_slip",))
    rows.commit()
    visitor, path = visit(claim.entered_by), f"/claims/{claim.public_id}"
    page = visitor.get(f"{path}/check")
    assert "还缺这些材料" in words(page)
    assert "disabled" in page.text
    answer = visitor.post(f"{path}/submit", {"revision": claim.revision})
    assert answer.status_code == 422
    assert "还缺少材料" in words(answer)
    assert is_clear(answer)


def test_a_mistake_in_the_facts_keeps_all_that_was_entered(visit: Visit, rows: Session) -> None:
    claim = factories.complete_draft(rows)
    rows.commit()
    visitor = visit(claim.entered_by)
    entered = {"applicant.id_number": "110105194912310020", "applicant.name": "测试改过", "account.card_number": "1234"}
    answer = visitor.post(f"/claims/{claim.public_id}/facts", entered)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2
    for value in entered.values():
        assert f'value="{value}"' in answer.text
    assert is_clear(answer)


def test_a_second_withdrawal_says_how_it_stands(visit: Visit, rows: Session) -> None:
    claim = factories.claim(rows, "submitted")
    rows.commit()
    visitor, path = visit(claim.entered_by), f"/claims/{claim.public_id}/withdraw"
    revision = hidden(visitor, f"/claims/{claim.public_id}", "revision")
    assert visitor.post(path, {"revision": revision}).status_code == 302
    again = visitor.post(path, {"revision": revision})
    assert again.status_code == 409
    assert is_clear(again)


@pytest.fixture
def reviewer(rows: Session) -> User:
    return factories.user(rows, "reviewer")


@pytest.fixture
def another(rows: Session) -> User:
    return factories.user(rows, "reviewer")


@pytest.fixture
def held(rows: Session, reviewer: User, another: User) -> Claim:
    """A complete claim on the reviewer's desk."""
    claim = factories.complete_draft(rows)
    rows.commit()
    return claim


def put_in_and_take(visit: Visit, rows: Session, claim: Claim, reviewer: User) -> tuple[Visitor, str]:
    owner = visit(claim.entered_by)
    owner.post(f"/claims/{claim.public_id}/submit", {"revision": claim.revision})
    desk = visit(reviewer)
    taken = desk.post("/desk/next")
    assert taken.location == f"/desk/claims/{claim.public_id}"
    return desk, hidden(desk, taken.location, "fence")


@both_databases
def test_a_claim_is_approved_once(visit: Visit, rows: Session, held: Claim, reviewer: User) -> None:
    desk, fence = put_in_and_take(visit, rows, held, reviewer)
    form = {"fence": fence, "award": "", "reason": "已核对"}
    first = desk.post(f"/desk/claims/{held.public_id}/approve", form)
    assert (first.status_code, first.location) == (302, "/desk")
    postings = number_of(rows, Posting)
    second = desk.post(f"/desk/claims/{held.public_id}/approve", form)
    assert second.status_code == 409
    assert "没有保存" in words(second)
    assert "已核对" in words(second)
    assert number_of(rows, Decision) == 1
    assert number_of(rows, Posting) == postings


@pytest.mark.parametrize("action", ["approve", "return", "reject", "hand-over"])
def test_a_decision_under_a_lost_lease_is_refused_and_its_words_kept(
    visit: Visit, rows: Session, held: Claim, reviewer: User, another: User, action: str
) -> None:
    desk, fence = put_in_and_take(visit, rows, held, reviewer)
    other = visit(another)
    desk.post(f"/desk/claims/{held.public_id}/put-back", {"fence": fence})
    assert other.post("/desk/next").location == f"/desk/claims/{held.public_id}"
    form = {"fence": fence, "reason": "写了很久的理由", "clause": "四", "items": "paper"}
    answer = desk.post(f"/desk/claims/{held.public_id}/{action}", form)
    assert answer.status_code in (409, 422)
    assert "写了很久的理由" in answer.text
    assert is_clear(answer)
    assert number_of(rows, Decision) == 0


@pytest.mark.parametrize("fence", ["", "0", "-5", "x", "9" * 30, "1\x00"])
def test_a_fence_of_no_lease(visit: Visit, rows: Session, held: Claim, reviewer: User, fence: str) -> None:
    desk, _ = put_in_and_take(visit, rows, held, reviewer)
    for action in ("approve", "return", "reject", "hand-over", "put-back", "extend"):
        answer = desk.post(f"/desk/claims/{held.public_id}/{action}", {"fence": fence, "reason": "理由"})
        assert answer.status_code in (409, 422), action
        assert is_clear(answer)
    assert number_of(rows, Decision) == 0


def test_somebody_elses_claim_on_the_desk(
    visit: Visit, rows: Session, held: Claim, reviewer: User, another: User
) -> None:
    _, fence = put_in_and_take(visit, rows, held, reviewer)
    other = visit(another)
    assert other.get(f"/desk/claims/{held.public_id}").location == f"/all/{held.public_id}"
    answer = other.post(f"/desk/claims/{held.public_id}/approve", {"fence": fence})
    assert answer.status_code == 409
    assert number_of(rows, Decision) == 0


@pytest.mark.parametrize("award", ["三千", "-1", "0", "1e9", "NaN", "Infinity", "3000.005", "9" * 40, "1" * 5000])
def test_an_award_that_is_no_amount(visit: Visit, rows: Session, held: Claim, reviewer: User, award: str) -> None:
    desk, fence = put_in_and_take(visit, rows, held, reviewer)
    answer = desk.post(f"/desk/claims/{held.public_id}/approve", {"fence": fence, "award": award, "reason": "理由"})
    assert answer.status_code == 422
    assert is_clear(answer)
    assert "理由" in answer.text
    assert number_of(rows, Decision) == 0


@pytest.fixture
def batch(rows: Session) -> PayoutBatch:
    ready(rows)
    ready(rows)
    made = payouts.make_batch(rows, factories.actor(rows, "finance_maker"), clock.now(), "xiangning-2023")
    rows.commit()
    return made


@both_databases
def test_a_batch_is_released_once(visit: Visit, rows: Session, batch: PayoutBatch, checker: User) -> None:
    rows.commit()
    visitor, path = visit(checker), f"/finance/batches/{batch.public_id}"
    digest = hidden(visitor, path, "digest")
    form = {"count": "2", "total": "6,000.00", "digest": digest, "proof": PASSWORD}
    first, second = visitor.post(f"{path}/release", form), visitor.post(f"{path}/release", form)
    assert first.status_code == 302
    assert second.status_code == 409
    assert "已放行" in words(second)
    assert visitor.post(f"{path}/dissolve").status_code == 409


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"count": "3", "total": "6000"}, "笔数与批次不一致"),
        ({"count": "2", "total": "6001"}, "总金额与批次不一致"),
        ({"count": "二", "total": "6000"}, "笔数"),
        ({"count": "2", "total": "六千"}, "金额应写成"),
        ({"count": "9" * 30, "total": "9" * 30}, "金额应写成"),
        ({}, "请填写"),
    ],
)
def test_a_batch_is_not_released_by_other_figures(
    visit: Visit, rows: Session, batch: PayoutBatch, checker: User, form: dict[str, str], says: str
) -> None:
    path = f"/finance/batches/{batch.public_id}"
    rows.commit()
    answer = visit(checker).post(f"{path}/release", {**form, "digest": batch.digest, "proof": PASSWORD})
    assert answer.status_code == 422
    assert says in words(answer)
    for value in form.values():
        assert f'value="{value}"' in answer.text
    rows.refresh(batch)
    assert batch.state == "made"


def test_a_list_that_changed_is_not_released(visit: Visit, rows: Session, batch: PayoutBatch, checker: User) -> None:
    rows.commit()
    form = {"count": "2", "total": "6000", "digest": "0" * 64, "proof": PASSWORD}
    answer = visit(checker).post(f"/finance/batches/{batch.public_id}/release", form)
    assert answer.status_code == 409
    assert "重新核对清单" in words(answer)


@pytest.mark.parametrize("number", ["", "6222", "62220200000000000199", "abc", "6222020000000000019", "９" * 19])
def test_a_card_that_cannot_be_one(visit: Visit, rows: Session, app: Flask, number: str) -> None:
    claim = factories.claim(rows, "failed")
    fact(rows, claim, "account", "holder", "测试甲", by=claim.entered_by)
    rows.commit()
    form = {"holder": "测试甲", "card_number": number, "revision": str(claim.revision)}
    answer = visit(claim.entered_by).post(f"/claims/{claim.public_id}/card", form)
    assert answer.status_code == 422
    assert 'value="测试甲"' in answer.text
    assert is_clear(answer)
