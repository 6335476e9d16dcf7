"""Files and papers over the interface."""

from __future__ import annotations

from flask import current_app
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.queries import scope
from reviewapp.services import intake
from reviewapp.web.api import bodies, shown
from reviewapp.web.api.document import operation
from reviewapp.web.api.room import Done, Made, actor, blueprint, canonical, once


@blueprint.post("/claims/<public_id>/files")
@operation("上传一个文件", "claims:write", bodies.FileShown, status=201)
def add_file(public_id: str, headers: bodies.Keyed, form: bodies.FileForm) -> Made:
    """Take a file in; it is read in a moment. The same file of a claim again is the same file."""
    if form is None:
        raise UnsupportedMediaType()
    given = form.file
    if not isinstance(given, FileStorage) or not given.filename:
        told = "没有文件。请用 multipart/form-data 的 file 字段上传，并写明文件名。"
        raise InvalidValue(told, {"file": "没有文件"})
    scope.claim(db.session, actor(), public_id)
    received = intake.receive(current_app.extensions["storage"], given.stream, given.filename)

    def work() -> bodies.FileShown:
        claim_id = scope.claim(db.session, actor(), public_id).id
        file = intake.add_upload(db.session, actor(), clock.now(), claim_id, received)
        db.session.flush()
        return bodies.FileShown(
            id=file.public_id, name=file.name, size=file.size, state=file.state, refusal=file.refusal
        )

    answer, told = once(headers, f"{received.sha256}\0{received.name}".encode(), work)
    return answer, 201, told


@blueprint.delete("/claims/<public_id>/files/<file_id>")
@operation("删除一个文件", "claims:write", None, status=204)
def remove_file(public_id: str, file_id: str) -> tuple[str, int]:
    """Take a file out of the claim, with the papers that stand on no other."""
    with transaction(db.session):
        claim_id = scope.claim(db.session, actor(), public_id).id
        intake.remove_upload(db.session, actor(), clock.now(), claim_id, file_id)
    return "", 204


@blueprint.post("/claims/<public_id>/papers/<paper_id>/kind")
@operation("指定材料的种类", "claims:write", bodies.Brief)
def set_kind(public_id: str, paper_id: str, headers: bodies.Keyed, json: bodies.Kind) -> Done:
    """Say what a paper is; it is read again as that."""

    def work() -> bodies.Brief:
        claim = scope.claim(db.session, actor(), public_id)
        intake.set_kind(db.session, actor(), clock.now(), claim.id, paper_id, json.kind)
        return shown.brief(claim)

    return once(headers, canonical(json), work)


@blueprint.delete("/claims/<public_id>/papers/<paper_id>")
@operation("删除一份材料", "claims:write", None, status=204)
def remove_paper(public_id: str, paper_id: str) -> tuple[str, int]:
    """Take a paper out of the claim."""
    with transaction(db.session):
        claim_id = scope.claim(db.session, actor(), public_id).id
        intake.remove_paper(db.session, actor(), clock.now(), claim_id, paper_id)
    return "", 204
