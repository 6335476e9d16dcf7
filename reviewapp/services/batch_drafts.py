"""From a batch's rows to claims: each buyer becomes an ordinary draft with the row's cells and the pages put to it.

Whatever a row or its pages say later is brought up to the draft; what a person entered or took out on the claim's own
pages is left alone.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import ReviewError
from reviewapp.models import Actor, Batch, BatchPage, BatchRow, Claim, Upload, User
from reviewapp.ocr import PageReading
from reviewapp.pages import PageImage
from reviewapp.policy.workflow import EDITABLE
from reviewapp.services import (
    admission,
    batches,
    checking,
    corroboration,
    editing,
    filing,
    intake,
    prefill,
    trail,
    voucher_settlements,
)
from reviewapp.services.editing import FactChange
from reviewapp.services.filing import SeenPage
from reviewapp.services.sheet_columns import HOLDER, NAME, Column
from reviewapp.services.values import BadValue

#: Seconds after which a round ends, so that files of others are read in between.
_LONGEST_ROUND = 60.0
_SECTIONS = ("applicant", "account", "declared")


def draft_rows(session: Session, batch_id: int, now: datetime) -> bool:
    """Job body: bring every row's draft up to what the row and its pages say, each in a transaction of its own.

    A row that cannot become one says why, and the others go on. False when the rest is for another round.
    """
    until = time.monotonic() + _LONGEST_ROUND
    with transaction(session):
        ids = session.scalars(select(BatchRow.id).where(BatchRow.batch_id == batch_id).order_by(BatchRow.number)).all()
    for row_id in ids:
        if time.monotonic() > until:
            return False
        with transaction(session):
            batch = batches.lock(session, batch_id)
            row = session.get(BatchRow, row_id)
            if row is not None and not _is_up(session, row):
                bring_up(session, now, batch, row)
    return True


def _is_up(session: Session, row: BatchRow) -> bool:
    if row.claim is None or _wanted(row) != row.written or is_stale(row):
        return False
    waiting = select(BatchPage.id).where(BatchPage.row_id == row.id, BatchPage.upload_id.is_(None))
    return session.scalar(waiting.limit(1)) is None


def is_stale(row: BatchRow) -> bool:
    """The draft was worked on, or never checked, since the verdict was written down."""
    claim = row.claim
    return claim is not None and claim.state == "draft" and (row.verdict or {}).get("revision") != claim.revision


def bring_up(session: Session, now: datetime, batch: Batch, row: BatchRow) -> None:
    """Make or mend the draft of one row of a locked batch, and check it."""
    actor = Actor.of(session.get_one(User, batch.entered_by_id))
    try:
        claim = row.claim or _claim(session, actor, now, batch, row)
        claim = trail.lock(session, claim.id)
        if claim.state == "draft":
            _write_cells(session, actor, now, batch, row, claim)
        if claim.state in EDITABLE:
            _file_pages(session, actor, now, row, claim)
    except ReviewError as error:
        row.verdict = {"blocked": error.message}
        return
    row.verdict = verdict(session, claim, now)
    session.flush()


def _claim(session: Session, actor: Actor, now: datetime, batch: Batch, row: BatchRow) -> Claim:
    if row.redemption_id is not None:
        claim = voucher_settlements.begin(session, actor, now, row.redemption_id)
    else:
        claim = intake.create_draft(
            session, actor, now, scheme_code=batch.scheme_code, programme=batch.programme,
            form_key=f"batch-{row.public_id}",
        )  # fmt: skip
    session.flush()
    row.claim_id = claim.id
    return claim


def _write_cells(session: Session, actor: Actor, now: datetime, batch: Batch, row: BatchRow, claim: Claim) -> None:
    cells, before = _wanted(row), row.written or {}
    columns = batches.template_of(batch).by_key()
    changed = [key for key in columns if cells.get(key, "") != before.get(key, "")]
    changes = [change for key in changed if (change := _change(columns[key], cells.get(key, ""))) is not None]
    if changes:
        editing.set_facts(session, actor, now, claim.id, None, changes)
    row.written = cells


def _wanted(row: BatchRow) -> dict[str, str]:
    """What is to stand in the row's draft: its cells, and the account that all rows of an application have in common.

    A row of a sheet that names no holder says (so stands above the column) that the card is the buyer's own.
    """
    cells: dict[str, str] = row.cells
    if row.redemption_id is not None:
        return {**cells, **(row.batch.account or {})}
    return {HOLDER: cells[NAME], **cells} if cells.get(NAME) else cells


def _change(column: Column, text: str) -> FactChange | None:
    section, _, field = column.key.partition(".")
    if section not in _SECTIONS:
        return None
    try:
        return FactChange(section, None, field, column.value(text))
    except BadValue:  # told as the row's fault; the draft keeps what it has
        return None


def _file_pages(session: Session, actor: Actor, now: datetime, row: BatchRow, claim: Claim) -> None:
    waiting = select(BatchPage).where(BatchPage.row_id == row.id, BatchPage.upload_id.is_(None)).order_by(BatchPage.id)
    pages = session.scalars(waiting).all()
    if not pages:
        return
    for page in pages:
        page.upload_id = _file(session, actor, now, claim, page).id
    session.flush()
    corroboration.settle(session, claim, now)
    prefill.refresh(session, claim, now)
    trail.record(session, claim, actor, now, "change_paper", reason=f"从批次归入 {len(pages)} 页材料")


def _file(session: Session, actor: Actor, now: datetime, claim: Claim, page: BatchPage) -> Upload:
    """The page as a file of the claim, with what was read on it; one that was taken out comes back."""
    known = select(Upload).where(Upload.claim_id == claim.id, Upload.sha256 == page.sha256)
    upload = session.scalars(known).one_or_none()
    if upload is not None:
        upload.removed_at = None
        for filed in upload.pages:
            filed.paper.removed_at = None
        return upload
    upload = _upload(session, actor, now, claim, page)
    image = PageImage(1, page.width, page.height, b"")  # its picture is kept already
    filing.file_page(
        session, claim, upload, SeenPage(image, page.view_sha256, PageReading.from_json(page.reading)), now
    )
    return upload


def _upload(session: Session, actor: Actor, now: datetime, claim: Claim, page: BatchPage) -> Upload:
    whole = page.sha256 == page.file.sha256
    upload = Upload(
        claim_id=claim.id,
        uploaded_by_id=actor.id,
        sha256=page.sha256,
        size=page.file.size if whole else 0,
        media_type=page.file.media_type if whole else "image/jpeg",
        name=name_of(page),
        state="read",
        created_at=now,
    )
    session.add(upload)
    session.flush()
    return upload


def name_of(page: BatchPage) -> str:
    """What the page is called: its file, and where in it it stands when the file holds more."""
    last = page.file.name.rpartition("/")[2]
    if page.sha256 == page.file.sha256:
        return intake.display_name(last)
    stem = last.rpartition(".")[0] or last
    part = f"-{page.part}" if page.part else ""
    return intake.display_name(f"{stem[:100]}_第{page.number}{part}页.jpg")


def verdict(session: Session, claim: Claim, now: datetime) -> dict[str, Any]:
    """What stands between the claim and its submission, in words, as of its revision; amounts in fen."""
    checked = checking.evaluate_claim(session, claim, now)
    lacking = admission.lacking(claim, checked.result)
    papers = {rule.finding for rule in lacking}
    findings = [finding for finding in checked.result.findings if finding.check not in papers]
    return {
        "revision": claim.revision,
        "missing": [rule.title for rule in lacking],
        "unconfirmed": list(checked.unconfirmed),
        "fail": [finding.message for finding in findings if finding.outcome == "fail"],
        "unsure": [finding.message for finding in findings if finding.outcome == "unsure"],
        "award_fen": checked.result.award_fen,
    }
