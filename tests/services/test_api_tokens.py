"""Tokens of the interface: what is kept of them, and who may make and stop them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.errors import InvalidValue, NotAllowed, NotFound, TooMany
from reviewapp.models import Actor, ApiToken
from reviewapp.services import api_tokens
from reviewapp.services.api_tokens import MOST_TOKENS, SCOPES, BadToken
from tests import factories
from tests.factories.api import token

NOW = factories.NOW


def _make(session: Session, actor: Actor, **changed) -> tuple[ApiToken, str]:
    given = {"name": "测试系统", "scopes": ["claims:read"], "days": 30, **changed}
    return api_tokens.make(session, actor, NOW, **given)


def test_only_the_hash_is_kept(session: Session) -> None:
    dealer = factories.user(session, "dealer")
    row, text = _make(session, Actor.of(dealer))
    kept = {column.name: str(getattr(row, column.name)) for column in ApiToken.__table__.columns}
    assert not any(text in value or text[3:20] in value for value in kept.values())
    assert (row.ending, row.expires_at, len(text) > 40) == (text[-4:], NOW + timedelta(days=30), True)
    found = api_tokens.holder(session, NOW, text)
    assert (found.actor, found.scopes) == (Actor.of(dealer), {"claims:read"})
    for near in (text[:-1], text + "a", text.upper(), ""):
        with pytest.raises(BadToken):
            api_tokens.holder(session, NOW, near)


def test_a_token_ends_with_its_term(session: Session) -> None:
    _, text = _make(session, factories.actor(session, "dealer"))
    assert api_tokens.holder(session, NOW + timedelta(days=29), text)
    with pytest.raises(BadToken) as told:
        api_tokens.holder(session, NOW + timedelta(days=30), text)
    assert told.value.code == "token_expired"


def test_the_firm_stops_its_own_tokens(session: Session) -> None:
    dealer = factories.user(session, "dealer")
    colleague = factories.actor(session, "dealer", organisation_id=dealer.organisation_id)
    row, text = _make(session, Actor.of(dealer))
    with pytest.raises(NotFound):
        api_tokens.revoke(session, factories.actor(session, "dealer"), NOW, row.public_id)
    api_tokens.revoke(session, colleague, NOW, row.public_id)
    api_tokens.revoke(session, Actor.of(dealer), NOW + timedelta(days=1), row.public_id)
    assert (row.revoked_at, row.revoked_by_id) == (NOW, colleague.id)
    with pytest.raises(BadToken):
        api_tokens.holder(session, NOW, text)


@pytest.mark.parametrize(
    "changed", [{"name": " "}, {"name": "长" * 61}, {"scopes": []}, {"scopes": ["all"]}, {"days": 9}]
)
def test_what_makes_no_token(session: Session, changed: dict) -> None:
    with pytest.raises(InvalidValue):
        _make(session, factories.actor(session, "dealer"), **changed)


def test_others_have_none_and_nobody_has_many(session: Session) -> None:
    with pytest.raises(NotAllowed):
        _make(session, factories.actor(session, "claimant"))
    dealer = factories.actor(session, "dealer")
    rows = [_make(session, dealer)[0] for _ in range(MOST_TOKENS)]
    with pytest.raises(TooMany):
        _make(session, dealer)
    api_tokens.revoke(session, dealer, NOW, rows[0].public_id)
    assert _make(session, dealer)


def test_the_last_use_is_written_once_a_minute(session: Session) -> None:
    row, text = token(session, factories.user(session, "dealer"), list(SCOPES))
    now = clock.machine()
    first = api_tokens.holder(session, now, text)
    assert api_tokens.is_stale(first, now)
    api_tokens.mark_used(session, now, first)
    session.refresh(row)
    again = api_tokens.holder(session, now, text)
    assert not api_tokens.is_stale(again, now + timedelta(seconds=59))
    assert api_tokens.is_stale(again, now + timedelta(seconds=61))
