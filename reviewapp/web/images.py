"""Pictures of papers: the re-encoded copy for the screen, the original only as a download; both through the viewer's
scope.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, send_file
from flask.typing import ResponseReturnValue

from reviewapp.extensions import db
from reviewapp.policy.workflow import SUBMITTERS
from reviewapp.queries import scope
from reviewapp.services.copies import WIDTHS, sized
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("images", __name__)

_READERS = (*SUBMITTERS, "reviewer", "lead", "auditor")
_COPY_LIFE = 600


@blueprint.get("/pages/<public_id>.jpg")
@open_to(*_READERS)
def page(public_id: str) -> ResponseReturnValue:
    """The copy of a page for viewing, without metadata; kept by the viewer's own browser for a few minutes.

    With `width` (of `WIDTHS`) a smaller one.
    """
    row = scope.page(db.session, actor(), public_id)
    picture = current_app.extensions["storage"].open(row.view_sha256)
    width = request.args.get("width", type=int)
    if width in WIDTHS and width < row.width:
        with picture:
            picture = sized(picture, width)
    response: Response = send_file(picture, mimetype="image/jpeg", max_age=_COPY_LIFE)
    response.headers["Cache-Control"] = f"private, max-age={_COPY_LIFE}"
    return response


@blueprint.get("/signatures/<public_id>.jpg")
@open_to(*_READERS)
def signature(public_id: str) -> ResponseReturnValue:
    """The copy of a signature drawn on the screen."""
    row = scope.signed_statement(db.session, actor(), public_id)
    picture = current_app.extensions["storage"].open(row.view_sha256)
    response: Response = send_file(picture, mimetype="image/jpeg", max_age=_COPY_LIFE)
    response.headers["Cache-Control"] = f"private, max-age={_COPY_LIFE}"
    return response


@blueprint.get("/originals/<public_id>")
@open_to(*_READERS)
def original(public_id: str) -> ResponseReturnValue:
    """The file as it was received: always a download, never shown in the page."""
    row = scope.upload(db.session, actor(), public_id)
    response: Response = send_file(
        current_app.extensions["storage"].open(row.sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=row.name,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
