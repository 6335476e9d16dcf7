"""A form that was sent after its session had ended: kept until the person has signed in again, then shown for sending.

Only same-origin posts are held (another site cannot plant one), without files and secrets, once, in the new
server-side session.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Request, redirect, render_template
from flask.typing import ResponseReturnValue

from reviewapp.web import private
from reviewapp.web.access import SIGNED_IN, open_to

blueprint = Blueprint("held", __name__)

_KEY = "held_form"
_SECRET = ("csrf_token", "password", "code", "card_number")
_MOST_FIELDS = 200
_MOST_CHARACTERS = 20_000


def hold(request: Request) -> bool:
    """Keep a same-origin POST's fields (no secrets) in the session; False when it is let go, as one with files is."""
    if request.method != "POST" or request.files or not _same_origin(request):
        return False
    fields = [(name, value) for name, value in request.form.items(multi=True) if _may_be_held(name)]
    if len(fields) > _MOST_FIELDS or sum(len(value) for _, value in fields) > _MOST_CHARACTERS:
        return False
    private.keep(_KEY, {"path": request.path, "fields": fields})
    return True


def _may_be_held(name: str) -> bool:
    return name.rpartition(".")[2] not in _SECRET


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin).netloc == request.host


@blueprint.get("/held")
@open_to(*SIGNED_IN)
def resume() -> ResponseReturnValue:
    """The held form with one button; without one, home."""
    form = private.take(_KEY)
    if form is None:
        return redirect("/home")
    return render_template("public/held.html", path=form["path"], fields=form["fields"])
