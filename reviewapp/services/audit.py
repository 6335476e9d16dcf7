"""Is the trail whole? Every pool's chain against its rows, its tickets, its claims as they stand, and its anchors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Claim, Decision, Evaluation, Link, Pool
from reviewapp.services import chain, funds, heads
from reviewapp.services.audit_walk import Broken, Walk
from reviewapp.signing import Signer


@dataclass(frozen=True)
class Office:
    """What an audit needs besides the database: the office's key, and the folder of the anchored heads."""

    signer: Signer
    heads: Path


@dataclass(frozen=True)
class Chain:
    """What was found of one pool's chain: how long it is, and what is wrong first at which link (None: nothing)."""

    pool: str
    links: int
    tickets: int
    wrong: str | None = None
    number: int = 0


def verify(session: Session, now: datetime, office: Office, scheme_code: str | None = None) -> list[Chain]:
    """Check every chain (of one scheme); what was found of each, and files about pools that are not there any more.

    Uses transactions of its own, as `verify_pool` does.
    """
    pools = select(Pool).order_by(Pool.id)
    if scheme_code is not None:
        pools = pools.where(Pool.scheme_code == scheme_code)
    ids = [pool.id for pool in session.scalars(pools)]
    found = [verify_pool(session, now, office, pool_id) for pool_id in ids]
    lost = [name for name in heads.strangers(session, office.heads) if scheme_code in (None, name.partition("/")[0])]
    return found + [Chain(name, 0, 0, "有链头存档文件，数据库里却没有这个资金池") for name in lost]


def verify_pool(session: Session, now: datetime, office: Office, pool_id: int) -> Chain:
    """Check one pool's chain; what was found of it.

    The walk goes without locks; only what came since, and what is compared with rows as they stand, is read under the
    pool's lock, in a transaction of its own.
    """
    pool = session.get_one(Pool, pool_id)
    name, walk = f"{pool.scheme_code}/{pool.code}", Walk(session, pool)
    try:
        walk.on()
        with transaction(session):
            pool = funds.lock_pool(session, pool_id)
            walk.on()
            _compare(session, pool, walk)
            for number, what in heads.disagreements(session, now, office.signer, office.heads, pool):
                raise Broken(number, what)
    except Broken as broken:
        return Chain(name, walk.number, walk.tickets, broken.what, broken.number)
    return Chain(name, walk.number, walk.tickets)


def _compare(session: Session, pool: Pool, walk: Walk) -> None:
    """What the whole chain has said against the rows: nothing beside it, nothing missing, nothing changed since."""
    if _count(session, select(func.count()).where(Link.pool_id == pool.id)) != walk.number:
        raise Broken(walk.number + 1, "链上有编号不在 1 起连续之内的环")
    if pool.links != walk.number or (walk.number and pool.head != walk.digest):
        raise Broken(
            walk.number + 1, f"资金池记着链长 {pool.links} 环，链上实有 {walk.number} 环，或最后一环的摘要不符"
        )
    left = session.execute(chain.unlinked(pool.id).limit(1)).first()
    if left is not None:
        raise Broken(walk.number + 1, f"申请 {left.number} 有办理记录（编号 {left.id}）不在链上")
    for table, seen, what in (
        (Evaluation, len(walk.evaluations), "核验记录"),
        (Decision, sum(claim.decisions for claim in walk.claims.values()), "审核决定"),
    ):
        if _count(session, _of_ticketed(table, pool)) != seen:
            raise Broken(walk.number + 1, f"有{what}不在链上，或链上的{what}缺失")
    _compare_claims(session, pool, walk)
    if pool.next_ticket != walk.tickets + 1:
        raise Broken(walk.number + 1, f"资金池的下一个排队号应为 {walk.tickets + 1}，实为 {pool.next_ticket}")


def _compare_claims(session: Session, pool: Pool, walk: Walk) -> None:
    columns = (Claim.id, Claim.ticket, Claim.state, Claim.award_fen)
    rows = session.execute(select(*columns).where(Claim.pool_id == pool.id, Claim.ticket.is_not(None)))
    standing = {row.id: row for row in rows}
    for claim_id, row in standing.items():
        seen = walk.claims.get(claim_id)
        if seen is None:
            raise Broken(walk.number + 1, f"排队号 {row.ticket} 没有提交记录")
        if row.state != seen.state:
            raise Broken(walk.number + 1, f"排队号 {row.ticket} 的当前状态与最后一次办理的结果不符")
        if row.award_fen != seen.award_fen:
            raise Broken(walk.number + 1, f"排队号 {row.ticket} 的补贴金额与审核决定不符")
    if len(standing) != len(walk.claims) or len(standing) != walk.tickets:
        raise Broken(walk.number + 1, "有排队号的申请与链上的提交记录份数不符")


def _of_ticketed(table: Any, pool: Pool) -> Select[int]:
    joined = select(func.count()).select_from(table).join(Claim, Claim.id == table.claim_id)
    return joined.where(Claim.pool_id == pool.id, Claim.ticket.is_not(None))


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0
