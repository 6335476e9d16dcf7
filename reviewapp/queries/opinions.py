"""What people thought of a claim before it was decided, for who may know: the second looks without the first's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Actor, Claim, Opinion
from reviewapp.policy.money import yuan_from_fen
from reviewapp.policy.workflow import REVIEWERS
from reviewapp.queries import display

GROUNDS = {"share": "按比例抽取复审", "amount": "金额超过复审线", "second": "复审"}


@dataclass(frozen=True, slots=True)
class OpinionView:
    """One opinion: whose, what (通过 or 不予通过), the award in fen or the clause, why, and on what grounds."""

    at: datetime
    who: str
    action_label: str
    award_fen: int | None
    clause: str | None
    reason: str
    grounds: str


def opinions_of(session: Session, actor: Actor, claim: Claim) -> tuple[OpinionView, ...]:
    """The opinions on a claim, oldest first. While a second person is to look, reviewers see only their own."""
    found = select(Opinion).where(Opinion.claim_id == claim.id).order_by(Opinion.id)
    if claim.second_look == "waiting" and actor.role in REVIEWERS:
        found = found.where(Opinion.reviewer_id == actor.id)
    return tuple(_shown(row) for row in session.scalars(found.options(joinedload(Opinion.reviewer))))


def said(opinion: Opinion) -> str:
    """通过 ¥3,000.00 / 不予通过（七）: an opinion in a few words."""
    if opinion.award_fen is not None:
        return f"通过 {display.yuan(yuan_from_fen(opinion.award_fen))}"
    return f"不予通过（{opinion.clause}）"


def _shown(row: Opinion) -> OpinionView:
    return OpinionView(
        row.at, row.reviewer.name, display.ACTIONS[row.action], row.award_fen, row.clause, row.reason,
        GROUNDS[row.grounds],
    )  # fmt: skip
