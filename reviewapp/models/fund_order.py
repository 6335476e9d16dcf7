"""An order (资金单) that changes what a pool has: proposed by one person, confirmed by another, then posted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, WithPublicId, one_of
from reviewapp.models.fund import Pool
from reviewapp.models.people import User

ORDER_KINDS = ("top_up", "move", "reduce")
ORDER_STATES = ("proposed", "confirmed", "cancelled")


class FundOrder(WithPublicId, Base):
    """Money for `pool` (top_up), from it back to the treasury (reduce), or from it to `to_pool` (move).

    `document` is the number of the document it rests on, `source` the level of government that brings or takes the
    money, where the pool knows levels. `form_key` tells the same form sent twice.
    """

    __tablename__ = "fund_orders"
    __table_args__ = (
        one_of("kind", ORDER_KINDS),
        one_of("state", ORDER_STATES),
        UniqueConstraint("maker_id", "form_key"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("document <> '' AND reason <> ''", name="grounds_given"),
        CheckConstraint("(kind = 'move') = (to_pool_id IS NOT NULL)", name="move_has_target"),
        CheckConstraint("to_pool_id IS NULL OR to_pool_id <> pool_id", name="pools_differ"),
        CheckConstraint("checker_id IS NULL OR checker_id <> maker_id", name="two_people"),
        CheckConstraint("(state = 'confirmed') = (checker_id IS NOT NULL)", name="confirmed_by_checker"),
        CheckConstraint("(state = 'cancelled') = (cancelled_by_id IS NOT NULL)", name="cancelled_by_somebody"),
        CheckConstraint("(state = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancelled_with_reason"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_at_some_time"),
        Index("ix_fund_orders_pool", "pool_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    form_key: Mapped[str] = mapped_column(String(40))
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"))
    to_pool_id: Mapped[int | None] = mapped_column(ForeignKey("pools.id"), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str | None] = mapped_column(String(40))
    document: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(200))
    maker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cancel_reason: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)

    pool: Mapped[Pool] = relationship(foreign_keys=pool_id)
    to_pool: Mapped[Pool | None] = relationship(foreign_keys=to_pool_id)
    maker: Mapped[User] = relationship(foreign_keys=maker_id)
    checker: Mapped[User | None] = relationship(foreign_keys=checker_id)
    cancelled_by: Mapped[User | None] = relationship(foreign_keys=cancelled_by_id)
