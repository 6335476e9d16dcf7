"""What was found, what was decided, and every change of state: written once, read for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, Sealed, one_of
from reviewapp.models.claim import Claim
from reviewapp.models.people import User
from reviewapp.policy.workflow import ACTIONS, ROLES, STATES

DECISIONS = ("approve", "return", "reject")
#: What happens to a claim without moving it.
NOTES = (
    *("create", "change_paper", "change_fact", "check", "propose_demand", "pay_back", "note", "waive"),
    *("redeem_voucher", "undo_redemption", "return_goods", "expire_voucher", "hand_out", "cancel_sale"),
    "sign",
    *("print_origin_form", "shelve", "give_back_vehicle", "list_vehicle", "unlist_vehicle", "hand_over_vehicle"),
    *("confirm_vehicle", "certify_scrapping"),
    *("remind_mending", "remind_card", "erase"),
)


class Evaluation(Base):
    """One run of the scheme's checks over a claim's facts: the facts as given and the result as JSON (both sealed).

    `number` counts the claim's evaluations from 1; `fact_id` is the newest fact it saw.
    """

    __tablename__ = "evaluations"
    __table_args__ = (UniqueConstraint("claim_id", "number"), one_of("outcome", ("pass", "unsure", "fail")))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    number: Mapped[int]
    scheme_version: Mapped[str] = mapped_column(String(20))
    fact_id: Mapped[int | None] = mapped_column(BigInteger)
    facts: Mapped[Any] = mapped_column(Sealed("evaluations.facts"))
    result: Mapped[Any] = mapped_column(Sealed("evaluations.result"))
    outcome: Mapped[str] = mapped_column(String(8))
    award_fen: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)


class Decision(Base):
    """A reviewer's decision with its evidence. A return names what to mend (`items`) and until when."""

    __tablename__ = "decisions"
    __table_args__ = (
        one_of("action", DECISIONS),
        UniqueConstraint("claim_id", "fence"),
        CheckConstraint("(action = 'approve') = (award_fen IS NOT NULL)", name="approval_has_award"),
        CheckConstraint("action <> 'reject' OR clause IS NOT NULL", name="rejection_has_clause"),
        CheckConstraint("(action = 'return') = (deadline IS NOT NULL)", name="return_has_deadline"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    fence: Mapped[int]
    action: Mapped[str] = mapped_column(String(10))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"), index=True)
    award_fen: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[Any] = mapped_column(Sealed("decisions.reason"), default="")
    clause: Mapped[str | None] = mapped_column(String(60))
    items: Mapped[Any] = mapped_column(Sealed("decisions.items"), default=list)
    deadline: Mapped[datetime | None] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)

    reviewer: Mapped[User] = relationship()


class Waiver(Base):
    """A reviewer's word that an unsure finding (`check`) may stand, and why.

    It holds for the finding as it was said (`message`): one that says something else is another finding.
    """

    __tablename__ = "waivers"
    __table_args__ = (UniqueConstraint("evaluation_id", "check"), Index("ix_waivers_claim", "claim_id", "id"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"))
    check: Mapped[str] = mapped_column(String(200))
    message: Mapped[Any] = mapped_column(Sealed("waivers.message"))
    reason: Mapped[Any] = mapped_column(Sealed("waivers.reason"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    by: Mapped[User] = relationship()


class Event(Base):
    """One change of a claim: who, when, from which state to which, why, and the evaluation in force."""

    __tablename__ = "events"
    __table_args__ = (
        one_of("actor_role", tuple(ROLES)),
        one_of("action", (*ACTIONS, *NOTES)),
        one_of("to_state", tuple(STATES)),
        Index("ix_events_claim", "claim_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_role: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[Any] = mapped_column(Sealed("events.reason"), nullable=True)
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluations.id"), index=True)

    claim: Mapped[Claim] = relationship()
    actor: Mapped[User | None] = relationship()
