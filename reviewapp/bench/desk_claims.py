"""The claims that `bench desk` takes, among as many others as are asked for."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import CTE, ColumnElement, LargeBinary, String, case, cast, false, insert, literal, select
from sqlalchemy.orm import Session

from reviewapp.bench import drafts
from reviewapp.db import transaction
from reviewapp.models import Actor, Base, Claim, ClaimKey, Evaluation, Fact, Pool
from reviewapp.models.base import Instant
from reviewapp.services import queue

#: Tables that grow with what is stored here.
GROWING = frozenset({"claims", "claim_keys", "facts", "evaluations"})
_POOLS = 4
_DECIDED = 0.9
_FEN = 300_000
#: Of a hundred claims, how many are in which state.
_SETTLED = {"paid": 84, "rejected": 9, "withdrawn": 4, "lapsed": 3}
_WAITING = {"submitted": 75, "waitlist": 20, "special_review": 5}


def store(session: Session, count: int, complete: int) -> list[int]:
    """Store `count` claims; the ids of those that are next in line, all complete, in the order of their tickets.

    Nine in ten are decided and older than these, the rest waits behind them.
    """
    before = int(count * _DECIDED)
    with transaction(session):
        drafts.list_sellers(session)
        pools = drafts.pools(session, _POOLS, "desk")
        clerk = Actor.of(by := drafts.user(session, "claimant", "测速申领人"))
        _bulk(session, pools, clerk, 1, before, _SETTLED)
        for pool in pools:
            pool.next_ticket = before + 1
        ids = drafts.complete(session, pools, by, complete, seed=1)
    for place, claim_id in enumerate(ids):
        with transaction(session):
            queue.submit(session, clerk, drafts.NOW + timedelta(seconds=place), claim_id, 0)
    with transaction(session):
        _bulk(session, pools, clerk, before + complete + 1, count, _WAITING)
        _beside(session)
    return ids


def _bulk(session: Session, pools: list[Pool], clerk: Actor, first: int, last: int, states: dict[str, int]) -> None:
    """Claims with the tickets `first` to `last`, over the pools in turn, in states by their share."""
    numbers = _numbers(first, last)
    n, text_n = numbers.c.n, cast(numbers.c.n, String)
    state = _by_share(n % 100, states)
    values: dict[str, Any] = {
        "public_id": literal("bulk-") + text_n,
        "number": literal("bulk-") + text_n,
        "form_key": literal("bulk-") + text_n,
        "scheme_code": literal(pools[0].scheme_code),
        "scheme_version": literal("1"),
        "programme": literal(drafts.PROGRAMME),
        "pool_id": literal(pools[0].id) + n % len(pools),
        "state": state,
        "submitter_role": literal("claimant"),
        "entered_by_id": literal(clerk.id),
        "ticket": n,
        "submitted_at": literal(drafts.NOW + (timedelta(days=1) if states is _WAITING else timedelta()), Instant),
        "created_at": literal(drafts.NOW, Instant),
        "changed_at": literal(drafts.NOW, Instant),
        "wanted_fen": literal(_FEN),
        "reserved_fen": case((state.in_(("submitted", "special_review")), _FEN), else_=0),
        "award_fen": case((state == "paid", _FEN)),
    }
    session.execute(insert(Claim).from_select(list(values), select(*values.values())))


def _numbers(first: int, last: int) -> CTE:
    """One row a number."""
    numbers = select(literal(first).label("n")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < last))


def _by_share(of_hundred: ColumnElement[int], states: dict[str, int]) -> ColumnElement[str]:
    ends = accumulate(states.values())
    return case(*((of_hundred < end, state) for end, state in zip(ends, states, strict=True)))


def _beside(session: Session) -> None:
    """What else a stored claim has: blind keys, facts, an evaluation. None of it is ever opened."""
    sealed, bulk = literal(b"sealed", LargeBinary), Claim.number.like("bulk-%")
    for kind in ("id_number", "vin"):
        token = literal(kind) + Claim.number
        _add(session, ClaimKey, bulk, claim_id=Claim.id, kind=literal(kind), token=token, at=Claim.created_at)
    for field in ("name", "id_number"):
        _add(
            session, Fact, bulk, claim_id=Claim.id, section=literal("applicant"), field=literal(field), value=sealed,
            source=literal("person"), by_id=Claim.entered_by_id, doubtful=false(), at=Claim.created_at,
        )  # fmt: skip
    _add(
        session, Evaluation, bulk, claim_id=Claim.id, number=literal(1), scheme_version=literal("1"), facts=sealed,
        result=sealed, outcome=literal("pass"), at=Claim.created_at,
    )  # fmt: skip


def _add(session: Session, table: type[Base], which: ColumnElement[bool], **values: Any) -> None:
    session.execute(insert(table).from_select(list(values), select(*values.values()).where(which)))
