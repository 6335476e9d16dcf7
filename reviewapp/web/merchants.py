"""商户报名: the public list of firms, and a firm's application from its draft to what became of it."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, ReviewError, Stale
from reviewapp.extensions import db, limiter
from reviewapp.forms.merchants import ApplicationForm, FormKey
from reviewapp.models import MerchantApplication
from reviewapp.policy import merchant_flow as flow
from reviewapp.policy.masks import mask_phone
from reviewapp.queries import merchants as queries
from reviewapp.queries import scope
from reviewapp.schemes import merchants as rules
from reviewapp.services import merchants
from reviewapp.services.days import local_date
from reviewapp.web.access import ANYONE, actor, open_to
from reviewapp.web.form_errors import point_at
from reviewapp.web.public import scheme_named

blueprint = Blueprint("merchants", __name__)

_READERS = (*flow.APPLICANTS, "township", *scope.FIRM_READERS)


@blueprint.get("/schemes/<code>/merchants")
@open_to(ANYONE)
@limiter.limit("120 per minute")
def listed(code: str) -> ResponseReturnValue:
    """The firms that take part today."""
    scheme, text = scheme_named(code), request.args.get("text", "")[:60]
    today = local_date(clock.now())
    everybody = queries.listed(db.session, code, today, state="valid")
    rows = queries.listed(db.session, code, today, text=text, state="valid") if text else everybody
    return render_template(
        "merchants/listed.html", scheme=scheme, rows=rows, text=text, total=len(everybody), now=clock.now()
    )


@blueprint.get("/schemes/<code>/merchants/apply")
@open_to(ANYONE)
def start(code: str) -> ResponseReturnValue:
    """What a firm has to meet and who looks at it, before it begins."""
    scheme = scheme_named(code)
    return render_template(
        "merchants/start.html",
        scheme=scheme,
        given=rules.load(code),
        kinds=flow.KINDS,
        applicants=flow.APPLICANTS,
        form=FormKey(form_key=secrets.token_hex(16)),
    )


@blueprint.post("/schemes/<code>/merchants/apply")
@open_to(*flow.APPLICANTS)
def begin(code: str) -> ResponseReturnValue:
    """A new draft; the same form sent twice gives one."""
    form = FormKey()
    with transaction(db.session):
        key = form.form_key.data or secrets.token_hex(16)
        made = merchants.begin(db.session, actor(), clock.now(), code, key[:64]).public_id
    return redirect(url_for("merchants.show", public_id=made))


@blueprint.get("/merchants")
@open_to(*flow.APPLICANTS)
def mine() -> ResponseReturnValue:
    """My applications."""
    found = scope.merchant_applications(db.session, actor()).order_by(MerchantApplication.id.desc())
    return render_template(
        "merchants/mine.html", rows=db.session.scalars(found).all(), states=flow.STATES, tones=queries.TONES,
        title_of=lambda code: schemes.load(code).title,
    )  # fmt: skip


@blueprint.get("/merchants/<public_id>")
@open_to(*flow.APPLICANTS)
def show(public_id: str) -> ResponseReturnValue:
    """The form while it can be changed; else where it stands."""
    return _page(scope.merchant_application(db.session, actor(), public_id))


@blueprint.post("/merchants/<public_id>")
@open_to(*flow.APPLICANTS)
@limiter.limit("60 per minute")
def save(public_id: str) -> ResponseReturnValue:
    """Keep what was entered; with the button 提交 put it in. What does not hold is said at its field."""
    row = scope.merchant_application(db.session, actor(), public_id)
    row_id, form = row.id, ApplicationForm()
    try:
        licence, refused = _licence(form)
        with transaction(db.session):
            row = merchants.save(db.session, actor(), row_id, form.revision.data or 0, _entry(form), licence)
            revision = row.revision
        if refused is not None:
            raise refused
        if "submit" not in request.form:
            flash("草稿已保存，随时可以接着填。", "success")
            return redirect(url_for("merchants.show", public_id=public_id))
        with transaction(db.session):
            merchants.submit(db.session, actor(), clock.now(), row_id, revision)
    except (InvalidValue, NotAllowed, IllegalMove, Stale) as error:
        row = scope.merchant_application(db.session, actor(), public_id)
        return _page(row, form, error), error.status
    flash("报名已提交。进展可以随时在这里查看。", "success")
    return redirect(url_for("merchants.show", public_id=public_id))


@blueprint.post("/merchants/<public_id>/withdraw")
@open_to(*flow.APPLICANTS)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take it back before it is decided."""
    row_id = scope.merchant_application(db.session, actor(), public_id).id
    with transaction(db.session):
        merchants.withdraw(db.session, actor(), clock.now(), row_id, request.form.get("revision", 0, type=int))
    flash("报名已撤回。", "success")
    return redirect(url_for("merchants.mine"))


@blueprint.get("/merchants/<public_id>/licence.jpg")
@open_to(*_READERS)
def licence(public_id: str) -> ResponseReturnValue:
    """The re-encoded picture of the business licence."""
    row = scope.merchant_application(db.session, actor(), public_id)
    if row.licence_view_sha256 is None:
        raise NotFound("还没有上传营业执照。")
    picture = current_app.extensions["storage"].open(row.licence_view_sha256)
    response: Response = send_file(picture, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _licence(form: ApplicationForm) -> tuple[merchants.Licence | None, InvalidValue | None]:
    """The file if one was sent and taken; else why not. What was typed beside a refused file is kept all the same."""
    sent = form.licence.data
    if not sent:
        return None, None
    try:
        storage = current_app.extensions["storage"]
        return merchants.receive_licence(storage, sent.stream, sent.filename or ""), None
    except ReviewError as error:
        return None, InvalidValue("营业执照没有收下，其余内容已保存。", {"licence": error.message})


def _entry(form: ApplicationForm) -> merchants.Entry:
    texts = ("kind", "name", "uscc", "address", "person", "phone", "township")
    said = {
        name.removeprefix("activity."): value for name, value in request.form.items() if name.startswith("activity.")
    }
    return merchants.Entry(
        **{name: form[name].data or "" for name in texts},
        conditions=[name.removeprefix("condition.") for name in request.form if name.startswith("condition.")],
        activities={name: value == "yes" for name, value in said.items() if value in ("yes", "no")},
    )


def _page(row: MerchantApplication, form: ApplicationForm | None = None, error: ReviewError | None = None) -> str:
    given, scheme = rules.load(row.scheme_code), schemes.load(row.scheme_code)
    words = {"row": row, "given": given, "scheme": scheme, "states": flow.STATES, "tones": queries.TONES}
    words |= {"refusal": error.message if error else "", "masked_phone": mask_phone(row.phone or "")}
    if row.state not in flow.EDITABLE:
        return render_template("merchants/show.html", actions=flow.ACTIONS, kinds=flow.KINDS, **words)
    entry = _entry(form) if form else merchants.Entry(conditions=row.conditions, activities=row.activities)
    form = form or ApplicationForm(formdata=None, obj=row)
    form.kind.choices = [("", "请选择"), *((kind, flow.KINDS[kind][0]) for kind in given.kinds)]
    form.township.choices = [("", "请选择"), *((name, name) for name in given.townships)]
    faults = error.fields if isinstance(error, InvalidValue) else {}
    point_at(form, faults)
    return render_template("merchants/form.html", form=form, faults=faults, entry=entry, **words)
