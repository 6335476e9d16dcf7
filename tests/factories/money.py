"""Pools with their first appropriation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Pool
from reviewapp.policy import pool as rules
from reviewapp.services import funds
from tests.factories.people import NOW


def pool(
    session: Session,
    amount_fen: int = 10_000_000,
    *,
    scheme_code: str = "xiangning-2023",
    code: str = "car",
    now: datetime = NOW,
) -> Pool:
    """The pool of that scheme and code, made with `amount_fen` (100 000 yuan) when it is not there; 0: empty."""
    row = session.scalar(select(Pool).where(Pool.scheme_code == scheme_code, Pool.code == code))
    if row is not None:
        return row
    row = Pool(scheme_code=scheme_code, code=code, title="测试资金池")
    session.add(row)
    session.flush()
    if amount_fen:
        fund(session, row, amount_fen, now=now)
    session.flush()
    return row


def fund(session: Session, row: Pool, amount_fen: int, *, now: datetime = NOW) -> None:
    """More money for a pool, as if its scheme had been opened with it; whoever waits moves up."""
    row = funds.lock_pool(session, row.id)
    funds.post(session, row, rules.on_appropriate(amount_fen), now=now, reason="open", document="测试〔2023〕1号")
    funds.promote(session, now, row)
