"""From a draft to a version in force: what changes, do the cases come out, and the second person's word."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import Incomplete, InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.schemes import NoteForm, PublishForm, RevisionForm
from reviewapp.models import SchemeDraft
from reviewapp.policy import SchemeError
from reviewapp.queries import schemes as queries
from reviewapp.schemes.difference import Difference, differences
from reviewapp.services import scheme_drafts
from reviewapp.web.access import actor, open_to
from reviewapp.web.schemes.room import READERS, WRITERS, blueprint


@blueprint.get("/drafts/<public_id>/publication")
@open_to(*READERS)
def publication(public_id: str) -> ResponseReturnValue:
    """Everything that is looked at before publishing, and who did what so far."""
    return _page(queries.draft(db.session, public_id))


@blueprint.post("/drafts/<public_id>/propose")
@open_to(*WRITERS)
def propose(public_id: str) -> ResponseReturnValue:
    """Hand the draft to a second person."""
    row, form = queries.draft(db.session, public_id), RevisionForm()
    if not form.validate():
        return _page(row, "页面不完整，没有提请。请刷新后重试。"), 422
    try:
        with transaction(db.session):
            scheme_drafts.propose(db.session, actor(), clock.now(), row.id, form.revision.data)
    except Incomplete as error:
        return _page(queries.draft(db.session, public_id), error.message), error.status
    flash("已提请发布。请另一位管理员打开这一页核对后发布。", "success")
    return redirect(url_for("schemes.publication", public_id=public_id))


@blueprint.post("/drafts/<public_id>/send-back")
@open_to(*WRITERS)
def send_back(public_id: str) -> ResponseReturnValue:
    """Open it for writing again."""
    return _with_reason(public_id, scheme_drafts.send_back, "已退回修改，可以继续编辑。")


@blueprint.post("/drafts/<public_id>/withdraw")
@open_to(*WRITERS)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Give it up."""
    return _with_reason(public_id, scheme_drafts.withdraw, "草稿已作废，内容和记录仍可查阅。")


@blueprint.post("/drafts/<public_id>/publish")
@open_to(*WRITERS)
def publish(public_id: str) -> ResponseReturnValue:
    """The second person's word: the version that was shown is in force."""
    row, form = queries.draft(db.session, public_id), PublishForm()
    code, version = row.code, row.version
    if not form.validate():
        return _page(row, "".join(error for errors in form.errors.values() for error in errors)), 422
    try:
        with transaction(db.session):
            scheme_drafts.publish(db.session, actor(), clock.now(), row.id, form.revision.data, form.digest.data)
    except (Incomplete, InvalidValue) as error:
        return _page(queries.draft(db.session, public_id), error.message), error.status
    schemes.look_again()
    flash(f"{code} 第 {version} 版已发布，新的申请从现在起按这一版办理；已建立的申请不受影响。", "success")
    return redirect(url_for("schemes.show", code=code, version=version))


def _with_reason(public_id: str, act: Callable[..., SchemeDraft], done: str) -> ResponseReturnValue:
    row, form = queries.draft(db.session, public_id), NoteForm()
    if not form.validate():
        return _page(row, "页面不完整，操作没有生效。请刷新后重试。"), 422
    try:
        with transaction(db.session):
            act(db.session, actor(), clock.now(), row.id, form.revision.data, form.note.data)
    except InvalidValue as error:
        return _page(queries.draft(db.session, public_id), error.message), error.status
    flash(done, "success")
    return redirect(url_for("schemes.publication", public_id=public_id))


def _page(row: SchemeDraft, refusal: str = "") -> str:
    return render_template(
        "schemes/publication.html",
        draft=row,
        examined=scheme_drafts.examined(row),
        states=scheme_drafts.STATES,
        before=_before(row),
        differences=_differences(row),
        events=queries.trail(db.session, row),
        mine=actor().id in (row.edited_by_id, row.proposed_by_id),
        refusal=refusal,
        note_given=request.form.get("note", ""),
    )


def _before(row: SchemeDraft) -> str:
    """The version that this one follows, "" for the first."""
    return next((name for name in reversed(schemes.versions(row.code)) if int(name) < row.version), "")


def _differences(row: SchemeDraft) -> tuple[Difference, ...] | None:
    """Against the version before; None where there is none, or where the draft is no TOML yet."""
    before = _before(row)
    if not before:
        return None
    try:
        return differences(schemes.texts(row.code, before).scheme, row.text)
    except SchemeError:
        return None
