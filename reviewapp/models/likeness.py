"""Which pages show the same picture: perceptual hashes of each page, the bands they are found by, and the matches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, BigKey, Instant


class PagePrint(Base):
    """One hash of 256 bits (64 hex digits) of a page's picture, or of a part of it that stands out."""

    __tablename__ = "page_prints"
    __table_args__ = (UniqueConstraint("page_id", "bits"), CheckConstraint("length(bits) = 64", name="bits_whole"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    bits: Mapped[str] = mapped_column(String(64))


class PrintBand(Base):
    """One of the 16 bands of a hash: `key` is the band's number × 65536 + its 16 bits.

    Hashes that differ in fewer than 16 bits have a band in common, so looking for equal bands finds all of them.
    """

    __tablename__ = "print_bands"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    print_id: Mapped[int] = mapped_column(ForeignKey("page_prints.id"), primary_key=True)


class PageMatch(Base):
    """Two pages of different claims that show the same picture, found at that instant; `page_id` is the later one."""

    __tablename__ = "page_matches"
    __table_args__ = (
        UniqueConstraint("page_id", "other_id"),
        CheckConstraint("page_id > other_id", name="later_first"),
        Index("ix_page_matches_other_id", "other_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    at: Mapped[datetime] = mapped_column(Instant)
