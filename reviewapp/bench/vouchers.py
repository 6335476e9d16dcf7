"""`reviewapp bench vouchers`: redemptions a second, beside a bare INSERT and COMMIT on the same database.

A redemption is the office's own service: lists looked up, owner and invoice checked, claim and voucher locked, written,
on the trail; each in a transaction of its own, from as many processes as the bare INSERT has. First each process has
vouchers of its own; then all of them try the same ones at the same time, and each must be redeemed exactly once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.bench import drafts, together
from reviewapp.bench.database import Scratch, use_keys
from reviewapp.bench.intake import bare_inserts, drop_raw_table, make_raw_table
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove
from reviewapp.models import Actor, Claim, Organisation, Pool, Redemption, User
from reviewapp.policy import pool as rules
from reviewapp.services import funds, queue, vouchers

_VALUE_FEN = 50_000
_OWNER = {"applicant": {"name": "测试甲", "id_number": "140522199003311689"}}
_CARD = vouchers.Identity(_OWNER["applicant"]["id_number"][-vouchers.ID_ENDING :], seen=True)
_POOL = "motorcycle-scrap"


@dataclass(frozen=True)
class Plan:
    """So many vouchers a round, from so many processes."""

    vouchers: int
    rounds: int
    workers: int


@dataclass(frozen=True)
class _Share:
    """One process's part: the vouchers it redeems as `actor`, or `raw` bare inserts."""

    scratch: Scratch
    actor: Actor | None = None
    voucher_ids: tuple[int, ...] = ()
    raw: int = 0


def measure(scratch: Scratch, plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures; `once` says that every voucher has exactly one redemption, and that the books agree."""
    engine = scratch.engine()
    speeds: dict[str, list[float]] = {"raw": [], "redeem": [], "race": []}
    with Session(engine) as session:
        with transaction(session):
            make_raw_table(scratch, session)
            pool, by, actor = _office(session)
        for number in range(plan.rounds):
            _round(scratch, session, plan, (pool, by, actor), speeds)
            told = " ".join(f"{name} {values[-1]:.0f}/s" for name, values in speeds.items())
            say(f"第 {number + 1}/{plan.rounds} 轮：{told}")
        with transaction(session):
            drop_raw_table(session)
            redeemed = session.scalar(select(func.count(Redemption.id))) or 0
            issued = _a_round(plan) * 2 * plan.rounds
            once = redeemed == issued and funds.verify(session) == []
    engine.dispose()
    return _figures(scratch, plan, speeds) | {"redeemed": redeemed, "once": once}


def _a_round(plan: Plan) -> int:
    return plan.vouchers // plan.workers * plan.workers


def _figures(scratch: Scratch, plan: Plan, speeds: dict[str, list[float]]) -> dict[str, Any]:
    middle = {name: median(values) for name, values in speeds.items()}
    return {
        "bench": "vouchers",
        "database": scratch.what,
        "vouchers_a_round": _a_round(plan),
        "rounds": plan.rounds,
        "connections": plan.workers,
        "redeemed_per_second": round(middle["redeem"], 1),
        "raced_per_second": round(middle["race"], 1),
        "raw_per_second": round(middle["raw"], 1),
        "ratio": round(middle["redeem"] / middle["raw"], 3),
    }


def _round(
    scratch: Scratch, session: Session, plan: Plan, who: tuple[Pool, User, Actor], speeds: dict[str, list[float]]
) -> None:
    """Bare inserts, redemptions side by side, and all processes at the same vouchers."""
    pool, by, actor = who
    count = _a_round(plan)
    share = count // plan.workers
    speeds["raw"].append(count / together.seconds(_prepare, [_Share(scratch, raw=share)] * plan.workers))
    with transaction(session):
        own, same = (tuple(_issue(session, pool, by) for _ in range(count)) for _ in range(2))
    apart = [_Share(scratch, actor, own[part :: plan.workers]) for part in range(plan.workers)]
    speeds["redeem"].append(count / together.seconds(_prepare, apart))
    speeds["race"].append(count / together.seconds(_prepare, [_Share(scratch, actor, same)] * plan.workers))


def _office(session: Session) -> tuple[Pool, User, Actor]:
    """The pool, somebody who asks, and a dealer's clerk."""
    [pool] = drafts.pools(session, 1, "vouchers")
    pool.code = _POOL
    by, clerk = drafts.user(session, "claimant", "测速车主"), drafts.user(session, "dealer", "测速经销商")
    firm = Organisation(kind="dealer", name="测速汽贸")
    session.add(firm)
    session.flush()
    clerk.organisation_id = firm.id
    return pool, by, Actor.of(clerk)


def _issue(session: Session, pool: Pool, by: User) -> int:
    """A voucher of a claim approved for it."""
    number = session.scalar(select(func.count(Claim.id))) or 0
    claim = Claim(
        scheme_code=pool.scheme_code, scheme_version="1", programme=_POOL, pool_id=pool.id, form_key=f"bench-{number}",
        submitter_role=by.role, entered_by_id=by.id, created_at=drafts.NOW, changed_at=drafts.NOW,
    )  # fmt: skip
    session.add(claim)
    session.flush()
    queue.enter(session, Actor.of(by), drafts.NOW, claim, wanted_fen=_VALUE_FEN)
    claim.state, claim.reserved_fen, claim.award_fen, claim.approved_at = "approved", 0, _VALUE_FEN, drafts.NOW
    approved = rules.on_approve(_VALUE_FEN, _VALUE_FEN)
    funds.post(
        session, funds.lock_pool(session, pool.id), approved, now=drafts.NOW, reason="approve", claim_id=claim.id
    )
    return vouchers.issue(session, drafts.NOW, claim, _OWNER).id


def _prepare(share: _Share) -> Callable[[], None]:
    """In a process of its own, connected."""
    use_keys()
    engine = share.scratch.engine()
    if share.actor is None:
        return bare_inserts(share.scratch, engine, share.raw)
    session, actor = Session(engine), share.actor
    session.scalar(select(func.count(Redemption.id)))

    def work() -> None:
        for voucher_id in share.voucher_ids:
            _redeem(session, actor, voucher_id)

    return work


def _redeem(session: Session, actor: Actor, voucher_id: int) -> None:
    """As the till does; that another process was first is an answer, too."""
    purchase = vouchers.Purchase("motorcycle", 400_000, f"{voucher_id:020d}")
    try:
        with transaction(session):
            vouchers.redeem(session, actor, drafts.NOW, voucher_id, purchase, _CARD)
    except IllegalMove:
        return
