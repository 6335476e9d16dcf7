"""Signing in by telephone when short messages fail, are slow, or are not there at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.extensions import db
from reviewapp.models import Message, OneTimeCode
from reviewapp.sms import transport
from tests import factories
from tests.support.telephones import Telephones, telephones
from tests.web.visitors import Visitor, is_clear, words

PHONE = "13800001234"


@pytest.fixture
def provider() -> Iterator[Telephones]:
    with telephones() as provider:
        yield provider


@pytest.fixture
def office(app_factory: Callable[..., Flask], database_url: str) -> Iterator[Callable[..., Flask]]:
    """Makes the application as an office has it, not in demo mode."""
    made = []

    def make(**environment: str) -> Flask:
        made.append(app_factory(database_url, **environment))
        made[-1].config["PROPAGATE_EXCEPTIONS"] = False
        return made[-1]

    yield make
    clock.use(None)
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def visitor(office: Callable[..., Flask], provider: Telephones, tmp_path: Path) -> Visitor:
    return Visitor(office(**provider.environment(tmp_path)))


def _codes(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(OneTimeCode.id))) or 0


def test_a_code_comes_by_the_provider_and_is_not_kept(visitor: Visitor, provider: Telephones, session: Session) -> None:
    assert visitor.post("/sign-in", {"phone": PHONE}).location == "/sign-in/code"
    [taken] = provider.platform.arrived
    assert (taken.phone, taken.template) == (PHONE, "SMS_sign_in_code")
    assert visitor.post("/sign-in/code", {"code": taken.parameters["code"]}).status_code == 302
    kept = session.scalars(select(Message)).one()
    assert (kept.state, kept.parameters) == ("sent", {"code": "●●●●●●"})


def test_a_code_that_did_not_go_is_told_alike_to_known_and_unknown_and_not_counted(
    visitor: Visitor, provider: Telephones, session: Session
) -> None:
    factories.user(session, "claimant", phone="13800005678")
    session.commit()
    refusals: list[tuple[dict[str, object], str, str]] = [
        ({"down": True}, PHONE, "短信平台暂时没有应答"),
        ({"down": True}, "13800005678", "短信平台暂时没有应答"),
        ({"limited": True}, PHONE, "请 1 小时后再试"),
        ({"unapproved": "SMS_sign_in_code"}, PHONE, "短信暂时发不出去"),
        ({}, "13800004004", "这个手机号收不到"),
    ]
    for faults, phone, said in refusals:
        provider.switch(**faults)
        answer = visitor.post("/sign-in", {"phone": phone})
        assert (answer.status_code, said in words(answer), is_clear(answer)) == (200, True, True)
        assert phone in answer.text, "what was entered is still there"
    assert _codes(session) == 0
    assert visitor.post("/sign-in", {"phone": PHONE}).location == "/sign-in/code"


def test_a_slow_provider_may_have_sent_and_counts(
    office: Callable[..., Flask],
    provider: Telephones,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The code that comes late works, and another one within the minute is not sent."""
    monkeypatch.setattr(transport, "_ANSWER", 0.2)
    visitor = Visitor(office(**provider.environment(tmp_path)))
    provider.switch(late=0.6)
    assert visitor.post("/sign-in", {"phone": PHONE}).location == "/sign-in/code"
    assert "验证码可能晚几分钟到" in words(visitor.get("/sign-in/code"))
    assert "1 分钟后可以重新获取" in words(visitor.post("/sign-in", {"phone": PHONE}))
    assert _codes(session) == 1
    [taken] = provider.platform.arrived
    assert visitor.post("/sign-in/code", {"code": taken.parameters["code"]}).status_code == 302


def test_an_office_without_messages_says_so(office: Callable[..., Flask], session: Session) -> None:
    visitor = Visitor(office())
    page = visitor.get("/sign-in")
    assert "还没有开通短信" in words(page)
    assert "<input" not in page.text.partition("<main")[2].partition("</main>")[0].replace('type="hidden"', "")
    answer = visitor.post("/sign-in", {"phone": PHONE})
    assert ("还没有开通短信" in words(answer), _codes(session)) == (True, 0)
    claimant = factories.user(session, "claimant", phone=PHONE)
    session.commit()
    assert "还没有开通短信" in words(Visitor(office(), claimant).get("/sign-in/again"))
