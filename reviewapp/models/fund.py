"""A pool (资金池) with its locked row, and its postings: double entry, append-only, integer fen.

A posting moves an amount from one account to another, so every posting sums to zero by its form. The pool row holds the
balances of the accounts under CHECK constraints; `funds verify` compares them with the sums of the postings.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, WithPublicId, one_of
from reviewapp.policy.pool import ACCOUNTS

if TYPE_CHECKING:
    from reviewapp.models.return_file import ReturnLine


class Pool(WithPublicId, Base):
    """One pool of one scheme. Locked by every change of order or money; all amounts in fen.

    `links` counts the links of its chain, `head` is the digest of the last one ("" before the first).
    `appropriated = available + reserved + committed + paid - returned`; `available` is derived, never stored.
    """

    __tablename__ = "pools"
    __table_args__ = (
        UniqueConstraint("scheme_code", "code"),
        CheckConstraint("reserved + committed + paid - returned <= appropriated", name="not_overspent"),
        CheckConstraint(
            "appropriated >= 0 AND reserved >= 0 AND committed >= 0 AND paid >= 0 "
            "AND returned >= 0 AND returned <= paid",
            name="not_negative",
        ),
        CheckConstraint("next_ticket >= 1", name="ticket_positive"),
        CheckConstraint("links >= 0 AND (links = 0) = (head = '')", name="head_of_links"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    scheme_code: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(80))
    appropriated: Mapped[int] = mapped_column(BigInteger, default=0)
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)
    committed: Mapped[int] = mapped_column(BigInteger, default=0)
    paid: Mapped[int] = mapped_column(BigInteger, default=0)
    returned: Mapped[int] = mapped_column(BigInteger, default=0)
    next_ticket: Mapped[int] = mapped_column(BigInteger, default=1)
    links: Mapped[int] = mapped_column(BigInteger, default=0)
    head: Mapped[str] = mapped_column(String(64), default="")

    @property
    def available(self) -> int:
        """Fen that nobody holds."""
        return self.appropriated - self.reserved - self.committed - self.paid + self.returned


class Posting(Base):
    """One movement of money between two accounts of a pool; never changed, mistakes are reversed by another.

    Money of the treasury carries its `order`, and its `source` where the document names who brings how much. A payment,
    or one that came back, carries the bank's number as its `document`, and the line of the return file that told of it
    where a person applied one.
    """

    __tablename__ = "postings"
    __table_args__ = (
        one_of("from_account", ACCOUNTS),
        one_of("to_account", ACCOUNTS),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("from_account <> to_account", name="accounts_differ"),
        CheckConstraint("return_line_id IS NULL OR actor_id IS NOT NULL", name="file_applied_by_somebody"),
        Index("ix_postings_pool", "pool_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"))
    from_account: Mapped[str] = mapped_column(String(12))
    to_account: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(40))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), index=True)
    document: Mapped[str | None] = mapped_column(String(120))
    source: Mapped[str | None] = mapped_column(String(40))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("fund_orders.id"), index=True)
    return_line_id: Mapped[int | None] = mapped_column(ForeignKey("return_lines.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    return_line: Mapped[ReturnLine | None] = relationship()
