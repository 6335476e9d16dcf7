"""回收企业: the points that wait for its truck, its pickups, each motorcycle confirmed and its certificate entered."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, NotFound, ReviewError
from reviewapp.extensions import db, limiter
from reviewapp.forms.collection import CertificateForm, ConfirmForm
from reviewapp.models import PickupItem
from reviewapp.queries import pickups as queries
from reviewapp.queries import scope
from reviewapp.schemes import collection
from reviewapp.services import intake, pickup_receipt
from reviewapp.services.intake import Received
from reviewapp.services.pickup_receipt import Certificate, Verdict
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("recycler", __name__, url_prefix="/recycler")
_READERS = ("recycler", "point", *scope.COLLECTION_READERS)


@blueprint.get("")
@open_to("recycler")
def listing() -> ResponseReturnValue:
    """Where the truck is waited for, what is missing, and the pickups so far."""
    calls = queries.open_calls(db.session, actor())
    return render_template(
        "recycler/listing.html",
        calls=[(call, _address(call.scheme_code, call.organisation.name)) for call in calls],
        missing=queries.open_points(db.session, actor()),
        pickups=queries.listed(db.session, actor()),
        queries=queries,
    )


@blueprint.get("/pickups/<public_id>")
@open_to("recycler")
def pickup(public_id: str) -> ResponseReturnValue:
    """The motorcycles of a pickup, each to be confirmed."""
    return _page(public_id)


@blueprint.post("/items/<public_id>/confirm")
@open_to("recycler")
def confirm(public_id: str) -> ResponseReturnValue:
    """What became of one motorcycle."""
    item, form = _item(public_id), ConfirmForm()
    item_id, pickup_name = item.id, item.pickup.public_id
    if not form.validate():
        return _page(pickup_name, public_id, form), 422
    verdict = Verdict(form.outcome.data, form.frame_seen.data or "", form.note.data or "")
    try:
        with transaction(db.session):
            pickup_receipt.confirm(db.session, actor(), clock.now(), item_id, verdict)
    except InvalidValue as error:
        return _page(pickup_name, public_id, _told(form, error), error.message), error.status
    return redirect(url_for("recycler.pickup", public_id=pickup_name) + f"#item-{public_id}")


@blueprint.post("/items/<public_id>/certificate")
@open_to("recycler")
@limiter.limit("240 per hour")
def certify(public_id: str) -> ResponseReturnValue:
    """Number, day and picture of one motorcycle's certificate."""
    item, form = _item(public_id), CertificateForm()
    item_id, pickup_name = item.id, item.pickup.public_id
    if not form.validate():
        return _page(pickup_name, public_id, form), 422
    try:
        certificate = Certificate(form.number.data, form.issued_on.data, _paper(form))
        with transaction(db.session):
            pickup_receipt.certify(db.session, actor(), clock.now(), item_id, certificate)
    except InvalidValue as error:
        return _page(pickup_name, public_id, _told(form, error), error.message), error.status
    flash("回收证明已登记。", "success")
    return redirect(url_for("recycler.pickup", public_id=pickup_name) + f"#item-{public_id}")


@blueprint.get("/items/<public_id>/paper")
@open_to(*_READERS)
def certificate_paper(public_id: str) -> ResponseReturnValue:
    """The certificate's picture as it was received: a download, never shown in the page."""
    item = _item(public_id)
    if item.paper_sha256 is None:
        raise NotFound("这辆摩托车还没有上传回收证明的照片。")
    picture = current_app.extensions["storage"].open(item.paper_sha256)
    response: Response = send_file(
        picture, mimetype="application/octet-stream", as_attachment=True, download_name=item.paper_name
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _item(public_id: str) -> PickupItem:
    return scope.pickup_item(db.session, actor(), public_id)


def _paper(form: CertificateForm) -> Received | None:
    """The file, taken in as any other; InvalidValue at its field when it is refused."""
    file = form.paper.data
    if not file or not file.filename:
        return None
    try:
        return intake.receive(current_app.extensions["storage"], file.stream, file.filename)
    except ReviewError as error:
        raise InvalidValue(error.message, {"paper": error.message}) from None


def _told(form: FlaskForm, error: InvalidValue) -> FlaskForm:
    for name, said in error.fields.items():
        form[name].errors = [said]
    return form


def _page(public_id: str, name: str = "", form: FlaskForm | None = None, refusal: str = "") -> str:
    """The pickup; `form` is what was sent of the item `name`, `refusal` what is wrong with it."""
    found = scope.pickup(db.session, actor(), public_id)
    return render_template(
        "recycler/pickup.html",
        pickup=found,
        rows=queries.lines(db.session, found),
        state=queries.shown_state(found),
        sent=(name, form, refusal),
        confirm_form=ConfirmForm(formdata=None),
        certificate_form=CertificateForm(formdata=None),
        queries=queries,
    )


def _address(code: str, name: str) -> str:
    found = collection.load(code)
    point = found.point_named(name) if found else None
    return point.address if point else ""
