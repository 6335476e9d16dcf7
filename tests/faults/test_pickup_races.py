"""One motorcycle, many clicks at the same moment: it gets on one list, and is confirmed once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Actor, Event, PickupCall, PickupItem
from reviewapp.services import outbox, pickup_calls, pickup_receipt, pickups
from reviewapp.services.pickup_receipt import Verdict
from tests.factories import NOW
from tests.factories import collection as made
from tests.faults.races import at_once, engine_for_many

CLICKS = 12
_at_once = partial(at_once, times=CLICKS)
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]


@pytest.fixture
def many(postgres_url: str) -> Iterator[Engine]:
    with engine_for_many(postgres_url) as engine:
        yield engine


def test_one_list_one_confirmation_one_call(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        clerk, company = made.clerk(session, phone="13800000001"), made.recycler(session)
        names = [made.handed_in(session, clerk, index).public_id for index in range(10)]
        point, firm = Actor.of(clerk), company.organisation.public_id
        recycler = Actor.of(company)
        rows = [outbox.add(session, "pickup.call", point.organisation_id or 0, NOW) for _ in range(CLICKS)]
        session.flush()
        ordered = [row.id for row in rows]
    once = {"done": 1, "illegal_move": CLICKS - 1}
    called = _at_once(
        many,
        lambda session, at: len(pickup_calls.call_if_due(session, point.organisation_id or 0, NOW, ordered[at])),
    )
    assert called == {"done": 1, "nothing": CLICKS - 1}
    shuffled = [names[at % 10 :] + names[: at % 10] for at in range(CLICKS)]
    assert _at_once(many, lambda session, at: pickups.make(session, point, NOW, shuffled[at], firm)) == once
    with Session(many) as session, transaction(session):
        item = session.scalars(select(PickupItem).limit(1)).one()
        pickups.hand_over(session, point, NOW, item.pickup_id, giver="测试甲", taker="测试乙")
        item_id, claim_id = item.id, item.claim_id
    verdict = Verdict("received")
    assert _at_once(many, lambda session, _: pickup_receipt.confirm(session, recycler, NOW, item_id, verdict)) == once
    with Session(many) as session:
        said = (Event.claim_id == claim_id, Event.action == "confirm_vehicle")
        assert session.scalar(select(func.count(Event.id)).where(*said)) == 1
        assert session.scalar(select(func.count(PickupItem.id))) == 10
        assert session.scalar(select(func.count(PickupCall.id)).where(PickupCall.closed_at.is_not(None))) == 1
