"""Pickups (集中运输, yangcheng-2023 七(三)1): listed and handed over by the point, confirmed by the recycler.

Locks are taken claims first (by id), then the pickup, then what is written of it; every step stands on the trail of
each claim. A motorcycle is on one list at most, which the database keeps, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Claim, Organisation, Pickup, PickupCall, PickupItem
from reviewapp.policy.workflow import STATES
from reviewapp.queries import scope, stock
from reviewapp.services import outbox, trail
from reviewapp.services.entered import require_text

_NAME_LENGTH = 60
_MOVED_ON = "这批集中运输{state}，不能再做这个操作。请刷新页面查看最新情况。"
_WORDS = {"planned": "还没有交接", "handed_over": "已经交接", "cancelled": "已经取消"}


def make(session: Session, actor: Actor, now: datetime, claim_names: Collection[str], recycler: str) -> Pickup:
    """A new list of motorcycles, by their claims' public ids, for the recycler of that public id.

    Raises NotAllowed, NotFound (another's claim), InvalidValue (nothing chosen, two schemes, no recycler), IllegalMove
    (gone, listed already, or to be given back).
    """
    if actor.role != "point" or actor.organisation_id is None:
        raise NotAllowed("只有便民回收点可以安排集中运输。")
    company = session.scalars(
        select(Organisation).where(Organisation.public_id == recycler, Organisation.kind == "recycler")
    ).one_or_none()
    if company is None:
        raise InvalidValue("请选择来运车的机动车回收企业。", {"recycler": "请选择。"})
    claims = _chosen(session, actor, claim_names)
    point = session.scalars(
        select(Organisation).where(Organisation.id == actor.organisation_id).with_for_update()
    ).one()
    pickup = Pickup(
        organisation_id=point.id, recycler_id=company.id, scheme_code=claims[0].scheme_code,
        number=_next_number(session, point.id), made_by_id=actor.id, made_at=now,
        items=[PickupItem(claim_id=claim.id) for claim in claims],
    )  # fmt: skip
    session.add(pickup)
    session.flush()
    _record(session, actor, now, claims, "list_vehicle", f"第 {pickup.number} 次集中运输，{company.name}")
    return pickup


def _chosen(session: Session, actor: Actor, claim_names: Collection[str]) -> Sequence[Claim]:
    """The claims, locked, in the order of the list; each is the point's and ready to be fetched."""
    if not claim_names:
        raise InvalidValue("请至少选择一辆摩托车。", {"claims": "请选择。"})
    own = scope.claims_visible_to(actor).where(Claim.public_id.in_(set(claim_names)))
    ids = session.scalars(own.with_only_columns(Claim.id)).all()
    if len(ids) != len(set(claim_names)):
        raise NotFound("有摩托车已不在本点的库存里。请刷新页面后重新选择。")
    claims = _lock_claims(session, ids)
    still = set(session.scalars(select(Claim.id).where(Claim.id.in_(ids), stock.ready())))
    gone = [claim.number or "" for claim in claims if claim.id not in still]
    if gone:
        raise IllegalMove(f"{'、'.join(gone)} 已列入清单、已运走或应退还车主，不能再列入。请刷新页面后重新选择。")
    if len({claim.scheme_code for claim in claims}) > 1:
        raise InvalidValue("一批只能是同一个活动的摩托车。请分开安排。", {"claims": "请分开安排。"})
    return claims


def _next_number(session: Session, organisation_id: int) -> int:
    return (session.scalar(select(func.max(Pickup.number)).where(Pickup.organisation_id == organisation_id)) or 0) + 1


def take_off(session: Session, actor: Actor, now: datetime, item_id: int) -> None:
    """Take a motorcycle off a list that was not handed over, or back into stock where the recycler did not get it."""
    claim, pickup, item = lock_item(session, item_id)
    _require_points(actor, pickup)
    missing = pickup.state == "handed_over" and item.outcome == "missing"
    if pickup.state != "planned" and not missing:
        raise IllegalMove(_MOVED_ON.format(state=_WORDS[pickup.state]))
    item.released_at = now
    said = "回收企业未收到，车辆仍在本点" if missing else "移出清单"
    trail.record(session, claim, actor, now, "unlist_vehicle", reason=f"第 {pickup.number} 次集中运输：{said}")
    _recount(session, pickup, now)


def cancel(session: Session, actor: Actor, now: datetime, pickup_id: int) -> None:
    """The truck does not come: the motorcycles stand ready again. IllegalMove once it was handed over."""
    claims, pickup = _lock_pickup(session, actor, pickup_id)
    pickup.state = "cancelled"
    for item in _live(pickup):
        item.released_at = now
    _record(session, actor, now, claims, "unlist_vehicle", f"第 {pickup.number} 次集中运输取消")
    _recount(session, pickup, now)


def hand_over(session: Session, actor: Actor, now: datetime, pickup_id: int, *, giver: str, taker: str) -> Pickup:
    """The motorcycles left with the truck, and both sides signed the paper; the call for the truck is answered.

    Raises InvalidValue (a name missing), IllegalMove (nothing on the list, or a motorcycle of a claim that ended).
    """
    giver = require_text(giver, "giver", "交车人姓名", _NAME_LENGTH)
    taker = require_text(taker, "taker", "接车人姓名", _NAME_LENGTH)
    claims, pickup = _lock_pickup(session, actor, pickup_id)
    if not claims:
        raise IllegalMove("清单里已没有摩托车，不能交接。请取消这一批。")
    ended = [f"{claim.number}（{STATES[claim.state]}）" for claim in claims if claim.state in stock.ENDED]
    if ended:
        raise IllegalMove(f"{'、'.join(ended)} 的车辆应退还车主，不能运走。请先移出清单，再交接。")
    pickup.state, pickup.giver, pickup.taker = "handed_over", giver, taker
    pickup.handed_over_at, pickup.handed_over_by_id = now, actor.id
    said = f"第 {pickup.number} 次集中运输，交车 {giver}，接车 {taker}"
    _record(session, actor, now, claims, "hand_over_vehicle", said)
    _answer_calls(session, pickup, now)
    _recount(session, pickup, now)
    session.flush()
    return pickup


def _answer_calls(session: Session, pickup: Pickup, now: datetime) -> None:
    session.execute(
        update(PickupCall)
        .where(
            PickupCall.organisation_id == pickup.organisation_id,
            PickupCall.scheme_code == pickup.scheme_code,
            PickupCall.closed_at.is_(None),
        )
        .values(closed_at=now)
    )


def _recount(session: Session, pickup: Pickup, now: datetime) -> None:
    """What is left, or came back, may be enough for a call."""
    outbox.add(session, "pickup.call", pickup.organisation_id, now)


def lock_item(session: Session, item_id: int) -> tuple[Claim, Pickup, PickupItem]:
    """A motorcycle on a list with its claim and pickup, all locked and freshly read. IllegalMove when taken off."""
    claim_id = session.scalar(select(PickupItem.claim_id).where(PickupItem.id == item_id))
    if claim_id is None:
        raise NotFound()
    claim = trail.lock(session, claim_id)
    item = _fresh(session, PickupItem, PickupItem.id == item_id)
    if item.released_at is not None:
        raise IllegalMove("这辆摩托车已不在这批清单里。请刷新页面查看最新情况。")
    return claim, _fresh(session, Pickup, Pickup.id == item.pickup_id), item


def _lock_pickup(session: Session, actor: Actor, pickup_id: int) -> tuple[Sequence[Claim], Pickup]:
    """A pickup that was not handed over yet, with the claims of its list, all locked."""
    listed = select(PickupItem.claim_id).where(PickupItem.pickup_id == pickup_id, PickupItem.released_at.is_(None))
    claims = _lock_claims(session, session.scalars(listed).all())
    pickup = _fresh(session, Pickup, Pickup.id == pickup_id)
    _require_points(actor, pickup)
    if pickup.state != "planned":
        raise IllegalMove(_MOVED_ON.format(state=_WORDS[pickup.state]))
    session.refresh(pickup, ["items"])
    left = {item.claim_id for item in _live(pickup)}
    return [claim for claim in claims if claim.id in left], pickup


def _require_points(actor: Actor, pickup: Pickup) -> None:
    if actor.role != "point" or pickup.organisation_id != actor.organisation_id:
        raise NotFound()


def _live(pickup: Pickup) -> Iterable[PickupItem]:
    return (item for item in pickup.items if item.released_at is None)


def _lock_claims(session: Session, claim_ids: Collection[int]) -> Sequence[Claim]:
    """Locked by id, given in the order of pools and tickets, in which they are written."""
    query = select(Claim).where(Claim.id.in_(claim_ids)).order_by(Claim.id).with_for_update()
    claims = session.scalars(query.execution_options(populate_existing=True)).all()
    return sorted(claims, key=lambda claim: (claim.pool_id, claim.ticket or 0))


def _fresh(session: Session, table: Any, which: Any) -> Any:
    query = select(table).where(which).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _record(session: Session, actor: Actor, now: datetime, claims: Sequence[Claim], action: str, reason: str) -> None:
    for claim in claims:
        trail.record(session, claim, actor, now, action, reason=reason)
