"""What a collection point keeps beside its claims: shelf numbers, motorcycles given back, calls for the truck, and the
pickups (集中运输) with what the recycler found of each motorcycle (yangcheng-2023 七(三)1).

A motorcycle is its claim: in stock from the submission until it is given back or leaves with a pickup.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import Organisation, User

PICKUP_STATES: dict[str, str] = {"planned": "待交接", "handed_over": "已交接", "cancelled": "已取消"}
#: What the recycler found of a motorcycle that was handed over.
OUTCOMES: dict[str, str] = {"received": "已收到", "differs": "车架号不符", "missing": "未收到"}
_LIVE = text("released_at IS NULL")
_NUMBERED = text("certificate_number IS NOT NULL")
_OPEN = text("closed_at IS NULL")


class ShelfMark(Base):
    """Where the paper originals of a claim are kept; the newest row of a claim counts, the others are its history."""

    __tablename__ = "shelf_marks"
    __table_args__ = (Index("ix_shelf_marks_claim", "claim_id", "id"), Index("ix_shelf_marks_number", "number"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    number: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    by: Mapped[User] = relationship()


class GivenBack(Base):
    """A motorcycle given back to its owner, because the claim came to nothing; `receiver` signed for it."""

    __tablename__ = "given_back"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), primary_key=True, autoincrement=False)
    receiver: Mapped[Any] = mapped_column(Sealed("given_back.receiver"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class PickupCall(Base):
    """A point's call for the truck: made when its stock reaches the document's number, closed by the next hand-over."""

    __tablename__ = "pickup_calls"
    __table_args__ = (
        Index(
            "uq_pickup_calls_open", "organisation_id", "scheme_code", unique=True,
            postgresql_where=_OPEN, sqlite_where=_OPEN,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    scheme_code: Mapped[str] = mapped_column(String(60))
    count: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship()


class Pickup(WithPublicId, Base):
    """A list of motorcycles that a recycler fetches at a point; `number` counts the point's from 1.

    `giver` and `taker` are the names under the paper, entered when it was signed.
    """

    __tablename__ = "pickups"
    __table_args__ = (
        one_of("state", tuple(PICKUP_STATES)),
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("(state = 'handed_over') = (handed_over_at IS NOT NULL)", name="hand_over_timed"),
        CheckConstraint("state <> 'handed_over' OR (giver IS NOT NULL AND taker IS NOT NULL)", name="hand_over_signed"),
        Index("ix_pickups_recycler", "recycler_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    recycler_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    scheme_code: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="planned")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    giver: Mapped[Any] = mapped_column(Sealed("pickups.giver"), nullable=True)
    taker: Mapped[Any] = mapped_column(Sealed("pickups.taker"), nullable=True)
    handed_over_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    handed_over_at: Mapped[datetime | None] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship(foreign_keys=organisation_id)
    recycler: Mapped[Organisation] = relationship(foreign_keys=recycler_id)
    items: Mapped[list[PickupItem]] = relationship(back_populates="pickup", order_by="PickupItem.id")


class PickupItem(WithPublicId, Base):
    """A motorcycle on a pickup's list. One that was taken off it again, for whatever reason, is released.

    `frame_seen` is the frame number that the recycler read where it differs; the paper of the certificate
    (报废机动车回收证明) lies in the storage under `paper_sha256`.
    """

    __tablename__ = "pickup_items"
    __table_args__ = (
        one_of("outcome", tuple(OUTCOMES)),
        CheckConstraint("(outcome IS NULL) = (confirmed_at IS NULL)", name="outcome_timed"),
        CheckConstraint("(outcome IS NOT NULL AND outcome = 'differs') = (frame_seen IS NOT NULL)", name="frame_seen"),
        CheckConstraint("(certificate_number IS NULL) = (certificate_on IS NULL)", name="certificate_dated"),
        CheckConstraint("certificate_number IS NULL OR outcome IN ('received', 'differs')", name="certificate_of_it"),
        CheckConstraint("released_at IS NULL OR certificate_number IS NULL", name="certified_stays"),
        CheckConstraint("(paper_sha256 IS NULL) = (paper_name IS NULL)", name="paper_named"),
        UniqueConstraint("pickup_id", "claim_id"),
        Index("uq_pickup_items_live", "claim_id", unique=True, postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index(
            "uq_pickup_items_certificate", "certificate_number", unique=True,
            postgresql_where=_NUMBERED, sqlite_where=_NUMBERED,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    pickup_id: Mapped[int] = mapped_column(ForeignKey("pickups.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    outcome: Mapped[str | None] = mapped_column(String(10))
    frame_seen: Mapped[Any] = mapped_column(Sealed("pickup_items.frame_seen"), nullable=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    certificate_number: Mapped[str | None] = mapped_column(String(40))
    certificate_on: Mapped[date | None] = mapped_column(Date)
    paper_sha256: Mapped[str | None] = mapped_column(String(64))
    paper_name: Mapped[Any] = mapped_column(Sealed("pickup_items.paper_name"), nullable=True)
    released_at: Mapped[datetime | None] = mapped_column(Instant)

    pickup: Mapped[Pickup] = relationship(back_populates="items")
    claim: Mapped[Claim] = relationship()
    confirmed_by: Mapped[User | None] = relationship()
