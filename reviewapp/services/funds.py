"""A pool's money: the only place that writes postings and pool balances. The rules are those of `policy.pool`.

Whoever changes order or money locks the claim first, then the pool with `lock_pool`, as the last thing before the
commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import NotFound
from reviewapp.models import SYSTEM, Actor, Claim, Pool, Posting
from reviewapp.policy import pool as rules
from reviewapp.services import trail
from reviewapp.services.balance import Difference, verify

if TYPE_CHECKING:
    from reviewapp.policy.model import PoolRule, Scheme

__all__ = [
    "Difference",
    "hold_pools",
    "lock_pool",
    "lock_pools",
    "open_pools",
    "pool_named",
    "post",
    "promote",
    "record_given_back",
    "record_paid",
    "verify",
]

#: How many heads of the waitlist are looked at in one go.
_HEADS = 100


def open_pools(session: Session, now: datetime, scheme: Scheme) -> list[Pool]:
    """All pools of a scheme; those not there yet are made with what the document gives them at the start, by who brings
    it, under its number.
    """
    return [
        _find(session, scheme.code, rule.code) or _open(session, now, scheme, rule) for rule in scheme.pools.values()
    ]


def _open(session: Session, now: datetime, scheme: Scheme, rule: PoolRule) -> Pool:
    pool = Pool(scheme_code=scheme.code, code=rule.code, title=rule.title)
    try:
        with session.begin_nested():
            session.add(pool)
    except IntegrityError:  # another process opened it at the same moment
        return session.scalars(_named(scheme.code, rule.code)).one()
    for source, amount_fen in rule.opening:
        movements = rules.on_appropriate(amount_fen)
        post(session, pool, movements, now=now, reason="open", document=scheme.document_number, source=source)
    return pool


def pool_named(session: Session, scheme_code: str, code: str) -> Pool:
    """The pool of a scheme; NotFound when there is none."""
    pool = _find(session, scheme_code, code)
    if pool is None:
        raise NotFound(
            f"没有找到方案 {scheme_code} 的资金池 {code}。请核对名称；方案需先用 reviewapp office open-scheme 开办。"
        )
    return pool


def _find(session: Session, scheme_code: str, code: str) -> Pool | None:
    return session.scalar(_named(scheme_code, code))


def _named(scheme_code: str, code: str) -> Select[Pool]:
    return select(Pool).where(Pool.scheme_code == scheme_code, Pool.code == code)


def lock_pool(session: Session, pool_id: int) -> Pool:
    """The pool's row, locked and freshly read. What was changed before is written first, so the lock is held briefly.

    The lock leaves the row's key alone: a new draft that refers to the pool does not wait for it.
    """
    session.flush()
    query = select(Pool).where(Pool.id == pool_id).with_for_update(key_share=True)
    pool = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if pool is None:
        raise NotFound()
    return pool


def lock_pools(session: Session, scheme_code: str) -> dict[int, Pool]:
    """All pools of a scheme by id, locked in the order of their ids, so that two such locks do not meet crosswise."""
    session.flush()
    query = select(Pool).where(Pool.scheme_code == scheme_code).order_by(Pool.id).with_for_update(key_share=True)
    return {pool.id: pool for pool in session.scalars(query.execution_options(populate_existing=True))}


def hold_pools(session: Session) -> None:
    """Lock every pool: nothing of order or money changes while the books are compared."""
    session.execute(select(Pool.id).order_by(Pool.id).with_for_update(key_share=True)).all()


def post(
    session: Session,
    pool: Pool,
    movements: rules.Movements,
    *,
    now: datetime,
    reason: str,
    actor: Actor = SYSTEM,
    claim_id: int | None = None,
    document: str | None = None,
    source: str | None = None,
    order_id: int | None = None,
) -> None:
    """Write movements of a locked pool as postings and into its balances."""
    for movement in movements:
        session.add(
            Posting(
                pool_id=pool.id, from_account=movement.from_account, to_account=movement.to_account,
                amount=movement.amount, reason=reason, claim_id=claim_id, document=document, source=source,
                order_id=order_id, actor_id=actor.id, at=now,
            )
        )  # fmt: skip
        for column, amount in rules.changes(movement).items():
            setattr(pool, column, getattr(pool, column) + amount)


def record_paid(session: Session, now: datetime, claim: Claim) -> None:
    """The bank has paid the locked claim's award: committed → paid. The workflow's move to `paid` is the caller's."""
    if claim.award_fen is None:
        raise ValueError(f"claim {claim.id} has no award")
    pool = lock_pool(session, claim.pool_id)
    post(session, pool, rules.on_paid(claim.award_fen), now=now, reason="pay", claim_id=claim.id)


def record_given_back(
    session: Session, actor: Actor, now: datetime, claim: Claim, amount_fen: int, reference: str
) -> None:
    """A part of the locked claim's paid award has come back, under the bank's reference: free for whoever waits."""
    pool = lock_pool(session, claim.pool_id)
    post(
        session, pool, rules.on_given_back(amount_fen),
        now=now, reason="give_back", actor=actor, claim_id=claim.id, document=reference,
    )  # fmt: skip
    promote(session, now, pool)


def promote(session: Session, now: datetime, pool: Pool) -> None:
    """Give a locked pool's free money to the head of its waitlist, strictly in ticket order."""
    while heads := _heads(session, pool):
        count = rules.promotions(pool.available, [wanted for _, wanted in heads])
        for claim_id, _ in heads[:count]:
            _promote_one(session, now, pool, claim_id)
        session.flush()
        if count < len(heads):
            return


def _heads(session: Session, pool: Pool) -> list[tuple[int, int]]:
    query = (
        select(Claim.id, Claim.wanted_fen)
        .where(Claim.pool_id == pool.id, Claim.state == "waitlist")
        .order_by(Claim.ticket)
        .limit(_HEADS)
    )
    return [(claim_id, wanted) for claim_id, wanted in session.execute(query)]


def _promote_one(session: Session, now: datetime, pool: Pool, claim_id: int) -> None:
    claim = trail.lock(session, claim_id)
    post(session, pool, rules.on_promote(claim.wanted_fen), now=now, reason="promote", claim_id=claim.id)
    claim.reserved_fen = claim.wanted_fen
    to = "special_review" if claim.special else "submitted"
    trail.move(session, claim, SYSTEM, now, "promote", to=to)
