"""Pickups (集中运输): the list, its paper, the hand-over; all of them for who looks over the points."""

from __future__ import annotations

import io

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, printing, schemes
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.collection import HandOverForm
from reviewapp.models import Pickup
from reviewapp.queries import pickups as queries
from reviewapp.queries import scope
from reviewapp.queries.names import file_name
from reviewapp.services import pickups
from reviewapp.web.access import actor, open_to
from reviewapp.web.collection.room import LOOKERS, blueprint


@blueprint.get("/pickups")
@open_to(*scope.COLLECTION_READERS)
def overview() -> ResponseReturnValue:
    """All points: who waits for the truck, what is missing, all pickups."""
    return render_template(
        "collection/overview.html",
        calls=queries.open_calls(db.session, actor()),
        missing=queries.open_points(db.session, actor()),
        pickups=queries.listed(db.session, actor()),
        queries=queries,
    )


@blueprint.get("/pickups/<public_id>")
@open_to(*LOOKERS)
def pickup(public_id: str) -> ResponseReturnValue:
    """The list and where it stands."""
    return _page(scope.pickup(db.session, actor(), public_id), HandOverForm())


@blueprint.get("/pickups/<public_id>/list.pdf")
@open_to(*LOOKERS, "recycler")
def pickup_paper(public_id: str) -> ResponseReturnValue:
    """The list with frame numbers and two lines to sign."""
    found = scope.pickup(db.session, actor(), public_id)
    printed = printing.pdf("pickup", queries.paper(db.session, found), {}, found.made_at)
    content = f"集中运输清单_{found.organisation.name}_第{found.number}次"
    name = file_name(schemes.load(found.scheme_code), content, found.made_at, "pdf")
    return send_file(io.BytesIO(printed), mimetype="application/pdf", as_attachment=True, download_name=name)


@blueprint.post("/pickups/<public_id>/hand-over")
@open_to("point")
def hand_over(public_id: str) -> ResponseReturnValue:
    """The truck left, the paper is signed."""
    found, form = scope.pickup(db.session, actor(), public_id), HandOverForm()
    if not form.validate():
        return _page(found, form), 422
    pickup_id, giver, taker = found.id, form.giver.data, form.taker.data
    try:
        with transaction(db.session):
            pickups.hand_over(db.session, actor(), clock.now(), pickup_id, giver=giver, taker=taker)
    except InvalidValue as error:
        for name, said in error.fields.items():
            form[name].errors = [said]
        return _page(scope.pickup(db.session, actor(), public_id), form), error.status
    flash("交接已登记，等回收企业逐辆核对。", "success")
    return redirect(url_for("collection.pickup", public_id=public_id))


@blueprint.post("/pickups/<public_id>/cancel")
@open_to("point")
def cancel(public_id: str) -> ResponseReturnValue:
    """The truck does not come."""
    pickup_id = scope.pickup(db.session, actor(), public_id).id
    with transaction(db.session):
        pickups.cancel(db.session, actor(), clock.now(), pickup_id)
    flash("这一批已取消，车辆仍在本点库存。", "success")
    return redirect(url_for("collection.stock"))


@blueprint.post("/items/<public_id>/take-off")
@open_to("point")
def take_off(public_id: str) -> ResponseReturnValue:
    """A motorcycle stays here: taken off the list, or not loaded after all."""
    item = scope.pickup_item(db.session, actor(), public_id)
    item_id, pickup_name = item.id, item.pickup.public_id
    with transaction(db.session):
        pickups.take_off(db.session, actor(), clock.now(), item_id)
    flash("已移出清单，车辆回到本点库存。", "success")
    return redirect(url_for("collection.pickup", public_id=pickup_name))


def _page(found: Pickup, form: HandOverForm) -> str:
    return render_template(
        "collection/pickup.html",
        pickup=found,
        rows=queries.lines(db.session, found),
        state=queries.shown_state(found),
        form=form,
        queries=queries,
    )
