"""The rows of a batch: taken from its sheet, mended in the browser, added for buyers whom the sheet does not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import NotFound, TooMany
from reviewapp.models import Actor, Batch, BatchPage, BatchRow
from reviewapp.services import batch_placing, batches, outbox
from reviewapp.services.batch_reading import unread
from reviewapp.services.sheet_columns import ID_NUMBER, NAME, PHONE
from reviewapp.services.sheet_reading import HEAD_ROW, MERGED, MOST_ROWS, Sheet, SheetRow, check_row, tell_repeated

_SUBMITTED = "第 {number} 行的购车人已经提交，表里的改动没有采用。需要改动请在申请页办理。"


def keep_sheet(session: Session, actor: Actor, now: datetime, batch_id: int, sheet: Sheet, name: str) -> Batch:
    """Take the rows of a sheet over. One uploaded again changes the rows it knows (by name and phone, else by phone,
    by ID number, by place); a buyer who has papers or a draft never vanishes, and goes behind the others.
    """
    batch = batches.lock_with_sheet(session, batch_id, actor)
    before = list(session.scalars(select(BatchRow).where(BatchRow.batch_id == batch.id).order_by(BatchRow.number)))
    known = _recognised(sheet.rows, before)
    complaints = list(sheet.complaints)
    for row in before:  # out of the way, so that no two rows ever have one number
        row.number = -row.number - 1
    session.flush()
    for given in sheet.rows:
        row = known.get(given.number) or BatchRow(batch_id=batch.id, cells={}, faults={})
        row.number = given.number
        if row.claim is not None and row.claim.state != "draft":
            complaints += [_SUBMITTED.format(number=given.number)] if row.cells != given.cells else []
        else:
            row.cells, row.faults = dict(given.cells), dict(given.faults)
        session.add(row)
    _put_behind(session, [row for row in before if row not in known.values()], sheet.rows)
    batch.sheet_name, batch.complaints = name, complaints or None
    session.flush()
    after_change(session, batch, now)
    return batch


def _recognised(given: Sequence[SheetRow], before: Sequence[BatchRow]) -> dict[int, BatchRow]:
    """Which row of before each row of the sheet is, by its number."""
    found: dict[int, BatchRow] = {}
    left = list(before)
    for same in (_same_person, _same_phone, _same_identity, _same_place):
        for row in given:
            if row.number not in found:
                match = next((old for old in left if same(row, old)), None)
                if match is not None:
                    found[row.number] = match
                    left.remove(match)
    return found


def _same_person(row: SheetRow, old: BatchRow) -> bool:
    return bool(row.cells.get(NAME)) and all(row.cells.get(key) == old.cells.get(key) for key in (NAME, PHONE))


def _same_phone(row: SheetRow, old: BatchRow) -> bool:
    return bool(row.cells.get(PHONE)) and row.cells.get(PHONE) == old.cells.get(PHONE)


def _same_identity(row: SheetRow, old: BatchRow) -> bool:
    return bool(row.cells.get(ID_NUMBER)) and row.cells.get(ID_NUMBER) == old.cells.get(ID_NUMBER)


def _same_place(row: SheetRow, old: BatchRow) -> bool:
    return row.number == old.number and row.cells.get(NAME) == old.cells.get(NAME)


def _put_behind(session: Session, rows: Iterable[BatchRow], sheet: Sequence[SheetRow]) -> None:
    last = max((row.number for row in sheet), default=HEAD_ROW)
    for row in rows:
        if (
            row.claim_id is None
            and session.scalar(select(BatchPage.id).where(BatchPage.row_id == row.id).limit(1)) is None
        ):
            session.delete(row)
        else:
            last += 1
            row.number = last


def change_cells(
    session: Session, actor: Actor, now: datetime, batch_id: int, row_public_id: str, cells: Mapping[str, str]
) -> BatchRow:
    """What a person entered in cells of one row; they are kept as entered, and what is wrong with them is said."""
    batch = batches.lock_with_sheet(session, batch_id, actor)
    row = row_of(session, batch, row_public_id)
    columns = batches.template_of(batch).by_key()
    entered = {key: " ".join(text.split())[:200] for key, text in cells.items() if key in columns}
    row.cells = {key: text for key, text in {**row.cells, **entered}.items() if text}
    _check_again(session, batch, now, entered=row)
    return row


def add_row(session: Session, actor: Actor, now: datetime, batch_id: int, cells: Mapping[str, str]) -> BatchRow:
    """Another buyer behind the others. Raises TooMany."""
    batch = batches.lock_with_sheet(session, batch_id, actor)
    numbers = list(session.scalars(select(BatchRow.number).where(BatchRow.batch_id == batch.id)))
    if len(numbers) >= MOST_ROWS:
        raise TooMany(f"一批最多 {MOST_ROWS} 位购车人。请另开一批。")
    number = max(numbers, default=HEAD_ROW) + 1
    row = BatchRow(
        batch_id=batch.id, number=number, cells={key: text for key, text in cells.items() if text}, faults={}
    )
    session.add(row)
    session.flush()
    _check_again(session, batch, now)
    return row


def _check_again(session: Session, batch: Batch, now: datetime, entered: BatchRow | None = None) -> None:
    """All rows anew: what is repeated in one may be mended in another. What was merged in the sheet still has to be
    filled in, except in the row that somebody has just entered.
    """
    columns = batches.template_of(batch).by_key()
    rows = list(session.scalars(select(BatchRow).where(BatchRow.batch_id == batch.id).order_by(BatchRow.number)))
    checked = [SheetRow(row.number, row.cells, check_row(row.number, row.cells, columns)) for row in rows]
    tell_repeated(checked)
    for row, said in zip(rows, checked, strict=True):
        merged = {} if row is entered else {key: fault for key, fault in row.faults.items() if MERGED in fault}
        if row.faults != said.faults | merged:
            row.faults = said.faults | merged
    session.flush()
    after_change(session, batch, now)


def after_change(session: Session, batch: Batch, now: datetime) -> None:
    """Pages may have found their buyer now; drafts follow when no file is being read any more."""
    batch_placing.place_pages(session, batch, now)
    if not unread(session, batch.id) and not outbox.is_open(session, "batch.draft", batch.id):
        outbox.add(session, "batch.draft", batch.id, now)


def row_of(session: Session, batch: Batch, public_id: str) -> BatchRow:
    """The row of the batch under that name. Raises NotFound."""
    query = select(BatchRow).where(BatchRow.batch_id == batch.id, BatchRow.public_id == public_id)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("这一行已经不在这一批里了。请刷新页面查看最新情况。")
    return row
