"""The pile: files one by one, archives part by part, so that a broken connection costs one of them."""

from __future__ import annotations

from typing import IO

from flask import current_app, request
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, ReviewError
from reviewapp.extensions import db
from reviewapp.policy.voucher_flow import REDEEMERS
from reviewapp.services import batches, intake
from reviewapp.web.access import actor, open_to
from reviewapp.web.dealer.room import batch_of, blueprint, changed


@blueprint.post("/<public_id>/files")
@open_to(*REDEEMERS)
def add_files(public_id: str) -> ResponseReturnValue:
    """Take in the files of the form, each on its own; what is refused is written down with the reason."""
    batch_id = batch_of(public_id).id
    for file in request.files.getlist("file"):
        if file.filename:
            _take(batch_id, file.filename, file.stream)
    return changed(public_id)


def _take(batch_id: int, name: str, stream: IO[bytes]) -> None:
    try:
        if name.lower().endswith(".zip"):
            _take_archive(batch_id, name, stream)
            return
        received = intake.receive(current_app.extensions["storage"], stream, name)
        with transaction(db.session):
            batches.add_file(db.session, actor(), clock.now(), batch_id, received)
    except ReviewError as error:
        with transaction(db.session):
            shown = intake.display_name(name)
            batches.refuse_file(db.session, actor(), clock.now(), batch_id, shown, error.message)


def _take_archive(batch_id: int, name: str, stream: IO[bytes]) -> None:
    """An archive that a page without scripts sends in one go."""
    parts = batches.receive_archive(current_app.extensions["storage"], stream)
    with transaction(db.session):
        size = sum(part.size for part in parts)
        file = batches.begin_arrival(db.session, actor(), clock.now(), batch_id, name, size)
        for number, part in enumerate(parts):
            batches.add_part(db.session, actor(), clock.now(), batch_id, file.public_id, number, part)


@blueprint.post("/<public_id>/archives")
@open_to(*REDEEMERS)
def begin_archive(public_id: str) -> ResponseReturnValue:
    """An archive of that name and size comes in parts: its name here, how large parts are, and how many are here."""
    batch_id = batch_of(public_id).id
    with transaction(db.session):
        size = request.form.get("size", 0, type=int)
        name = request.form.get("name", "")
        file = batches.begin_arrival(db.session, actor(), clock.now(), batch_id, name, size)
        return {"id": file.public_id, "part": batches.PART_BYTES, "here": len(file.parts)}


@blueprint.post("/<public_id>/archives/<file>/parts/<int:number>")
@open_to(*REDEEMERS)
def add_part(public_id: str, file: str, number: int) -> ResponseReturnValue:
    """Part `number` (from 0), as the file `part` of a form."""
    batch_id = batch_of(public_id).id
    sent = request.files.get("part")
    if sent is None:
        raise InvalidValue("这一段没有传到。请重新选择同一个压缩包，会从断开的地方继续。")
    stored = current_app.extensions["storage"].put(sent.stream, batches.PART_BYTES)
    with transaction(db.session):
        kept = batches.add_part(db.session, actor(), clock.now(), batch_id, file, number, stored)
        return {"here": len(kept.parts), "state": kept.state}


@blueprint.post("/<public_id>/files/<file>/dismiss")
@open_to(*REDEEMERS)
def dismiss(public_id: str, file: str) -> ResponseReturnValue:
    """Why a file was not taken has been read."""
    batch_id = batch_of(public_id).id
    with transaction(db.session):
        batches.dismiss(db.session, actor(), batch_id, file)
    return changed(public_id)
