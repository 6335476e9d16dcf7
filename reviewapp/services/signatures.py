"""Statements signed on the screen: the drawn picture taken in, and kept with the very words that were signed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue
from reviewapp.models import Actor, Claim, SignedStatement
from reviewapp.pages import Limits, open_file
from reviewapp.pages.ink import Ink, ink
from reviewapp.pages.model import PageImage
from reviewapp.policy.signed import STATEMENTS
from reviewapp.services import trail
from reviewapp.services.editing import editable
from reviewapp.services.entered import require_text
from reviewapp.storage import Storage

MOST_BYTES = 400 * 1024
_LIMITS = Limits(file_bytes=MOST_BYTES, pixels=6_000_000, pages=1)
_NARROWEST, _LOWEST = 200, 80
#: A signature goes over so much of the area's width or height, and leaves most of it white.
_LEAST_REACH, _MOST_INK = 0.08, 0.4
_LONGEST_TEXT = 4000
_DIGITS_SHOWN = 16

_FIELD = "signature"
_NOT_OURS = "签名图片无法识别。请在签名框内重新签名。"
_EMPTY = "签名框里还没有签名。请在框内手写姓名后再提交。"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A signature that is safely kept: the PNG as drawn, and its copy for viewing."""

    sha256: str
    view_sha256: str


def receive(storage: Storage, stream: BinaryIO) -> Drawn:
    """Take a drawn PNG in, looked into by the limited child; nothing of a refused one stays. Outside transactions.

    Raises RefusedFile (too large, damaged), InvalidValue (no PNG of a signature area's size, empty, blackened).
    """
    with storage.receive(stream, MOST_BYTES) as incoming:
        document = open_file(incoming.path, _LIMITS)
        page = document.pages[0]
        if document.media_type != "image/png" or page.width < _NARROWEST or page.height < _LOWEST:
            raise InvalidValue(_NOT_OURS, {_FIELD: _NOT_OURS})
        _require_signature(page, ink(page))
        kept = incoming.keep()
    return Drawn(kept.sha256, storage.put(io.BytesIO(page.jpeg)).sha256)


def _require_signature(page: PageImage, drawn: Ink) -> None:
    if max(drawn.width / page.width, drawn.height / page.height) < _LEAST_REACH:
        raise InvalidValue(_EMPTY, {_FIELD: _EMPTY})
    if drawn.share > _MOST_INK:
        raise InvalidValue(_NOT_OURS, {_FIELD: _NOT_OURS})


def sign(
    session: Session,
    actor: Actor,
    now: datetime,
    claim_id: int,
    *,
    kind: str,
    text: str,
    drawn: Drawn,
    signed_at: datetime | None = None,
) -> SignedStatement:
    """Keep `text` (word for word as it was shown) as signed with `drawn`; sent twice it is one row.

    `signed_at` is the device's word; one that is not before `now` counts as now. Raises as `editing.editable`.
    """
    claim = editable(session, actor, claim_id)
    text = require_text(text, "text", STATEMENTS[kind], _LONGEST_TEXT)
    known = _of(claim, kind).where(SignedStatement.picture_sha256 == drawn.sha256)
    there = session.scalars(known).one_or_none()
    if there is not None:
        return there
    row = SignedStatement(
        claim_id=claim.id, kind=kind, text=text, picture_sha256=drawn.sha256, view_sha256=drawn.view_sha256,
        signed_at=min(signed_at or now, now), by_id=actor.id, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    reason = f"屏幕签署《{STATEMENTS[kind]}》，签名图 {drawn.sha256[:_DIGITS_SHOWN]}"
    trail.record(session, claim, actor, now, "sign", reason=reason)
    return row


def latest(session: Session, claim: Claim, kind: str) -> SignedStatement | None:
    """The statement of that kind that counts, None while it is not signed."""
    return session.scalars(_of(claim, kind).order_by(SignedStatement.id.desc()).limit(1)).one_or_none()


def of_claim(session: Session, claim: Claim) -> tuple[SignedStatement, ...]:
    """Everything that was signed for the claim, oldest first."""
    found = select(SignedStatement).where(SignedStatement.claim_id == claim.id).order_by(SignedStatement.id)
    return tuple(session.scalars(found))


def _of(claim: Claim, kind: str) -> Select[SignedStatement]:
    return select(SignedStatement).where(SignedStatement.claim_id == claim.id, SignedStatement.kind == kind)
