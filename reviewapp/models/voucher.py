"""A voucher (消费券), the purchase it was redeemed for, and a shop's sale for which one is handed out on the spot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import Organisation, User
from reviewapp.policy.voucher_flow import STATES

_STANDING = text("voided_at IS NULL AND undone_at IS NULL")
_DONE = text("undone_at IS NULL")
_OPEN = text("state = 'issued'")


class Voucher(WithPublicId, Base):
    """One voucher of one owner: the outcome of an approved claim, or handed out at a counter for the claim begun there.

    `person` is a blind token of its owner under the kind, where a person may have one: in use for ever.
    `held_fen` is what the pool has committed to it: its value from the issue on, less what came back; nothing while a
    settlement claim (`settlement_id`) holds it, and once that is approved. `owner`: name and id_number.
    `owner_phone_index` lets the owner find it who did not enter the claim.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        one_of("state", tuple(STATES)),
        CheckConstraint("value_fen > 0", name="value_positive"),
        CheckConstraint("held_fen >= 0 AND held_fen <= value_fen", name="held_within_value"),
        CheckConstraint("state <> 'issued' OR held_fen = value_fen", name="issued_holds_all"),
        CheckConstraint("state IN ('issued', 'redeemed') OR held_fen = 0", name="ended_holds_nothing"),
        CheckConstraint("state <> 'settled' OR settlement_id IS NOT NULL", name="settled_by_a_claim"),
        CheckConstraint("state NOT IN ('issued', 'expired') OR settlement_id IS NULL", name="unused_has_none"),
        Index("uq_vouchers_person", "person", unique=True),
        Index("ix_vouchers_open", "good_until", postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="issued")
    value_fen: Mapped[int] = mapped_column(BigInteger)
    held_fen: Mapped[int] = mapped_column(BigInteger)
    owner: Mapped[Any] = mapped_column(Sealed("vouchers.owner"))
    owner_phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    person: Mapped[str | None] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    good_until: Mapped[datetime | None] = mapped_column(Instant)
    settlement_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), unique=True)

    claim: Mapped[Claim] = relationship(foreign_keys=claim_id)
    settlement: Mapped[Claim | None] = relationship(foreign_keys=settlement_id)
    redemption: Mapped[Redemption | None] = relationship(
        primaryjoin="and_(Voucher.id == Redemption.voucher_id, Redemption.undone_at.is_(None))", viewonly=True
    )


class Redemption(WithPublicId, Base):
    """The one purchase a voucher is for: a voucher whose order was returned is void, not free again.

    Only one that was keyed wrongly and taken back at once (`undone_at`) leaves the voucher free; it stays as a row.
    `invoice` is code and number in one, as claims compare invoices: one that stands is for one voucher only. None for a
    sale, whose invoice is a paper of its claim.
    `returned_fen` of the price was returned, for which `back_fen` of the voucher's value went back to the pool.
    """

    __tablename__ = "redemptions"
    __table_args__ = (
        CheckConstraint("price_fen > 0", name="price_positive"),
        CheckConstraint("returned_fen >= 0 AND returned_fen <= price_fen", name="returned_within_price"),
        CheckConstraint("back_fen >= 0", name="back_not_negative"),
        CheckConstraint("(voided_at IS NULL) = (returned_fen < price_fen)", name="void_when_all_returned"),
        CheckConstraint("undone_at IS NULL OR returned_fen = 0", name="undone_before_returns"),
        Index("uq_redemptions_voucher", "voucher_id", unique=True, postgresql_where=_DONE, sqlite_where=_DONE),
        Index("uq_redemptions_invoice", "invoice", unique=True, postgresql_where=_STANDING, sqlite_where=_STANDING),
        Index("ix_redemptions_firm", "organisation_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    goods: Mapped[str] = mapped_column(String(20))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    invoice: Mapped[str | None] = mapped_column(String(40))
    returned_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    back_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)

    voucher: Mapped[Voucher] = relationship()
    organisation: Mapped[Organisation] = relationship()
    by: Mapped[User] = relationship()


class WrongPerson(Base):
    """At a till somebody entered the end of an ID number that is not the owner's."""

    __tablename__ = "wrong_persons"
    __table_args__ = (Index("ix_wrong_persons_voucher", "voucher_id", "organisation_id", "at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship()
    by: Mapped[User] = relationship()


class Sale(WithPublicId, Base):
    """A sale of a shop to one consumer, from the registration at the counter to the claim that is put in for it.

    `claim_id` is the claim it is asked for by, the newest where one came to nothing; `lines` are its products
    (`policy.purchase.Line`). `present`: the shop's staff said that the consumer was there in person, where the voucher
    may be received.
    """

    __tablename__ = "sales"
    __table_args__ = (
        CheckConstraint("voucher_id IS NULL OR present", name="handed_out_in_person"),
        Index("ix_sales_firm", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), unique=True)
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"), unique=True)
    present: Mapped[bool] = mapped_column(default=False)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    begun_at: Mapped[datetime] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship()
    claim: Mapped[Claim] = relationship()
    voucher: Mapped[Voucher | None] = relationship()
