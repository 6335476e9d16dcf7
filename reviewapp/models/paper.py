"""Files as received, their pages, the papers they form, what was read on them, and the facts of a claim."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.policy.kinds import KINDS

UPLOAD_STATES = ("waiting", "reading", "read", "refused")
SECTIONS = ("applicant", "account", "declared", "paper")
#: What people wrote over readings: few of all the facts ever stored.
_ON_PAPER = text("source = 'person' AND section = 'paper'")


class Upload(WithPublicId, Base):
    """A file as it was received; the original bytes lie in the storage under `sha256` and are never served inline."""

    __tablename__ = "uploads"
    __table_args__ = (
        one_of("state", UPLOAD_STATES),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_has_reason"),
        UniqueConstraint("claim_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(40))
    name: Mapped[Any] = mapped_column(Sealed("uploads.name"))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    refusal: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship()
    pages: Mapped[list[Page]] = relationship(back_populates="upload", order_by="Page.number")


class Paper(WithPublicId, Base):
    """One document of one kind in a claim; `kind_by` says whether the machine or a person named the kind."""

    __tablename__ = "papers"
    __table_args__ = (one_of("kind", tuple(KINDS)), one_of("kind_by", ("reading", "person")))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    kind_by: Mapped[str] = mapped_column(String(10), default="reading")
    kind_confidence: Mapped[float] = mapped_column(default=0.0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship()
    pages: Mapped[list[Page]] = relationship(back_populates="paper", order_by="Page.id")


class Page(WithPublicId, Base):
    """One image: a re-encoded copy for viewing under `view_sha256`; all boxes are pixels of that copy.

    Of a picture that shows several papers every one is a page: `part` counts them from 1, and is 0 for a whole page.
    """

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("upload_id", "number", "part"),
        CheckConstraint("rotation IN (0, 90, 180, 270)", name="rotation_known"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"), index=True)
    number: Mapped[int]
    part: Mapped[int] = mapped_column(default=0, server_default="0")
    view_sha256: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int]
    height: Mapped[int]
    rotation: Mapped[int] = mapped_column(default=0)
    legible: Mapped[bool] = mapped_column(default=True)

    upload: Mapped[Upload] = relationship(back_populates="pages")
    paper: Mapped[Paper] = relationship(back_populates="pages")


class Reading(Base):
    """What an engine said of one page, whole, once; a second reading of the page is another row."""

    __tablename__ = "readings"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    engine: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    kind_confidence: Mapped[float]
    fields: Mapped[Any] = mapped_column(Sealed("readings.fields"))
    seconds: Mapped[float]
    at: Mapped[datetime] = mapped_column(Instant)


class Fact(Base):
    """A field's value with where it came from; a correction is a later row, the earlier one stays.

    The current fact of (claim, section, paper, field) is the one with the greatest id. A `value` of null means "not
    there".
    `doubtful` is set by a reading and cleared only by a person's own row.
    """

    __tablename__ = "facts"
    __table_args__ = (
        one_of("section", SECTIONS),
        one_of("source", ("reading", "person")),
        CheckConstraint("(section = 'paper') = (paper_id IS NOT NULL)", name="paper_facts_have_paper"),
        CheckConstraint("(source = 'person') = (by_id IS NOT NULL)", name="person_named"),
        Index("ix_facts_claim", "claim_id", "id"),
        Index("ix_facts_by_person", "at", postgresql_where=_ON_PAPER, sqlite_where=_ON_PAPER),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    section: Mapped[str] = mapped_column(String(12))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("papers.id"), index=True)
    field: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(Sealed("facts.value"), nullable=True)
    source: Mapped[str] = mapped_column(String(10))
    doubtful: Mapped[bool] = mapped_column(default=False)
    confidence: Mapped[float | None]
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"), index=True)
    box: Mapped[list[int] | None] = mapped_column(JSON)
    alternatives: Mapped[Any] = mapped_column(Sealed("facts.alternatives"), nullable=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)
