"""Reading a batch's file: an archive is unpacked into files, a file into pages with what stands on them.

As in `services.reading` no lock is held while a file is decoded and read, what a run finds is stored whole or not at
all, and a job may run twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Batch, BatchFile, BatchPage
from reviewapp.models.batch import ARCHIVE
from reviewapp.pages import RefusedFile, open_file, sniff
from reviewapp.pages.sniffing import HEAD_BYTES
from reviewapp.services import batch_placing, batches, outbox
from reviewapp.services.batch_archive import Entry, entries
from reviewapp.services.filing import SeenPage
from reviewapp.services.intake import Received, display_name
from reviewapp.services.reading import PageReader, new_page
from reviewapp.storage import Storage

#: How long the pages are left alone, while files are still being read, after they were put to the buyers: at least so
#: many seconds, and a second more for so many pages, so that sorting never costs a tenth of reading.
_LEAST_PAUSE, _PAGES_A_SECOND = 5, 40
_UNREADABLE = "这个文件多次读取都没有成功。请重新拍照或另存为 PDF 后再上传。"


@dataclass(frozen=True, slots=True)
class _Task:
    """What to read: a file by its digest, or an archive by those of its parts."""

    batch_id: int
    sha256: str | None
    parts: tuple[str, ...]
    name: str


def read_file(session: Session, storage: Storage, reader: PageReader, file_id: int, now: datetime) -> None:
    """Job body: read the file if it still waits for that, or unpack it. Raises MissingFile when bytes are gone."""
    with transaction(session):
        task = _begin(session, file_id)
    if task is None:
        return
    try:
        if task.sha256 is None:
            _unpack(session, storage, task, now)
            seen: list[SeenPage] = []
        else:
            seen = _look(storage, reader, task.sha256)
    except RefusedFile as refusal:
        with transaction(session):
            _end(session, file_id, now, refusal=refusal.message)
        return
    with transaction(session):
        _end(session, file_id, now, seen)


def give_up(session: Session, file_id: int, now: datetime) -> None:
    """Job body for a file that ended every process that read it: refused, so that nobody waits for ever."""
    with transaction(session):
        if _begin(session, file_id) is not None:
            _end(session, file_id, now, refusal=_UNREADABLE)


def unread(session: Session, batch_id: int) -> int:
    """How many files of the batch still wait to be read."""
    waiting = BatchFile.state.in_(("waiting", "reading"))
    query = select(func.count()).select_from(BatchFile).where(BatchFile.batch_id == batch_id, waiting)
    return session.scalar(query) or 0


def _begin(session: Session, file_id: int) -> _Task | None:
    file = _lock(session, file_id)
    if file is None or file.state not in ("waiting", "reading"):
        return None
    file.state = "reading"
    return _Task(file.batch_id, file.sha256, tuple(part.sha256 for part in file.parts), file.name)


def _lock(session: Session, file_id: int) -> BatchFile | None:
    query = select(BatchFile).where(BatchFile.id == file_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _look(storage: Storage, reader: PageReader, sha256: str) -> list[SeenPage]:
    with storage.path(sha256) as path:
        document = open_file(path)
    return [seen for page in document.pages for seen in new_page(storage, reader, page)]


def _unpack(session: Session, storage: Storage, task: _Task, now: datetime) -> None:
    """Each file in a transaction of its own: what was unpacked before a process died stays, and is known again."""
    with transaction(session):
        refused = select(BatchFile.name).where(BatchFile.batch_id == task.batch_id, BatchFile.state == "refused")
        told = set(session.scalars(refused))
    with _whole(storage, task) as path:
        for entry in entries(path):
            if _shown(entry.name) not in told:
                _take_out(session, storage, task, entry, now)


def _take_out(session: Session, storage: Storage, task: _Task, entry: Entry, now: datetime) -> None:
    received, why = None, entry.refusal
    if not why:
        try:
            received = _receive(storage, entry)
        except RefusedFile as refusal:
            why = refusal.message
    with transaction(session):
        batch = batches.lock(session, task.batch_id)
        if received is None:
            batches.note_refused(session, now, batch, _shown(entry.name), why, entry.size)
            return
        known = select(BatchFile).where(BatchFile.batch_id == batch.id, BatchFile.sha256 == received.sha256)
        same = session.scalars(known).one_or_none()
        if same is None:
            batches.put_file(session, now, batch, received)
        elif same.name != received.name:
            why = f"与「{same.name}」的内容完全相同，只保留一份，不需要处理。"
            batches.note_refused(session, now, batch, received.name, why, entry.size)


def _receive(storage: Storage, entry: Entry) -> Received:
    with entry.open() as stream, storage.receive(stream) as incoming:
        with incoming.path.open("rb") as source:
            media_type = sniff(source.read(HEAD_BYTES)) or ""
        stored = incoming.keep()
    return Received(stored.sha256, stored.size, media_type, _shown(entry.name))


def _shown(name: str) -> str:
    """The name with its folders, each fit to be shown."""
    parts = [display_name(part) for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[-200:] or "未命名文件"


@contextmanager
def _whole(storage: Storage, task: _Task) -> Iterator[Path]:
    with TemporaryDirectory(prefix="archive-") as folder:
        path = Path(folder) / "archive.zip"
        with path.open("xb") as target:
            for part in task.parts:
                with storage.open(part) as source:
                    shutil.copyfileobj(source, target, 1 << 20)
        yield path


def _end(
    session: Session, file_id: int, now: datetime, seen: Sequence[SeenPage] = (), *, refusal: str | None = None
) -> None:
    """Store what was found, if nobody else did; put the pages to the buyers, and make drafts when all is read."""
    file = _lock(session, file_id)
    if file is None or file.state != "reading":
        return
    batch = batches.lock(session, file.batch_id)
    file.state, file.refusal = ("read", None) if refusal is None else ("refused", refusal[:300])
    session.add_all(_page(file, page, whole=len(seen) == 1) for page in seen)
    session.flush()
    _settle(session, batch, now)


def _settle(session: Session, batch: Batch, now: datetime) -> None:
    left = unread(session, batch.id)
    if left and batch.placed_at is not None and now < batch.placed_at + _pause(session, batch):
        return
    batch_placing.place_pages(session, batch, now)
    if not left and not outbox.is_open(session, "batch.draft", batch.id):
        outbox.add(session, "batch.draft", batch.id, now)


def _pause(session: Session, batch: Batch) -> timedelta:
    pages = session.scalar(select(func.count()).select_from(BatchPage).where(BatchPage.batch_id == batch.id)) or 0
    return timedelta(seconds=max(_LEAST_PAUSE, pages // _PAGES_A_SECOND))


def _page(file: BatchFile, seen: SeenPage, *, whole: bool) -> BatchPage:
    return BatchPage(
        batch_id=file.batch_id,
        file_id=file.id,
        number=seen.image.number,
        part=seen.part,
        sha256=file.sha256 if whole and file.media_type != ARCHIVE else seen.view_sha256,
        view_sha256=seen.view_sha256,
        width=seen.image.width,
        height=seen.image.height,
        kind=seen.reading.kind,
        reading=seen.reading.to_json() | {"page": 1},
    )
