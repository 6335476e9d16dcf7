"""A session that ended mid-form: what was entered is held, shown after sign-in, and sent with one button."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Message, User
from tests import factories
from tests.web.conftest import Visit
from tests.web.visitors import ORIGIN, Visitor, is_clear, words

PHONE = "13800001234"


def enter(visitor: Visitor, user: User) -> None:
    """Sign in again in the same browser."""
    with visitor.client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = user.fs_uniquifier, True


def held_form(page: str) -> tuple[str, dict[str, str]]:
    """Where the held form goes, and its fields."""
    main = page.split("<main", 1)[1]
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', main)
    action = re.search(r'<form method="post" action="([^"]*)"', main)
    assert action
    return action.group(1), {name: unescape(value) for name, value in fields}


@pytest.fixture
def draft(rows: Session) -> Claim:
    claim = factories.complete_draft(rows)
    rows.commit()
    return claim


def test_a_form_waits_for_its_person(visit: Visit, rows: Session, draft: Claim) -> None:
    visitor, path = visit(draft.entered_by), f"/claims/{draft.public_id}/facts"
    visitor.get(path)
    visitor.token()
    visitor.end_session()
    entered = {"applicant.name": '测试 "改" <过>', "account.card_number": "6222020000000000018"}
    sent = visitor.post(path, entered)
    assert (sent.status_code, sent.location) == (302, "/sign-in?next=/held")

    enter(visitor, draft.entered_by)
    page = visitor.get("/held")
    assert "刚才填写的内容已为您保留" in words(page)
    assert "6222020000000000018" not in page.text
    action, fields = held_form(page.text)
    assert (action, fields["applicant.name"]) == (path, '测试 "改" <过>')
    visitor._token = fields["csrf_token"]
    assert visitor.post(action, fields).status_code in (302, 422)
    assert visitor.get("/held").location == "/home"


def test_a_decision_waits_for_its_reviewer(visit: Visit, rows: Session) -> None:
    reviewer = factories.user(rows, "reviewer")
    claim = factories.claim(rows, "in_review", reviewer=reviewer)
    rows.commit()
    visitor, path = visit(reviewer), f"/desk/claims/{claim.public_id}/reject"
    visitor.token()
    visitor.end_session()
    sent = visitor.post(path, {"fence": "1", "clause": "四", "reason": "写了很久的理由"})
    assert sent.location == "/staff/sign-in?next=/held"
    enter(visitor, reviewer)
    assert "写了很久的理由" in visitor.get("/held").text


def test_nothing_of_a_held_form_lies_open_in_redis(visit: Visit, draft: Claim, redis_url: str) -> None:
    visitor = visit(draft.entered_by)
    visitor.token()
    visitor.end_session()
    visitor.post(f"/claims/{draft.public_id}/facts", {"applicant.name": "测试张三丰"})
    visitor.post("/sign-in", {"phone": PHONE})
    with Redis.from_url(redis_url) as redis:
        everything = b"".join(value for key in redis.scan_iter() if (value := _value(redis, key)))
    assert b"held_form" in everything
    assert "测试张三丰".encode() not in everything
    assert PHONE.encode() not in everything


def _value(redis: Redis, key: bytes) -> bytes | None:
    return redis.get(key) if redis.type(key) == b"string" else None


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example", ""])
def test_another_sites_form_is_not_held(visit: Visit, draft: Claim, origin: str) -> None:
    visitor = visit()
    path = f"/claims/{draft.public_id}/withdraw"
    answer = visitor.client.post(path, data={"revision": "0"}, headers={"Origin": origin} if origin else {})
    assert answer.status_code == 302
    enter(visitor, draft.entered_by)
    assert visitor.get("/held").location == "/home"


def test_a_huge_form_is_not_held(visit: Visit, draft: Claim) -> None:
    visitor = visit()
    visitor.client.post(
        f"/claims/{draft.public_id}/facts", data={"applicant.name": "x" * 30_000}, headers={"Origin": ORIGIN}
    )
    enter(visitor, draft.entered_by)
    assert visitor.get("/held").location == "/home"


def test_a_fragment_leads_the_whole_page_to_sign_in(visit: Visit, draft: Claim) -> None:
    visitor, path = visit(), f"/claims/{draft.public_id}"
    page = {"HX-Current-URL": f"{ORIGIN}{path}/papers"}
    polled = visitor.get(f"{path}/papers/now", headers={"HX-Request": "true", **page})
    assert (polled.status_code, polled.headers["HX-Redirect"]) == (401, f"/sign-in?next={path}/papers")
    sent = visitor.htmx(f"{path}/facts/one", {"key": "applicant.name", "applicant.name": "测试丁"}, headers=page)
    assert (sent.status_code, sent.headers["HX-Redirect"]) == (401, "/sign-in?next=/held")
    assert "登录已过期" in words(sent)
    assert "<html" not in sent.text


def test_a_resumed_field_leads_back_to_its_page(visit: Visit, rows: Session, draft: Claim) -> None:
    visitor, path = visit(draft.entered_by), f"/claims/{draft.public_id}"
    answer = visitor.post(f"{path}/facts/one", {"key": "applicant.name", "applicant.name": "测试丁"})
    assert (answer.status_code, answer.location) == (302, f"{path}/facts")
    assert "测试丁" in visitor.get(f"{path}/facts").text


def test_an_old_token_holds_the_form_too(visit: Visit, draft: Claim) -> None:
    """Signed in again in another tab: the page's token is no longer good, the person is."""
    visitor, path = visit(draft.entered_by), f"/claims/{draft.public_id}/facts"
    form = {"csrf_token": "old", "applicant.name": "测试戊"}
    answer = visitor.client.post(path, data=form, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.location) == (302, "/held")
    assert "测试戊" in visitor.get("/held").text


def test_a_buyer_signs_in_and_is_led_back(visit: Visit, rows: Session) -> None:
    visitor = visit()
    asked = visitor.get("/claims/new")
    assert asked.location == "/sign-in?next=/claims/new"
    assert sign_in(visitor, rows, "/claims/new").location == "/claims/new"
    assert visitor.get("/claims/new").status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "\\evil", "javascript:x"]
)
def test_sign_in_leads_nowhere_else(visit: Visit, rows: Session, target: str) -> None:
    assert sign_in(visit(), rows, target).location == "/home"


def sign_in(visitor: Visitor, rows: Session, target: str):
    visitor.post("/sign-in", {"phone": PHONE, "next": target})
    rows.rollback()
    sent = rows.scalars(select(Message).order_by(Message.id.desc())).first()
    return visitor.post("/sign-in/code", {"code": sent.parameters["code"]})


@pytest.mark.parametrize("code", ["000000", "", "abc", "12345", "１２３４５６", "1" * 500])
def test_a_wrong_code(visit: Visit, app: Flask, code: str) -> None:
    visitor = visit()
    visitor.post("/sign-in", {"phone": PHONE})
    answer = visitor.post("/sign-in/code", {"code": code})
    assert is_clear(answer)
    assert "验证码" in words(answer)
    assert visitor.get("/claims").status_code == 302
