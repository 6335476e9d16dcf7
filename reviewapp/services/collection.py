"""What a collection point keeps of its claims (造册登记, 留存资料): shelf numbers, and motorcycles given back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, NotAllowed, NotFound
from reviewapp.models import Actor, Claim, GivenBack, Pickup, PickupItem, ShelfMark
from reviewapp.policy.workflow import STATES
from reviewapp.queries import scope, stock
from reviewapp.services import trail
from reviewapp.services.entered import require_text

_SHELF_LENGTH, _NAME_LENGTH = 20, 60


def shelve(session: Session, actor: Actor, now: datetime, claim_id: int, number: str) -> None:
    """Note on which shelf the paper originals are; a correction is a further row, and stands on the trail.

    Raises NotFound (not the point's), NotAllowed, InvalidValue.
    """
    claim = lock_own(session, actor, claim_id)
    number = require_text(number, "shelf", "柜号", _SHELF_LENGTH)
    before = shelf_of(session, claim.id)
    if before == number:
        return
    session.add(ShelfMark(claim_id=claim.id, number=number, by_id=actor.id, at=now))
    said = f"柜号 {number}" if before is None else f"柜号 {before} 改为 {number}"
    trail.record(session, claim, actor, now, "shelve", reason=said)


def shelf_of(session: Session, claim_id: int) -> str | None:
    """The shelf number that counts."""
    newest = select(ShelfMark.number).where(ShelfMark.claim_id == claim_id).order_by(ShelfMark.id.desc())
    return session.scalar(newest.limit(1))


def give_back(session: Session, actor: Actor, now: datetime, claim_id: int, receiver: str) -> None:
    """The motorcycle of a claim that came to nothing went back to its owner; `receiver` signed for it.

    Raises NotFound, NotAllowed, InvalidValue; IllegalMove while the claim lives, when the motorcycle is on a list or
    gone, and the second time.
    """
    claim = lock_own(session, actor, claim_id)
    receiver = require_text(receiver, "receiver", "领车人姓名", _NAME_LENGTH)
    if claim.state not in stock.ENDED:
        raise IllegalMove(f"这份申请现在是“{STATES[claim.state]}”，车辆还不能退还。")
    if session.get(GivenBack, claim.id) is not None:
        raise IllegalMove("这辆摩托车已登记退还，不用再登记。")
    _require_here(session, claim)
    session.add(GivenBack(claim_id=claim.id, receiver=receiver, by_id=actor.id, at=now))
    trail.record(session, claim, actor, now, "give_back_vehicle", reason=f"领车人 {receiver}")
    session.flush()


def lock_own(session: Session, actor: Actor, claim_id: int) -> Claim:
    """The claim, locked, of the actor's point and put in; NotAllowed for other roles, NotFound for others' claims."""
    if actor.role != "point":
        raise NotAllowed("只有经办的便民回收点可以做这个操作。")
    claim = trail.lock(session, claim_id)
    if claim.ticket is None or not scope.owns(actor, claim):
        raise NotFound()
    return claim


def _require_here(session: Session, claim: Claim) -> None:
    on_list = (
        select(Pickup)
        .join(PickupItem, PickupItem.pickup_id == Pickup.id)
        .where(PickupItem.claim_id == claim.id, PickupItem.released_at.is_(None))
    )
    pickup = session.scalars(on_list).one_or_none()
    if pickup is None:
        return
    if pickup.state == "handed_over":
        raise IllegalMove(f"这辆摩托车已随第 {pickup.number} 次集中运输运走，请联系回收企业。")
    raise IllegalMove(f"这辆摩托车在第 {pickup.number} 次集中运输的清单里。请先从清单移出，再登记退还。")
