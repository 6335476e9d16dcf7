"""Reading a file of a claim: pages out of the file, fields off the pages, papers out of both.

It has transactions of its own: decoding and reading take seconds, and no lock is held meanwhile. What a run finds is
stored all at once or not at all, and only if nobody else stored it first, so that a job may run twice.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import SYSTEM, Page, Paper, Upload
from reviewapp.ocr import PageReading
from reviewapp.pages import PageImage, RefusedFile, cut, open_file
from reviewapp.policy.kinds import KINDS
from reviewapp.services import corroboration, filing, origin_forms, origin_reading, prefill, trail
from reviewapp.services.filing import SeenPage
from reviewapp.signing import Signer
from reviewapp.storage import Storage

_UNREADABLE = "这个文件多次读取都没有成功。请重新拍照或另存为 PDF 后再上传。"


class PageReader(Protocol):
    """What reading needs of `reviewapp.ocr.Reader`."""

    def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
        """The readings of one page, one a paper on it, at least one; as `kind` where somebody knows it."""


_Place = tuple[int, int]
"""Number of a page in its file, and of the part cut out of it (0: the whole page)."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What to read: the whole file when it has no pages yet, else the pages whose kind a person named.

    `known` says under which digest each page is kept, `kinds` what a person said it is. `forms`: there may be printed
    forms among the pages, known by their codes.
    """

    claim_id: int
    sha256: str
    known: Mapping[_Place, str]
    kinds: Mapping[_Place, str]
    forms: bool


def read_upload(
    session: Session, storage: Storage, reader: PageReader, signer: Signer, upload_id: int, now: datetime
) -> None:
    """Job body: read the upload if it still waits for that; nothing happens when it is gone, read or refused.

    `signer` knows the codes of forms that this office printed. A file that cannot be decoded becomes `refused` with the
    Chinese reason. Raises MissingFile when its bytes are not in the store.
    """
    with transaction(session):
        task = _begin(session, upload_id)
    if task is None:
        return
    try:
        seen = _look(storage, reader, task)
    except RefusedFile as refusal:
        with transaction(session):
            _refuse(session, upload_id, task, refusal, now)
        return
    with transaction(session):
        _store(session, signer, upload_id, task, seen, now)


def give_up(session: Session, upload_id: int, now: datetime) -> None:
    """Job body for an upload that ended every process that read it: refused, so that nobody waits for it for ever.

    Where only the kind of known pages was to be read again, they stay as they are.
    """
    with transaction(session):
        task = _begin(session, upload_id)
    if task is None:
        return
    with transaction(session):
        if task.known:
            _leave(session, upload_id, task)
        else:
            _refuse(session, upload_id, task, RefusedFile("damaged_file", _UNREADABLE), now)


def _begin(session: Session, upload_id: int) -> _Task | None:
    upload = _lock(session, upload_id)
    if upload is None or upload.removed_at is not None or upload.state not in ("waiting", "reading"):
        return None
    upload.state = "reading"
    return _task(session, upload)


def _task(session: Session, upload: Upload) -> _Task:
    pages = session.execute(
        select(Page.number, Page.part, Page.view_sha256, Paper.kind, Paper.kind_by)
        .join(Paper, Page.paper_id == Paper.id)
        .where(Page.upload_id == upload.id)
    ).all()
    return _Task(
        upload.claim_id,
        upload.sha256,
        {(page.number, page.part): page.view_sha256 for page in pages},
        {(page.number, page.part): page.kind for page in pages if page.kind_by == "person"},
        origin_forms.wanted(upload.claim),
    )


def _look(storage: Storage, reader: PageReader, task: _Task) -> list[SeenPage]:
    """Decode and read, outside any transaction; the pictures are kept under their digests, which may be repeated."""
    with storage.path(task.sha256) as path:
        document = open_file(path)
    known = {number for number, _ in task.known}
    seen: list[SeenPage] = []
    for page in document.pages:
        if page.number not in known:
            seen += _with_form(storage, reader, page) if task.forms else new_page(storage, reader, page)
        elif kind := task.kinds.get((page.number, 0)):
            seen.append(_again(reader, page, task.known[page.number, 0], kind))
    return seen + _parts_again(storage, reader, task)


def new_page(storage: Storage, reader: PageReader, page: PageImage) -> list[SeenPage]:
    """A page never read before; of a picture that shows several papers, each cut out."""
    return _kept(storage, page, reader.read(page))


def _with_form(storage: Storage, reader: PageReader, page: PageImage) -> list[SeenPage]:
    """As `new_page`, of a claim that takes a printed form: where its code stands the page is one, whatever it looks
    like.
    """
    code = origin_reading.code_on(page)
    readings = reader.read(page)
    if code and len(readings) == 1 and readings[0].kind != origin_forms.KIND:
        readings = reader.read(page, origin_forms.KIND)
    return origin_reading.bearing(_kept(storage, page, readings), code)


def _kept(storage: Storage, page: PageImage, readings: Sequence[PageReading]) -> list[SeenPage]:
    if len(readings) == 1:
        return [SeenPage(page, _keep(storage, page), readings[0])]
    parts = [(cut(page, reading.region or (0, 0, page.width, page.height)), reading.alone()) for reading in readings]
    return [SeenPage(part, _keep(storage, part), reading, n) for n, (part, reading) in enumerate(parts, 1)]


def _again(reader: PageReader, page: PageImage, view_sha256: str, kind: str, part: int = 0) -> SeenPage:
    return SeenPage(page, view_sha256, reader.read(page, kind)[0], part)


def _parts_again(storage: Storage, reader: PageReader, task: _Task) -> list[SeenPage]:
    seen = []
    for (number, part), kind in task.kinds.items():
        if part:
            view = task.known[number, part]
            with storage.path(view) as path:
                (page,) = open_file(path).pages
            seen.append(_again(reader, replace(page, number=number), view, kind, part))
    return seen


def _keep(storage: Storage, page: PageImage) -> str:
    return storage.put(io.BytesIO(page.jpeg)).sha256


def _still_mine(session: Session, upload_id: int, task: _Task) -> Upload | None:
    """The upload, locked, if it still is to be read and as the same kinds; else another run has done it or will."""
    upload = _lock(session, upload_id)
    if upload is None or upload.removed_at is not None or upload.state != "reading" or _task(session, upload) != task:
        return None
    return upload


def _leave(session: Session, upload_id: int, task: _Task) -> None:
    upload = _still_mine(session, upload_id, task)
    if upload is not None:
        upload.state = "read"


def _refuse(session: Session, upload_id: int, task: _Task, refusal: RefusedFile, now: datetime) -> None:
    claim = trail.lock(session, task.claim_id)
    upload = _still_mine(session, upload_id, task)
    if upload is None:
        return
    upload.state, upload.refusal = "refused", refusal.message
    trail.record(session, claim, SYSTEM, now, "change_paper", reason=f"无法读取 {upload.name}")


def _store(
    session: Session, signer: Signer, upload_id: int, task: _Task, seen: Sequence[SeenPage], now: datetime
) -> None:
    claim = trail.lock(session, task.claim_id)
    upload = _still_mine(session, upload_id, task)
    if upload is None:
        return
    seen = [origin_reading.held_against_print(session, signer, claim, page) for page in seen]
    papers = [filing.file_page(session, claim, upload, page, now) for page in seen]
    origin_reading.note_codes(session, signer, upload, seen)
    upload.state = "read"
    corroboration.settle(session, claim, now)
    prefill.refresh(session, claim, now)
    titles = "、".join(dict.fromkeys(KINDS[paper.kind].title for paper in papers))
    trail.record(session, claim, SYSTEM, now, "change_paper", reason=f"识别 {upload.name}：{titles}")


def _lock(session: Session, upload_id: int) -> Upload | None:
    return session.scalars(
        select(Upload).where(Upload.id == upload_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
