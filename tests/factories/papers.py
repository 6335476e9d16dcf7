"""Files, pages, papers and facts of a claim."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact, Page, Paper, Upload, User
from tests.factories.people import NOW

_numbers = itertools.count(1)


def upload(session: Session, claim: Claim, *, state: str = "read", now: datetime = NOW, **columns: Any) -> Upload:
    """A file of the claim, under a digest of its own, by the person who entered the claim."""
    number = next(_numbers)
    columns.setdefault("sha256", hashlib.sha256(f"file {number}".encode()).hexdigest())
    columns.setdefault("name", f"测试{number}.jpg")
    columns.setdefault("uploaded_by_id", claim.entered_by_id)
    row = Upload(claim_id=claim.id, size=1000, media_type="image/jpeg", state=state, created_at=now, **columns)
    session.add(row)
    session.flush()
    return row


def paper(
    session: Session,
    claim: Claim,
    kind: str,
    fields: Mapping[str, Any] | None = None,
    *,
    doubtful: tuple[str, ...] = (),
    of: Upload | None = None,
    now: datetime = NOW,
    **columns: Any,
) -> Paper:
    """A paper of one page with its fields as readings; the page is the next one of `of`, else of a file of its own."""
    file = of or upload(session, claim, now=now)
    columns.setdefault("kind_confidence", 0.99)
    row = Paper(claim_id=claim.id, kind=kind, created_at=now, **columns)
    session.add(row)
    session.flush()
    page = Page(
        upload_id=file.id, paper_id=row.id, number=len(file.pages) + 1, view_sha256=file.sha256, width=800, height=600
    )
    session.add(page)
    session.flush()
    session.expire_all()
    for name, value in (fields or {}).items():
        fact(session, claim, "paper", name, value, paper=row, page=page, doubtful=name in doubtful, now=now)
    return row


def fact(
    session: Session,
    claim: Claim,
    section: str,
    field: str,
    value: Any,
    *,
    paper: Paper | None = None,
    page: Page | None = None,
    by: User | None = None,
    doubtful: bool = False,
    now: datetime = NOW,
) -> Fact:
    """A fact: a reading of `page` with a box, or what the person `by` entered."""
    row = Fact(
        claim_id=claim.id,
        section=section,
        paper_id=paper.id if paper else None,
        field=field,
        value=value,
        source="person" if by else "reading",
        doubtful=doubtful,
        confidence=None if by else 0.9,
        page_id=page.id if page else None,
        box=[10, 20, 300, 50] if page else None,
        by_id=by.id if by else None,
        at=now,
    )
    session.add(row)
    session.flush()
    return row
