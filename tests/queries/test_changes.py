"""Walks over what changed: all of it, in order, whatever commits late, and no more often than is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue
from reviewapp.models import Actor, Claim, User
from reviewapp.queries.changes import BEGINNING, Cursor, changed
from tests import factories
from tests.support.both import both_databases

NOW = factories.NOW


@pytest.fixture
def dealer(session: Session) -> Actor:
    return Actor.of(factories.user(session, "dealer"))


def _claims(session: Session, dealer: Actor, *minutes: float) -> list[Claim]:
    """Claims of the firm that changed so many minutes before NOW."""
    by = session.get_one(User, dealer.id)
    return [factories.claim(session, by=by, changed_at=NOW - timedelta(minutes=before)) for before in minutes]


def _walk(session: Session, dealer: Actor, cursor: Cursor, now: datetime, size: int = 2) -> tuple[list[int], Cursor]:
    """The ids of one whole walk, and where the next one begins; cursors go through their text as in addresses."""
    seen: list[int] = []
    while True:
        page = changed(session, dealer, now, Cursor.parse(cursor.text()), size=size)
        seen += [claim.id for claim in page.claims]
        cursor = page.cursor
        if not page.more:
            return seen, cursor


@both_databases
def test_a_walk_sees_all_in_the_order_of_change_and_the_next_one_nothing(session: Session, dealer: Actor) -> None:
    claims = _claims(session, dealer, 50, 10, 10, 40, 30)
    seen, rest = _walk(session, dealer, Cursor(BEGINNING), NOW)
    assert seen == [claims[index].id for index in (0, 3, 4, 1, 2)]
    assert _walk(session, dealer, rest, NOW + timedelta(minutes=1))[0] == []
    claims[3].changed_at = NOW + timedelta(minutes=2)
    assert _walk(session, dealer, rest, NOW + timedelta(hours=1))[0] == [claims[3].id]
    assert _walk(session, dealer, Cursor(NOW - timedelta(minutes=30)), NOW)[0][0] == claims[4].id


def test_what_changed_a_moment_ago_comes_twice_and_no_more(session: Session, dealer: Actor) -> None:
    claims = _claims(session, dealer, 50, 1)
    seen, rest = _walk(session, dealer, Cursor(BEGINNING), NOW)
    assert seen == [claim.id for claim in claims]
    seen, rest = _walk(session, dealer, rest, NOW + timedelta(minutes=5))
    assert seen == [claims[1].id]
    assert _walk(session, dealer, rest, NOW + timedelta(minutes=5))[0] == []


@pytest.mark.parametrize("late", [1, 30, 110])
@pytest.mark.parametrize("size", [1, 2, 50])
def test_a_change_that_commits_behind_the_walk_is_not_lost(
    session: Session, dealer: Actor, late: int, size: int
) -> None:
    """It was written with the time `late` seconds ago and becomes visible when the first page is already delivered."""
    _claims(session, dealer, 60, 1.8, 1, 0.4, 0.2, 0)
    first = changed(session, dealer, NOW, Cursor(BEGINNING), size=max(1, size))
    straggler = factories.claim(
        session, by=first.claims[0].entered_by, changed_at=NOW - timedelta(seconds=late) + timedelta(microseconds=1)
    )
    later = NOW + timedelta(minutes=5)  # a slow walk: its end knows no more than its beginning
    seen, rest = _walk(session, dealer, first.cursor, later, size) if first.more else ([], first.cursor)
    seen += _walk(session, dealer, rest, later)[0]
    assert straggler.id in seen


def test_states_and_other_firms(session: Session, dealer: Actor) -> None:
    mine = _claims(session, dealer, 5)
    factories.claim(session, by=factories.user(session, "dealer"), changed_at=NOW)
    assert _walk(session, dealer, Cursor(BEGINNING), NOW)[0] == [mine[0].id]
    assert changed(session, dealer, NOW, Cursor(BEGINNING), states=("paid",)).claims == []
    assert changed(session, factories.actor(session, "finance_maker"), NOW, Cursor(BEGINNING)).claims == []


def _nonsense() -> Iterator[str]:
    yield from ("", "x", "测试", "MS4y", "LTEuMS4x", "=" * 10, "A" * 400)


@pytest.mark.parametrize("text", list(_nonsense()))
def test_what_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidValue):
        Cursor.parse(text)
