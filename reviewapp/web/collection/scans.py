"""盖章证明: stamped forms photographed in any order; the code on each finds its claim."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import ReviewError
from reviewapp.extensions import db, limiter
from reviewapp.queries import origin_scans as queries
from reviewapp.services import intake, origin_scans
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("stamped_forms", __name__, url_prefix="/collection/forms")


@blueprint.get("")
@open_to("point")
def show() -> ResponseReturnValue:
    """The way to photograph them, and what became of the last ones."""
    return _page("collection/scans.html")


@blueprint.get("/now")
@open_to("point")
def now() -> ResponseReturnValue:
    """The same list as a fragment, asked for again while codes are being read."""
    return _page("collection/_scans.html")


@blueprint.post("")
@open_to("point")
@limiter.limit("240 per hour")
def add() -> ResponseReturnValue:
    """Take the photographs in, each on its own."""
    files = [file for file in request.files.getlist("file") if file.filename]
    refused = [] if files else [("", "没有选择文件。请先拍照或选择照片，再上传。")]
    for file in files:
        try:
            received = intake.receive(current_app.extensions["storage"], file.stream, file.filename or "")
            with transaction(db.session):
                origin_scans.receive(db.session, actor(), clock.now(), received)
        except ReviewError as error:
            refused.append((intake.display_name(file.filename or ""), error.message))
    if request.headers.get("HX-Request"):
        return render_template("claims/_refused.html", refused=refused), 422 if refused else 200
    if refused:
        return _page("collection/scans.html", refused), 422
    return redirect(url_for("stamped_forms.show"))


def _page(template: str, refused: list[tuple[str, str]] | None = None) -> str:
    return render_template(template, scans=queries.newest(db.session, actor()), refused=refused or [])
