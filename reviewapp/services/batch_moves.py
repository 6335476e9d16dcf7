"""What a person says of pages: whose one is, that it is nobody's, that all the machine put to a buyer is right."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, NotFound
from reviewapp.models import Actor, Batch, BatchPage, BatchRow
from reviewapp.policy.workflow import EDITABLE, STATES
from reviewapp.services import batch_placing, batches, intake
from reviewapp.services.batch_drafts import bring_up
from reviewapp.services.batch_rows import add_row, row_of
from reviewapp.services.sheet_columns import NAME, PHONE


def move_page(
    session: Session, actor: Actor, now: datetime, batch_id: int, page_public_id: str, row_public_id: str | None
) -> BatchPage:
    """Put a page to a buyer, or (None) lay it aside; it leaves the draft it stood in and joins the other one.

    Pages that it ties to the buyer follow. Raises IllegalMove when one of the two claims is closed, NotFound.
    """
    batch = batches.lock(session, batch_id, actor)
    page = page_of(session, batch, page_public_id)
    row = row_of(session, batch, row_public_id) if row_public_id else None
    _require_open(row)
    _take_out(session, actor, now, page)
    before = page.row
    page.row_id, page.aside = (row.id, False) if row else (None, True)
    page.placed_by, page.doubtful, page.others = "person", False, None
    page.why = "由您放入" if row else "由您放在一边"
    session.flush()
    batch_placing.place_pages(session, batch, now)
    _follow(session, now, batch, {changed.id for changed in (before, row) if changed is not None})
    return page


def lay_back(session: Session, actor: Actor, now: datetime, batch_id: int, page_public_id: str) -> BatchPage:
    """Take a page from where a person put it: the machine looks again."""
    batch = batches.lock(session, batch_id, actor)
    page = page_of(session, batch, page_public_id)
    before = page.row_id
    _take_out(session, actor, now, page)
    page.row_id, page.aside, page.placed_by, page.why = None, False, "reading", ""
    session.flush()
    batch_placing.place_pages(session, batch, now)
    _follow(session, now, batch, {before} if before else set())
    return page


def confirm_row(session: Session, actor: Actor, now: datetime, batch_id: int, row_public_id: str) -> BatchRow:
    """A person has looked at what the machine put to a buyer in doubt, and says it is right."""
    batch = batches.lock(session, batch_id, actor)
    row = row_of(session, batch, row_public_id)
    doubted = select(BatchPage).where(BatchPage.row_id == row.id, BatchPage.doubtful)
    for page in session.scalars(doubted).all():
        page.doubtful, page.placed_by, page.others, page.why = False, "person", None, "由您确认"
    session.flush()
    return row


def add_buyer(session: Session, actor: Actor, now: datetime, batch_id: int, page_public_id: str) -> BatchRow:
    """A buyer whom the sheet does not have, from a stray page: named as the page names them, with the pages it ties."""
    batch = batches.lock(session, batch_id, actor)
    page = page_of(session, batch, page_public_id)
    told = {name: str(field["value"]) for name, field in page.reading["fields"].items()}
    name = next((told[field] for field in _NAMES if field in told), "")
    row = add_row(session, actor, now, batch_id, {NAME: name, PHONE: told.get("phone", "")})
    move_page(session, actor, now, batch_id, page_public_id, row.public_id)
    return row


_NAMES = ("name", "buyer_name", "owner", "taxpayer_name", "villager_name", "consumer_name")


def _require_open(row: BatchRow | None) -> None:
    if row is not None and row.claim is not None and row.claim.state not in EDITABLE:
        state = STATES[row.claim.state]
        raise IllegalMove(f"第 {row.number} 行的申请现在是“{state}”，不能再放入材料。需要改动请等待退回补正。")


def _take_out(session: Session, actor: Actor, now: datetime, page: BatchPage) -> None:
    """Out of the draft it stands in, unless the same page stands there a second time."""
    upload, page.upload_id = page.upload, None
    session.flush()
    if upload is None or upload.removed_at is not None:
        return
    if session.scalar(select(BatchPage.id).where(BatchPage.upload_id == upload.id).limit(1)) is None:
        intake.remove_upload(session, actor, now, upload.claim_id, upload.public_id)


def _follow(session: Session, now: datetime, batch: Batch, changed: set[int]) -> None:
    """Bring up the drafts of the rows that changed, and of those to which pages found their way now."""
    waiting = select(BatchPage.row_id).where(BatchPage.batch_id == batch.id, BatchPage.upload_id.is_(None))
    drafted = select(BatchRow).where(
        BatchRow.id.in_(waiting) & BatchRow.claim_id.is_not(None) | BatchRow.id.in_(changed)
    )
    for row in session.scalars(drafted.order_by(BatchRow.number)).all():
        bring_up(session, now, batch, row)


def page_of(session: Session, batch: Batch, public_id: str) -> BatchPage:
    """The page of the batch under that name. Raises NotFound."""
    query = select(BatchPage).where(BatchPage.batch_id == batch.id, BatchPage.public_id == public_id)
    page = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if page is None:
        raise NotFound("这一页已经不在这一批里了。请刷新页面查看最新情况。")
    return page
