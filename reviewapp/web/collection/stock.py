"""The stock of a point: what can be fetched, what is to be given back; and the bureau's look over all points."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.queries import pickups as queries
from reviewapp.queries import scope
from reviewapp.services import collection, pickups
from reviewapp.web.access import actor, open_to
from reviewapp.web.collection.room import blueprint


@blueprint.get("/stock")
@open_to("point")
def stock() -> ResponseReturnValue:
    """What stands here, how many are lacking until the truck is called, and the lists so far."""
    return _page()


@blueprint.post("/stock/<public_id>/give-back")
@open_to("point")
def give_back(public_id: str) -> ResponseReturnValue:
    """The owner fetched the motorcycle of a claim that came to nothing."""
    claim_id = scope.taken_in(db.session, actor(), public_id).id
    try:
        with transaction(db.session):
            collection.give_back(db.session, actor(), clock.now(), claim_id, request.form.get("receiver", ""))
    except InvalidValue as error:
        return _page(refusal=error.message), error.status
    flash("已登记退还车主。", "success")
    return redirect(url_for("collection.stock"))


@blueprint.post("/pickups")
@open_to("point")
def make_pickup() -> ResponseReturnValue:
    """A list of what was chosen, for the recycler."""
    chosen, recycler = request.form.getlist("claims"), request.form.get("recycler", "")
    try:
        with transaction(db.session):
            pickup = pickups.make(db.session, actor(), clock.now(), chosen, recycler)
            made = pickup.public_id
    except InvalidValue as error:
        return _page(refusal=error.message, chosen=chosen), error.status
    flash("清单已生成。装车时打印，两方签字后登记交接。", "success")
    return redirect(url_for("collection.pickup", public_id=made))


def _page(refusal: str = "", chosen: list[str] | None = None) -> str:
    return render_template(
        "collection/stock.html",
        stock=queries.stock_of(db.session, actor()),
        pickups=queries.listed(db.session, actor()),
        missing=queries.open_points(db.session, actor()),
        recyclers=queries.recyclers(db.session),
        queries=queries,
        refusal=refusal,
        chosen=chosen,
    )
