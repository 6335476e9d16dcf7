"""A dealer's batch with a buyer and a page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp.models import Batch, BatchFile, BatchPage, BatchRow, User
from tests.factories.people import NOW


def dealers_batch(session: Session, by: User, *, sha256: str = "0" * 64, now: datetime = NOW) -> BatchPage:
    """A batch under xiangning-2023 `car` with one row and one file of one stray page."""
    batch = Batch(
        form_key=f"batch {sha256[:20]} {by.id}", scheme_code="xiangning-2023", scheme_version="1", programme="car",
        entered_by_id=by.id, organisation_id=by.organisation_id, created_at=now,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    row = BatchRow(batch_id=batch.id, number=4, cells={"applicant.name": "测试甲"}, faults={})
    file = BatchFile(
        batch_id=batch.id, sha256=sha256, size=1, media_type="image/jpeg", name="照片.jpg", state="read", created_at=now
    )
    session.add_all([row, file])
    session.flush()
    page = BatchPage(
        batch_id=batch.id, file_id=file.id, number=1, part=0, sha256=sha256, view_sha256=sha256, width=100, height=100,
        kind="id_card", reading={"page": 1, "kind": "id_card", "kind_confidence": 0.9, "rotation": 0, "fields": {}},
    )  # fmt: skip
    session.add(page)
    session.flush()
    return page
