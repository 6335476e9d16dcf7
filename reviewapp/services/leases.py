"""Who reads which claim: a reviewer takes the next one in order under a lease; nothing is locked while a person reads.

The fence number grows with every lease. Whoever decides names the fence of the lease the page was made under; another
number means that the claim was given to somebody else since, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue, NotAllowed, Stale
from reviewapp.models import SYSTEM, Actor, Claim, ClaimSkip, Event, Pool, User
from reviewapp.policy.workflow import REVIEWERS
from reviewapp.services import funds, rechecks, trail
from reviewapp.services.reach import Reach, conflict, reach_of

LEASE = timedelta(minutes=20)
_LOST = "这份申请的审核占用已经失效，现在不在您手上，刚才的操作没有保存。请回到待审列表，重新领取下一份。"
_LONGEST_REASON = 1000
_ABSENT = "占用到期，自动放回队列"
_STOPPED = "审核员的账号停用，自动放回队列"


class _NobodyWaits(Exception):
    """A pool that had somebody a moment ago has nobody now."""


def take_next(session: Session, actor: Actor, now: datetime) -> Claim | None:
    """The claim to read next, leased to the actor; the one already held, if any; None when nothing waits.

    In a pool strictly by ticket, passing over what others hold or the actor entered; the pool whose head has waited
    longest comes first. The claim is checked again. Raises NotAllowed for roles that do not review.

    The pool is locked before its claim, so that the chain has the order of the queue; a claim that somebody else holds
    at this moment is not waited for but passed over, and the trail says so.
    """
    if actor.role not in REVIEWERS:
        raise NotAllowed("只有审核员和复核可以领取待审申请。")
    if session.scalar(select(User.active).where(User.id == actor.id).with_for_update(key_share=True)) is False:
        raise NotAllowed("您的账号已停用，不能领取待审申请。")
    held = session.scalar(_fresh(select(Claim).where(Claim.reviewer_id == actor.id)))
    if held is not None:
        held.lease_until = now + LEASE
        rechecks.refresh(session, held, now)
        return held
    for reach, pool_id in _turns(session, actor, now):
        with suppress(_NobodyWaits), session.begin_nested():  # undone, it lets go of the pool
            return _take_in(session, now, pool_id, reach)
    return None


def next_waiting(session: Session, actor: Actor, now: datetime) -> Claim | None:
    """The claim that `take_next` would probably give, only looked at: nothing is locked or leased."""
    for reach, pool_id in _turns(session, actor, now):
        first = select(Claim).where(*reach.waiting, Claim.pool_id == pool_id).order_by(Claim.ticket).limit(1)
        if (claim := session.scalar(first)) is not None:
            return claim
    return None


def _turns(session: Session, actor: Actor, now: datetime) -> Iterator[tuple[Reach, int]]:
    """Where to look for the next claim, first what is not kept for a colleague."""
    polite = reach_of(session, actor, now)
    for reach in (polite, replace(polite, polite=False)):
        yield from ((reach, pool_id) for pool_id in _pools(session, reach))


def take_out_of_turn(session: Session, actor: Actor, now: datetime, claim_id: int, *, reason: str) -> Claim:
    """Take this claim, whoever waits before it, for a reason that goes on the trail.

    Raises IllegalMove, InvalidValue; NotAllowed for one's own, a relative's, or one that wants another's look.
    """
    reason = _stated(reason, "请写明不按顺序领取的原因，原因会记入办理记录。")
    claim = trail.lock(session, claim_id)
    require_impartial(session, claim, actor)
    if claim.second_look == "waiting" and claim.first_by_id == actor.id:
        raise NotAllowed("这份申请您已作初审，须由另一人复审。")
    return _lease(session, actor, now, claim, reason)


def _take_in(session: Session, now: datetime, pool_id: int, reach: Reach) -> Claim:
    funds.lock_pool(session, pool_id)
    first = select(Claim).where(*reach.waiting, Claim.pool_id == pool_id).order_by(Claim.ticket).limit(1)
    claim = session.scalar(_fresh(first, skip_locked=True))
    if claim is None:
        raise _NobodyWaits
    return _lease(session, reach.actor, now, claim, reach.passed_over(session, claim))


def _lease(session: Session, actor: Actor, now: datetime, claim: Claim, reason: str | None) -> Claim:
    """Give a locked claim to a reviewer to read, checked again. IllegalMove when it does not wait for one."""
    trail.require_move(claim, actor, "take")
    evaluation = rechecks.refresh(session, claim, now)
    claim.reviewer_id, claim.lease_until = actor.id, now + LEASE
    claim.kept_for_id = claim.kept_until = None
    claim.fence += 1
    trail.move(session, claim, actor, now, "take", reason=reason, evaluation=evaluation)
    session.flush()
    return claim


def _pools(session: Session, reach: Reach) -> list[int]:
    """The pools with somebody waiting, the longest-waiting head first. Only the heads are read, whatever stands behind
    them (`ix_claims_waiting`).
    """
    head = select(Claim.submitted_at).where(*reach.waiting, Claim.pool_id == Pool.id).order_by(Claim.ticket).limit(1)
    rows = session.execute(select(Pool.id, head.correlate(Pool).scalar_subquery()))
    return [pool_id for _, pool_id in sorted((since, pool_id) for pool_id, since in rows if since is not None)]


def _fresh(query: Select[Claim], *, skip_locked: bool = False) -> Select[Claim]:
    return query.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)


def hold(session: Session, actor: Actor, claim_id: int, fence: int) -> Claim:
    """The claim, locked, if the actor holds it under this fence; NotAllowed for who entered it, Stale when moved on."""
    claim = trail.lock(session, claim_id)
    require_held(session, claim, actor, fence)
    return claim


def require_held(session: Session, claim: Claim, actor: Actor, fence: int) -> None:
    """Raise as `hold` for a locked claim. A lease that ran out is good while nobody else was given the claim."""
    if claim.entered_by_id == actor.id:
        raise NotAllowed("这份申请是您自己录入的，必须由另一位审核员审核。")
    if claim.reviewer_id != actor.id or claim.fence != fence:
        raise Stale(_taken_back(session, claim) or _LOST)


def require_impartial(session: Session, claim: Claim, actor: Actor) -> None:
    """NotAllowed for who must not decide on a locked claim: a relative's, or their own organisation's."""
    if said := conflict(session, actor, claim):
        raise NotAllowed(said)


def _taken_back(session: Session, claim: Claim) -> str:
    """What a reviewer is told of a claim that the lead took back; "" when it was lost in another way."""
    last = session.scalars(
        select(Event)
        .where(Event.claim_id == claim.id, Event.action.in_(("take", "take_back")))
        .order_by(Event.id.desc())
    ).first()
    if last is None or last.action != "take_back":
        return ""
    return f"这份申请已由复核收回：{last.reason}。刚才的操作没有保存，请回到待审列表领取下一份。"


def extend(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int) -> None:
    """The reviewer is still reading: the lease runs anew. Stale, NotAllowed."""
    hold(session, actor, claim_id, fence).lease_until = now + LEASE


def put_back(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int) -> None:
    """The reviewer gives the claim back undecided; it stands at its old place. Stale, NotAllowed."""
    _return(session, actor, now, hold(session, actor, claim_id, fence))


def hand_to_lead(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, *, reason: str) -> None:
    """The reviewer gives the claim to the lead (专项审核), at its old place. InvalidValue, NotAllowed, Stale."""
    reason = _stated(reason, "请写明转交复核的原因，复核会看到。")
    claim = hold(session, actor, claim_id, fence)
    claim.special = True
    if claim.second_look == "waiting":
        claim.second_look = "disputed"  # the lead decides, whatever the first one said
    _return(session, actor, now, claim, reason=reason)


def skip(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, *, reason: str) -> None:
    """The reviewer passes the claim on, with a reason that the lead sees: it stands at its old place for others, and
    comes back to this reviewer only after somebody else was given it. InvalidValue, NotAllowed, Stale.
    """
    reason = _stated(reason, "请写明跳过的原因，复核会看到。")
    claim = hold(session, actor, claim_id, fence)
    session.add(ClaimSkip(claim_id=claim.id, fence=claim.fence, reviewer_id=actor.id, reason=reason, at=now))
    _return(session, actor, now, claim, reason=f"跳过：{reason}")


def take_back(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, *, reason: str) -> None:
    """The lead takes a claim from whoever reads it, for a reason that they are told; it stands at its old place.

    Raises IllegalMove when nobody reads it, InvalidValue without a reason, Stale when another was given it meanwhile.
    """
    reason = _stated(reason, "请写明收回的原因，审核员会看到。")
    claim = trail.lock(session, claim_id)
    trail.require_move(claim, actor, "take_back")
    if claim.fence != fence:
        raise Stale("这份申请已换人审核，没有收回。请刷新页面查看最新情况。")
    end(claim)
    trail.move(session, claim, actor, now, "take_back", to=place(claim), reason=reason)


def release_expired(session: Session, now: datetime, limit: int = 100) -> int:
    """Put claims back in their place whose lease ran out; how many. All are locked first, then pool after pool."""
    expired = select(Claim).where(Claim.state == "in_review", Claim.lease_until < now)
    ordered = expired.order_by(Claim.pool_id, Claim.ticket).limit(limit)
    claims = session.scalars(_fresh(ordered, skip_locked=True)).all()
    for claim in claims:
        _return(session, SYSTEM, now, claim, reason=_ABSENT)
    return len(claims)


def release_held_by(session: Session, now: datetime, user_id: int) -> int:
    """Put back in its place whatever that reviewer, whose account was stopped, holds; how many."""
    held = select(Claim).where(Claim.reviewer_id == user_id).order_by(Claim.pool_id, Claim.ticket)
    claims = session.scalars(_fresh(held)).all()
    for claim in claims:
        _return(session, SYSTEM, now, claim, reason=_STOPPED)
    return len(claims)


def _return(session: Session, actor: Actor, now: datetime, claim: Claim, *, reason: str | None = None) -> None:
    end(claim)
    trail.move(session, claim, actor, now, "put_back", to=place(claim), reason=reason)


def place(claim: Claim) -> str:
    """The state in which an undecided claim waits to be read. While a second look is wanted, whoever reviews may."""
    return "special_review" if claim.special and claim.second_look != "waiting" else "submitted"


def _stated(reason: str, message: str) -> str:
    """The reason, trimmed; InvalidValue without one or with one that is too long."""
    if not reason.strip():
        raise InvalidValue(message, {"reason": "不能为空"})
    if len(reason) > _LONGEST_REASON:
        raise InvalidValue(f"原因太长，请控制在 {_LONGEST_REASON} 字以内。", {"reason": f"最多 {_LONGEST_REASON} 字"})
    return reason.strip()


def end(claim: Claim) -> None:
    """The lease is over, whatever came of it; the fence stays."""
    claim.reviewer_id = claim.lease_until = None
