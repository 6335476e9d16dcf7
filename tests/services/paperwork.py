"""A claim being filled in, for tests: real files in a real store, and a reader that sees what the test says."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Actor, Claim, Outbox, Upload
from reviewapp.ocr import FieldReading, PageReading
from reviewapp.pages import PageImage
from reviewapp.services import intake, reading
from reviewapp.signing import Signer
from reviewapp.storage import Storage, storage_from_url
from tests import factories
from tests.factories import NOW

#: The office's key of the tests.
SIGNER = Signer(bytes(32))


@dataclass
class ScriptedReader:
    """Sees on a picture what `script` says for its width, else `other`. Keeps the kinds it was asked for."""

    script: dict[int, PageReading] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)

    def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
        self.asked.append(kind)
        return [self.script.get(page.width, PageReading(page.number, kind or "other", 0.3))]


@dataclass
class Desk:
    """A draft of one submitter with its store and reader; every call is one transaction."""

    session: Session
    storage: Storage
    reader: ScriptedReader
    actor: Actor
    claim: Claim

    def upload(self, content: bytes, name: str = "照片.jpg", now: datetime = NOW) -> Upload:
        received = intake.receive(self.storage, io.BytesIO(content), name)
        with transaction(self.session):
            return intake.add_upload(self.session, self.actor, now, self.claim.id, received)

    def read(self, upload: Upload, now: datetime = NOW) -> Upload:
        reading.read_upload(self.session, self.storage, self.reader, SIGNER, upload.id, now)
        self.session.rollback()
        return self.session.get_one(Upload, upload.id, populate_existing=True)

    def photograph(self, width: int, kind: str, fields: Mapping[str, Any], unsure: tuple[str, ...] = ()) -> Upload:
        """Upload a picture on which the reader sees these fields, and have it read."""
        self.reader.script[width] = seen(kind, fields, unsure)
        return self.read(self.upload(picture(width)))

    def kept(self, sha256: str) -> bytes:
        """What the store holds under a digest."""
        with self.storage.open(sha256) as file:
            return file.read()

    def orders(self) -> int:
        """How many files are ordered to be read."""
        return self.session.query(Outbox).filter_by(topic="upload.read").count()


def desk(session: Session, folder: Path, role: str = "claimant", scheme_code: str = "yangcheng-2023") -> Desk:
    """A draft of a new submitter under a scheme."""
    with transaction(session):
        factories.pool(session, scheme_code=scheme_code)
        actor = factories.actor(session, role)
        claim = intake.create_draft(
            session, actor, NOW, scheme_code=scheme_code, programme="car", form_key=f"form of {actor.id}"
        )
    return Desk(session, storage_from_url(f"file:{folder / 'uploads'}"), ScriptedReader(), actor, claim)


def seen(kind: str, fields: Mapping[str, Any], unsure: tuple[str, ...] = (), confidence: float = 0.99) -> PageReading:
    """What the reader says of a page; every field stands in a box of its own."""
    made = {
        name: FieldReading(
            value, 0.5 if name in unsure else 0.99, (10, 20 * row, 200, 20 * row + 15), ("test",), name in unsure
        )
        for row, (name, value) in enumerate(fields.items(), 1)
    }
    return PageReading(1, kind, confidence, fields=made)


def picture(width: int, height: int = 240, form: str = "JPEG") -> bytes:
    """A small grey picture; its width tells it from others."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 200, 200)).save(out, form)
    return out.getvalue()


def document(*widths: int) -> bytes:
    """A PDF of pictures, one a page."""
    out = io.BytesIO()
    first, *others = (Image.new("RGB", (width, 240), (200, 200, 200)) for width in widths)
    first.save(out, "PDF", save_all=True, append_images=others, resolution=200)
    return out.getvalue()
