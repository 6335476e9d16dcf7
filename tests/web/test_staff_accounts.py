"""Pages of 工作人员: made, confirmed by the other administrator, and signed in with both halves."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp.models import AccountStep, Actor, User
from reviewapp.services import decisions
from tests import factories
from tests.web.conftest import PASSWORD, Visit
from tests.web.visitors import Visitor, is_clear, words

STAFF = "/office/staff"


@pytest.fixture
def admins(visit: Visit, rows: Session) -> tuple[Visitor, Visitor]:
    people = [factories.user(rows, "admin", name=name) for name in ("测试管甲", "测试管乙")]
    rows.commit()
    return visit(people[0]), visit(people[1])


def _make(by: Visitor, role: str, **more: str) -> TestResponse:
    return by.post(f"{STAFF}/new", {"name": "测试丙", "username": "ceshibing", "role": role, **more})


def _password(answer: TestResponse) -> str:
    found = re.search(r'id="made-password">([^<]+)<', answer.text)
    assert found, words(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    return found.group(1)


def _confirm(rows: Session, by: Visitor) -> TestResponse:
    rows.rollback()
    proposal = rows.scalars(select(AccountStep).where(AccountStep.step == "propose").order_by(AccountStep.id.desc()))
    return by.post(f"{STAFF}/proposals/{proposal.first().public_id}/confirm")


def _sign_in(visitor: Visitor, password: str) -> TestResponse:
    return visitor.post("/staff/sign-in", {"username": "ceshibing", "password": password})


def test_a_checker_comes_in_with_both_halves_only(visit: Visit, rows: Session, admins: tuple[Visitor, Visitor]) -> None:
    first = _password(_make(admins[0], "finance_checker"))
    assert "等另一位管理员确认" in words(admins[1].get(STAFF))
    refused = _confirm(rows, admins[0])
    assert refused.status_code == 403
    assert "提出人不能确认自己提出的事项" in words(refused)
    second = _password(_confirm(rows, admins[1]))
    assert first != second
    assert "账号或密码不对" in words(_sign_in(visit(), second))
    person = visit()
    assert _sign_in(person, first + second).status_code == 302
    assert person.get("/finance").location == "/staff/password"
    seen = words(admins[0].get(f"{STAFF}/{_called(rows).public_id}"))
    assert "测试管甲 提出，测试管乙 确认" in seen
    assert "1 处" in seen


def _called(rows: Session) -> User:
    rows.rollback()
    return rows.scalars(select(User).where(User.username == "ceshibing")).one()


def test_a_reviewer_works_at_once_until_stopped(visit: Visit, rows: Session, admins: tuple[Visitor, Visitor]) -> None:
    password = _password(_make(admins[0], "reviewer"))
    person = visit()
    _sign_in(person, password)
    assert person.get("/desk").location == "/staff/password"
    user = _called(rows)
    user.must_change_password = False
    claim = factories.claim(rows, "submitted")
    decisions.take_next(rows, Actor.of(user), factories.NOW)
    rows.commit()
    page = f"{STAFF}/{user.public_id}"
    assert person.get("/desk").status_code == 200
    stopped = admins[0].post(f"{page}/disable")
    assert (stopped.status_code, stopped.location) == (302, page)
    rows.rollback()
    assert (claim.state, claim.reviewer_id) == ("submitted", None)
    assert person.get("/desk").status_code == 302
    assert admins[0].post(f"{page}/disable").status_code == 409
    admins[0].post(f"{page}/enable")
    renewed = _password(admins[0].post(f"{page}/password"))
    assert _sign_in(visit(), renewed).status_code == 302
    rows.rollback()
    assert [step.action for step in rows.scalars(select(AccountStep).order_by(AccountStep.id))] == [
        *("make", "disable", "enable", "reset_password")
    ]


def test_a_lost_authenticator_is_taken_away(
    app: Flask, visit: Visit, rows: Session, admins: tuple[Visitor, Visitor]
) -> None:
    with app.app_context():
        user = factories.user(
            rows, "lead", username="ceshibing", password=hash_password(PASSWORD), tf_primary_method="authenticator",
            tf_totp_secret="x",
        )  # fmt: skip
    rows.commit()
    page = f"{STAFF}/{user.public_id}"
    assert admins[0].post(f"{page}/second-factor").location == page
    assert _confirm(rows, admins[1]).location == page
    assert _sign_in(visit(), PASSWORD).location == "/home"
    assert "没有启用动态口令" in words(admins[0].post(f"{page}/second-factor"))


def test_what_is_refused_stays_on_the_page(visit: Visit, rows: Session, admins: tuple[Visitor, Visitor]) -> None:
    for wrong, said in (
        ({"name": " "}, "不能为空"),
        ({"username": "a b"}, "账号用 4 至 30 个字母"),
        ({"role": "dealer"}, "请选择角色"),
    ):
        answer = _make(admins[0], **{"role": "lead", **wrong})
        assert answer.status_code == 422
        assert said in words(answer)
        assert is_clear(answer)
    _make(admins[0], "admin")
    twice = _make(admins[1], "lead")
    assert (twice.status_code, "正等另一位管理员确认" in words(twice)) == (422, True)
    rows.rollback()
    proposal = rows.scalars(select(AccountStep)).one()
    back = f"{STAFF}/proposals/{proposal.public_id}/cancel"
    unsaid = admins[1].post(back, {"reason": ""})
    assert (unsaid.status_code, "请填写撤回的原因" in words(unsaid)) == (422, True)
    assert admins[1].post(back, {"reason": "角色写错"}).location == STAFF
    assert "角色写错" in words(admins[0].get(STAFF))
    assert _make(admins[0], "township", organisation="东街街道办事处").status_code == 200
    assert _called(rows).organisation.name == "东街街道办事处"


def test_the_list_is_narrowed_and_says_what_one_administrator_can_do(visit: Visit, rows: Session) -> None:
    admin = factories.user(rows, "admin", name="测试独一")
    factories.user(rows, "reviewer", name="测试丁")
    factories.user(rows, "auditor", name="测试戊", active=False)
    dealer = factories.user(rows, "dealer", name="测试己")
    rows.commit()
    visitor = visit(admin)
    page = words(visitor.get(STAFF))
    assert all(name in page for name in ("测试独一", "测试丁", "测试戊", "共 3 个账号", "开通第二位"))
    assert "测试丁" not in words(visitor.get(f"{STAFF}?state=stopped"))
    assert "没有符合条件的账号" in words(visitor.get(f"{STAFF}?text=100%25"))
    firms = visitor.get(f"{STAFF}?role=dealer&text={dealer.organisation.name}&page=7")
    assert f"/office/firms/{dealer.organisation.public_id}/people" in firms.text


def test_the_auditor_reads_and_changes_nothing(visit: Visit, rows: Session) -> None:
    auditor, user = factories.user(rows, "auditor"), factories.user(rows, "lead")
    rows.commit()
    for path in (STAFF, f"{STAFF}/{user.public_id}"):
        page = visit(auditor).get(path)
        assert user.name in page.text
        assert re.findall(r'<form[^>]*method="post"[^>]*action="(/office[^"]*)"', page.text) == []
