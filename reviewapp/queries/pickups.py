"""Stock, calls and pickups as points, recyclers and the bureau look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp import schemes
from reviewapp.models import Actor, Claim, Organisation, Pickup, PickupCall, PickupItem
from reviewapp.models.collection import OUTCOMES, PICKUP_STATES
from reviewapp.policy.values import CHINA
from reviewapp.queries import motorcycles, scope, stock
from reviewapp.queries.motorcycles import Motorcycle
from reviewapp.schemes import collection

#: The colour's meaning, of a pickup's state and of what the recycler found.
TONES = {
    "planned": "act",
    "handed_over": "wait",
    "finished": "done",
    "cancelled": "off",
    "received": "done",
    "differs": "act",
    "missing": "bad",
}
WORDS = {**PICKUP_STATES, "finished": "已办结", **OUTCOMES}
#: Pickups in a list.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Stock:
    """What stands at a point: ready to be fetched, on a list that waits for the truck, to be given back; and its
    calls that nobody has answered. `call_at` by scheme.
    """

    ready: tuple[Motorcycle, ...]
    listed: int
    to_give_back: tuple[Motorcycle, ...]
    calls: tuple[PickupCall, ...]
    call_at: dict[str, int]


@dataclass(frozen=True, slots=True)
class Listed:
    """A motorcycle of a pickup's list."""

    item: PickupItem
    vehicle: Motorcycle


def stock_of(session: Session, actor: Actor) -> Stock:
    """The stock of the viewer's point."""
    own = scope.taken_in_visible_to(actor).order_by(Claim.pool_id, Claim.ticket)
    ready = session.scalars(own.where(stock.ready())).all()
    back = session.scalars(own.where(stock.to_give_back())).all()
    here = session.scalar(own.where(stock.in_stock()).order_by(None).with_only_columns(func.count())) or 0
    return Stock(
        ready=tuple(motorcycles.of_claims(session, ready)),
        listed=here - len(ready) - len(back),
        to_give_back=tuple(motorcycles.of_claims(session, back)),
        calls=tuple(open_calls(session, actor)),
        call_at={code: found.pickup.call_at for code in collection.codes() if (found := collection.load(code))},
    )


def open_calls(session: Session, actor: Actor) -> Sequence[PickupCall]:
    """Calls for the truck that wait: the point's own, all for recyclers and for who looks over the points."""
    waiting = select(PickupCall).where(PickupCall.closed_at.is_(None)).order_by(PickupCall.id)
    if actor.role == "point":
        waiting = waiting.where(PickupCall.organisation_id == actor.organisation_id)
    elif actor.role not in ("recycler", *scope.COLLECTION_READERS):
        return ()
    return session.scalars(waiting.options(joinedload(PickupCall.organisation))).all()


def listed(session: Session, actor: Actor) -> Sequence[Pickup]:
    """The pickups that the viewer may see, newest first."""
    newest = scope.pickups_visible_to(actor).order_by(Pickup.id.desc()).limit(_MOST)
    whole = (joinedload(Pickup.organisation), joinedload(Pickup.recycler), selectinload(Pickup.items))
    return session.scalars(newest.options(*whole)).all()


def recyclers(session: Session) -> Sequence[Organisation]:
    """Whom a point can call."""
    return session.scalars(
        select(Organisation).where(Organisation.kind == "recycler").order_by(Organisation.name)
    ).all()


def live(pickup: Pickup) -> list[PickupItem]:
    """What is on the list still."""
    return [item for item in pickup.items if item.released_at is None]


def shown_state(pickup: Pickup) -> str:
    """`finished` once every motorcycle arrived and has its certificate."""
    done = all(item.certificate_number for item in live(pickup))
    return "finished" if pickup.state == "handed_over" and done else pickup.state


def lines(session: Session, pickup: Pickup) -> list[Listed]:
    """The motorcycles on the list, in its order."""
    items = live(pickup)
    found = motorcycles.of_claims(session, [item.claim for item in items])
    return [Listed(item, vehicle) for item, vehicle in zip(items, found, strict=True)]


def open_points(session: Session, actor: Actor) -> list[Listed]:
    """What did not arrive, or with another frame number and without a certificate yet."""
    seen = scope.pickups_visible_to(actor).with_only_columns(Pickup.id)
    found = (
        select(PickupItem)
        .where(PickupItem.pickup_id.in_(seen), PickupItem.released_at.is_(None))
        .where(
            (PickupItem.outcome == "missing")
            | ((PickupItem.outcome == "differs") & PickupItem.certificate_number.is_(None))
        )
        .order_by(PickupItem.confirmed_at)
        .options(joinedload(PickupItem.pickup), joinedload(PickupItem.claim))
    )
    items = session.scalars(found).all()
    vehicles = motorcycles.of_claims(session, [item.claim for item in items])
    return [Listed(item, vehicle) for item, vehicle in zip(items, vehicles, strict=True)]


def paper(session: Session, pickup: Pickup) -> dict[str, Any]:
    """The list as it is printed and signed."""
    scheme = schemes.load(pickup.scheme_code)
    point = collection.load(pickup.scheme_code)
    known = point.point_named(pickup.organisation.name) if point else None
    rows = [
        [str(at), str(row.claim.ticket), row.owner, row.vin, row.engine_number, row.plate, row.received_on, ""]
        for at, row in enumerate((one.vehicle for one in lines(session, pickup)), 1)
    ]
    return {
        "title": "报废摩托车集中运输交接清单",
        "office": scheme.county,
        "scheme": scheme.title,
        "number": pickup.number,
        "pairs": [
            ("回收点", pickup.organisation.name),
            ("地址", known.address if known else ""),
            ("回收企业", pickup.recycler.name),
            ("制单时间", pickup.made_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")),
        ],
        "columns": ("序号", "排队号", "车主", "车架号", "发动机号", "号牌", "收车日期", "核对"),
        "rows": rows,
    }
