"""Claims that wait at the desk, with papers and readings: what the engine would have said, without the engine.

All of them show the pictures of one purchase, drawn once.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.models import Actor, Claim, Fact, Page, Paper
from reviewapp.services import queue
from reviewapp.specimens.boxes import printed
from reviewapp.specimens.papers import compose, render
from reviewapp.specimens.purchases import Purchase
from tests import factories
from tests.factories import NOW
from tests.factories.facts import KINDS
from tests.factories.papers import upload

_Field = tuple[str, str]


@dataclass(frozen=True)
class Misread:
    """What the engine made of papers that say something else, by (kind, field): `wrong` values it was sure of, values
    it was not sure of (`doubtful`).
    """

    wrong: Mapping[_Field, Any] = field(default_factory=dict)
    doubtful: Mapping[_Field, Any] = field(default_factory=dict)


def put_in(app: Flask, index: int, misread: Misread, now: datetime = NOW) -> str:
    """One more claim in the queue of yangcheng-2023 `car`; its number."""
    session: Session = db.session()
    bought = factories.purchase(index)
    with transaction(session):
        claim = factories.complete_draft(session, index, bought=bought, without=KINDS, now=now)
        for kind in KINDS:
            _paper(app, session, claim, kind, bought, misread)
    with transaction(session):
        queue.submit(session, Actor.of(claim.entered_by), now, claim.id, claim.revision)
    return str(claim.number)


def _paper(app: Flask, session: Session, claim: Claim, kind: str, bought: Purchase, misread: Misread) -> None:
    drawn = _drawn(kind)
    sha256 = app.extensions["storage"].put(io.BytesIO(drawn.jpeg)).sha256
    received = upload(session, claim, sha256=sha256, now=claim.created_at)
    paper = Paper(claim_id=claim.id, kind=kind, kind_confidence=0.99, created_at=claim.created_at)
    session.add(paper)
    session.flush()
    page = Page(upload_id=received.id, paper_id=paper.id, number=1, view_sha256=sha256)
    page.width, page.height = drawn.size
    session.add(page)
    session.flush()
    if kind != "car_photo":
        values = bought.paper_values(kind)
        session.add_all(_read(claim, page, kind, name, value, drawn.boxes, misread) for name, value in values.items())


@dataclass(frozen=True)
class _Drawn:
    """A picture, and where its fields are printed."""

    jpeg: bytes
    size: tuple[int, int]
    boxes: Mapping[str, Any]


@cache
def _drawn(kind: str) -> _Drawn:
    values, file = factories.purchase(0).paper_values(kind), io.BytesIO()
    picture = render(kind, values)
    picture.save(file, "JPEG", quality=85)
    return _Drawn(file.getvalue(), picture.size, printed(compose(kind, values), values))


def _read(
    claim: Claim, page: Page, kind: str, name: str, value: Any, boxes: Mapping[str, Any], misread: Misread
) -> Fact:
    doubtful = (kind, name) in misread.doubtful
    seen = (misread.wrong | misread.doubtful).get((kind, name), value)
    return Fact(
        claim_id=claim.id,
        section="paper",
        paper_id=page.paper_id,
        field=name,
        value=seen,
        source="reading",
        doubtful=doubtful,
        confidence=0.6 if doubtful else 0.97,
        page_id=page.id,
        box=[round(edge) for edge in boxes[name][0]] if name in boxes else None,
        at=claim.created_at,
    )
