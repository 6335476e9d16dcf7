"""Signatures drawn on the screen: pictures as the browser makes them, and the rows."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from reviewapp.models import Claim, SignedStatement
from tests.factories.people import NOW

STROKES = [(60, 120), (140, 60), (220, 150), (300, 70), (380, 140), (460, 90)]


def drawn(strokes: list[tuple[int, int]] = STROKES, size: tuple[int, int] = (640, 240), form: str = "PNG") -> bytes:
    """A picture with one line through these points."""
    picture = Image.new("RGB", size, "white")
    if strokes:
        ImageDraw.Draw(picture).line(strokes, fill="#111", width=4)
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def signed_statement(session: Session, claim: Claim, **more: Any) -> SignedStatement:
    """A statement of truth signed for the claim."""
    given = {
        "claim_id": claim.id, "kind": "truth", "text": "样例声明", "picture_sha256": "0" * 64, "view_sha256": "0" * 64,
        "signed_at": NOW, "by_id": claim.entered_by_id, "at": NOW,
    } | more  # fmt: skip
    row = SignedStatement(**given)
    session.add(row)
    session.flush()
    return row
