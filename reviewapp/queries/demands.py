"""Demands for paid money as finance, auditors and the claimants themselves see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.models import Claim, Demand, DemandReceipt, Payout
from reviewapp.policy.masks import mask_name

STATES = {"proposed": "待确认", "open": "追回中", "settled": "已追回", "cancelled": "已撤销"}
TONES = {"proposed": "act", "open": "wait", "settled": "done", "cancelled": "off"}
_NEWEST = 200


@dataclass(frozen=True, slots=True)
class Totals:
    """What is still to come in on open demands, and what has come in on all of them, in fen."""

    open: int
    open_fen: int
    received_fen: int


def listed(session: Session) -> Sequence[Demand]:
    """The newest demands, those under way first."""
    query = (
        select(Demand)
        .order_by(Demand.state.in_(("settled", "cancelled")), Demand.id.desc())
        .limit(_NEWEST)
        .options(joinedload(Demand.claim).joinedload(Claim.pool), joinedload(Demand.opened_by))
    )
    return session.scalars(query).all()


def totals(session: Session) -> Totals:
    """Over all demands."""
    count, due, came = session.execute(
        select(
            func.count().filter(Demand.state == "open"),
            func.sum(Demand.amount_fen - Demand.received_fen).filter(Demand.state == "open"),
            func.sum(Demand.received_fen),
        )
    ).one()
    return Totals(count, int(due or 0), int(came or 0))


def of_claim(session: Session, claim: Claim) -> Sequence[Demand]:
    """The claim's demands that its submitter is told of, oldest first: confirmed ones, with what came in."""
    query = select(Demand).where(Demand.claim_id == claim.id, Demand.confirmed_by_id.is_not(None)).order_by(Demand.id)
    return session.scalars(query.options(selectinload(Demand.receipts))).all()


def receipts(session: Session, demand: Demand) -> Sequence[DemandReceipt]:
    """What came in on a demand, oldest first."""
    query = select(DemandReceipt).where(DemandReceipt.demand_id == demand.id).order_by(DemandReceipt.id)
    return session.scalars(query.options(joinedload(DemandReceipt.recorded_by))).all()


def payee(session: Session, claim: Claim) -> str:
    """Whom the award was paid to, masked; "" when no instruction says."""
    query = select(Payout).where(Payout.claim_id == claim.id, Payout.state == "paid")
    payout = session.scalars(query).one_or_none()
    return "" if payout is None else mask_name(payout.payee["name"])
