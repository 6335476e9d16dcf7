"""Locking a claim, moving it, and writing down that it moved: the way every service changes a claim's state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewapp.db import insert_rows
from reviewapp.errors import IllegalMove, NotFound, Stale
from reviewapp.models import SYSTEM, Actor, Claim, Decision, Evaluation, Event
from reviewapp.policy import workflow
from reviewapp.policy.notices import NOTICES
from reviewapp.services import chain, outbox

_MOVED_ON = "这份申请现在是“{state}”，不能再做这个操作。请刷新页面查看最新情况。"
_CHANGED = "这份申请在您打开页面之后有了变化，刚才的操作没有保存。请核对最新内容后再试一次。"


def lock(session: Session, claim_id: int, *, revision: int | None = None) -> Claim:
    """The claim's row, locked and freshly read; Stale when `revision` is given and older than the row's, NotFound for
    an erased draft.
    """
    claim = session.execute(
        select(Claim).where(Claim.id == claim_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if claim is None or claim.erased_at is not None:
        raise NotFound()
    if revision is not None:
        require_revision(claim, revision)
    return claim


def require_revision(claim: Claim, revision: int) -> None:
    """Stale when the page that asks was made from another revision than the locked claim's."""
    if claim.revision != revision:
        raise Stale(_CHANGED)


def require_move(claim: Claim, actor: Actor, action: str) -> None:
    """IllegalMove when the table does not let this role do `action` in the claim's state; changes nothing."""
    if action not in workflow.allowed(claim.state, actor.role):
        raise IllegalMove(_MOVED_ON.format(state=workflow.STATES[claim.state]))


def move(
    session: Session,
    claim: Claim,
    actor: Actor,
    now: datetime,
    action: str,
    *,
    to: str | None = None,
    reason: str | None = None,
    evaluation: Evaluation | None = None,
    decision: Decision | None = None,
) -> None:
    """Do `action` by the workflow table and record it; IllegalMove when the table has no such row for this role.

    Recording writes to the database: the columns that go with the new state (lease, deadline, money) are set before.
    """
    before, claim.state = claim.state, _target(claim.state, actor, action, to)
    record(session, claim, actor, now, action, before=before, reason=reason, evaluation=evaluation, decision=decision)


def move_together(session: Session, claims: Sequence[Claim], actor: Actor, now: datetime, action: str) -> None:
    """`move` for several locked claims by the same action, a statement for all that stand alike; as `move` for each."""
    before = [claim.state for claim in claims]
    for state in dict.fromkeys(before):
        ids = [claim.id for claim, was in zip(claims, before, strict=True) if was == state]
        new = {"state": _target(state, actor, action), "revision": Claim.revision + 1, "changed_at": now}
        session.execute(update(Claim).where(Claim.id.in_(ids)).values(new))
    events = [_event(claim, actor, now, action, state) for claim, state in zip(claims, before, strict=True)]
    _write(session, events, now)
    chain.append(session, [(claim, event, None) for claim, event in zip(claims, events, strict=True) if claim.ticket])


def _target(state: str, actor: Actor, action: str, to: str | None = None) -> str:
    """The state that the table says."""
    try:
        return workflow.move(state, action, actor.role, to)
    except workflow.UnknownMove:
        raise IllegalMove(_MOVED_ON.format(state=workflow.STATES[state])) from None


def record(
    session: Session,
    claim: Claim,
    actor: Actor,
    now: datetime,
    action: str,
    *,
    before: str | None = None,
    reason: str | None = None,
    evaluation: Evaluation | None = None,
    decision: Decision | None = None,
) -> None:
    """Write an event for what just happened to a locked claim and raise its revision.

    A claim with a ticket gets it into its pool's chain, for which the pool is locked until the transaction ends: claims
    that are needed, too, are locked before.
    """
    claim.revision += 1
    claim.changed_at = now
    event = _event(claim, actor, now, action, before or claim.state)
    event.reason = reason
    event.evaluation_id = evaluation.id if evaluation else None
    _write(session, [event], now)
    if claim.ticket is not None:
        chain.append(session, [(claim, event, decision)])


def mention(session: Session, claim: Claim, now: datetime, action: str) -> None:
    """Write an event for what the machine did about a locked claim and that changes nothing of it: its revision stays,
    so that who is at work on it can go on.
    """
    event = _event(claim, SYSTEM, now, action, claim.state)
    _write(session, [event], now)
    if claim.ticket is not None:
        chain.append(session, [(claim, event, None)])


def _event(claim: Claim, actor: Actor, now: datetime, action: str, before: str) -> Event:
    """What happened to the claim, which is in its new state."""
    return Event(
        claim_id=claim.id, at=now, actor_id=actor.id, actor_role=actor.role, action=action, from_state=before,
        to_state=claim.state,
    )  # fmt: skip


def _write(session: Session, events: Sequence[Event], now: datetime) -> None:
    """Write the events and give them their ids; they are no objects of the session. Some are told to the claimant."""
    columns = [column for column in chain.EVENT if column != "id"]
    ids = insert_rows(session, Event, [chain.values(event, columns) for event in events])
    for event, number in zip(events, ids, strict=True):
        event.id = number
        if event.action in NOTICES:
            outbox.add(session, "claim.notice", number, now)
