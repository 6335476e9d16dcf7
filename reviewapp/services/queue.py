"""The order: a claim is put in, gets its ticket and its money or a place on the waitlist, is put in again, leaves.

Locks are taken claim first, then pool; every event of a claim with a ticket ends in its pool's chain and therefore
locks the pool. Two exceptions keep this free of deadlock. `funds.promote` holds the pool and locks claims on the
waitlist, so a withdrawal from the waitlist takes the pool first, too. `leases.take_next` holds the pool and takes a
claim that nobody has locked, without ever waiting for one. Who changes several claims locks all of them first and goes
through them pool by pool, in the order of the pools' ids.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, NotFound, Stale
from reviewapp.models import SYSTEM, Actor, Claim, ClaimReturn, Evaluation, Pool
from reviewapp.policy import pool as rules
from reviewapp.services import (
    admission,
    checking,
    claim_returns,
    funds,
    mending,
    outbox,
    standing,
    trail,
    voucher_money,
)

#: How long a mended claim waits for the reviewer who returned it while others find something else to read.
KEPT = timedelta(hours=2)
#: States in which a claim stands in the queue before a decision.
UNDECIDED = ("submitted", "waitlist", "special_review", "in_review", "returned")


def submit(session: Session, actor: Actor, now: datetime, claim_id: int, revision: int) -> Claim:
    """Put in a draft: evaluation, number, ticket, and its reservation or a place on the waitlist, in one go.

    Failing checks do not stop it (people decide); missing papers, a closed window or no award do. The same form sent
    twice gives the claim as it stands. Raises Incomplete, InvalidValue, IllegalMove, NotFound, Stale; NotAllowed
    for a firm that is excluded.
    """
    claim = _lock_own(session, actor, claim_id)
    if claim.submitted_from == revision:
        return claim
    trail.require_revision(claim, revision)
    trail.require_move(claim, actor, "submit")
    standing.require(session, actor, claim.scheme_code, "claims")
    checked = checking.evaluate_claim(session, claim, now)
    wanted_fen = admission.admit(claim, now, checked)
    claim.special = checked.result.special_review
    evaluation = checking.store(session, claim, now, checked)
    checking.write_keys(session, claim, checked, now)
    outbox.add(session, "claim.compare", claim.id, now)
    if claim.submitter_role == "point" and claim.organisation_id is not None:
        outbox.add(session, "pickup.call", claim.organisation_id, now)
    enter(session, actor, now, claim, wanted_fen=wanted_fen, evaluation=evaluation)
    return claim


def enter(
    session: Session,
    actor: Actor,
    now: datetime,
    claim: Claim,
    *,
    wanted_fen: int,
    evaluation: Evaluation | None = None,
) -> None:
    """Give a locked draft its ticket and `wanted_fen` from its pool, or a place on the waitlist.

    A settlement has its money at once, out of what the pool committed to the voucher: no more, and nobody's before it.
    """
    taken_up = voucher_money.take_up(session, claim)
    pool = funds.lock_pool(session, claim.pool_id)
    if taken_up is None:
        movements = rules.on_submit(pool.available, is_waiting(session, pool), wanted_fen)
    else:
        wanted_fen, movements = taken_up, rules.on_take_up(taken_up)
    claim.submitted_from = claim.revision
    claim.ticket, claim.submitted_at = pool.next_ticket, now
    claim.number = f"{pool.scheme_code}-{pool.code}-{claim.ticket:06d}"
    pool.next_ticket += 1
    funds.post(session, pool, movements, now=now, reason="submit", actor=actor, claim_id=claim.id)
    claim.wanted_fen = wanted_fen
    claim.reserved_fen = wanted_fen if movements else 0
    target = _in_line(claim) if movements else "waitlist"
    reason = None if taken_up is None else voucher_money.WHY_AT_ONCE
    trail.move(session, claim, actor, now, "submit", to=target, reason=reason, evaluation=evaluation)
    session.flush()


def resubmit(session: Session, actor: Actor, now: datetime, claim_id: int, revision: int) -> Claim:
    """Put a mended claim back at its old ticket. Raises as `submit`, and IllegalMove after the correction deadline."""
    claim = _lock_own(session, actor, claim_id)
    if claim.submitted_from == revision:
        return claim
    trail.require_revision(claim, revision)
    trail.require_move(claim, actor, "resubmit")
    if claim.correction_until is not None and now > claim.correction_until:
        raise IllegalMove("补正期限已过，这份申请不能再提交。如仍需申领，请重新填写一份申请。")
    mending.require_only_asked(session, claim)
    checked = checking.evaluate_claim(session, claim, now)
    wanted_fen = admission.readmit(claim, checked)
    claim.special = claim.special or checked.result.special_review
    evaluation = checking.store(session, claim, now, checked)
    checking.write_keys(session, claim, checked, now)
    outbox.add(session, "claim.compare", claim.id, now)
    return_to_line(session, actor, now, claim, wanted_fen=wanted_fen, evaluation=evaluation)
    return claim


def return_to_line(
    session: Session,
    actor: Actor,
    now: datetime,
    claim: Claim,
    *,
    wanted_fen: int,
    evaluation: Evaluation | None = None,
) -> None:
    """Put a locked, returned claim back at its ticket; what it now wants beyond its reservation it takes or waits for.

    On the waitlist it keeps what it holds.
    """
    claim.submitted_from = claim.revision
    if voucher_money.settles(session, claim):
        wanted_fen = claim.reserved_fen
    carried = reserve_more(session, actor, now, claim, wanted_fen)
    _keep_for_reviewer(claim, claim_returns.close(session, claim, actor, now, "mended"), now)
    claim.correction_until = None
    to = _in_line(claim) if carried else "waitlist"
    trail.move(session, claim, actor, now, "resubmit", to=to, evaluation=evaluation)


def _keep_for_reviewer(claim: Claim, mended: ClaimReturn | None, now: datetime) -> None:
    """Who returned the claim knows it: for a while it is theirs first, if they still may take it."""
    if mended is not None and mended.reviewer.active and (mended.reviewer.role == "lead" or not claim.special):
        claim.kept_for_id, claim.kept_until = mended.reviewer_id, now + KEPT


def reserve_more(session: Session, actor: Actor, now: datetime, claim: Claim, wanted_fen: int) -> bool:
    """See to it that a locked claim holds `wanted_fen`; False (and nothing taken) when it must wait for that.

    InvalidValue for a settlement that is to get more than its voucher held.
    """
    claim.wanted_fen = max(claim.wanted_fen, wanted_fen)
    if wanted_fen <= claim.reserved_fen:
        return True
    voucher_money.require_no_more(session, claim)
    pool = funds.lock_pool(session, claim.pool_id)
    before = is_waiting(session, pool, before=claim.ticket)
    movements = rules.on_raise(pool.available, before, claim.reserved_fen, wanted_fen)
    funds.post(session, pool, movements, now=now, reason="raise", actor=actor, claim_id=claim.id)
    if movements:
        claim.reserved_fen = wanted_fen
    return bool(movements)


def withdraw(session: Session, actor: Actor, now: datetime, claim_id: int, revision: int) -> Claim:
    """Take a claim back before it is reviewed; its money goes to the waitlist. IllegalMove, NotFound, Stale."""
    seen = session.execute(select(Claim.state, Claim.pool_id).where(Claim.id == claim_id)).one_or_none()
    if seen is None:
        raise NotFound()
    if seen.state == "waitlist":
        _hold_waitlist(session, seen.pool_id, claim_id)
    claim = _lock_own(session, actor, claim_id)
    trail.require_revision(claim, revision)
    trail.require_move(claim, actor, "withdraw")
    claim_returns.close(session, claim, actor, now, "withdrawn")
    claim.correction_until = claim.second_look = claim.first_by_id = None
    trail.move(session, claim, actor, now, "withdraw")
    release(session, actor, now, claim, reason="withdraw")
    return claim


def _hold_waitlist(session: Session, pool_id: int, claim_id: int) -> None:
    """Lock the pool before its waiting claim: under that lock no claim enters or leaves the waitlist."""
    funds.lock_pool(session, pool_id)
    if session.scalar(select(Claim.state).where(Claim.id == claim_id)) != "waitlist":
        raise Stale("这份申请刚刚由候补转为受理，刚才的操作没有保存。请刷新页面后再试一次。")


def release(session: Session, actor: Actor, now: datetime, claim: Claim, *, reason: str) -> None:
    """Free what a locked claim holds and let the waitlist move up; nothing for a claim that holds nothing.

    What a settlement holds is its voucher's again. Its voucher is locked under the pool here, which meets nobody
    crosswise: whoever holds the voucher finds its money gone, and asks for no pool.
    """
    if claim.ticket is None:
        return
    movements = voucher_money.hand_back(session, claim, claim.reserved_fen)
    claim.reserved_fen = 0
    pool = funds.lock_pool(session, claim.pool_id)
    funds.post(session, pool, movements, now=now, reason=reason, actor=actor, claim_id=claim.id)
    funds.promote(session, now, pool)


def lapse_overdue(session: Session, now: datetime, limit: int = 100) -> int:
    """Let returned claims lapse whose correction deadline has passed, and move their money on; how many. All are locked
    first, then pool after pool."""
    query = (
        select(Claim)
        .where(Claim.state == "returned", Claim.correction_until < now)
        .order_by(Claim.pool_id, Claim.ticket)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    overdue = session.scalars(query.execution_options(populate_existing=True)).all()
    for claim in overdue:
        claim_returns.close(session, claim, SYSTEM, now, "lapsed")
        claim.correction_until = None
        trail.move(session, claim, SYSTEM, now, "lapse", reason="补正期限已过")
        release(session, SYSTEM, now, claim, reason="lapse")
    return len(overdue)


def place(session: Session, claim: Claim) -> int:
    """Where an undecided claim stands: how many undecided claims of its pool have an earlier ticket, plus one."""
    if claim.ticket is None:
        raise ValueError("a draft has no place")
    before = select(func.count()).where(
        Claim.pool_id == claim.pool_id, Claim.state.in_(UNDECIDED), Claim.ticket < claim.ticket
    )
    return session.execute(before).scalar_one() + 1


def waiting_before(session: Session, claim: Claim) -> int:
    """How many claims on the waitlist get money before this one."""
    query = select(func.count()).where(
        Claim.pool_id == claim.pool_id, Claim.state == "waitlist", Claim.ticket < claim.ticket
    )
    return session.execute(query).scalar_one()


def _lock_own(session: Session, actor: Actor, claim_id: int) -> Claim:
    """The locked claim, if the actor entered it or belongs to the firm that did; else NotFound."""
    claim = trail.lock(session, claim_id)
    same_firm = claim.organisation_id is not None and claim.organisation_id == actor.organisation_id
    if claim.entered_by_id != actor.id and not same_firm:
        raise NotFound()
    standing.require_right(session, actor, "claims")
    return claim


def _in_line(claim: Claim) -> str:
    return "special_review" if claim.special else "submitted"


def is_waiting(session: Session, pool: Pool, *, before: int | None = None) -> bool:
    """Is anybody on the waitlist (with a ticket before `before`)?"""
    waiting = select(Claim.id).where(Claim.pool_id == pool.id, Claim.state == "waitlist")
    if before is not None:
        waiting = waiting.where(Claim.ticket < before)
    return session.scalar(waiting.limit(1)) is not None
