"""What the counter's script asks for, step by step: each may be sent again after a cut network and does no harm."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, request
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db, limiter
from reviewapp.services import counter, editing, intake, queue, signatures
from reviewapp.services.editing import FactChange
from reviewapp.web.access import actor, open_to
from reviewapp.web.counter.room import ROLE, answer, blueprint, claim_of

_MOST_FIELDS = 200
_LONGEST_KEY = 40


@blueprint.post("/intakes")
@open_to(ROLE)
def create() -> ResponseReturnValue:
    """The draft of an intake; the same `form_key` gives the same draft."""
    with transaction(db.session):
        claim = intake.create_draft(
            db.session,
            actor(),
            clock.now(),
            scheme_code=request.form.get("scheme", ""),
            programme=request.form.get("programme", ""),
            form_key=request.form.get("form_key", "")[:_LONGEST_KEY],
        )
    return answer(claim.public_id)


@blueprint.get("/intakes/<public_id>")
@open_to(ROLE)
def told(public_id: str) -> ResponseReturnValue:
    """The intake as it stands."""
    return answer(public_id)


@blueprint.post("/intakes/<public_id>/files")
@open_to(ROLE)
@limiter.limit("900 per hour")
def add_file(public_id: str) -> ResponseReturnValue:
    """Take one picture in; the same picture again is the same file."""
    claim, file = claim_of(public_id), request.files.get("file")
    if file is None:
        raise InvalidValue("照片没有送达。请重试。")
    received = intake.receive(current_app.extensions["storage"], file.stream, file.filename or "")
    with transaction(db.session):
        upload = intake.add_upload(db.session, actor(), clock.now(), claim.id, received).public_id
    return answer(public_id, upload=upload)


@blueprint.post("/intakes/<public_id>/files/<upload>/remove")
@open_to(ROLE)
def remove_file(public_id: str, upload: str) -> ResponseReturnValue:
    """Take a picture out that was taken again."""
    claim = claim_of(public_id)
    with transaction(db.session):
        intake.remove_upload(db.session, actor(), clock.now(), claim.id, upload)
    return answer(public_id)


@blueprint.post("/intakes/<public_id>/papers/<paper>/kind")
@open_to(ROLE)
def set_kind(public_id: str, paper: str) -> ResponseReturnValue:
    """The clerk says what a paper is."""
    claim = claim_of(public_id)
    with transaction(db.session):
        intake.set_kind(db.session, actor(), clock.now(), claim.id, paper, request.form.get("kind", ""))
    return answer(public_id)


@blueprint.post("/intakes/<public_id>/facts")
@open_to(ROLE)
def save_facts(public_id: str) -> ResponseReturnValue:
    """What the clerk entered or confirmed: the form's names are the fields' keys."""
    claim = claim_of(public_id)
    entered = [FactChange.of(key, value) for key, value in list(request.form.items())[:_MOST_FIELDS] if "." in key]
    with transaction(db.session):
        editing.set_facts(db.session, actor(), clock.now(), claim.id, None, entered)
    return answer(public_id)


@blueprint.post("/intakes/<public_id>/signature")
@open_to(ROLE)
def sign(public_id: str) -> ResponseReturnValue:
    """The owner's signature under the words that were shown."""
    claim, file = claim_of(public_id), request.files.get("signature")
    if file is None:
        raise InvalidValue("签名没有送达。请重试。")
    drawn = signatures.receive(current_app.extensions["storage"], file.stream)
    text = request.form.get("text", "").replace("\r\n", "\n")
    with transaction(db.session):
        counter.sign(db.session, actor(), clock.now(), claim.id, text=text, drawn=drawn, signed_at=_instant())
    return answer(public_id)


def _instant() -> datetime | None:
    """When the device says it was signed; None when it does not say so."""
    try:
        said = datetime.fromisoformat(request.form.get("signed_at", ""))
    except ValueError:
        return None
    return said if said.tzinfo is not None else None


@blueprint.post("/intakes/<public_id>/withdraw")
@open_to(ROLE)
def withdraw(public_id: str) -> ResponseReturnValue:
    """The clerk deleted the record on the device: its draft is taken back."""
    claim = claim_of(public_id)
    with transaction(db.session):
        queue.withdraw(db.session, actor(), clock.now(), claim.id, request.form.get("revision", -1, type=int))
    return answer(public_id)


@blueprint.post("/intakes/<public_id>/submit")
@open_to(ROLE)
def submit(public_id: str) -> ResponseReturnValue:
    """Put the intake in; sent twice, it answers with the same receipt."""
    claim = claim_of(public_id)
    revision = request.form.get("revision", -1, type=int)
    with transaction(db.session):
        counter.submit(
            db.session, actor(), clock.now(), claim.id, revision, on_paper=request.form.get("on_paper", "")[:24]
        )
    return answer(public_id)
