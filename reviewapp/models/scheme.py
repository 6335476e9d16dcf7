"""Schemes written in the browser: drafts with their trail, and the versions that a second person published.

A published version is one row that is never changed: text, cases and digest as they were shown to the publisher.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, WithPublicId, one_of
from reviewapp.models.people import User

DRAFT_STATES = ("draft", "proposed", "published", "withdrawn")
DRAFT_ACTIONS = ("start", "save", "propose", "send_back", "publish", "withdraw")
_LIVE = text("state IN ('draft', 'proposed')")


class SchemeDraft(WithPublicId, Base):
    """A version being written: scheme file and cases as text. `revision` counts its changes.

    Whether it checks is worked out from the texts whenever it is asked, so that nothing stored can be out of date.
    """

    __tablename__ = "scheme_drafts"
    __table_args__ = (
        one_of("state", DRAFT_STATES),
        CheckConstraint("version >= 1", name="version_positive"),
        CheckConstraint(
            "state NOT IN ('proposed', 'published') OR proposed_by_id IS NOT NULL", name="proposed_by_somebody"
        ),
        Index("uq_scheme_drafts_live", "code", "version", unique=True, postgresql_where=_LIVE, sqlite_where=_LIVE),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    cases: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    revision: Mapped[int] = mapped_column(default=1)
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    edited_at: Mapped[datetime] = mapped_column(Instant)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    edited_by: Mapped[User] = relationship(foreign_keys=edited_by_id)
    proposed_by: Mapped[User | None] = relationship(foreign_keys=proposed_by_id)


class SchemeEvent(Base):
    """What somebody did to a draft; `digest` is that of its text afterwards. Append-only."""

    __tablename__ = "scheme_events"
    __table_args__ = (one_of("action", DRAFT_ACTIONS), Index("ix_scheme_events_draft", "draft_id", "id"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("scheme_drafts.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(400), default="")
    digest: Mapped[str] = mapped_column(String(64))

    actor: Mapped[User] = relationship()


class PublishedScheme(Base):
    """A version in force. Append-only; `digest` is the SHA-256 of `text`, as `sha256sum` gives it for the file."""

    __tablename__ = "published_schemes"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("author_id <> publisher_id AND proposer_id <> publisher_id", name="two_people"),
        CheckConstraint("length(digest) = 64", name="digest_whole"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("scheme_drafts.id"), unique=True)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    cases: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    publisher_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    author: Mapped[User] = relationship(foreign_keys=author_id)
    publisher: Mapped[User] = relationship(foreign_keys=publisher_id)
