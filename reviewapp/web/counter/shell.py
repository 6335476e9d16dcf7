"""The counter's page: a shell without anybody's data, which a service worker keeps for days without network, and what
fills it once somebody is signed in.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, current_app, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import generate_csrf

from reviewapp import clock
from reviewapp.extensions import db
from reviewapp.queries import counter
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to
from reviewapp.web.counter.room import ROLE, blueprint

#: All that the page needs, and nothing else, is kept on the device.
_SCRIPTS = (
    *("app", "api", "device", "fields", "html", "intake", "listing", "picture"),
    *("receipt", "record", "sender", "slots"),
)
_FILES = (
    "icon.svg",
    *("css/app.css", "css/signature.css", "css/counter.css"),
    *("js/signature.js", "vendor/signature_pad.min.js", "vendor/idb.js"),
    *(f"js/counter/{name}.js" for name in _SCRIPTS),
)
_TEMPLATES = ("counter/shell.html", "counter/worker.js", "components/signature.html")


@blueprint.get("/")
@open_to(ROLE)
def page() -> ResponseReturnValue:
    """The page, the same for everybody."""
    return render_template("counter/shell.html")


@blueprint.get("/worker.js")
@open_to(ROLE)
def worker() -> ResponseReturnValue:
    """The service worker of everything under /counter/ and of nothing else; a new one when a file of it is new."""
    kept = [url_for(".page"), url_for("bootstrap.static", filename="css/bootstrap.min.css")]
    kept += [url_for("static", filename=name) for name in _FILES]
    script = render_template("counter/worker.js", version=_version(), kept=kept)
    return Response(script, mimetype="text/javascript")


@blueprint.get("/session")
@open_to(ROLE)
def session() -> ResponseReturnValue:
    """Who is signed in, the token of their forms, the office's day, and the programmes of a collection point."""
    firm = current_user.organisation
    return jsonify(
        account=current_user.public_id,
        name=current_user.name,
        point=firm.name if firm else "",
        token=generate_csrf(),
        today=local_date(clock.now()).isoformat(),
        programmes=counter.programmes(db.session, actor().role, clock.now()),
    )


@cache
def _version() -> str:
    """Changes with every file that is kept on the device."""
    static, digest = Path(str(current_app.static_folder)), hashlib.sha256()
    templates = Path(current_app.root_path, str(current_app.template_folder))
    for path in (*(static / name for name in _FILES), *(templates / name for name in _TEMPLATES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
