"""Whose paper is it: what the machine finds is written down, what a person says stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Batch, BatchPage, BatchRow
from reviewapp.policy.placing import Buyer, Item, Placement, keys_of, place
from reviewapp.services.sheet_columns import HOLDER


def place_pages(session: Session, batch: Batch, now: datetime) -> None:
    """Put the pages of a locked batch to its rows. What a person placed, or what stands in a draft, stays there."""
    pages = session.scalars(
        select(BatchPage)
        .where(BatchPage.batch_id == batch.id, BatchPage.aside.is_(False))
        .order_by(BatchPage.id)
        .options(joinedload(BatchPage.file))
    ).all()
    rows = session.scalars(select(BatchRow).where(BatchRow.batch_id == batch.id)).all()
    found = place([buyer_of(row.id, row.cells) for row in rows], [item_of(page) for page in pages])
    for page in pages:
        if not _stays(page):
            _write(page, found[page.id])
    batch.placed_at = now
    session.flush()


def buyer_of(number: int, cells: Mapping[str, str]) -> Buyer:
    """A row with its cells as the sorting wants to know it; without the holder, who is another name for the buyer."""
    return Buyer(number, keys_of({key.partition(".")[2]: text for key, text in cells.items() if key != HOLDER}))


def item_of(page: BatchPage) -> Item:
    """The page as the sorting wants to know it."""
    fields = {name: field["value"] for name, field in page.reading["fields"].items()}
    folder = page.file.name.rpartition("/")[0]
    return Item(
        page.id, keys_of(fields), page.file_id, (page.number, page.part), folder, page.row_id if _stays(page) else None
    )


def _stays(page: BatchPage) -> bool:
    return page.row_id is not None and (page.placed_by == "person" or page.upload_id is not None)


def _write(page: BatchPage, found: Placement) -> None:
    page.row_id, page.doubtful, page.why = found.buyer, found.certainty == "doubtful", found.why
    page.others = list(found.others) or None
