"""Approved claims with the decision they rest on, and instructions on their way, made through the services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Decision, Payout, PayoutBatch, Pool
from reviewapp.services import payouts
from tests.factories.claims import claim, evaluation
from tests.factories.people import NOW, actor, user

PAYEE = "测试甲"
CARD = "6222020000000000018"
CLOSED_CARD = "6222020000000084004"


def approved(
    session: Session, *, card: str = CARD, amount_fen: int = 300_000, now: datetime = NOW, pool: Pool | None = None,
    state: str = "approved", facts: dict[str, Any] | None = None, **columns: Any,
) -> Claim:  # fmt: skip
    """An approved claim, or what became of it, whose evaluation names `PAYEE` and `card`; `facts` replaces parts."""
    row = claim(session, state, amount_fen=amount_fen, now=now, pool=pool, **columns)
    facts = {
        "programme": row.programme,
        "applicant": {"name": PAYEE},
        "account": {"holder": PAYEE, "card_number": card},
        "papers": [],
    } | (facts or {})
    seen = evaluation(session, row, award_fen=amount_fen, facts=facts, now=now)
    decision = Decision(
        claim_id=row.id, fence=1, action="approve", reviewer_id=user(session, "reviewer").id,
        evaluation_id=seen.id, award_fen=amount_fen, at=now,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    return row


def ready(
    session: Session, *, card: str = CARD, amount_fen: int = 300_000, now: datetime = NOW, pool: Pool | None = None
) -> Payout:
    """An instruction that waits for a batch."""
    claim_id = approved(session, card=card, amount_fen=amount_fen, now=now, pool=pool).id
    payout = payouts.order(session, now, claim_id)
    assert payout is not None
    return payout


def release(session: Session, batch: PayoutBatch, checker: Actor | None = None, now: datetime = NOW) -> PayoutBatch:
    """Release a batch with what its page shows."""
    checker = checker or actor(session, "finance_checker")
    return payouts.release_batch(
        session, checker, now, batch.id, count=batch.count, total_fen=batch.total_fen, digest=batch.digest
    )


def released(session: Session, count: int = 1, *, card: str = CARD, now: datetime = NOW) -> list[Payout]:
    """Instructions in one released batch; their `payout.send` rows are in the outbox."""
    for _ in range(count):
        ready(session, card=card, now=now)
    batch = payouts.make_batch(session, actor(session, "finance_maker"), now, "xiangning-2023")
    release(session, batch, now=now)
    session.flush()
    return list(session.scalars(select(Payout).where(Payout.batch_id == batch.id).order_by(Payout.id)))
