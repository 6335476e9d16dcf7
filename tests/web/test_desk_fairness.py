"""Returns, the lead's page, relatives and samples in the browser: what is sent arrives, what was typed stays."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, ClaimReturn, Relative, User
from reviewapp.services import decisions, facts, queue
from tests import factories
from tests.factories import NOW
from tests.web.conftest import Visit
from tests.web.visitors import words


@pytest.fixture
def reviewer(rows: Session) -> User:
    return factories.user(rows, "reviewer", name="测试审核")


@pytest.fixture
def held(rows: Session, reviewer: User) -> Claim:
    """A complete claim that the reviewer reads."""
    draft = factories.complete_draft(rows)
    queue.submit(rows, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    claim = decisions.take_next(rows, Actor.of(reviewer), NOW)
    assert claim is not None
    rows.commit()
    return claim


def _slip(rows: Session, claim: Claim) -> str:
    return facts.current(rows, claim).of_kind("pos_slip")[0].paper.public_id


def test_a_return_opens_what_it_names_and_is_told_in_one_notice(
    visit: Visit, rows: Session, reviewer: User, held: Claim
) -> None:
    desk, mine, slip = visit(reviewer), visit(held.entered_by), _slip(rows, held)
    part = f"paper:{slip}"
    form = {"fence": held.fence, "items": [part, "applicant.phone"], f"why:{part}": "blurred", "workdays": "5"}
    refused = desk.post(f"/desk/claims/{held.public_id}/return", form)
    assert (refused.status_code, "请给每一项选出原因" in words(refused)) == (422, True)
    assert refused.text.count(" checked") == 2
    sent = desk.post(f"/desk/claims/{held.public_id}/return", form | {"reason": "电话打不通"})
    assert sent.status_code == 302
    assert "补正期限到 2024-01-17" in words(desk.get("/desk"))
    told = words(mine.get(f"/claims/{held.public_id}"))
    assert all(said in told for said in ("POS签购单", "照片模糊", "手机号", "电话打不通", "其余已锁定"))
    page = mine.get(f"/claims/{held.public_id}/facts").text
    assert ('name="applicant.phone"' in page, 'name="account.holder"' in page) == (True, False)
    locked = mine.post(f"/claims/{held.public_id}/facts", {"account.holder": "样例乙"})
    assert (locked.status_code, "锁定" in words(locked)) == (422, True)


def test_a_return_is_cancelled_from_the_claims_page(visit: Visit, rows: Session, reviewer: User, held: Claim) -> None:
    decisions.return_for_correction(
        rows, Actor.of(reviewer), NOW, held.id, held.fence, items={"applicant.phone": "请核对"}
    )
    rows.commit()
    desk = visit(reviewer)
    assert "撤销退回" in words(desk.get(f"/all/{held.public_id}"))
    form = {"revision": held.revision, "reason": "电话打通了"}
    assert desk.post(f"/desk/claims/{held.public_id}/cancel-return", form).status_code == 302
    rows.rollback()
    assert (held.state, rows.scalars(select(ClaimReturn.state)).one()) == ("submitted", "cancelled")
    told = words(visit(held.entered_by).get(f"/claims/{held.public_id}"))
    assert ("退回已撤销" in told, "电话打通了" in told) == (True, True)


def test_the_lead_takes_a_claim_back_and_says_why(visit: Visit, rows: Session, reviewer: User, held: Claim) -> None:
    lead = visit(factories.user(rows, "lead"))
    rows.commit()
    address, form = f"/desk/lead/claims/{held.public_id}/take-back", {"fence": held.fence}
    assert lead.post(address, form).status_code == 422
    assert lead.post(address, form | {"reason": "审核员请假"}).status_code == 302
    assert "已由复核收回" in words(visit(reviewer).get("/desk"))
    lost = visit(reviewer).post(f"/desk/claims/{held.public_id}/approve", {"fence": held.fence, "reason": ""})
    assert (lost.status_code, "审核员请假" in words(lost)) == (409, True)


def test_relatives_are_declared_and_mistakes_stand_beside_their_fields(
    visit: Visit, rows: Session, reviewer: User
) -> None:
    rows.commit()
    desk = visit(reviewer)
    wrong = desk.post("/relatives", {"name": "样例乙", "relation": "配偶", "id_number": "1"})
    assert (wrong.status_code, "不是有效的号码" in words(wrong), 'value="样例乙"' in wrong.text) == (422, True, True)
    assert desk.post("/relatives", {"name": "样例乙", "relation": "配偶"}).status_code == 302
    rows.rollback()
    row = rows.scalars(select(Relative)).one()
    assert desk.post(f"/relatives/{row.public_id}/remove").status_code == 302
    assert "还没有申报" in words(desk.get("/relatives"))


def test_a_sample_is_drawn_worked_through_and_reported(
    visit: Visit, rows: Session, reviewer: User, held: Claim
) -> None:
    decisions.approve(rows, Actor.of(reviewer), NOW, held.id, held.fence)
    auditor = visit(factories.user(rows, "auditor"))
    rows.commit()
    asked = {"scheme": "yangcheng-2023", "until": "2024-01-10", "percent": "5", "seed": "7"}
    assert "10 至 100" in words(auditor.post("/audit/samples", asked))
    sample = auditor.post("/audit/samples", asked | {"percent": "10"}).location
    conclude = f"{sample}/claims/{held.public_id}"
    wrong = auditor.post(conclude, {"conclusion": "wrong", "topic": "amount", "note": ""})
    assert (wrong.status_code, "请写明发现的问题" in words(wrong)) == (422, True)
    assert auditor.post(conclude, {"conclusion": "wrong", "topic": "amount", "note": "多发"}).status_code == 302
    assert "结果一致" in words(auditor.get(f"{sample}/report"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(auditor.get(f"{sample}/report.xlsx").data))
    assert book.get_sheet_by_name("发现的问题").to_python()[1][2:5] == ["应纠正", "金额", "多发"]
