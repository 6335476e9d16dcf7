"""One key, one effect, however many send it at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.models import Actor, ApiRequest, Claim
from reviewapp.services import api_requests, intake
from reviewapp.services.api_requests import KeyReused
from tests import factories
from tests.factories.api import token

TOGETHER = 20


def _client(engine: Engine, token_id: int, actor: Actor, start: threading.Barrier) -> Callable[[int, int], str]:
    """A client with a connection of its own: makes a draft under a key and says what it was told."""

    def send(key: int, body: int) -> str:
        start.wait()
        with Session(engine) as session, transaction(session):
            kept = api_requests.begin(session, factories.NOW, token_id=token_id, key=f"key-{key}", digest=f"{body:064}")
            if kept.answer is None:
                claim = intake.create_draft(
                    session, actor, factories.NOW, scheme_code="yangcheng-2023", programme="car",
                    form_key=f"{threading.get_ident()}-{key}",
                )  # fmt: skip
                session.flush()
                api_requests.keep(kept, {"id": claim.public_id})
            return kept.answer["id"]

    return send


def _race(engine: Engine, token_id: int, actor: Actor, keys: int) -> list[set[str]]:
    """What the clients of each key were told."""
    send = _client(engine, token_id, actor, threading.Barrier(TOGETHER))
    with ThreadPoolExecutor(TOGETHER) as pool:
        return [{*pool.map(send, [key] * TOGETHER, [0] * TOGETHER)} for key in range(keys)]


@pytest.mark.parametrize("keys", [15, pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
@pytest.mark.parametrize("database_url", ["postgres", pytest.param("sqlite", marks=pytest.mark.long)], indirect=True)
def test_twenty_at_once_have_one_effect(engine: Engine, session: Session, keys: int) -> None:
    """RELIABILITY 9."""
    dealer = factories.user(session, "dealer")
    factories.pool(session, scheme_code="yangcheng-2023")
    token_id, actor = token(session, dealer)[0].id, Actor.of(dealer)
    session.commit()
    told = _race(engine, token_id, actor, keys)
    assert Counter(len(answers) for answers in told) == {1: keys}
    assert session.scalar(select(func.count()).select_from(Claim)) == keys
    assert session.scalar(select(func.count()).select_from(ApiRequest)) == keys
    with pytest.raises(KeyReused), transaction(session):
        api_requests.begin(session, clock.machine(), token_id=token_id, key="key-0", digest="1" * 64)


def test_another_tokens_keys_are_its_own(session: Session) -> None:
    rows = [token(session, factories.user(session, "dealer"))[0] for _ in range(2)]
    kept = [
        api_requests.begin(session, factories.NOW, token_id=row.id, key="same", digest=f"{row.id:064}") for row in rows
    ]
    assert kept[0].id != kept[1].id
