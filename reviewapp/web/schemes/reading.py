"""Published schemes: the list, a version as an office reads it, its files, and what differs between two versions."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from reviewapp import schemes
from reviewapp.errors import NotFound
from reviewapp.extensions import db
from reviewapp.forms.schemes import PARTS
from reviewapp.queries import schemes as queries
from reviewapp.schemes.difference import differences
from reviewapp.services.scheme_drafts import STATES
from reviewapp.web.access import open_to
from reviewapp.web.schemes.room import READERS, blueprint, found, reading


@blueprint.get("/schemes")
@open_to(*READERS)
def listing() -> ResponseReturnValue:
    """All schemes with their versions, and the drafts that are being worked on, as they are this very moment."""
    schemes.look_again()
    return render_template("schemes/listing.html", rows=queries.overview(db.session))


@blueprint.get("/schemes/<code>")
@open_to(*READERS)
def show(code: str) -> ResponseReturnValue:
    """A version as an office reads it."""
    scheme, texts = found(code, request.args.get("version"))
    return render_template(
        "schemes/show.html",
        reading=reading(scheme, texts),
        scheme=scheme,
        versions=schemes.versions(code),
        published=queries.publications(db.session).get((code, scheme.version)),
        drafts=[draft for draft in queries.drafts(db.session) if draft.code == code],
        left=queries.left_to_do(db.session, scheme) if scheme.version == schemes.versions(code)[-1] else (),
        states=STATES,
    )


@blueprint.get("/schemes/<code>/difference")
@open_to(*READERS)
def difference(code: str) -> ResponseReturnValue:
    """What differs between two versions, in words; without a choice, between the two newest."""
    known = schemes.versions(code)
    if not known:
        raise NotFound("没有这个活动方案。请从方案列表重新进入。")
    after = request.args.get("after") or known[-1]
    before = request.args.get("before") or (known[-2] if len(known) > 1 else known[-1])
    (older, old), (newer, new) = found(code, before), found(code, after)
    return render_template(
        "schemes/difference.html",
        scheme=newer,
        versions=known,
        before=older.version,
        after=newer.version,
        differences=differences(old.scheme, new.scheme),
    )


@blueprint.get("/schemes/<code>/file")
@open_to(*READERS)
def file(code: str) -> ResponseReturnValue:
    """The scheme file or the cases of a version, as they are."""
    scheme, texts = found(code, request.args.get("version"))
    part = request.args.get("part", "scheme")
    if part not in PARTS:
        raise NotFound()
    name = f"{scheme.county}_{scheme.code}_第{scheme.version}版_{PARTS[part]}.toml"
    return download(texts.scheme if part == "scheme" else texts.cases, name)


def download(text: str, name: str) -> Response:
    """A text as a file with a Chinese name."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(text, mimetype="application/toml", headers={"Content-Disposition": disposition})
