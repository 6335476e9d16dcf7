"""A pool's money: the only place that writes postings and pool balances. The rules are those of `policy.pool`.

Whoever changes order or money locks the claim first, then the pool with `lock_pool`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.db import insert_rows
from reviewapp.errors import NotFound
from reviewapp.models import SYSTEM, Actor, Claim, Pool, Posting
from reviewapp.policy import pool as rules
from reviewapp.services import trail
from reviewapp.services.balance import Difference, verify
from reviewapp.services.holding import hold_pools, lock_pool, lock_pools

if TYPE_CHECKING:
    from reviewapp.policy.model import PoolRule, Scheme

__all__ = [
    "Difference",
    "Settled",
    "hold_pools",
    "lock_pool",
    "lock_pools",
    "open_pools",
    "pool_named",
    "post",
    "promote",
    "record_given_back",
    "record_paid",
    "record_payment_returned",
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
    told = {
        "reason": reason, "claim_id": claim_id, "document": document, "source": source, "order_id": order_id,
        "actor_id": actor.id, "at": now,
    }  # fmt: skip
    _write(session, pool, [(movement, told) for movement in movements])


def _write(session: Session, pool: Pool, moved: Sequence[tuple[rules.Movement, Mapping[str, Any]]]) -> None:
    """Movements, each with what its posting tells beside it."""
    insert_rows(session, Posting, [{"pool_id": pool.id, **movement._asdict(), **told} for movement, told in moved])
    for movement, _ in moved:
        for column, amount in rules.changes(movement).items():
            setattr(pool, column, getattr(pool, column) + amount)


class Settled(NamedTuple):
    """What the bank said of a locked claim's award: under which number, and in which line of a return file."""

    claim: Claim
    reference: str | None = None
    line_id: int | None = None


def record_paid(session: Session, now: datetime, *settled: Settled, actor: Actor = SYSTEM) -> None:
    """The bank has paid the awards: committed → paid. The workflow's move to `paid` is the caller's.

    `actor` is who applied the return file; the bank's interface speaks for itself.
    """
    _record(session, now, settled, rules.on_paid, {"reason": "pay", "actor_id": actor.id})


def record_payment_returned(session: Session, now: datetime, *settled: Settled, actor: Actor = SYSTEM) -> None:
    """The bank has sent the awards back (退汇): paid → committed. The rest as `record_paid`."""
    _record(session, now, settled, rules.on_payment_returned, {"reason": "return_payment", "actor_id": actor.id})


def _record(
    session: Session,
    now: datetime,
    settled: Sequence[Settled],
    movements: Callable[[int], rules.Movements],
    told: Mapping[str, Any],
) -> None:
    """Pools are locked in the order of their ids, each once."""
    for pool_id, group in groupby(sorted(settled, key=_by_pool), key=_by_pool):
        moved = []
        for claim, reference, line_id in group:
            if claim.award_fen is None:
                raise ValueError(f"claim {claim.id} has no award")
            own = {"claim_id": claim.id, "document": reference, "return_line_id": line_id, "at": now}
            moved += [(movement, {**told, **own}) for movement in movements(claim.award_fen)]
        _write(session, lock_pool(session, pool_id), moved)


def _by_pool(settled: Settled) -> int:
    return settled.claim.pool_id


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
        count = rules.promotions(pool.available, [lacking for _, lacking in heads])
        for claim_id, _ in heads[:count]:
            _promote_one(session, now, pool, claim_id)
        session.flush()
        if count < len(heads):
            return


def _heads(session: Session, pool: Pool) -> list[tuple[int, int]]:
    query = (
        select(Claim.id, Claim.wanted_fen - Claim.reserved_fen)
        .where(Claim.pool_id == pool.id, Claim.state == "waitlist")
        .order_by(Claim.ticket)
        .limit(_HEADS)
    )
    return [(claim_id, lacking) for claim_id, lacking in session.execute(query)]


def _promote_one(session: Session, now: datetime, pool: Pool, claim_id: int) -> None:
    claim = trail.lock(session, claim_id)
    lacking = claim.wanted_fen - claim.reserved_fen
    post(session, pool, rules.on_promote(lacking), now=now, reason="promote", claim_id=claim.id)
    claim.reserved_fen = claim.wanted_fen
    to = "special_review" if claim.special else "submitted"
    trail.move(session, claim, SYSTEM, now, "promote", to=to)
