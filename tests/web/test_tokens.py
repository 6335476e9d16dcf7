"""接口令牌: made after signing in afresh, shown once, stopped by anybody of the firm."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import ApiToken, User
from tests import factories
from tests.factories.api import Program
from tests.web.conftest import Visit
from tests.web.visitors import words

PAGE = "/account/tokens"
FORM = {"name": "门店进销存", "scopes": ["claims:read", "claims:write"], "days": "90"}


@pytest.fixture
def dealer(rows: Session) -> User:
    user = factories.user(rows, "dealer")
    rows.commit()
    return user


def _kept(rows: Session) -> list[ApiToken]:
    rows.rollback()
    return list(rows.scalars(select(ApiToken)))


def test_a_token_is_shown_once_and_works_until_it_is_stopped(
    app: Flask, rows: Session, dealer: User, visit: Visit
) -> None:
    visitor = visit(dealer)
    assert "还没有令牌" in words(visitor.get(PAGE))
    made = visitor.post(PAGE, FORM)
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    text = re.search(r"ra_[\w-]{43}", made.text).group()
    program = Program(app, text)
    assert program.get("/claims").status_code == 200
    assert program.post("/claims/x/submit", {"revision": 0}).json["code"] == "scope_missing"
    listed = visitor.get(PAGE)
    assert text not in listed.text
    assert "门店进销存" in words(listed)
    assert f"ra_…{text[-4:]}" in listed.text
    token = _kept(rows)[0]
    assert visitor.post(f"{PAGE}/{token.public_id}/revoke").status_code == 302
    assert "已停用" in words(visitor.get(PAGE))
    assert program.get("/claims").status_code == 401


def test_making_one_asks_for_the_password_again(rows: Session, dealer: User, visit: Visit) -> None:
    visitor = visit(dealer)
    visitor.token()
    with visitor.client.session_transaction() as session:
        session["fs_paa"] = 0
    answer = visitor.post(PAGE, FORM)
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/staff/verify")
    assert _kept(rows) == []


@pytest.mark.parametrize(
    "changed", [{"name": ""}, {"name": "长" * 61}, {"scopes": []}, {"scopes": ["all"]}, {"days": "9"}, {"days": "x"}]
)
def test_what_is_wrong_is_told_and_what_was_entered_stays(
    rows: Session, dealer: User, visit: Visit, changed: dict
) -> None:
    answer = visit(dealer).post(PAGE, {**FORM, **changed})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert "name" in changed or "门店进销存" in answer.text
    assert _kept(rows) == []
