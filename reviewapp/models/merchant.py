"""Firms that want to take part (商户报名), the steps of their applications, and exclusions (失信, 黑名单)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.people import Organisation, User
from reviewapp.policy import merchant_flow

_UNDER_WAY = text("state IN ('submitted', 'checked', 'returned')")
#: Why a firm is excluded.
EXCLUSION_KINDS: dict[str, str] = {"dishonest": "失信", "blacklist": "黑名单", "breach": "违规"}


class MerchantApplication(WithPublicId, Base):
    """A firm's application under one scheme, kept as typed while a draft; one under way per scheme and firm."""

    __tablename__ = "merchant_applications"
    __table_args__ = (
        one_of("state", tuple(merchant_flow.STATES)),
        CheckConstraint("state IN ('draft', 'withdrawn') OR kind <> ''", name="put_in_is_complete"),
        CheckConstraint("(state = 'admitted') = (organisation_id IS NOT NULL)", name="admitted_is_a_firm"),
        UniqueConstraint("applicant_id", "form_key"),
        Index(
            "uq_merchant_applications_under_way", "scheme_code", "uscc", unique=True,
            postgresql_where=_UNDER_WAY, sqlite_where=_UNDER_WAY,
        ),
        Index("ix_merchant_applications_state", "state", "scheme_code"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    form_key: Mapped[str] = mapped_column(String(64))
    scheme_code: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    revision: Mapped[int] = mapped_column(default=0)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    of_firm_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(12), default="")
    name: Mapped[str] = mapped_column(String(120), default="")
    uscc: Mapped[str] = mapped_column(String(18), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    person: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[Any] = mapped_column(Sealed("merchant_applications.phone"), nullable=True)
    township: Mapped[str] = mapped_column(String(120), default="")
    conditions: Mapped[list[str]] = mapped_column(JSON, default=list)
    activities: Mapped[dict[str, bool]] = mapped_column(JSON, default=dict)
    licence_sha256: Mapped[str | None] = mapped_column(String(64))
    licence_view_sha256: Mapped[str | None] = mapped_column(String(64))
    licence_name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))

    applicant: Mapped[User] = relationship()
    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id])
    steps: Mapped[list[MerchantStep]] = relationship(order_by="MerchantStep.id")


class MerchantStep(Base):
    """One step of an application: who did what, when, and why."""

    __tablename__ = "merchant_steps"
    __table_args__ = (one_of("action", tuple(merchant_flow.ACTIONS)),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("merchant_applications.id"), index=True)
    action: Mapped[str] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    clause: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(Instant)

    by: Mapped[User] = relationship()


class Exclusion(WithPublicId, Base):
    """A firm is excluded from one scheme (or all: no code), or, with `lifts_id`, an exclusion is lifted.

    `name_key` is the folded name, by which a firm is found that has no account; `by_id` is empty for the command line.
    """

    __tablename__ = "exclusions"
    __table_args__ = (one_of("kind", tuple(EXCLUSION_KINDS)), Index("ix_exclusions_name", "name_key"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    scheme_code: Mapped[str | None] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    lifts_id: Mapped[int | None] = mapped_column(ForeignKey("exclusions.id"), unique=True)

    by: Mapped[User | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
