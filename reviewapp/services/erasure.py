"""Drafts that nobody put in are erased when their purpose is over (个人信息保护法 第四十七条): facts, readings, papers,
signatures, and what dealers' batches hold for nobody. What was put in stays, whatever became of it.

Of a draft its row stays, with the events that carry no words: that it was there, whose, and when it was erased. Drafts
to which a voucher belongs stay whole: they tell what became of public money. Rows go first, and write down the files
they named (`discard`); `sweep` deletes a file when nothing names it any more. So a process may die anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, insert, literal, or_, select, union_all, update
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import (
    SYSTEM,
    ApiRequest,
    ApiToken,
    Base,
    Batch,
    BatchFile,
    BatchPage,
    BatchPart,
    BatchRow,
    Claim,
    ClaimKey,
    DiscardedFile,
    Evaluation,
    Event,
    Fact,
    OriginCode,
    OriginForm,
    OriginScan,
    Page,
    Paper,
    Reading,
    Sale,
    SignedStatement,
    Upload,
    Voucher,
)
from reviewapp.models.base import Instant
from reviewapp.policy.retention import Retention
from reviewapp.services import trail
from reviewapp.services.days import local_date
from reviewapp.storage import Storage

#: Longer than anything takes that keeps a file before it writes its row.
_REST = timedelta(days=1)
_UNREAD = ("waiting", "reading")


def due_on(row: Claim | Batch, retention: Retention) -> date:
    """The day from which on a draft, or what a batch holds for nobody, is erased."""
    changed = row.changed_at if isinstance(row, Claim) else row.placed_at or row.created_at
    return retention.erased_on(*_closing(row.scheme_code, row.scheme_version, row.programme), changed)


def announced(session: Session, row: Claim | Batch, now: datetime, retention: Retention) -> date | None:
    """The day on which its submitter is told that it will be erased, today at the earliest; None while papers are taken
    in, and for what stays.
    """
    until, _ = _closing(row.scheme_code, row.scheme_version, row.programme)
    if now <= until:
        return None
    table = type(row)
    goes = or_(_is_left(), _has_drafts()) if table is Batch else and_(Claim.ticket.is_(None), ~_of_money())
    if session.scalar(select(table.id).where(table.id == row.id, goes)) is None:
        return None
    return max(due_on(row, retention), local_date(now))


def due(session: Session, now: datetime, retention: Retention, limit: int | None = None) -> list[Claim]:
    """The drafts that are to be erased by now, not locked; of each programme those first that were changed first."""
    kinds = (Claim.scheme_code, Claim.scheme_version, Claim.programme)
    found: list[Claim] = []
    for code, version, programme in session.execute(select(*kinds).where(*_ERASABLE).distinct()).all():
        until, late = _closing(code, version, programme)
        if retention.erased_on(until, late, until) > local_date(now):
            continue
        of_kind = (Claim.scheme_code == code, Claim.scheme_version == version, Claim.programme == programme)
        claims = session.scalars(select(Claim).where(*of_kind, *_ERASABLE).order_by(Claim.changed_at).limit(limit))
        found += [claim for claim in claims if due_on(claim, retention) <= local_date(now)]
    return found[:limit]


def erase_due(session: Session, now: datetime, retention: Retention, limit: int = 50) -> int:
    """Erase the drafts that are due; how many. Their batches are locked before them, as who works on a batch does."""
    found = [claim.id for claim in due(session, now, retention, limit)]
    of_found = BatchRow.claim_id.in_(found)
    batches = select(Batch.id).join(BatchRow).where(of_found).with_for_update(skip_locked=True, of=Batch)
    others = select(BatchRow.claim_id).where(of_found, BatchRow.batch_id.not_in(session.scalars(batches).all()))
    locked = select(Claim).where(Claim.id.in_(found), Claim.id.not_in(others), *_ERASABLE).order_by(Claim.id)
    locked = locked.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    claims = [claim for claim in session.scalars(locked) if due_on(claim, retention) <= local_date(now)]
    for claim in claims:
        claim.erased_at = now
        trail.record(session, claim, SYSTEM, now, "erase")
    session.flush()
    _forget_answers(session, claims)
    _empty(session, now, [claim.id for claim in claims])
    return len(claims)


def batches_due(session: Session, now: datetime, retention: Retention) -> Sequence[Batch]:
    """Dealers' batches that hold something for nobody by now, or will once their drafts are erased; not locked."""
    query = select(Batch).where(or_(_is_left(), _has_drafts())).order_by(Batch.id)
    return [batch for batch in session.scalars(query) if due_on(batch, retention) <= local_date(now)]


def clear_batches(session: Session, now: datetime, retention: Retention, limit: int = 20) -> int:
    """Erase what dealers' batches hold for nobody once it is due and their drafts are erased; of how many.

    Buyers who never became a claim, pages put to none, files on which nothing is that was put in; and the batch when
    nothing is left of it.
    """
    reading = exists().where(BatchFile.batch_id == Batch.id, BatchFile.state.in_(_UNREAD))
    found = [batch.id for batch in batches_due(session, now, retention)]
    locked = select(Batch.id).where(Batch.id.in_(found), _is_left(), ~_has_drafts(), ~reading).order_by(Batch.id)
    ids = session.scalars(locked.limit(limit).with_for_update(skip_locked=True, of=Batch)).all()
    nobody = select(BatchRow.id).where(BatchRow.batch_id.in_(ids), BatchRow.claim_id.is_(None))
    _drop_pages(
        session, now, BatchPage.batch_id.in_(ids) & or_(BatchPage.row_id.is_(None), BatchPage.row_id.in_(nobody))
    )
    files = select(BatchFile.id).where(BatchFile.batch_id.in_(ids), ~exists().where(BatchPage.file_id == BatchFile.id))
    discard(session, now, select(BatchPart.sha256).where(BatchPart.file_id.in_(files)))
    discard(session, now, select(BatchFile.sha256).where(BatchFile.id.in_(files), BatchFile.sha256.is_not(None)))
    _delete(session, BatchPart, BatchPart.file_id.in_(files))
    _delete(session, BatchFile, BatchFile.id.in_(files))
    _delete(session, BatchRow, BatchRow.id.in_(nobody))
    _delete(session, Batch, Batch.id.in_(ids) & ~exists().where(BatchRow.batch_id == Batch.id))
    return len(ids)


def discard(session: Session, now: datetime, names: Select[Any]) -> None:
    """Write down the files whose rows are about to go."""
    said = names.add_columns(literal(now, Instant()))
    session.execute(insert(DiscardedFile).from_select(["sha256", "at"], said))


def sweep(session: Session, storage: Storage, limit: int = 200) -> int:
    """Delete discarded files that no row names, and that nobody has handed in again lately, and what uploads left that
    died on the way; how many are settled.
    """
    query = select(DiscardedFile).order_by(DiscardedFile.id).limit(limit).with_for_update(skip_locked=True)
    rows = session.scalars(query).all()
    named = _named(session, {row.sha256 for row in rows}) if rows else set()
    settled = [row for row in rows if row.sha256 in named or storage.delete_if_rested(row.sha256, _REST)]
    for row in settled:
        session.delete(row)
    return len(settled) + storage.sweep_quarantine(_REST)


def _closing(code: str, version: str, programme: str) -> tuple[datetime, bool]:
    """The last instant for papers, by the version of a draft or the newest one, whichever is later; and whether papers
    are taken after it with a statement.
    """
    versions = [schemes.load(code, version), schemes.load(code)]
    rules = [scheme.programmes[programme] for scheme in versions if programme in scheme.programmes]
    return max(one.submission.until for one in rules), any(one.late == "special_review" for one in rules)


def _of_money() -> ColumnElement[bool]:
    return exists().where(or_(Voucher.claim_id == Claim.id, Voucher.settlement_id == Claim.id))


#: Never put in, and nobody is reading it at this moment.
_ERASABLE = (
    Claim.ticket.is_(None),
    Claim.erased_at.is_(None),
    ~_of_money(),
    ~exists().where(Upload.claim_id == Claim.id, Upload.state.in_(_UNREAD), Upload.removed_at.is_(None)),
)


def _is_left() -> ColumnElement[bool]:
    """Does a dealer's batch hold anything for nobody? Vouchers' settlement applications do not count."""
    stray = exists().where(BatchPage.batch_id == Batch.id, BatchPage.row_id.is_(None))
    nobody = exists().where(BatchRow.batch_id == Batch.id, BatchRow.claim_id.is_(None))
    empty = exists().where(BatchFile.batch_id == Batch.id, ~exists().where(BatchPage.file_id == BatchFile.id))
    return Batch.number.is_(None) & or_(stray, nobody, empty, ~exists().where(BatchRow.batch_id == Batch.id))


def _has_drafts() -> ColumnElement[bool]:
    draft = exists().where(BatchRow.batch_id == Batch.id, BatchRow.claim_id == Claim.id, Claim.ticket.is_(None))
    return Batch.number.is_(None) & draft


def _empty(session: Session, now: datetime, ids: Sequence[int]) -> None:
    """Delete what erased drafts held; the order is that of the rows' references."""
    uploads = select(Upload.id).where(Upload.claim_id.in_(ids))
    pages = select(Page.id).where(Page.upload_id.in_(uploads))
    rows = select(BatchRow.id).where(BatchRow.claim_id.in_(ids))
    unrelated = OriginForm.id.not_in(select(OriginCode.form_id).where(OriginCode.form_id.is_not(None)))
    _discard_files(session, now, ids)
    session.execute(update(BatchPage).where(BatchPage.upload_id.in_(uploads)).values(upload_id=None))
    _drop_pages(session, now, BatchPage.row_id.in_(rows))
    for table, which in (
        (BatchRow, BatchRow.claim_id.in_(ids)),
        (Sale, Sale.claim_id.in_(ids)),
        (Fact, Fact.claim_id.in_(ids)),
        (Reading, Reading.page_id.in_(pages)),
        (OriginCode, OriginCode.page_id.in_(pages)),
        (OriginForm, OriginForm.claim_id.in_(ids) & unrelated),
        (OriginScan, OriginScan.claim_id.in_(ids)),
        (Page, Page.upload_id.in_(uploads)),
        (Paper, Paper.claim_id.in_(ids)),
        (Upload, Upload.claim_id.in_(ids)),
        (SignedStatement, SignedStatement.claim_id.in_(ids)),
        (ClaimKey, ClaimKey.claim_id.in_(ids)),
        (Event, Event.claim_id.in_(ids) & or_(Event.reason.is_not(None), Event.evaluation_id.is_not(None))),
        (Evaluation, Evaluation.claim_id.in_(ids)),
    ):
        _delete(session, table, which)


def _discard_files(session: Session, now: datetime, ids: Sequence[int]) -> None:
    of_uploads = select(Upload.id).where(Upload.claim_id.in_(ids))
    discard(session, now, select(Upload.sha256).where(Upload.claim_id.in_(ids)))
    discard(session, now, select(Page.view_sha256).where(Page.upload_id.in_(of_uploads)))
    discard(session, now, select(OriginScan.sha256).where(OriginScan.claim_id.in_(ids)))
    for column in (SignedStatement.picture_sha256, SignedStatement.view_sha256):
        discard(session, now, select(column).where(SignedStatement.claim_id.in_(ids)))


def _drop_pages(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    for column in (BatchPage.sha256, BatchPage.view_sha256):
        discard(session, now, select(column).where(which))
    _delete(session, BatchPage, which)


def _delete(session: Session, table: type[Base], which: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(which).execution_options(synchronize_session=False))


def _forget_answers(session: Session, claims: Sequence[Claim]) -> None:
    """What dealers' systems were told of these drafts and their files is not kept for being told again."""
    if not any(claim.organisation_id for claim in claims):
        return
    files = select(Upload.public_id).where(Upload.claim_id.in_([claim.id for claim in claims]))
    names = {claim.public_id for claim in claims} | set(session.scalars(files))
    firms = ApiToken.organisation_id.in_({claim.organisation_id for claim in claims})
    since = ApiRequest.at >= min(claim.created_at for claim in claims)
    for kept in session.scalars(select(ApiRequest).join(ApiToken).where(firms, since).execution_options(yield_per=100)):
        if (kept.answer or {}).get("id") in names:
            session.delete(kept)


def _named(session: Session, names: set[str]) -> set[str]:
    """Those that a row names, in whatever table: every column for files is called …sha256."""
    tables = (table for table in Base.metadata.sorted_tables if table.name != DiscardedFile.__tablename__)
    columns = [column for table in tables for column in table.c if column.name.endswith("sha256")]
    found = union_all(*(select(column).where(column.in_(names)) for column in columns))
    return set(session.scalars(found))
