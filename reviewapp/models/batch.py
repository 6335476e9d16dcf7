"""A dealer's batch (批次): a sheet of buyers and a pile of scans, put together into ordinary claims."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.paper import UPLOAD_STATES, Upload
from reviewapp.models.voucher import Redemption
from reviewapp.policy.kinds import KINDS

BATCH_FILE_STATES = ("arriving", *UPLOAD_STATES)
ARCHIVE = "application/zip"


class Batch(WithPublicId, Base):
    """One batch of a dealer under one programme. `placed_at` is when its pages were last put to its rows.

    `complaints` are the sheet's own faults, each a sentence; those of a row lie with the row. With a `number` it is a
    settlement application (结算申请): its rows come from redemptions, not from a sheet, and `account` (holder,
    card_number, bank) is where the money goes for all of them.
    """

    __tablename__ = "batches"
    __table_args__ = (UniqueConstraint("entered_by_id", "form_key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    form_key: Mapped[str] = mapped_column(String(40))
    scheme_code: Mapped[str] = mapped_column(String(60))
    scheme_version: Mapped[str] = mapped_column(String(20))
    programme: Mapped[str] = mapped_column(String(40))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    sheet_name: Mapped[Any] = mapped_column(Sealed("batches.sheet_name"), nullable=True)
    complaints: Mapped[Any] = mapped_column(Sealed("batches.complaints"), nullable=True)
    number: Mapped[str | None] = mapped_column(String(24), unique=True)
    account: Mapped[Any] = mapped_column(Sealed("batches.account"), nullable=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    placed_at: Mapped[datetime | None] = mapped_column(Instant)

    rows: Mapped[list[BatchRow]] = relationship(back_populates="batch", order_by="BatchRow.number")


class BatchRow(WithPublicId, Base):
    """A buyer: row `number` of the sheet, with its cells as they were written (by the column's key).

    `faults` says what is wrong in which cell, "" for the row as a whole. `claim_id` is the draft the buyer became;
    `written` the cells whose values stand in it already, `verdict` what its last check said. In a settlement
    application it is a voucher's owner, and `redemption_id` what the claim settles.
    """

    __tablename__ = "batch_rows"
    __table_args__ = (UniqueConstraint("batch_id", "number"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    number: Mapped[int]
    cells: Mapped[Any] = mapped_column(Sealed("batch_rows.cells"))
    faults: Mapped[Any] = mapped_column(Sealed("batch_rows.faults"))
    written: Mapped[Any] = mapped_column(Sealed("batch_rows.written"), nullable=True)
    verdict: Mapped[Any] = mapped_column(Sealed("batch_rows.verdict"), nullable=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), unique=True)
    redemption_id: Mapped[int | None] = mapped_column(ForeignKey("redemptions.id"), index=True)

    batch: Mapped[Batch] = relationship(back_populates="rows")
    claim: Mapped[Claim | None] = relationship()
    redemption: Mapped[Redemption | None] = relationship()


class BatchFile(WithPublicId, Base):
    """A file of the pile as it was received, or an archive of such files.

    `sha256` is null where nothing was kept, and for an archive, whose bytes lie in its parts: it arrives in pieces, so
    that a broken connection costs one of them; `arrival` is by which the same archive is known again.
    """

    __tablename__ = "batch_files"
    __table_args__ = (
        one_of("state", BATCH_FILE_STATES),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_has_reason"),
        UniqueConstraint("batch_id", "sha256"),
        UniqueConstraint("batch_id", "arrival"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), index=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    arrival: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(40))
    name: Mapped[Any] = mapped_column(Sealed("batch_files.name"))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    refusal: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Instant)

    batch: Mapped[Batch] = relationship()
    pages: Mapped[list[BatchPage]] = relationship(back_populates="file", order_by="BatchPage.id")
    parts: Mapped[list[BatchPart]] = relationship(order_by="BatchPart.number")


class BatchPart(Base):
    """A piece of an archive, in order from 0, as it arrived."""

    __tablename__ = "batch_parts"
    __table_args__ = (UniqueConstraint("file_id", "number"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("batch_files.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]


class BatchPage(WithPublicId, Base):
    """One paper's page of the pile, as it was read, and the buyer it is put to: none for a stray.

    `sha256` is what the page is filed under in a claim: the file's own digest where it holds nothing else, else that of
    the page cut out. `others` are the rows it might belong to as well. What a person placed stands whatever is read
    later; pages put `aside` belong to nobody, says a person. `upload_id` is what the page is in the buyer's draft.
    """

    __tablename__ = "batch_pages"
    __table_args__ = (
        one_of("kind", tuple(KINDS)),
        one_of("placed_by", ("reading", "person")),
        UniqueConstraint("file_id", "number", "part"),
        Index("ix_batch_pages_batch", "batch_id", "row_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("batch_files.id"))
    number: Mapped[int]
    part: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    view_sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    reading: Mapped[Any] = mapped_column(Sealed("batch_pages.reading"))
    row_id: Mapped[int | None] = mapped_column(ForeignKey("batch_rows.id"), index=True)
    placed_by: Mapped[str] = mapped_column(String(10), default="reading")
    doubtful: Mapped[bool] = mapped_column(default=False)
    aside: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str] = mapped_column(String(100), default="")
    others: Mapped[list[int] | None] = mapped_column(JSON)
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("uploads.id"), index=True)

    file: Mapped[BatchFile] = relationship(back_populates="pages")
    row: Mapped[BatchRow | None] = relationship()
    upload: Mapped[Upload | None] = relationship()
