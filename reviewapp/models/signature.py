"""What a person signed on the screen: the words, the picture of the signature, when, and who saw to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import User
from reviewapp.policy.signed import STATEMENTS


class SignedStatement(WithPublicId, Base):
    """One statement with one drawn signature, of one claim; append-only: signed again it is another row, the later
    one counts.

    `text` is what was shown, word for word. `picture_sha256` is the PNG as it was drawn, `view_sha256` the re-encoded
    copy that is shown. `signed_at` is what the device said, which may have been without network; `at` is when it came.
    """

    __tablename__ = "signed_statements"
    __table_args__ = (
        one_of("kind", tuple(STATEMENTS)),
        UniqueConstraint("claim_id", "kind", "picture_sha256"),
        Index("ix_signed_statements_claim", "claim_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[Any] = mapped_column(Sealed("signed_statements.text"))
    picture_sha256: Mapped[str] = mapped_column(String(64), index=True)
    view_sha256: Mapped[str] = mapped_column(String(64), index=True)
    signed_at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship()
    by: Mapped[User] = relationship()

    @property
    def title(self) -> str:
        """What the statement is called."""
        return STATEMENTS[self.kind]
