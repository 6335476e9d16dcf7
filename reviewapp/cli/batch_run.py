"""One run over a sheet and a pile: taken in, read here (beside the workers, where there are any), and told."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, ReviewError
from reviewapp.models import Actor, BatchFile, BatchPage, BatchRow, Outbox
from reviewapp.policy.kinds import KINDS
from reviewapp.services import batch_drafts, batch_reading, batch_rows, batches, intake, outbox
from reviewapp.services.batch_submission import obstacle
from reviewapp.services.reading import PageReader
from reviewapp.services.sheet_columns import NAME, Template
from reviewapp.services.sheet_reading import read_sheet, template_mark
from reviewapp.storage import Storage

_LEASE = timedelta(minutes=5)


def template_of(sheet: Path) -> Template:
    """What the sheet says it was made for. InvalidValue where it says nothing, or something unknown."""
    _, code, version, programme = [*template_mark(sheet.read_bytes()).split(" "), "", "", "", ""][:4]
    try:
        if programme not in schemes.load(code, version).programmes:
            raise LookupError(programme)
    except (LookupError, ReviewError):
        raise InvalidValue(
            f"没有“{code} {version} {programme}”这个活动、版本或项目。请下载现在的模板再填写。"
        ) from None
    return Template(code, version, programme)


@dataclass(slots=True)
class Run:
    """A sheet and a pile on their way; `take` first."""

    session: Session
    storage: Storage
    reader: PageReader
    actor: Actor
    batch_id: int = 0

    def take(self, sheet: Path, papers: Path, template: Template) -> None:
        """Take both in and read all there is; the same two again are the same batch."""
        data = sheet.read_bytes()
        given = read_sheet(data, template)
        key = hashlib.sha256(data + str(papers.resolve()).encode()).hexdigest()[:36]
        with transaction(self.session):
            batch = batches.open_batch(
                self.session, self.actor, clock.now(), scheme_code=template.scheme_code,
                programme=template.programme, form_key=f"cli-{key}",
            )  # fmt: skip
            self.session.flush()
            self.batch_id = batch.id
        with transaction(self.session):
            name = intake.display_name(sheet.name)
            batch = batch_rows.keep_sheet(self.session, self.actor, clock.now(), self.batch_id, given, name)
            for complaint in batch.complaints or ():
                click.echo(complaint, err=True)
        if papers.is_dir():
            for path in sorted(one for one in papers.rglob("*") if one.is_file()):
                self._take_file(path, path.relative_to(papers).as_posix())
        else:
            self._take_archive(papers)
        self._work()

    def _take_file(self, path: Path, name: str) -> None:
        if path.suffix.lower() == ".zip":
            self._take_archive(path)
            return
        try:
            with path.open("rb") as stream:
                received = intake.receive(self.storage, stream, name)
            with transaction(self.session):
                batches.add_file(self.session, self.actor, clock.now(), self.batch_id, received)
        except ReviewError as error:
            with transaction(self.session):
                batches.refuse_file(self.session, self.actor, clock.now(), self.batch_id, name, error.message)

    def _take_archive(self, path: Path) -> None:
        with path.open("rb") as stream:
            parts = batches.receive_archive(self.storage, stream)
        with transaction(self.session):
            size = path.stat().st_size
            file = batches.begin_arrival(self.session, self.actor, clock.now(), self.batch_id, path.name, size)
            for number, part in enumerate(parts):
                batches.add_part(self.session, self.actor, clock.now(), self.batch_id, file.public_id, number, part)

    def _work(self) -> None:
        """Do what the workers would do for this batch, taking each piece as they do, until nothing is left."""
        done = 0
        while rows := self._open():
            taken = [row for row in rows if self._do(*row)]
            done += len(taken)
            click.echo(f"已处理 {done} 个文件，还有 {len(self._open())} 个", err=True)
            if not taken:
                time.sleep(1)  # a worker has them all

    def _open(self) -> list[tuple[int, str, int]]:
        with transaction(self.session):
            files = select(BatchFile.id).where(BatchFile.batch_id == self.batch_id)
            mine = ((Outbox.topic == "batch.read") & Outbox.subject_id.in_(files)) | (
                (Outbox.topic == "batch.draft") & (Outbox.subject_id == self.batch_id)
            )
            found = select(Outbox.id, Outbox.topic, Outbox.subject_id).where(Outbox.done_at.is_(None), mine)
            rows = self.session.execute(found.order_by(Outbox.id).limit(20))
            return [(row.id, row.topic, row.subject_id) for row in rows]

    def _do(self, row_id: int, topic: str, subject: int) -> bool:
        with transaction(self.session):
            if outbox.begin(self.session, row_id, clock.machine(), _LEASE) is None:
                return False
        if topic == "batch.read":
            batch_reading.read_file(self.session, self.storage, self.reader, subject, clock.now())
        else:
            while not batch_drafts.draft_rows(self.session, subject, clock.now()):
                pass
        with transaction(self.session):
            outbox.finish(self.session, clock.now(), row_id)
        return True

    def report(self) -> bool:
        """Say of every row, file and page what is to be done; True when nothing is."""
        with transaction(self.session):
            return all([self._tell_rows(), self._tell_files(), self._tell_pages()])

    def _tell_rows(self) -> bool:
        doubted = select(BatchPage.row_id).where(BatchPage.batch_id == self.batch_id, BatchPage.doubtful)
        doubtful = set(self.session.scalars(doubted))
        settled = True
        for row in self._rows():
            waits = row.claim is None or row.claim.state == "draft"
            why = obstacle(row.faults, row.verdict or {}, doubtful=row.id in doubtful) if waits else ""
            click.echo(f"第 {row.number} 行 {row.cells.get(NAME, '')}：{why or '可以提交' if waits else '已提交'}")
            for fault in list(row.faults.values())[1:]:
                click.echo(f"　　{fault}")
            settled = settled and not why
        return settled

    def _tell_files(self) -> bool:
        refused = select(BatchFile).where(BatchFile.batch_id == self.batch_id, BatchFile.state == "refused")
        files = self.session.scalars(refused.order_by(BatchFile.id)).all()
        for file in files:
            click.echo(f"文件 {file.name}：{file.refusal}")
        return not files

    def _tell_pages(self) -> bool:
        open_ones = BatchPage.row_id.is_(None) | BatchPage.doubtful
        query = select(BatchPage).where(BatchPage.batch_id == self.batch_id, BatchPage.aside.is_(False), open_ones)
        pages = self.session.scalars(query.order_by(BatchPage.id).options(joinedload(BatchPage.file))).all()
        for page in pages:
            place = f"第 {page.row.number} 行？（依据：{page.why}）" if page.row else "没有归到任何购车人"
            click.echo(f"文件 {page.file.name} 第 {page.number} 页 {KINDS[page.kind].title}：{place}")
        return not pages

    def tickets(self) -> list[tuple[int, int]]:
        """Row and ticket of everybody who is in."""
        with transaction(self.session):
            claims = [(row.number, row.claim.ticket) for row in self._rows() if row.claim is not None]
            return [(number, ticket) for number, ticket in claims if ticket is not None]

    def _rows(self) -> list[BatchRow]:
        query = select(BatchRow).where(BatchRow.batch_id == self.batch_id).order_by(BatchRow.number)
        return list(self.session.scalars(query.options(joinedload(BatchRow.claim))))
