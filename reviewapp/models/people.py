"""Who signs in: staff, dealers and claimants; the firms of a scheme's lists; one-time codes and messages sent."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.policy.workflow import COMPANIES, ROLES

USER_ROLES = tuple(role for role in ROLES if role != "system")
ORGANISATION_KINDS = (*COMPANIES, "bureau", "bank")


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
    password: Mapped[str | None] = mapped_column(String(255))
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


class Listing(Base):
    """A firm on one of a scheme's lists (参与商户名单): `listed_sellers`, `listed_used_firms`, or excluded (失信)."""

    __tablename__ = "listings"
    __table_args__ = (
        one_of("kind", ("listed_sellers", "listed_used_firms", "excluded")),
        UniqueConstraint("scheme_code", "kind", "name"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    scheme_code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))


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


class Message(Base):
    """A short message handed to the SMS adapter; the demo's local outbox page shows these rows."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    phone: Mapped[Any] = mapped_column(Sealed("messages.phone"))
    body: Mapped[Any] = mapped_column(Sealed("messages.body"))
    created_at: Mapped[datetime] = mapped_column(Instant)
