"""A dealer's batch for tests: real files in a real store, and a reader that sees what the test says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Actor, Batch, BatchFile, BatchPage, BatchRow, Outbox
from reviewapp.services import batch_drafts, batch_reading, batch_rows, batches
from reviewapp.services.intake import Received
from reviewapp.services.sheet_columns import CARD, NAME, PHONE
from reviewapp.services.sheet_reading import Sheet, SheetRow
from reviewapp.specimens.pile import KINDS
from reviewapp.specimens.purchases import Purchase
from reviewapp.storage import Storage, storage_from_url
from tests import factories
from tests.factories import NOW
from tests.services.paperwork import ScriptedReader, document, picture, seen


@dataclass
class Counter:
    """A dealer at work on one batch; every call is what a page or a worker does."""

    session: Session
    storage: Storage
    actor: Actor
    batch_id: int
    reader: ScriptedReader = field(default_factory=ScriptedReader)
    widths: int = 100

    @property
    def batch(self) -> Batch:
        return self.session.get_one(Batch, self.batch_id, populate_existing=True)

    def shoot(self, kind: str, fields: Mapping[str, Any], unsure: tuple[str, ...] = ()) -> int:
        """A picture on which the reader sees this; its width."""
        self.widths += 10
        for width in (self.widths - 1, self.widths, self.widths + 1):  # a page of a PDF comes back a pixel off
            self.reader.script[width] = seen(kind, fields, unsure)
        return self.widths

    def photograph(self, bought: Purchase, kinds: Sequence[str] = KINDS) -> dict[str, bytes]:
        """A photograph of each paper, by kind."""
        return {kind: picture(self.shoot(kind, bought.paper_values(kind))) for kind in kinds}

    def scan(self, *papers: tuple[Purchase, str]) -> bytes:
        """A PDF with these papers, one a page."""
        return document(*(self.shoot(kind, bought.paper_values(kind)) for bought, kind in papers))

    def sheet(self, *rows: Mapping[str, str], now: datetime = NOW) -> None:
        """Upload a sheet of these rows, from row 4."""
        given = Sheet(tuple(SheetRow(number, dict(cells)) for number, cells in enumerate(rows, 4)))
        with transaction(self.session):
            batch_rows.keep_sheet(self.session, self.actor, now, self.batch_id, given, "购车人.xlsx")

    def send(self, content: bytes, name: str = "照片.jpg", now: datetime = NOW) -> None:
        """Upload one file."""
        stored = self.storage.put(io.BytesIO(content))
        received = Received(
            stored.sha256, stored.size, "application/pdf" if content[:1] == b"%" else "image/jpeg", name
        )
        with transaction(self.session):
            batches.add_file(self.session, self.actor, now, self.batch_id, received)

    def send_archive(self, content: bytes, name: str = "材料.zip", now: datetime = NOW) -> BatchFile:
        """Upload an archive, part by part."""
        with transaction(self.session):
            file = batches.begin_arrival(self.session, self.actor, now, self.batch_id, name, len(content))
            public_id = file.public_id
        for number, part in enumerate(batches.receive_archive(self.storage, io.BytesIO(content))):
            with transaction(self.session):
                file = batches.add_part(self.session, self.actor, now, self.batch_id, public_id, number, part)
        return file

    def work(self, now: datetime = NOW) -> None:
        """What the workers do until nothing is left."""
        while True:
            with transaction(self.session):
                open_rows = select(Outbox).where(Outbox.done_at.is_(None), Outbox.topic.like("batch.%"))
                rows = [(row.topic, row.subject_id, row.id) for row in self.session.scalars(open_rows)]
                for _, _, row_id in rows:
                    self.session.get_one(Outbox, row_id).done_at = now
            if not rows:
                return
            for topic, subject, _ in rows:
                if topic == "batch.read":
                    batch_reading.read_file(self.session, self.storage, self.reader, subject, now)
                else:
                    batch_drafts.draft_rows(self.session, subject, now)

    def rows(self) -> list[BatchRow]:
        self.session.rollback()
        query = select(BatchRow).where(BatchRow.batch_id == self.batch_id).order_by(BatchRow.number)
        return list(self.session.scalars(query))

    def pages(self, kind: str | None = None) -> list[BatchPage]:
        self.session.rollback()
        query = select(BatchPage).where(BatchPage.batch_id == self.batch_id).order_by(BatchPage.id)
        return [page for page in self.session.scalars(query) if kind in (None, page.kind)]

    def refused(self) -> dict[str, str]:
        self.session.rollback()
        query = select(BatchFile).where(BatchFile.batch_id == self.batch_id, BatchFile.state == "refused")
        return {file.name: file.refusal or "" for file in self.session.scalars(query)}


def counter(session: Session, folder: Path, *bought: Purchase) -> Counter:
    """An open batch of a new dealer under yangcheng-2023 `car`, the sellers listed."""
    with transaction(session):
        factories.pool(session, 100_000_000, scheme_code="yangcheng-2023")
        for purchase in bought:
            factories.list_dealer(session, purchase.dealer.name)
        actor = factories.actor(session, "dealer")
        batch = batches.open_batch(
            session, actor, NOW, scheme_code="yangcheng-2023", programme="car", form_key=f"batch of {actor.id}"
        )
        batch_id = batch.id
    return Counter(session, storage_from_url(f"file:{folder / 'uploads'}"), actor, batch_id)


def row_of(bought: Purchase, **more: str) -> dict[str, str]:
    """The row of a buyer with all that no paper says."""
    cells = {NAME: bought.buyer.name, PHONE: bought.buyer.phone, CARD: bought.card.number, "account.kind": "debit"}
    energy = "燃油汽车" if bought.vehicle.energy == "fuel" else "新能源汽车"
    return cells | {"declared.energy": energy, "declared.vehicle_class": "乘用车", **more}


def archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of these files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()
