"""Claims in any state with the columns that state asks for, and evaluations."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Evaluation, Fact, Pool, User
from reviewapp.policy import pool as rules
from reviewapp.policy.workflow import PAID_OUT, STATES
from reviewapp.services import funds
from tests.factories.demands import demand
from tests.factories.money import pool as make_pool
from tests.factories.people import NOW, user

CLAIM_STATES = tuple(STATES)
_HOLDING = ("submitted", "special_review", "in_review", "returned")
_COMMITTED = ("approved", "publication", "payable", "sending", "failed", "unknown", *PAID_OUT)
_keys = itertools.count(1)


def claim(
    session: Session,
    state: str = "draft",
    *,
    pool: Pool | None = None,
    by: User | None = None,
    reviewer: User | None = None,
    amount_fen: int = 300_000,
    now: datetime = NOW,
    **columns: Any,
) -> Claim:
    """A claim in `state`, with ticket, reservation, lease, deadline and postings as that state has them.

    It is entered by a new claimant unless `by` is given; `amount_fen` is what it asks for and, once approved, gets.
    The state is set directly, not reached through the services.
    """
    pool = pool or make_pool(session)
    by = by or user(session, "claimant", now=now)
    row = Claim(
        scheme_code=pool.scheme_code, scheme_version="1", programme="car", pool_id=pool.id, state=state,
        form_key=f"factory-{next(_keys)}", submitter_role=by.role, entered_by_id=by.id,
        organisation_id=by.organisation_id, created_at=now, changed_at=now,
    )  # fmt: skip
    if state != "draft":
        _queue(row, pool, amount_fen, now)
    if state == "in_review":
        row.reviewer_id = (reviewer or user(session, "reviewer", now=now)).id
    for name, value in columns.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    _money(session, pool, row, now)
    return row


def _queue(row: Claim, pool: Pool, amount_fen: int, now: datetime) -> None:
    row.ticket, row.submitted_at, row.wanted_fen = pool.next_ticket, now, amount_fen
    row.number = f"{pool.scheme_code}-{pool.code}-{pool.next_ticket:06d}"
    row.submitted_from = 0
    row.revision = 1
    pool.next_ticket += 1
    if row.state in _HOLDING:
        row.reserved_fen = amount_fen
    if row.state == "in_review":
        row.lease_until, row.fence = now + timedelta(minutes=20), 1
    if row.state == "returned":
        row.correction_until = now + timedelta(days=5)
    if row.state in _COMMITTED:
        row.award_fen, row.approved_at = amount_fen, now
    if row.state == "publication":
        row.published_at = now


def _money(session: Session, pool: Pool, row: Claim, now: datetime) -> None:
    """The postings that lead to the claim's state, so that `funds.verify` finds nothing to say."""
    movements: list[rules.Movement] = []
    if row.state in (*_HOLDING, *_COMMITTED):
        movements += rules.on_promote(row.wanted_fen)
    if row.state in _COMMITTED:
        movements += rules.on_approve(row.wanted_fen, row.award_fen or row.wanted_fen)
    if row.state in PAID_OUT:
        movements += rules.on_paid(row.award_fen or row.wanted_fen)
    if movements:
        funds.post(session, pool, tuple(movements), now=now, reason="factory", claim_id=row.id)
        session.flush()
    if row.state in ("clawback", "refunded"):
        demand(session, row, received_fen=(row.award_fen or 0) if row.state == "refunded" else 0, now=now)


def passing_result(claim: Claim, award: str = "3000.00") -> dict[str, Any]:
    """A result as `schemes evaluate` prints it, with nothing wrong."""
    return {
        "scheme": claim.scheme_code, "version": claim.scheme_version, "programme": claim.programme, "pool": "car",
        "outcome": "pass", "award": award, "special_review": False, "missing": [], "findings": [],
    }  # fmt: skip


def evaluation(
    session: Session,
    claim: Claim,
    *,
    outcome: str = "pass",
    award_fen: int | None = 300_000,
    facts: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    now: datetime = NOW,
) -> Evaluation:
    """The claim's next evaluation, over the newest fact it has."""
    number = session.scalar(select(func.count()).select_from(Evaluation).where(Evaluation.claim_id == claim.id)) or 0
    row = Evaluation(
        claim_id=claim.id, number=number + 1, scheme_version=claim.scheme_version,
        fact_id=session.scalar(select(func.max(Fact.id)).where(Fact.claim_id == claim.id)),
        facts=facts or {"programme": claim.programme, "papers": []},
        result=result or {**passing_result(claim), "outcome": outcome}, outcome=outcome, award_fen=award_fen, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
