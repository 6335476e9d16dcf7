"""Writing a scheme: where it begins, the editor with its mistakes beside it, its cases, and the draft as it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, ReviewError
from reviewapp.extensions import db
from reviewapp.forms.schemes import PARTS, NoteForm, RevisionForm, SaveForm, StartForm, UploadForm
from reviewapp.models import SchemeDraft
from reviewapp.queries import schemes as queries
from reviewapp.schemes import Texts
from reviewapp.schemes.examination import gaps
from reviewapp.schemes.skeleton import skeleton
from reviewapp.services import scheme_drafts
from reviewapp.web.access import actor, open_to
from reviewapp.web.schemes.reading import download
from reviewapp.web.schemes.room import READERS, WRITERS, blueprint, reading

_MOST_BYTES = 2_000_000


@blueprint.route("/drafts/new", methods=["GET", "POST"])
@open_to(*WRITERS)
def start() -> ResponseReturnValue:
    """Begin a new scheme: with the skeleton, with files, or with nothing."""
    form = StartForm()
    if not form.validate_on_submit():
        return render_template("schemes/start.html", form=form), 422 if form.errors else 200
    try:
        with transaction(db.session):
            draft = scheme_drafts.start_new(db.session, actor(), clock.now(), form.code.data, _beginning(form))
            public_id = draft.public_id
    except InvalidValue as error:
        return render_template("schemes/start.html", form=form, refusal=error.message), error.status
    flash("草稿已建立。改动保存后才会生效；发布之前对任何人都没有影响。", "success")
    return redirect(url_for("schemes.draft", public_id=public_id))


@blueprint.post("/schemes/<code>/next")
@open_to(*WRITERS)
def start_next(code: str) -> ResponseReturnValue:
    """Begin the next version with the newest one's texts."""
    with transaction(db.session):
        draft = scheme_drafts.start_next(db.session, actor(), clock.now(), code)
        public_id, version = draft.public_id, draft.version
    flash(f"已按最新一版建立第 {version} 版草稿。发布之前，现行的一版照常使用。", "success")
    return redirect(url_for("schemes.draft", public_id=public_id))


@blueprint.get("/drafts/<public_id>")
@open_to(*READERS)
def draft(public_id: str) -> ResponseReturnValue:
    """The editor; for those who only read, and once it is handed over, the text alone."""
    return _editor(queries.draft(db.session, public_id), _part(request.args))


@blueprint.post("/drafts/<public_id>/save")
@open_to(*WRITERS)
def save(public_id: str) -> ResponseReturnValue:
    """Keep the text; what could not be kept is shown again, with the reason."""
    row, form = queries.draft(db.session, public_id), SaveForm()
    part = _part(request.form)
    if not form.validate():
        return _editor(row, part, request.form.get("text", ""), "页面不完整，没有保存。请刷新后重试。"), 422
    return _keep(row, form.revision.data, part, form.text.data or "")


@blueprint.post("/drafts/<public_id>/upload")
@open_to(*WRITERS)
def upload(public_id: str) -> ResponseReturnValue:
    """Put a file in the place of the text."""
    row, form = queries.draft(db.session, public_id), UploadForm()
    part = _part(request.form)
    try:
        if not form.validate():
            raise InvalidValue("；".join(error for errors in form.errors.values() for error in errors))
        text = _text_of(form.file.data)
    except InvalidValue as error:
        return _editor(row, part, None, f"没有上传：{error.message}"), error.status
    return _keep(row, form.revision.data, part, text)


@blueprint.get("/drafts/<public_id>/file")
@open_to(*READERS)
def draft_file(public_id: str) -> ResponseReturnValue:
    """One of the draft's texts as a file."""
    row, part = queries.draft(db.session, public_id), _part(request.args)
    return download(_text(row, part), f"{row.code}_第{row.version}版草稿_{PARTS[part]}.toml")


@blueprint.get("/drafts/<public_id>/rules")
@open_to(*READERS)
def draft_rules(public_id: str) -> ResponseReturnValue:
    """The draft as an office will read it."""
    row = queries.draft(db.session, public_id)
    examined = scheme_drafts.examined(row)
    if examined.scheme is None:
        return render_template("schemes/draft_unread.html", **_shown(row))
    shown = reading(examined.scheme, Texts(row.text, row.cases))
    return render_template("schemes/draft_rules.html", reading=shown, scheme=examined.scheme, **_shown(row))


@blueprint.get("/drafts/<public_id>/cases")
@open_to(*READERS)
def draft_cases(public_id: str) -> ResponseReturnValue:
    """The cases as they come out, each failing one explained, and what they leave open."""
    row = queries.draft(db.session, public_id)
    examined = scheme_drafts.examined(row)
    complete = examined.scheme is not None and not examined.obstacles
    left = gaps(row.text, row.cases) if complete else ()
    return render_template("schemes/draft_cases.html", gaps=left, complete=complete, **_shown(row))


def _keep(row: SchemeDraft, revision: int, part: str, text: str) -> ResponseReturnValue:
    try:
        with transaction(db.session):
            scheme_drafts.save(db.session, actor(), clock.now(), row.id, revision, **{part: text})
    except ReviewError as error:
        fresh = queries.draft(db.session, row.public_id)
        return _editor(fresh, part, text, error.message, revision), error.status
    flash("已保存。", "success")
    return redirect(url_for("schemes.draft", public_id=row.public_id, part=part))


def _editor(
    row: SchemeDraft, part: str, text: str | None = None, refusal: str = "", revision: int | None = None
) -> str:
    """The editor page. After a refusal it keeps the text that was sent and the revision that it was made from."""
    shown = _shown(row)
    problems = shown["examined"].problems if part == "scheme" else shown["examined"].case_problems
    return render_template(
        "schemes/draft.html",
        part=part,
        parts=PARTS,
        text=_text(row, part) if text is None else text,
        refusal=refusal,
        problems=() if text is not None and text != _text(row, part) else problems,
        revision=revision or row.revision,
        form=RevisionForm(),
        note=NoteForm(),
        **shown,
    )


def _shown(row: SchemeDraft) -> dict[str, Any]:
    return {"draft": row, "examined": scheme_drafts.examined(row), "states": scheme_drafts.STATES}


def _text(row: SchemeDraft, part: str) -> str:
    return row.text if part == "scheme" else row.cases


def _part(given: Mapping[str, str]) -> str:
    part = given.get("part", "scheme")
    return part if part in PARTS else "scheme"


def _beginning(form: StartForm) -> Texts:
    if form.beginning.data == "skeleton":
        return skeleton(form.code.data, form.title.data)
    if form.beginning.data == "empty":
        return Texts("", "")
    if not form.scheme_file.data:
        raise InvalidValue("请选择要上传的方案文件。")
    return Texts(_text_of(form.scheme_file.data), _text_of(form.cases_file.data) if form.cases_file.data else "")


def _text_of(file: FileStorage) -> str:
    with file.stream as stream:
        raw = stream.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise InvalidValue("文件太大，方案和用例都只有几十 KB。请检查是否选错了文件。")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InvalidValue("这不是 UTF-8 的文本文件。请用文本编辑器另存为 UTF-8 后再上传。")
    return text
