"""Samples that auditors draw of what was decided, and what they found in each record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, WithPublicId, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import User

CONCLUSIONS: dict[str, str] = {"sound": "无问题", "flawed": "有瑕疵", "wrong": "应纠正"}
#: What the evaluation is to look at (jincheng-chengqu-2026 十(三)), and the papers.
TOPICS: dict[str, str] = {
    "scope": "发放范围",
    "papers": "材料",
    "amount": "金额",
    "return": "退货退款",
    "payment": "核销与发放",
    "other": "其他",
}


class AuditSample(WithPublicId, Base):
    """A sample of the decisions of a scheme made until a day (China): the same seed, share and day give it again.

    `percent` is the share drawn of every stratum, rounded up; `population` how many records there were.
    """

    __tablename__ = "audit_samples"
    __table_args__ = (
        UniqueConstraint("scheme_code", "until", "percent", "seed"),
        CheckConstraint("percent BETWEEN 10 AND 100", name="percent_known"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    scheme_code: Mapped[str] = mapped_column(String(60))
    until: Mapped[date]
    percent: Mapped[int]
    seed: Mapped[str] = mapped_column(String(40))
    population: Mapped[int]
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    drawn_at: Mapped[datetime] = mapped_column(Instant)

    drawn_by: Mapped[User] = relationship()
    items: Mapped[list[AuditItem]] = relationship(order_by="AuditItem.id", back_populates="sample")


class AuditItem(Base):
    """A record of a sample; without `conclusion` it has still to be looked at."""

    __tablename__ = "audit_items"
    __table_args__ = (
        UniqueConstraint("sample_id", "claim_id"),
        one_of("conclusion", tuple(CONCLUSIONS)),
        one_of("topic", tuple(TOPICS)),
        CheckConstraint("(conclusion IS NULL) = (concluded_by_id IS NULL)", name="concluded_by_somebody"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_samples.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    stratum: Mapped[str] = mapped_column(String(120))
    conclusion: Mapped[str | None] = mapped_column(String(10))
    topic: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[Any] = mapped_column(Sealed("audit_items.note"), nullable=True)
    concluded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    concluded_at: Mapped[datetime | None] = mapped_column(Instant)

    sample: Mapped[AuditSample] = relationship(back_populates="items")
    claim: Mapped[Claim] = relationship()
    concluded_by: Mapped[User | None] = relationship()
