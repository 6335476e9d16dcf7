"""Return files of banks: uploaded, looked through, applied; what did not fit is settled in suspense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.queries import returns as queries
from reviewapp.queries import scope
from reviewapp.services import payouts_returns, payouts_suspense
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("returns", __name__, url_prefix="/finance")

_READERS = (*scope.FINANCE, "auditor")
#: How many lines of one kind a page shows.
_MOST_SHOWN = 300


@blueprint.get("/returns")
@open_to(*_READERS)
def listing() -> ResponseReturnValue:
    """Where a file is uploaded, and the files there are."""
    return _listing()


@blueprint.post("/returns")
@open_to(*scope.FINANCE)
def upload() -> ResponseReturnValue:
    """Stage a file; one that cannot be read is refused whole, one that is known already changes nothing."""
    template = current_app.extensions["bank_templates"].get(request.form.get("template", ""))
    sent = request.files.get("file")
    if template is None or sent is None or not sent.filename:
        return _listing("请选择模板和回盘文件。"), 422
    name, batch = request.form.get("batch", ""), None
    if name:
        batch = scope.batch(db.session, actor(), name).id
    data = sent.stream.read()
    try:
        with transaction(db.session):
            file, new = payouts_returns.stage(
                db.session, actor(), clock.now(), name=sent.filename, data=data, template=template, batch_id=batch
            )
            public_id = file.public_id
    except InvalidValue as error:
        return _listing(error.message), error.status
    if not new:
        flash("这个文件以前上传过，内容完全相同，没有重复导入。下面是当时的文件。", "warning")
    return redirect(url_for("returns.show", public_id=public_id))


@blueprint.get("/returns/<public_id>")
@open_to(*_READERS)
def show(public_id: str) -> ResponseReturnValue:
    """What each line of the file would do, or did."""
    file = scope.return_file(db.session, actor(), public_id)
    return render_template(
        "finance/return.html",
        view=queries.file_view(db.session, file),
        outcomes=queries.OUTCOMES,
        states=queries.FILE_STATES,
        template=_title(file.template),
        most=_MOST_SHOWN,
    )


@blueprint.post("/returns/<public_id>/apply")
@open_to(*scope.FINANCE)
def apply(public_id: str) -> ResponseReturnValue:
    """Do what was shown, all of it or nothing."""
    file = scope.return_file(db.session, actor(), public_id)
    with transaction(db.session):
        payouts_returns.apply(db.session, actor(), clock.now(), file.id, request.form.get("shown", ""))
    flash(_applied(queries.file_view(db.session, scope.return_file(db.session, actor(), public_id)).counts), "success")
    return redirect(url_for("returns.show", public_id=public_id))


@blueprint.post("/returns/<public_id>/discard")
@open_to(*scope.FINANCE)
def discard(public_id: str) -> ResponseReturnValue:
    """Put a file aside that was uploaded by mistake."""
    file = scope.return_file(db.session, actor(), public_id)
    with transaction(db.session):
        payouts_returns.discard(db.session, actor(), clock.now(), file.id)
    flash("回盘文件已作废，没有入账。需要时重新上传同一个文件即可恢复。", "success")
    return redirect(url_for("returns.listing"))


@blueprint.get("/suspense")
@open_to(*_READERS)
def suspense() -> ResponseReturnValue:
    """Lines that changed nothing, and what became of them."""
    return _suspense()


@blueprint.post("/suspense/<public_id>/propose")
@open_to(*scope.FINANCE)
def propose(public_id: str) -> ResponseReturnValue:
    """Say which instruction the line belongs to."""
    item = scope.suspense_item(db.session, actor(), public_id)
    number, reason = request.form.get("number", ""), request.form.get("reason", "")
    try:
        with transaction(db.session):
            payouts_suspense.propose(db.session, actor(), item.id, number, reason)
    except InvalidValue as error:
        return _suspense(_Refused(public_id, "propose", error)), error.status
    flash("已提出对应，请由另一位财务人员确认。", "success")
    return redirect(url_for("returns.suspense"))


@blueprint.post("/suspense/<public_id>/confirm")
@open_to(*scope.FINANCE)
def confirm(public_id: str) -> ResponseReturnValue:
    """Agree, as the second person: the line takes effect."""
    item = scope.suspense_item(db.session, actor(), public_id)
    try:
        with transaction(db.session):
            payouts_suspense.confirm(db.session, actor(), clock.now(), item.id)
    except InvalidValue as error:
        return _suspense(_Refused(public_id, "confirm", error)), error.status
    flash("已确认对应，这一笔已入账。", "success")
    return redirect(url_for("returns.suspense"))


@blueprint.post("/suspense/<public_id>/withdraw")
@open_to(*scope.FINANCE)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take a proposal back, or send it back."""
    item = scope.suspense_item(db.session, actor(), public_id)
    with transaction(db.session):
        payouts_suspense.withdraw(db.session, actor(), item.id)
    flash("已退回，这一笔重新待处理。", "success")
    return redirect(url_for("returns.suspense"))


@blueprint.post("/suspense/<public_id>/explain")
@open_to(*scope.FINANCE)
def explain(public_id: str) -> ResponseReturnValue:
    """Say why the line concerns no instruction."""
    item = scope.suspense_item(db.session, actor(), public_id)
    try:
        with transaction(db.session):
            payouts_suspense.explain(db.session, actor(), clock.now(), item.id, request.form.get("reason", ""))
    except InvalidValue as error:
        return _suspense(_Refused(public_id, "explain", error)), error.status
    flash("已标为已说明，没有入账。", "success")
    return redirect(url_for("returns.suspense"))


def _listing(refusal: str = "") -> str:
    templates = current_app.extensions["bank_templates"]
    return render_template(
        "finance/returns.html",
        files=queries.files(db.session),
        batches=queries.batches_to_answer(db.session),
        templates={name: template.title for name, template in templates.items()},
        chosen=request.values.get("batch", ""),
        template=request.values.get("template", ""),
        in_suspense=queries.in_suspense(db.session),
        outcomes=queries.OUTCOMES,
        states=queries.FILE_STATES,
        refusal=refusal,
    )


@dataclass(frozen=True, slots=True)
class _Refused:
    """What was tried with which line, and why it was not done: told at that line, which keeps what was typed."""

    item: str
    act: str
    error: InvalidValue


def _suspense(refused: _Refused | None = None) -> str:
    return render_template("finance/suspense.html", rows=queries.suspense(db.session), refused=refused)


def _applied(counts: Mapping[str, int]) -> str:
    told = "；".join(f"{word} {counts[outcome]} 笔" for outcome, word in queries.OUTCOMES.items() if counts[outcome])
    return f"回盘文件已入账：{told}。"


def _title(name: str) -> str:
    template = current_app.extensions["bank_templates"].get(name)
    return template.title if template else name
