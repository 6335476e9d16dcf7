"""The call for the truck (yangcheng-2023 七(三)1): once a filling, to the point and to the recyclers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Organisation, PickupCall, User
from reviewapp.policy.notices import PICKUP_CALL, short_message
from reviewapp.queries import stock
from reviewapp.schemes import collection
from reviewapp.services import messages
from reviewapp.services.messages import Outgoing


def call_if_due(session: Session, organisation_id: int, now: datetime, outbox_id: int) -> list[Outgoing]:
    """Call where the stock has reached the document's number and nobody was called since the last hand-over; what is to
    be sent for this outbox row. The point's row is locked: two submissions at once call once.
    """
    point = session.scalars(
        select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    ).one_or_none()
    if point is None:
        return []
    for code, count in list(_due(session, point)):
        session.add(PickupCall(organisation_id=point.id, scheme_code=code, count=count, at=now))
        for phone in _phones(session, point):
            content = short_message(PICKUP_CALL, point=point.name, count=str(count))
            messages.write(session, now, phone, content, outbox_id)
    session.flush()
    still_open = select(PickupCall.id).where(PickupCall.organisation_id == point.id, PickupCall.closed_at.is_(None))
    if session.scalar(still_open.limit(1)) is None:
        messages.drop(session, now, outbox_id)
    return messages.waiting(session, outbox_id)


def open_call(session: Session, organisation_id: int, scheme_code: str) -> PickupCall | None:
    """The call that nobody has answered yet."""
    here = (PickupCall.organisation_id == organisation_id, PickupCall.scheme_code == scheme_code)
    return session.scalars(select(PickupCall).where(*here, PickupCall.closed_at.is_(None))).one_or_none()


def _due(session: Session, point: Organisation) -> Iterator[tuple[str, int]]:
    for code in collection.codes():
        found = collection.load(code)
        count = stock.count(session, point.id, code)
        if found and count >= found.pickup.call_at and open_call(session, point.id, code) is None:
            yield code, count


def _phones(session: Session, point: Organisation) -> list[str]:
    """Of the point's people and of all recyclers', who have a telephone."""
    told = (User.organisation_id == point.id) | (User.role == "recycler")
    users = session.scalars(select(User).where(told, User.active, User.phone.is_not(None)).order_by(User.id))
    return list(dict.fromkeys(user.phone for user in users))
