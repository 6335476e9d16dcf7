"""What waits for one person of the finance office: counts, each with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Demand, FundOrder, PayoutBatch, ReturnFile, SuspenseItem
from reviewapp.policy.workflow import FINANCE


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of each; what only another person may do is not counted."""

    to_release: int
    to_export: int
    staged: int
    suspense: int
    orders: int
    demands: int

    def __bool__(self) -> bool:
        return any((self.to_release, self.to_export, self.staged, self.suspense, self.orders, self.demands))


def waiting(session: Session, actor: Actor) -> Waiting:
    """What this person can do now; nobody else than finance has anything to do."""
    checks, does = actor.role == "finance_checker", actor.role in FINANCE
    release = and_(PayoutBatch.state.in_(("made", "checked")), _of_others(PayoutBatch.maker_id, actor))
    release = and_(release, or_(PayoutBatch.checker_id.is_(None), _of_others(PayoutBatch.checker_id, actor)))
    export = and_(PayoutBatch.state == "released", PayoutBatch.channel == "file", PayoutBatch.exported_at.is_(None))
    settle = or_(
        SuspenseItem.state == "open",
        and_(SuspenseItem.state == "proposed", _of_others(SuspenseItem.proposer_id, actor)),
    )
    return Waiting(
        to_release=_count(session, checks, release),
        to_export=_count(session, does, export),
        staged=_count(session, does, ReturnFile.state == "staged"),
        suspense=_count(session, does, settle),
        orders=_count(session, checks, and_(FundOrder.state == "proposed", _of_others(FundOrder.maker_id, actor))),
        demands=_count(session, checks, and_(Demand.state == "proposed", _of_others(Demand.opened_by_id, actor))),
    )


def _of_others(column: Any, actor: Actor) -> ColumnElement[bool]:
    return column != actor.id  # type: ignore[no-any-return]


def _count(session: Session, can: bool, kept: ColumnElement[bool]) -> int:
    return (session.scalar(select(func.count()).where(kept)) or 0) if can else 0
