"""The trail of accounts: what was done to one, by whom, and what was proposed for another administrator to confirm."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, WithPublicId, one_of
from reviewapp.models.people import USER_ROLES, User
from reviewapp.policy.accounts import ACTIONS, GUARDED, WAYS_IN

STEPS = ("propose", "cancel", "do")
_WAY_IN = f"action IN {WAYS_IN} AND role IN {GUARDED}"


class AccountStep(WithPublicId, Base):
    """Something done to an account, proposed, or taken back. Append-only; no password, no code is in it.

    `user_id` is empty while an account is only proposed; `role`, `name` and `username` say whose it is, or is to be.
    `by_id` is empty for the command line. `proposal_id` is what this carries out or takes back, `proposer_id` who made
    that. `note`: the new name, or why a proposal was taken back.
    """

    __tablename__ = "account_steps"
    __table_args__ = (
        one_of("action", tuple(ACTIONS)),
        one_of("step", STEPS),
        one_of("role", USER_ROLES),
        CheckConstraint("step = 'cancel' OR proposer_id IS NULL OR proposer_id <> by_id", name="two_people"),
        CheckConstraint(
            f"NOT (step = 'do' AND {_WAY_IN}) OR by_id IS NULL OR proposer_id IS NOT NULL", name="guarded_by_two"
        ),
        CheckConstraint("step = 'cancel' OR action = 'rename' OR user_id <> by_id", name="not_ones_own"),
        CheckConstraint("(proposal_id IS NULL) = (proposer_id IS NULL)", name="proposal_is_somebodys"),
        CheckConstraint("step <> 'cancel' OR proposal_id IS NOT NULL", name="cancels_a_proposal"),
        CheckConstraint(
            "step <> 'propose' OR (proposal_id IS NULL AND by_id IS NOT NULL)", name="proposed_by_somebody"
        ),
        CheckConstraint("user_id IS NOT NULL OR (action = 'make' AND step <> 'do')", name="about_somebody"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str] = mapped_column(String(20))
    step: Mapped[str] = mapped_column(String(8))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    username: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("account_steps.id"), unique=True)
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(200), default="")

    user: Mapped[User | None] = relationship(foreign_keys=user_id)
    by: Mapped[User | None] = relationship(foreign_keys=by_id)
    proposer: Mapped[User | None] = relationship(foreign_keys=proposer_id)
