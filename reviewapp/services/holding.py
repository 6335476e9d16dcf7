"""The lock on a pool's row: who changes its order or its money holds it, as the last thing before the commit.

The lock leaves the row's key alone: a new draft that refers to the pool does not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, SessionTransaction, object_session

from reviewapp.errors import NotFound
from reviewapp.models import Pool

_HELD = "pools_held"


def lock_pool(session: Session, pool_id: int) -> Pool:
    """The pool's row, locked and freshly read; one that this transaction holds already, as it stands in the session.

    What was changed before is written first, so the lock is held briefly. NotFound when there is none.
    """
    held = _held(session)
    taken = held.get(pool_id)
    if taken is not None and taken.is_active:  # a savepoint that was undone has let go of it
        return session.get_one(Pool, pool_id)
    session.flush()
    query = select(Pool).where(Pool.id == pool_id).with_for_update(key_share=True)
    pool = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if pool is None:
        raise NotFound()
    own = object_session(pool) or session  # the pages' session is a registry, which tells nothing of savepoints
    held[pool_id] = own.get_nested_transaction() or own.get_transaction()
    return pool


def lock_pools(session: Session, scheme_code: str) -> dict[int, Pool]:
    """All pools of a scheme by id, locked in the order of their ids, so that two such locks do not meet crosswise."""
    session.flush()
    query = select(Pool).where(Pool.scheme_code == scheme_code).order_by(Pool.id).with_for_update(key_share=True)
    return {pool.id: pool for pool in session.scalars(query.execution_options(populate_existing=True))}


def hold_pools(session: Session, pool_ids: Iterable[int] | None = None) -> None:
    """Lock these pools, or every one: nothing of their order or money changes until the transaction ends."""
    query = select(Pool.id).order_by(Pool.id).with_for_update(key_share=True)
    session.execute(query if pool_ids is None else query.where(Pool.id.in_(set(pool_ids)))).all()


def _held(session: Session) -> dict[int, SessionTransaction | None]:
    """The transaction, or savepoint of it, in which each pool was locked; those that have ended count no more."""
    held: dict[int, SessionTransaction | None] = session.info.setdefault(_HELD, {})
    return held
