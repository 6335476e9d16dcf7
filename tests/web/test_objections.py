"""Pages of objections: recorded from a letter, settled by a lead, and what the claimant is told meanwhile."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Objection, User
from reviewapp.services import objections, payouts
from tests import factories
from tests.factories import NOW
from tests.factories.objections import objection, published
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, is_clear, words

_SAID = {"received_on": "2024-01-10", "channel": "letter", "text": "车不是申领人买的。"}


@pytest.fixture(autouse=True)
def _five_days(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.hold_in_publication(monkeypatch, "xiangning-2023", 5)


def _key(visitor: Visitor, path: str) -> dict[str, str]:
    found = re.search(r'name="form_key" value="([^"]+)"', visitor.get(path).text)
    assert found
    return {"form_key": found.group(1)}


def _published(rows: Session) -> tuple[Claim, str, str]:
    claim = published(rows)
    rows.commit()
    return claim, f"/all/{claim.public_id}", f"/desk/claims/{claim.public_id}/objections"


def test_from_a_letter_to_the_leads_list(rows: Session, visit: Visit) -> None:
    reviewer, lead = (visit(factories.user(rows, role)) for role in ("reviewer", "lead"))
    claim, page, record = _published(rows)
    owner = visit(claim.entered_by)
    own = f"/claims/{claim.public_id}"
    assert "公示至 2024-01-15 （含当日），没有待处理的异议" in words(reviewer.get(page))
    assert "没有待处理的异议" in words(lead.get("/desk/lead"))
    form = _SAID | _key(reviewer, page) | {"raised_by": "样例乙", "contact": "13900000000"}
    for _ in range(2):
        assert reviewer.post(record, form).location == page
    told = words(reviewer.get(page))
    assert "有 1 条异议待处理：期满也不转入待发放" in told
    assert "处理这条异议" not in told
    rows.rollback()
    assert rows.scalars(select(Objection.number)).all() == [1], "the form sent twice is one"
    assert f"{claim.number} 乡宁县" in words(lead.get("/desk/lead"))
    shown = words(lead.get(page))
    assert [said for said in ("提出人：样例乙", "成立 撤销审核通过，¥3,000.00", "公示继续") if said not in shown] == []
    told = words(owner.get(own))
    assert "正在公示 ，到 2024年1月15日 为止" in told
    assert [said for said in ("样例乙", "1 条异议", "登记异议") if said in told] == []
    assert "公示至 2024-01-15，无需操作" in words(owner.get("/claims"))
    assert "样例乙" not in reviewer.get("/all").text


def test_an_undone_approval_as_the_desk_and_the_claimant_see_it(rows: Session, visit: Visit) -> None:
    claim, page, _ = _published(rows)
    row = objection(rows, claim, raised_by="样例乙")
    lead, owner = visit(factories.user(rows, "lead")), visit(claim.entered_by)
    rows.commit()
    answer = lead.post(f"/desk/objections/{row.public_id}", {"outcome": "uphold", "reason": "发票是伪造的"})
    assert answer.location == page
    shown = words(lead.get(page))
    assert ("异议成立，审核通过已于" in shown, "审核通过 异议成立，已撤销" in shown) == (True, True)
    told = words(owner.get(f"/claims/{claim.public_id}"))
    expected = ("审核通过已撤销", "经核实：发票是伪造的", "排队号和补贴额度都保留")
    assert [said for said in expected if said not in told] == []
    assert "样例乙" not in told


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(rows: Session, visit: Visit) -> None:
    reviewer, lead = (visit(factories.user(rows, role)) for role in ("reviewer", "lead"))
    claim, page, record = _published(rows)
    row = objection(rows, claim)
    rows.commit()
    form = _SAID | _key(reviewer, page) | {"raised_by": "样例乙"}
    for change, field in (
        ({"text": " "}, "text"),
        ({"received_on": "2024-01-11"}, "received_on"),
        ({"received_on": "昨天"}, "received_on"),
        ({"channel": ""}, "channel"),
        ({"contact": "1" * 121}, "contact"),
    ):
        answer = reviewer.post(record, form | change)
        assert (answer.status_code, is_clear(answer)) == (422, True), change
        assert f'id="{field}-error"' in answer.text
        assert 'value="样例乙"' in answer.text
        assert form["form_key"] in answer.text
        assert words(answer).count("公示与异议") == 1
    settle = f"/desk/objections/{row.public_id}"
    answer = lead.post(settle, {"reason": "已电话核实"})
    assert (answer.status_code, "请选择成立或不成立" in words(answer), "已电话核实" in answer.text) == (422, True, True)
    answer = lead.post(settle, {"outcome": "uphold", "reason": " "})
    assert (answer.status_code, 'id="settle-1-error"' in answer.text) == (422, True)
    assert re.search(r'value="uphold" checked', answer.text)


def test_too_late_is_said_with_what_was_typed(rows: Session, visit: Visit) -> None:
    reviewer = visit(factories.user(rows, "reviewer"))
    _, page, record = _published(rows)
    form = _SAID | _key(reviewer, page)
    assert payouts.end_publications(rows, payouts.publication_ends(NOW, 5)) == 1
    rows.commit()
    answer = reviewer.post(record, form)
    told = words(answer)
    assert answer.status_code == 409
    assert [said for said in ("公示已经结束", "跳过这一笔", _SAID["text"]) if said not in told] == []
    assert "登记异议" not in told


def test_who_approved_it_reads_why_they_cannot_settle(rows: Session, visit: Visit) -> None:
    claim, page, _ = _published(rows)
    row = objection(rows, claim, raised_by="样例乙")
    approver = rows.get_one(User, row.approved_by_id)
    approver.role = "lead"
    rows.commit()
    visitor = visit(approver)
    shown = words(visitor.get(page))
    assert ("您同意通过的" in shown, "样例乙" in shown, "处理这条异议" in shown) == (True, False, False)
    assert "须另一位复核" in words(visitor.get("/desk/lead"))
    answer = visitor.post(f"/desk/objections/{row.public_id}", {"outcome": "dismiss", "reason": "查无此事"})
    assert (answer.status_code, "查无此事" in words(answer)) == (403, True)


def test_two_settle_one_and_the_second_keeps_what_was_typed(rows: Session, visit: Visit) -> None:
    claim, _, _ = _published(rows)
    row = objection(rows, claim)
    first, second = (factories.user(rows, "lead") for _ in range(2))
    objections.dismiss(rows, Actor.of(first), NOW, row.id, reason="查无此事")
    rows.commit()
    answer = visit(second).post(f"/desk/objections/{row.public_id}", {"outcome": "uphold", "reason": "发票不实"})
    told = words(answer)
    assert (answer.status_code, "已经处理过" in told, "发票不实" in told) == (409, True, True)
