"""The work that collection points order: the truck called for by message, a photograph's code read."""

from __future__ import annotations

import io

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Actor, Message, OriginScan, Outbox
from reviewapp.services import intake, origin_scans
from tests.factories import NOW
from tests.factories import collection as made
from tests.services.paperwork import picture
from workers.jobs import perform


def _done(office: Session, topic: str) -> list[bool]:
    """Every row of the topic performed; which of them are done."""
    for row_id in office.scalars(select(Outbox.id).where(Outbox.topic == topic).order_by(Outbox.id)).all():
        perform(row_id)
    office.rollback()
    rows = office.scalars(select(Outbox).where(Outbox.topic == topic))
    return [row.done_at is not None for row in rows]


def test_ten_submissions_and_one_message(office: Session) -> None:
    with transaction(office):
        clerk = made.clerk(office, phone="13800000001")
        for index in range(10):
            made.handed_in(office, clerk, index)
    assert _done(office, "pickup.call") == [True] * 10
    assert [row.phone for row in office.scalars(select(Message))] == ["13800000001"]


def test_a_photograph_without_a_code_is_refused(office: Session) -> None:
    storage = current_app.extensions["storage"]
    received = intake.receive(storage, io.BytesIO(picture(640)), "照片.jpg")
    with transaction(office):
        scan_id = origin_scans.receive(office, Actor.of(made.clerk(office)), NOW, received).id
    assert _done(office, "origin.find") == [True]
    assert "没有读到二维码" in (office.get_one(OriginScan, scan_id).refusal or "")
