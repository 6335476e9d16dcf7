"""A dealer's batch: opened under a programme, and given its files. Everybody of the dealer may work on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, TooMany
from reviewapp.models import Actor, Batch, BatchFile, BatchPart
from reviewapp.models.batch import ARCHIVE
from reviewapp.policy import voucher_flow as flow
from reviewapp.services import intake, outbox, standing
from reviewapp.services.intake import Received
from reviewapp.services.sheet_columns import Template
from reviewapp.storage import Storage, StoredFile

PART_BYTES = 8 * 1024 * 1024
MOST_ARCHIVE_BYTES = 4 * 1024 * 1024 * 1024
MOST_FILES = 10_000


def open_batch(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    scheme_code: str,
    programme: str,
    form_key: str,
    settlement: bool = False,
) -> Batch:
    """A new batch; the same form sent again gives the one it made the first time. Raises as `intake.create_draft`.

    What was advanced on vouchers is asked for by a `settlement` application, never by a sheet.
    """
    found = select(Batch).where(Batch.entered_by_id == actor.id, Batch.form_key == form_key)
    existing = session.scalars(found).one_or_none()
    if existing is not None:
        return existing
    scheme, _ = intake.require_open(session, actor, scheme_code, programme)
    if settlement != flow.settles(scheme, scheme.programmes[programme]):
        raise NotAllowed("消费券的垫付请从“消费券核销”里申请结算：券由核销记录带出，不用填表。")
    if actor.role not in (flow.REDEEMERS if settlement else ("dealer",)) or actor.organisation_id is None:
        raise NotAllowed("批量申请由经销商办理。请用经销商账号登录。")
    batch = Batch(
        form_key=form_key, scheme_code=scheme_code, scheme_version=scheme.version, programme=programme,
        entered_by_id=actor.id, organisation_id=actor.organisation_id, created_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(batch)
    except IntegrityError:
        return session.scalars(found).one()
    return batch


def lock(session: Session, batch_id: int, actor: Actor | None = None) -> Batch:
    """The batch, locked; with `actor`, only for the dealer whose it is. Raises NotFound, NotAllowed."""
    query = select(Batch).where(Batch.id == batch_id).with_for_update().execution_options(populate_existing=True)
    batch = session.scalars(query).one_or_none()
    if batch is None or (actor is not None and not owns(actor, batch)):
        raise NotFound()
    if actor is not None:
        standing.require_right(session, actor, "claims")
    return batch


def lock_with_sheet(session: Session, batch_id: int, actor: Actor) -> Batch:
    """As `lock`; IllegalMove for a settlement application, whose rows are its redemptions."""
    batch = lock(session, batch_id, actor)
    if batch.number is not None:
        raise IllegalMove("结算申请里的券由核销记录带出，不能填表增减。填错的核销请在核销小票页办理。")
    return batch


def owns(actor: Actor, batch: Batch) -> bool:
    """True for everybody of the dealer, or of the shop that settles its vouchers."""
    return actor.role in flow.REDEEMERS and actor.organisation_id == batch.organisation_id


def template_of(batch: Batch) -> Template:
    """What its sheet is made for."""
    return Template(batch.scheme_code, batch.scheme_version, batch.programme)


def add_file(session: Session, actor: Actor, now: datetime, batch_id: int, received: Received) -> BatchFile:
    """Add a received file and order its reading; the same bytes again give the file that is there."""
    batch = lock(session, batch_id, actor)
    known = select(BatchFile).where(BatchFile.batch_id == batch.id, BatchFile.sha256 == received.sha256)
    return session.scalars(known).one_or_none() or put_file(session, now, batch, received)


def put_file(session: Session, now: datetime, batch: Batch, received: Received) -> BatchFile:
    """A new file of a locked batch, to be read. Raises TooMany."""
    count = session.scalar(select(func.count()).select_from(BatchFile).where(BatchFile.batch_id == batch.id)) or 0
    if count >= MOST_FILES:
        raise TooMany(f"一批最多 {MOST_FILES} 个文件。请把其余的购车人另开一批。")
    file = BatchFile(
        batch_id=batch.id, sha256=received.sha256, size=received.size, media_type=received.media_type,
        name=received.name, created_at=now,
    )  # fmt: skip
    session.add(file)
    session.flush()
    outbox.add(session, "batch.read", file.id, now)
    return file


def note_refused(session: Session, now: datetime, batch: Batch, name: str, message: str, size: int = 0) -> None:
    """Write down that a file was not taken, and why, so that it is told whenever somebody looks."""
    session.add(
        BatchFile(
            batch_id=batch.id,
            size=size,
            media_type="",
            name=name,
            state="refused",
            refusal=message[:300],
            created_at=now,
        )
    )


def refuse_file(session: Session, actor: Actor, now: datetime, batch_id: int, name: str, message: str) -> None:
    """As `note_refused`, for the dealer who sent the file."""
    note_refused(session, now, lock(session, batch_id, actor), name, message)


def dismiss(session: Session, actor: Actor, batch_id: int, file_public_id: str) -> None:
    """Somebody has read why a file was not taken, or gives up one that never arrived whole: it is no longer told."""
    batch = lock(session, batch_id, actor)
    file = _file(session, batch, file_public_id)
    if file.state == "refused" and not file.pages and file.sha256 is None and not file.parts:
        session.delete(file)


def begin_arrival(session: Session, actor: Actor, now: datetime, batch_id: int, name: str, size: int) -> BatchFile:
    """An archive is about to come in parts; the same one (name and size) again goes on where it stopped."""
    batch = lock(session, batch_id, actor)
    if not 0 < size <= MOST_ARCHIVE_BYTES:
        raise InvalidValue("压缩包应在 4 GB 以内，且不是空的。请拆成几个压缩包再上传。")
    arrival = hashlib.sha256(f"{name}\n{size}".encode()).hexdigest()
    known = select(BatchFile).where(BatchFile.batch_id == batch.id, BatchFile.arrival == arrival)
    file = session.scalars(known).one_or_none()
    if file is None:
        file = BatchFile(
            batch_id=batch.id, arrival=arrival, size=size, media_type=ARCHIVE, name=intake.display_name(name),
            state="arriving", created_at=now,
        )  # fmt: skip
        session.add(file)
        session.flush()
    return file


def add_part(
    session: Session, actor: Actor, now: datetime, batch_id: int, file_public_id: str, number: int, stored: StoredFile
) -> BatchFile:
    """Part `number` (from 0) of an archive came in; the last one orders the unpacking. A part sent twice is one."""
    batch = lock(session, batch_id, actor)
    file = _file(session, batch, file_public_id)
    if file.state != "arriving":
        return file
    if number != len(file.parts):
        if number < len(file.parts):
            return file
        raise InvalidValue("上传的顺序断了。请重新选择同一个压缩包，会从断开的地方继续。")
    session.add(BatchPart(file_id=file.id, number=number, sha256=stored.sha256, size=stored.size))
    session.flush()
    session.expire(file, ["parts"])
    if arrived(file) >= file.size:
        file.state = "waiting"
        outbox.add(session, "batch.read", file.id, now)
    return file


def arrived(file: BatchFile) -> int:
    """Bytes of an archive that are here."""
    return sum(part.size for part in file.parts)


def receive_archive(storage: Storage, stream: BinaryIO) -> Sequence[StoredFile]:
    """Keep a whole archive in parts, for who has it at hand."""
    parts = []
    while piece := stream.read(PART_BYTES):
        parts.append(storage.put(BytesIO(piece)))
    return parts


def _file(session: Session, batch: Batch, public_id: str) -> BatchFile:
    query = select(BatchFile).where(BatchFile.batch_id == batch.id, BatchFile.public_id == public_id)
    file = session.scalars(query).one_or_none()
    if file is None:
        raise NotFound("这个文件已经不在这一批里了。请刷新页面查看最新情况。")
    return file
