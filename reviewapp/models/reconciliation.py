"""The daily reconciliation (对账): what ledger, claims, instructions and bank said of each other on one day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, BigKey, Instant


class Reconciliation(Base):
    """One a local day. Ordered first and filled in once the bank has told its statement; until then `at` is None.

    `on_the_way` counts instructions that the bank may have settled without our knowing yet; they are no difference.
    `rows` are the differences, as `{what, where, expected, found}` in fen, `difference_fen` is what they add up to.
    The totals are of what is paid, without what is on the way: the ledger's, the instructions', the bank's by statement
    and, `by_file_fen`, what it said in return files alone. None for days before they were kept.
    """

    __tablename__ = "reconciliations"
    __table_args__ = (
        CheckConstraint("(at IS NULL) = (difference_fen IS NULL)", name="told_whole"),
        CheckConstraint("difference_fen >= 0 AND on_the_way >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    at: Mapped[datetime | None] = mapped_column(Instant)
    on_the_way: Mapped[int] = mapped_column(default=0)
    difference_fen: Mapped[int | None] = mapped_column(BigInteger)
    ledger_fen: Mapped[int | None] = mapped_column(BigInteger)
    instructed_fen: Mapped[int | None] = mapped_column(BigInteger)
    bank_fen: Mapped[int | None] = mapped_column(BigInteger)
    by_file_fen: Mapped[int | None] = mapped_column(BigInteger)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
