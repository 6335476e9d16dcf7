"""Motorcycles handed in at a collection point of yangcheng-2023, and the people of points and recyclers."""

from __future__ import annotations

import random
from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Organisation, Pickup, User
from reviewapp.schemes import collection
from reviewapp.services import people, pickups, queue
from reviewapp.specimens import people as invented
from reviewapp.specimens.people import vin as made_vin
from reviewapp.specimens.purchases import COUNTIES
from tests.factories.claims import claim
from tests.factories.facts import add_facts, add_paper
from tests.factories.money import pool
from tests.factories.people import NOW, user

SCHEME = "yangcheng-2023"
#: 凤城镇便民服务中心, 坪头社区便民服务中心, …: in the order of 附件2.
_COLLECTION = collection.load(SCHEME)
assert _COLLECTION is not None
POINTS = tuple(point.name for point in _COLLECTION.points)


def clerk(session: Session, place: int = 1, **columns: str) -> User:
    """Somebody of the point at that place of the list."""
    point = people.firm(session, "point", POINTS[place], None)
    return user(session, "point", organisation_id=point.id, **columns)


def recycler(session: Session, **columns: str) -> User:
    """Somebody of a recycler."""
    return user(session, "recycler", **columns)


def frame_number(index: int) -> str:
    """A frame number of its own for each motorcycle, with its check digit."""
    return made_vin(random.Random(f"motorcycle {index}"), 2018)


def draft(session: Session, point: User, index: int = 0, *, vin: str | None = None, now: datetime = NOW) -> Claim:
    """Complete, of person `index`: a motorcycle never registered, made in 2018, worth 1000."""
    owner = invented.person(index, COUNTIES["yangcheng"])
    pot = pool(session, scheme_code=SCHEME, code="motorcycle-scrap")
    row = claim(session, pool=pot, by=point, programme="motorcycle-scrap", now=now)
    named = {"name": owner.name, "id_number": owner.id_number}
    numbers = {"vin": vin or frame_number(index), "engine_number": f"157FMI{index:06d}"}
    add_facts(session, row, "applicant", {**named, "phone": owner.phone}, now=now)
    add_facts(session, row, "declared", {"handed_in_on": "2024-01-10", "vehicle_wheels": 2}, now=now)
    add_paper(session, row, "id_card", named, now=now)
    invoice = {"buyer_name": owner.name, "vehicle_type": "两轮摩托车", **numbers}
    add_paper(session, row, "vehicle_invoice", invoice, now=now)
    made = {"made_on": "2018-01-11", "vehicle_name": "两轮摩托车", **numbers}
    add_paper(session, row, "vehicle_certificate", made, now=now)
    return row


def handed_in(session: Session, point: User, index: int = 0, *, vin: str | None = None, now: datetime = NOW) -> Claim:
    """The same, put in."""
    row = draft(session, point, index, vin=vin, now=now)
    return queue.submit(session, Actor.of(point), now, row.id, row.revision)


def listed(session: Session, point: User, company: User, count: int = 2, now: datetime = NOW) -> Pickup:
    """A list of so many motorcycles of the point."""
    names = [handed_in(session, point, index).public_id for index in range(count)]
    firm = session.get_one(Organisation, company.organisation_id)
    return pickups.make(session, Actor.of(point), now, names, firm.public_id)


def handed_over(session: Session, point: User, company: User, count: int = 2, now: datetime = NOW) -> Pickup:
    """A list that was signed and left."""
    pickup = listed(session, point, company, count, now)
    return pickups.hand_over(session, Actor.of(point), now, pickup.id, giver="测试甲", taker="测试乙")
