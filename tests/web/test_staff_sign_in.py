"""Staff and dealers sign in: password, codes of an authenticator, recovery codes; every sentence in Chinese."""

from __future__ import annotations

import re
import time
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask_security import hash_password
from passlib.totp import TOTP
from sqlalchemy import text
from sqlalchemy.orm import Session

from reviewapp.models import User
from tests import factories
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, is_clear, words

PASSWORD = "right-horse-battery"
WRONG = "账号或密码不对"


@pytest.fixture
def clerk(app: Flask, rows: Session) -> User:
    with app.app_context():
        user = factories.user(rows, "reviewer", username="审核员01", password=hash_password(PASSWORD))
    rows.commit()
    return user


def sign_in(visitor: Visitor, username: str = "审核员01", password: str = PASSWORD, path: str = "/staff/sign-in"):
    return visitor.post(path, {"username": username, "password": password})


def test_the_right_password_leads_to_work(visit: Visit, clerk: User) -> None:
    visitor = visit()
    assert sign_in(visitor).location == "/home"
    assert visitor.get("/home").location == "/desk"


@pytest.mark.parametrize(
    ("username", "password", "says"),
    [
        ("审核员01", "wrong", WRONG),
        ("nobody", PASSWORD, WRONG),
        ("审核员01' OR '1'='1", "x", WRONG),
        ("x\x00y", "x", "无法保存的字符"),
        ("", "x", "请输入账号"),
        ("审核员01", "", "请输入密码"),
        ("长" * 5000, "x", WRONG),
        ("审核员01", "密" * 5000, WRONG),
    ],
)
def test_a_wrong_sign_in_says_so_and_shows_no_password(
    visit: Visit, clerk: User, capsys: pytest.CaptureFixture[str], username: str, password: str, says: str
) -> None:
    answer = sign_in(visit(), username, password)
    assert answer.status_code in (200, 422)
    assert says in words(answer)
    assert is_clear(answer)
    if len(password) > 1:
        assert password not in answer.text
        assert password not in "".join(capsys.readouterr())


def test_a_stopped_account_does_not_get_in(visit: Visit, clerk: User, rows: Session) -> None:
    visitor = visit()
    sign_in(visitor)
    clerk.active = False
    rows.commit()
    assert visitor.get("/desk").status_code == 302
    other = visit()
    assert is_clear(sign_in(other))
    assert other.get("/desk").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "javascript:x",
    ],
)
def test_sign_in_leads_nowhere_else(visit: Visit, clerk: User, target: str) -> None:
    visitor = visit()
    answer = visitor.post(
        "/staff/sign-in", {"username": "审核员01", "password": PASSWORD}, query_string={"next": target}
    )
    seen_by_a_browser = urljoin("http://localhost/", (answer.location or "").replace("\\", "/"))
    assert seen_by_a_browser.startswith("http://localhost/")


def test_sign_in_leads_back(visit: Visit, clerk: User) -> None:
    visitor = visit()
    asked = visitor.get("/all?state=paid")
    assert asked.location == "/staff/sign-in?next=/all?state%3Dpaid"
    assert sign_in(visitor, path=asked.location).location == "/all?state=paid"


def test_the_session_gets_another_name_and_dies_at_sign_out(visit: Visit, clerk: User, app: Flask) -> None:
    visitor = visit()
    visitor.token()
    before = visitor.client.get_cookie("session").value
    sign_in(visitor)
    inside = visitor.client.get_cookie("session").value
    assert inside != before
    for stolen in (before, inside):
        thief = visit()
        thief.client.set_cookie("session", stolen)
        assert (thief.get("/desk").status_code == 200) == (stolen == inside)
    visitor.post("/sign-out")
    thief = visit()
    thief.client.set_cookie("session", inside)
    assert thief.get("/desk").status_code == 302


def key_of(text: str) -> str:
    found = re.search(r'class="tabular key">\s*([A-Z2-7 -]+)\s*<', text)
    assert found, "no key on the page"
    return re.sub("[ -]", "", found.group(1))


def code_of(key: str, ahead: int = 0) -> str:
    """The code of now, or the one that comes `ahead` codes later."""
    return TOTP(key=key).generate(time=time.time() + 30 * ahead).token


@pytest.fixture
def guarded(visit: Visit, clerk: User) -> tuple[str, Visitor]:
    """The clerk has set up an authenticator; gives its key and the browser."""
    visitor = visit()
    sign_in(visitor)
    _, action = begin_set_up(visitor)
    refused = visitor.post(action, {"code": "000000"}, follow_redirects=True)
    assert "口令不对" in words(refused)
    key, action = begin_set_up(visitor)
    done = visitor.post(action, {"code": code_of(key)}, follow_redirects=True)
    assert "动态口令已启用" in words(done)
    return key, visitor


def begin_set_up(visitor: Visitor) -> tuple[str, str]:
    """The key that is shown, and where its first code goes."""
    page = visitor.post("/staff/tf-setup", {"setup": "authenticator"})
    assert is_clear(page)
    return key_of(page.text), re.findall(r'<form action="(/staff/tf-[^"]+)"', page.text)[-1]


def test_an_authenticator_is_asked_for_from_then_on(visit: Visit, guarded: tuple[str, Visitor]) -> None:
    key, setter = guarded
    assert "已启用" in words(setter.get("/staff/tf-setup"))
    visitor = visit()
    asked = sign_in(visitor)
    page = visitor.get(asked.location) if asked.status_code == 302 else asked
    assert "动态口令" in words(page)
    assert visitor.get("/desk").status_code == 302
    wrong = visitor.post("/staff/tf-validate", {"code": "123456"})
    assert "口令不对" in words(wrong)
    used = visitor.post("/staff/tf-validate", {"code": code_of(key)})  # at the set-up
    assert "已用过" in words(used)
    right = visitor.post("/staff/tf-validate", {"code": code_of(key, ahead=1)})
    assert right.location == "/home"
    assert visitor.get("/desk").status_code == 200


def test_recovery_codes_let_in_once(visit: Visit, rows: Session, guarded: tuple[str, Visitor]) -> None:
    _, setter = guarded
    page = setter.post("/staff/mf-recovery-codes", {"generate_new_codes": "1"})
    code = re.findall(r"<li>([0-9a-f-]{8,})</li>", page.text)[0]
    rows.rollback()
    assert code not in str(rows.scalars(text("SELECT mf_recovery_codes FROM users")).all())
    for right in (True, False):
        visitor = visit()
        sign_in(visitor)
        answer = visitor.post("/staff/mf-recovery", {"code": code})
        assert (visitor.get("/desk").status_code == 200) is right
        assert right or "恢复码不对或已用过" in words(answer)


def test_too_many_tries_are_told_in_chinese(visit: Visit, rows: Session) -> None:
    visitor = visit()
    for _ in range(25):
        answer = visitor.post("/sign-in", {"phone": "1"})
    assert answer.status_code == 429
    assert "操作太频繁" in words(answer)
    assert is_clear(answer)


def test_too_many_passwords_are_told_in_chinese(visit: Visit, clerk: User) -> None:
    visitor = visit()
    for _ in range(40):
        answer = sign_in(visitor, password="guess")
    assert answer.status_code == 429
    assert "操作太频繁" in words(answer)
