"""车辆合法来源证明 (yangcheng-2023 附件1): what was printed, what came back stamped, and whose the code on it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.paper import Page

SCAN_STATES = ("waiting", "filed", "refused")


class OriginForm(WithPublicId, Base):
    """A form as it was printed for a claim; its code carries the public id, signed. `printed`: the fields filled in."""

    __tablename__ = "origin_forms"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    printed: Mapped[Any] = mapped_column(Sealed("origin_forms.printed"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    claim: Mapped[Claim] = relationship()


class OriginCode(Base):
    """The code of a form found on a page: the form it stands for, None when this office did not sign it."""

    __tablename__ = "origin_codes"

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), primary_key=True)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("origin_forms.id"), index=True)

    page: Mapped[Page] = relationship()
    form: Mapped[OriginForm | None] = relationship()


class OriginScan(WithPublicId, Base):
    """A stamped form photographed at a collection point without saying whose it is; its code finds the claim."""

    __tablename__ = "origin_scans"
    __table_args__ = (
        one_of("state", SCAN_STATES),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_has_reason"),
        CheckConstraint("state <> 'filed' OR claim_id IS NOT NULL", name="filed_in_a_claim"),
        UniqueConstraint("organisation_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(40))
    name: Mapped[Any] = mapped_column(Sealed("origin_scans.name"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"))
    refusal: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Instant)

    claim: Mapped[Claim | None] = relationship()
