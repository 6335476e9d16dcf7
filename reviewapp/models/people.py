"""Who signs in: staff, dealers and claimants; the firms of a scheme's lists; one-time codes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    false,
    or_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.policy.workflow import ROLES, WITH_ORGANISATION

USER_ROLES = tuple(role for role in ROLES if role != "system")
ORGANISATION_KINDS = (*WITH_ORGANISATION, "bureau", "bank")
#: What a firm's account may be allowed to do, in the firm's name.
RIGHTS: dict[str, str] = {
    "claims": "录入和提交申请",
    "redeem": "核销消费券",
    "hand_out": "发放消费券",
    "staff": "管理本单位账号",
}
#: What there is to be allowed, by the kind of firm.
RIGHTS_OF: dict[str, tuple[str, ...]] = {
    "dealer": ("claims", "redeem", "staff"),
    "shop": ("claims", "redeem", "hand_out", "staff"),
    "point": ("claims", "staff"),
    "recycler": ("staff",),
}


@dataclass(frozen=True)
class NamedRole(RoleMixin):  # type: ignore[misc]
    """A user's role as Flask-Security wants to see it."""

    name: str


class Organisation(WithPublicId, Base):
    """A firm or office that users act for."""

    __tablename__ = "organisations"
    __table_args__ = (one_of("kind", ORGANISATION_KINDS),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)


class User(WithPublicId, UserMixin, Base):  # type: ignore[misc]
    """A person who signs in: claimants by phone and one-time code, everybody else by `username` and password."""

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", USER_ROLES),
        CheckConstraint("(username IS NOT NULL) OR (phone_index IS NOT NULL)", name="has_a_sign_in"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60), default="")
    username: Mapped[str | None] = mapped_column(String(60), unique=True)
    phone: Mapped[Any] = mapped_column(Sealed("users.phone"), nullable=True)
    phone_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    rights: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # of RIGHTS; NULL: all
    password: Mapped[str | None] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    last_sign_in_at: Mapped[datetime | None] = mapped_column(Instant)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: secrets.token_hex(32))
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON))
    created_at: Mapped[datetime] = mapped_column(Instant)

    organisation: Mapped[Organisation | None] = relationship()

    @property
    def roles(self) -> list[NamedRole]:
        """The one role, in the list that Flask-Security expects."""
        return [NamedRole(self.role)]

    def may(self, right: str) -> bool:
        """Whether a firm's account has the right (of RIGHTS); accounts without a list of their own have all."""
        return self.rights is None or right in self.rights


@dataclass(frozen=True)
class Actor:
    """Who acts: services take it as an argument, so that nothing below the pages knows of requests."""

    role: str
    id: int | None = None
    organisation_id: int | None = None

    @classmethod
    def of(cls, user: User) -> Actor:
        """The actor that a signed-in user is."""
        return cls(user.role, user.id, user.organisation_id)


#: The machine acting for nobody: workers and clocks.
SYSTEM = Actor("system")


_OF_THE_FILE = text("valid_from IS NULL")


class Listing(Base):
    """A firm on one of a scheme's lists (参与商户名单), both days included; without days for as long as the scheme.

    An admission has its days and its organisation; what the command line lists has neither.
    """

    __tablename__ = "listings"
    __table_args__ = (
        one_of("kind", ("listed_sellers", "listed_used_firms")),
        CheckConstraint("(valid_from IS NULL) = (valid_until IS NULL)", name="days_together"),
        CheckConstraint("valid_from <= valid_until", name="days_in_order"),
        UniqueConstraint("scheme_code", "kind", "name", "valid_from"),
        Index(
            "uq_listings_of_the_file", "scheme_code", "kind", "name", unique=True,
            postgresql_where=_OF_THE_FILE, sqlite_where=_OF_THE_FILE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    scheme_code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    valid_from: Mapped[date | None] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()

    organisation: Mapped[Organisation | None] = relationship()

    @hybrid_method
    def covers(self, day: date) -> bool:
        """Whether the firm is on the list on that day."""
        return self.valid_from is None or self.valid_until is None or self.valid_from <= day <= self.valid_until

    @covers.inplace.expression
    @classmethod
    def _covers(cls, day: date) -> ColumnElement[bool]:
        return or_(cls.valid_from.is_(None), and_(cls.valid_from <= day, day <= cls.valid_until))


class OneTimeCode(Base):
    """A sign-in code sent to a phone: kept as a keyed hash, single use, few tries, short life."""

    __tablename__ = "one_time_codes"
    __table_args__ = (Index("ix_one_time_codes_phone", "phone_index", "id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    phone_index: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
