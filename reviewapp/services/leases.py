"""Who reads which claim: a reviewer takes the next one in order under a lease; nothing is locked while a person reads.

The fence number grows with every lease. Whoever decides names the fence of the lease the page was made under; another
number means that the claim was given to somebody else since, and nothing is written.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, select, tuple_
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import InvalidValue, NotAllowed, Stale
from reviewapp.models import SYSTEM, Actor, Claim, Pool, User
from reviewapp.policy.turns import open_to
from reviewapp.policy.workflow import REVIEWERS
from reviewapp.services import funds, rechecks, trail
from reviewapp.services.days import local_date

LEASE = timedelta(minutes=20)
_LOST = "这份申请的审核占用已经失效，现在不在您手上，刚才的操作没有保存。请回到待审列表，重新领取下一份。"
_ABSENT = "占用到期，自动放回队列"
_Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class _Reach:
    """Which claims a reviewer may take now: not those the reviewer entered, and none of `early` programmes, (scheme,
    version, programme) whose review has not begun.
    """

    actor: Actor
    early: frozenset[tuple[str, str, str]]

    @property
    def waiting(self) -> _Conditions:
        """The conditions of a claim that waits for this reviewer."""
        conditions = (_open_to(self.actor), Claim.entered_by_id != self.actor.id)
        programme = tuple_(Claim.scheme_code, Claim.scheme_version, Claim.programme)
        return (*conditions, programme.not_in(sorted(self.early))) if self.early else conditions


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
    session.execute(select(User.id).where(User.id == actor.id).with_for_update(key_share=True))
    held = session.scalar(_fresh(select(Claim).where(Claim.reviewer_id == actor.id)))
    if held is not None:
        held.lease_until = now + LEASE
        rechecks.refresh(session, held, now)
        return held
    reach = _Reach(actor, _not_begun(session, local_date(now)))
    for pool_id in _pools(session, reach):
        with suppress(_NobodyWaits), session.begin_nested():  # undone, it lets go of the pool
            return _take_in(session, now, pool_id, reach)
    return None


def next_waiting(session: Session, actor: Actor, now: datetime) -> Claim | None:
    """The claim that `take_next` would probably give, only looked at: nothing is locked or leased."""
    reach = _Reach(actor, _not_begun(session, local_date(now)))
    for pool_id in _pools(session, reach):
        first = select(Claim).where(*reach.waiting, Claim.pool_id == pool_id).order_by(Claim.ticket).limit(1)
        return session.scalar(first)
    return None


def take_out_of_turn(session: Session, actor: Actor, now: datetime, claim_id: int, *, reason: str) -> Claim:
    """Take this claim, whoever waits before it, for a reason that goes on the trail. IllegalMove, InvalidValue."""
    if not reason.strip():
        raise InvalidValue("请写明不按顺序领取的原因，原因会记入办理记录。", {"reason": "不能为空"})
    return _lease(session, actor, now, trail.lock(session, claim_id), reason.strip())


def _take_in(session: Session, now: datetime, pool_id: int, reach: _Reach) -> Claim:
    funds.lock_pool(session, pool_id)
    first = select(Claim).where(*reach.waiting, Claim.pool_id == pool_id).order_by(Claim.ticket).limit(1)
    claim = session.scalar(_fresh(first, skip_locked=True))
    if claim is None:
        raise _NobodyWaits
    return _lease(session, reach.actor, now, claim, _passing_over(session, claim, reach))


def _passing_over(session: Session, claim: Claim, reach: _Reach) -> str | None:
    """Why earlier claims are not taken first; None when there are none. The pool is locked: nobody joins them."""
    before = (_open_to(reach.actor), Claim.pool_id == claim.pool_id, Claim.ticket < claim.ticket)
    columns = (Claim.ticket, Claim.scheme_code, Claim.scheme_version, Claim.programme, Claim.entered_by_id)
    rows = session.execute(select(*columns).where(*before).order_by(Claim.ticket)).all()
    if not rows:
        return None
    why = dict.fromkeys(_why(reach, (code, version, name), by) for _, code, version, name, by in rows)
    return f"跳过更早的 {len(rows)} 份（最前为排队号 {rows[0].ticket}）：{'；'.join(why)}"


def _why(reach: _Reach, programme: tuple[str, str, str], entered_by_id: int) -> str:
    if entered_by_id == reach.actor.id:
        return "由领取人本人录入，须由他人审核"
    return "所属项目尚未开始审核" if programme in reach.early else "此刻正由他人办理"


def _lease(session: Session, actor: Actor, now: datetime, claim: Claim, reason: str | None) -> Claim:
    """Give a locked claim to a reviewer to read, checked again. IllegalMove when it does not wait for one."""
    trail.require_move(claim, actor, "take")
    evaluation = rechecks.refresh(session, claim, now)
    claim.reviewer_id, claim.lease_until = actor.id, now + LEASE
    claim.fence += 1
    trail.move(session, claim, actor, now, "take", reason=reason, evaluation=evaluation)
    session.flush()
    return claim


def _pools(session: Session, reach: _Reach) -> list[int]:
    """The pools with somebody waiting, the longest-waiting head first. Only the heads are read, whatever stands behind
    them (`ix_claims_waiting`).
    """
    head = select(Claim.submitted_at).where(*reach.waiting, Claim.pool_id == Pool.id).order_by(Claim.ticket).limit(1)
    rows = session.execute(select(Pool.id, head.correlate(Pool).scalar_subquery()))
    return [pool_id for _, pool_id in sorted((since, pool_id) for pool_id, since in rows if since is not None)]


def _open_to(actor: Actor) -> ColumnElement[bool]:
    """Claims in the states from which the role may take them.

    The states stand in the statement itself: a prepared one could not use the index of the waiting otherwise.
    """
    states: BindParameter[str] = bindparam("states", open_to(actor.role), expanding=True, literal_execute=True)
    return Claim.state.in_(states)


def _not_begun(session: Session, today: date) -> frozenset[tuple[str, str, str]]:
    """(scheme, version, programme) whose review has not begun."""
    return frozenset(
        (code, version, name)
        for code in session.scalars(select(Pool.scheme_code).distinct())
        for version in schemes.versions(code)
        for name, programme in schemes.load(code, version).programmes.items()
        if programme.review_from is not None and programme.review_from > today
    )


def _fresh(query: Select[Claim], *, skip_locked: bool = False) -> Select[Claim]:
    return query.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)


def hold(session: Session, actor: Actor, claim_id: int, fence: int) -> Claim:
    """The claim, locked, if the actor holds it under this fence; NotAllowed for who entered it, Stale when moved on."""
    claim = trail.lock(session, claim_id)
    require_held(claim, actor, fence)
    return claim


def require_held(claim: Claim, actor: Actor, fence: int) -> None:
    """Raise as `hold` for a locked claim. A lease that ran out is good while nobody else was given the claim."""
    if claim.entered_by_id == actor.id:
        raise NotAllowed("这份申请是您自己录入的，必须由另一位审核员审核。")
    if claim.reviewer_id != actor.id or claim.fence != fence:
        raise Stale(_LOST)


def extend(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int) -> None:
    """The reviewer is still reading: the lease runs anew. Stale, NotAllowed."""
    hold(session, actor, claim_id, fence).lease_until = now + LEASE


def put_back(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int) -> None:
    """The reviewer gives the claim back undecided; it stands at its old place. Stale, NotAllowed."""
    _return(session, actor, now, hold(session, actor, claim_id, fence))


def skip(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, *, reason: str) -> None:
    """The reviewer gives the claim back undecided and says why; it stands at its old place. InvalidValue, NotAllowed,
    Stale.
    """
    if not reason.strip():
        raise InvalidValue("请写明跳过这份申请的原因，复核会看到。", {"reason": "不能为空"})
    _return(session, actor, now, hold(session, actor, claim_id, fence), reason=f"跳过：{reason.strip()}")


def hand_to_lead(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, *, reason: str) -> None:
    """The reviewer gives the claim to the lead (专项审核), at its old place. InvalidValue, NotAllowed, Stale."""
    if not reason.strip():
        raise InvalidValue("请写明转交复核的原因，复核会看到。", {"reason": "不能为空"})
    claim = hold(session, actor, claim_id, fence)
    claim.special = True
    _return(session, actor, now, claim, reason=reason.strip())


def release_expired(session: Session, now: datetime, limit: int = 100) -> int:
    """Put claims back in their place whose lease ran out; how many. All are locked first, then pool after pool."""
    expired = select(Claim).where(Claim.state == "in_review", Claim.lease_until < now)
    ordered = expired.order_by(Claim.pool_id, Claim.ticket).limit(limit)
    claims = session.scalars(_fresh(ordered, skip_locked=True)).all()
    for claim in claims:
        _return(session, SYSTEM, now, claim, reason=_ABSENT)
    return len(claims)


def _return(session: Session, actor: Actor, now: datetime, claim: Claim, *, reason: str | None = None) -> None:
    end(claim)
    to = "special_review" if claim.special else "submitted"
    trail.move(session, claim, actor, now, "put_back", to=to, reason=reason)


def end(claim: Claim) -> None:
    """The lease is over, whatever came of it; the fence stays."""
    claim.reviewer_id = claim.lease_until = None
