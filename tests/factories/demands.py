"""Demands for paid money, with what has come in on them."""

from __future__ import annotations

import itertools
from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp.models import Claim, Demand, DemandReceipt, Pool
from reviewapp.policy import pool as rules
from reviewapp.services import funds
from tests.factories.people import NOW, user

_numbers = itertools.count(1)


def demand(
    session: Session,
    claim: Claim,
    *,
    amount_fen: int | None = None,
    received_fen: int = 0,
    state: str | None = None,
    now: datetime = NOW,
) -> Demand:
    """A demand for the claim's award, or `amount_fen` of it: open, settled with the last of it, or `state`.

    The claim's own state is the caller's; the pool has what came in.
    """
    amount_fen = amount_fen or claim.award_fen or 0
    state = state or ("settled" if received_fen == amount_fen else "open")
    confirmed = state != "proposed"
    row = Demand(
        claim_id=claim.id, amount_fen=amount_fen, received_fen=received_fen, clause="二(一)", reason="退货",
        state=state, opened_by_id=user(session, "finance_maker", now=now).id, opened_at=now,
        confirmed_by_id=user(session, "finance_checker", now=now).id if confirmed else None,
        confirmed_at=now if confirmed else None, closed_at=now if state == "settled" else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if received_fen:
        receipt = DemandReceipt(
            demand_id=row.id, amount_fen=received_fen, bank_reference=f"样例流水{next(_numbers)}",
            received_on=now.date(), recorded_by_id=row.confirmed_by_id, at=now,
        )  # fmt: skip
        session.add(receipt)
        pool = session.get_one(Pool, claim.pool_id)
        funds.post(session, pool, rules.on_given_back(received_fen), now=now, reason="give_back", claim_id=claim.id)
        session.flush()
    return row
