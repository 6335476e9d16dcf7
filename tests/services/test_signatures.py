"""Signing on the screen: only a drawn signature is taken, once, with its words, and the trail says so."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotFound, ReviewError
from reviewapp.models import Actor, Event, User
from reviewapp.services import queue, signatures
from reviewapp.storage import Storage, storage_from_url
from tests import factories
from tests.factories import NOW
from tests.factories.signatures import STROKES, drawn
from tests.factories.vouchers import scrapped
from tests.support.both import both_databases


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return storage_from_url(f"file:{tmp_path / 'kept'}")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "空的"),
        (b"<svg></svg>", "不能作为材料"),
        (drawn(form="JPEG"), "重新签名"),
        (drawn([]), "还没有签名"),
        (drawn([(300, 100), (304, 102)]), "还没有签名"),
        (drawn([(0, 120), (640, 120)] * 2, (640, 6)), "重新签名"),
        (drawn(STROKES, (150, 90)), "重新签名"),
        (drawn([])[:60], "已损坏"),
        (drawn(STROKES, (9000, 1000)), "像素"),
        (b"\x89PNG\r\n\x1a\n" + bytes(signatures.MOST_BYTES), "上限"),
    ],
    ids=["nothing", "svg", "jpeg", "blank", "dot", "strip", "small", "torn", "huge", "heavy"],
)
def test_what_is_no_signature_is_not_kept(store: Storage, sent: bytes, said: str) -> None:
    with pytest.raises(ReviewError) as refused:
        signatures.receive(store, io.BytesIO(sent))
    assert said in refused.value.message
    assert list(store.iter_hashes()) == []


def test_a_blackened_area_is_no_signature(store: Storage) -> None:
    black = drawn([(side, row) for row in range(0, 240, 3) for side in (0, 640)])
    with pytest.raises(InvalidValue):
        signatures.receive(store, io.BytesIO(black))


@both_databases
def test_signed_once_with_its_words(session: Session, store: Storage) -> None:
    claim = scrapped(session)
    clerk = Actor.of(session.get_one(User, claim.entered_by_id))
    kept = signatures.receive(store, io.BytesIO(drawn()))
    assert store.exists(kept.sha256)
    assert store.exists(kept.view_sha256)
    said = {"kind": "truth", "text": "本人对来源负责。\n样例", "drawn": kept}
    early = NOW - timedelta(hours=3)
    row = signatures.sign(session, clerk, NOW, claim.id, **said, signed_at=early)
    assert signatures.sign(session, clerk, NOW, claim.id, **said) is row
    assert (row.text, row.signed_at, row.at, row.by_id) == (said["text"], early, NOW, clerk.id)
    (told,) = session.scalars(select(Event).where(Event.claim_id == claim.id, Event.action == "sign"))
    assert kept.sha256[:16] in told.reason
    again = signatures.receive(store, io.BytesIO(drawn(STROKES[:3])))
    later = signatures.sign(session, clerk, NOW, claim.id, kind="truth", text="改过的话", drawn=again)
    assert signatures.latest(session, claim, "truth") is later
    assert signatures.of_claim(session, claim) == (row, later)


def test_only_for_ones_own_open_claim(session: Session, store: Storage) -> None:
    claim = scrapped(session)
    clerk = Actor.of(session.get_one(User, claim.entered_by_id))
    kept = signatures.receive(store, io.BytesIO(drawn()))
    stranger = Actor.of(factories.user(session, "point"))
    with pytest.raises(NotFound):
        signatures.sign(session, stranger, NOW, claim.id, kind="truth", text="样例", drawn=kept)
    future = signatures.sign(
        session, clerk, NOW, claim.id, kind="truth", text="样例", drawn=kept, signed_at=NOW + timedelta(days=1)
    )
    assert future.signed_at == NOW
    queue.submit(session, clerk, NOW, claim.id, claim.revision)
    with pytest.raises(IllegalMove):
        signatures.sign(session, clerk, NOW, claim.id, kind="truth", text="晚了", drawn=kept)
