"""The lines of a batch in their one order, their digest, and their claims locked in the one order of locks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewapp.errors import NotAllowed
from reviewapp.models import Actor, Claim, Payout

FINANCE = ("finance_maker", "finance_checker")


def require_finance(actor: Actor, what: str) -> int:
    """The id of a finance person; NotAllowed for anybody else: only finance may `what`."""
    if actor.role not in FINANCE or actor.id is None:
        raise NotAllowed(f"只有财务人员可以{what}。")
    return actor.id


def digest(payouts: Sequence[Payout]) -> str:
    """SHA-256 (hex) over the lines `number|payee|card|fen`, in the order given, each ended by a line feed."""
    hashed = hashlib.sha256()
    for payout in payouts:
        payee = payout.payee
        hashed.update(f"{payout.number}|{payee['name']}|{payee['card_number']}|{payout.amount_fen}\n".encode())
    return hashed.hexdigest()


def locked_lines(session: Session, batch_id: int) -> Sequence[Payout]:
    """The batch's instructions in the order of approval, locked and freshly read."""
    query = select(Payout).where(Payout.batch_id == batch_id).order_by(Payout.approved_at, Payout.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def lock_claims(session: Session, claim_ids: Select[int]) -> dict[int, Claim]:
    """Claims by id, locked in the order of their ids and freshly read; before any pool, as `trail.lock` for one."""
    query = select(Claim).where(Claim.id.in_(claim_ids)).order_by(Claim.id).with_for_update(of=Claim)
    return {claim.id: claim for claim in session.scalars(query.execution_options(populate_existing=True))}
