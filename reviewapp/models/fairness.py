"""Who is not to decide on whom, who passed a claim on, and opinions that are not carried out yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import User

OPINIONS = ("approve", "reject")
GROUNDS = ("share", "amount", "second")


class Relative(WithPublicId, Base):
    """A relative that a person of the staff declared: claims in that name, or with that ID number, are not for them.

    `token` is the blind token of the ID number where it is known, else of the name.
    """

    __tablename__ = "relatives"
    __table_args__ = (one_of("kind", ("name", "id_number")), Index("ix_relatives_user", "user_id", "removed_at"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[Any] = mapped_column(Sealed("relatives.name"))
    relation: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(12))
    token: Mapped[str] = mapped_column(String(64))
    declared_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)

    user: Mapped[User] = relationship()


class ClaimSkip(Base):
    """A reviewer passed a claim on to others, with a reason. In force until somebody else was given the claim: until
    its fence is greater than this one. Append-only.
    """

    __tablename__ = "claim_skips"
    __table_args__ = (
        UniqueConstraint("claim_id", "fence"),
        Index("ix_claim_skips_reviewer", "reviewer_id", "claim_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    fence: Mapped[int]
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[Any] = mapped_column(Sealed("claim_skips.reason"))
    at: Mapped[datetime] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship()
    reviewer: Mapped[User] = relationship()


class Opinion(Base):
    """What a reviewer would decide on a claim that wants a second look; nothing is carried out by it. Append-only.

    `grounds`: why a second look (`share` of the reviewer's decisions, `amount`), or `second` for the second's own.
    """

    __tablename__ = "opinions"
    __table_args__ = (
        one_of("action", OPINIONS),
        one_of("grounds", GROUNDS),
        UniqueConstraint("claim_id", "fence"),
        CheckConstraint("(action = 'approve') = (award_fen IS NOT NULL)", name="approval_has_award"),
        CheckConstraint("action <> 'reject' OR clause IS NOT NULL", name="rejection_has_clause"),
        Index("ix_opinions_reviewer", "reviewer_id", "grounds"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    fence: Mapped[int]
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"), index=True)
    action: Mapped[str] = mapped_column(String(10))
    award_fen: Mapped[int | None] = mapped_column(BigInteger)
    clause: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[Any] = mapped_column(Sealed("opinions.reason"), default="")
    grounds: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship()
    reviewer: Mapped[User] = relationship()
