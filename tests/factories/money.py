"""Pools with their first appropriation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import SYSTEM, Pool
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
        funds.appropriate(session, SYSTEM, now, row, amount_fen, "测试〔2023〕1号")
    session.flush()
    return row
