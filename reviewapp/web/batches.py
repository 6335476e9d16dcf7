"""Payout batches: chosen in the order of approval, made by one person, released by another or two."""

from __future__ import annotations

import io

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, Stale
from reviewapp.extensions import db, limiter
from reviewapp.forms.finance import ReleaseForm
from reviewapp.policy.money import fen_from_yuan, words_from_fen, words_from_number
from reviewapp.queries import batches as queries
from reviewapp.queries import finance, scope
from reviewapp.services import payouts
from reviewapp.web import second_factor
from reviewapp.web.access import actor, open_to
from reviewapp.web.form_errors import point_at

blueprint = Blueprint("batches", __name__, url_prefix="/finance/batches")

_SKIP = "skip."


@blueprint.route("/new", methods=["GET", "POST"])
@open_to("finance_maker")
def choose() -> ResponseReturnValue:
    """The list that a batch is made from: all of a scheme, or of one pool; single lines can be passed over. Who comes
    back from the preview finds what was chosen.
    """
    if not request.values.get("scheme"):
        return redirect(url_for("finance.home"))
    return _choices("")


@blueprint.post("/preview")
@open_to("finance_maker")
def preview() -> ResponseReturnValue:
    """What the batch would be, before it is made."""
    listed = queries.choices(db.session, request.form.get("scheme", ""), request.form.get("pool", ""))
    shown, channel = queries.preview(listed, _reasons()), request.form.get("channel", "http")
    templates = _templates()
    if channel != "http" and channel not in templates:
        raise InvalidValue("没有这种交给银行的方式。请返回上一页重新选择。")
    if listed.lines and not shown.lines:
        return _choices("全部跳过就没有批次了。请至少留下一笔不跳过。"), 422
    return render_template(
        "finance/preview.html",
        listed=listed,
        preview=shown,
        channel=channel,
        channel_title=templates.get(channel, _INTERFACE),
        shown=request.form.get("shown", ""),
    )


@blueprint.post("")
@open_to("finance_maker")
def make() -> ResponseReturnValue:
    """Make the batch that was previewed."""
    channel = request.form.get("channel", "http")
    if channel != "http" and channel not in _templates():
        raise InvalidValue("没有这种交给银行的方式，批次没有生成。请返回上一页重新选择。")
    listed = queries.choices(db.session, request.form.get("scheme", ""), request.form.get("pool", ""))
    ids = {choice.public_id: choice.payout_id for choice in listed.lines}
    pool_id = listed.pool.id if listed.pool else None
    try:
        with transaction(db.session):
            batch = payouts.make_batch(
                db.session, actor(), clock.now(), listed.scheme_code,
                pool_id=pool_id, skips={ids.get(name, 0): reason for name, reason in _reasons().items()},
                template=None if channel == "http" else channel, shown=request.form.get("shown", ""),
            )  # fmt: skip
            public_id, number = batch.public_id, batch.number
    except (InvalidValue, Stale) as error:
        return _choices(error.message), error.status
    flash(f"已生成发放批次 {number}，请由另一位财务复核人员放行。", "success")
    return redirect(url_for("batches.show", public_id=public_id))


@blueprint.get("/<public_id>")
@open_to(*scope.FINANCE, "auditor")
def show(public_id: str) -> ResponseReturnValue:
    """One batch with its lines, what was passed over and downloaded; the form of release for the next person."""
    return _page(public_id, ReleaseForm())


@blueprint.post("/<public_id>/release")
@open_to("finance_checker")
@limiter.limit(second_factor.TRIES)
def release(public_id: str) -> ResponseReturnValue:
    """Release the batch that was shown: count and total typed again, and the second factor of this moment."""
    row = scope.batch(db.session, actor(), public_id)
    form = ReleaseForm()
    if not form.validate():
        return _page(public_id, form), 422
    if not second_factor.proves(current_user, form.proof.data):
        form.proof.errors = [second_factor.refusal(current_user)]
        return _page(public_id, form, "批次没有放行：本人确认没有通过。"), 422
    try:
        with transaction(db.session):
            batch = payouts.release_batch(
                db.session,
                actor(),
                clock.now(),
                row.id,
                count=form.count.data,
                total_fen=fen_from_yuan(form.total.data),
                digest=form.digest.data,
            )
            said = _released(batch.state, batch.channel)
    except InvalidValue as error:
        point_at(form, error.fields)
        return _page(public_id, form, error.message), error.status
    flash(said, "success")
    return redirect(url_for("batches.show", public_id=public_id))


@blueprint.post("/<public_id>/dissolve")
@open_to(*scope.FINANCE)
def dissolve(public_id: str) -> ResponseReturnValue:
    """Take the batch apart before its release."""
    row = scope.batch(db.session, actor(), public_id)
    with transaction(db.session):
        payouts.dissolve_batch(db.session, actor(), clock.now(), row.id)
    flash("批次已撤销，其中各笔可以重新制单。", "success")
    return redirect(url_for("finance.home"))


@blueprint.post("/<public_id>/export")
@open_to(*scope.FINANCE)
def export(public_id: str) -> ResponseReturnValue:
    """Send a released batch as a file: afterwards it can be downloaded, and its results come by return file."""
    row = scope.batch(db.session, actor(), public_id)
    with transaction(db.session):
        payouts.export_batch(db.session, actor(), clock.now(), row.id, current_app.extensions["bank_templates"])
    flash("银行文件已生成。请下载后交给银行，并核对校验码。", "success")
    return redirect(url_for("batches.show", public_id=public_id))


@blueprint.get("/<public_id>/file")
@open_to(*scope.FINANCE)
def file(public_id: str) -> ResponseReturnValue:
    """The bank file, for saving; who took it is written down before."""
    row = scope.batch(db.session, actor(), public_id)
    with transaction(db.session):
        found = payouts.bank_file(db.session, actor(), clock.now(), row.id, current_app.extensions["bank_templates"])
    response: Response = send_file(
        io.BytesIO(found.data), mimetype="application/octet-stream", as_attachment=True, download_name=found.name
    )
    response.headers["Cache-Control"] = "no-store"  # cards in clear: nothing but the saved file keeps them
    return response


_INTERFACE = "银行接口（放行后自动逐笔发送）"


def _choices(refusal: str) -> str:
    """The list as it is now, with the reasons and the way to the bank that were chosen before, if any."""
    return render_template(
        "finance/choose.html",
        listed=queries.choices(db.session, request.values.get("scheme", ""), request.values.get("pool", "")),
        templates=_templates(),
        reasons=_reasons(),
        channel=request.form.get("channel", "http"),
        refusal=refusal,
    )


def _templates() -> dict[str, str]:
    """Titles of the bank files by id."""
    return {name: template.title for name, template in current_app.extensions["bank_templates"].items()}


def _reasons() -> dict[str, str]:
    """Reasons for passing lines over, by the line's public id; what was left empty is no skip."""
    given = ((name.removeprefix(_SKIP), text.strip()) for name, text in request.form.items() if name.startswith(_SKIP))
    return {name: text for name, text in given if text}


def _released(state: str, channel: str) -> str:
    if state == "checked":
        return "已复核。这个批次金额较大，还需要第三人放行。"
    if channel == "file":
        return "已放行。请生成银行文件，下载后交给银行。"
    return "已放行，正在逐笔发送银行。"


def _page(public_id: str, form: ReleaseForm, refusal: str = "") -> str:
    row = scope.batch(db.session, actor(), public_id)
    lines = finance.lines(db.session, row)
    by_state: dict[str, int] = {}
    for line in lines:
        by_state[line.state] = by_state.get(line.state, 0) + 1
    return render_template(
        "finance/batch.html",
        batch=finance.batch_row(row, by_state),
        row=row,
        lines=lines,
        skips=queries.skips(db.session, row),
        downloads=queries.downloads(db.session, row),
        channel_title=_templates().get(row.template, row.template) if row.template else _INTERFACE,
        mine=actor().id in (row.maker_id, row.checker_id),
        form=form,
        proof_label=second_factor.label(current_user),
        proof_is_code=second_factor.has_code(current_user),
        in_words=(words_from_number(row.count), words_from_fen(row.total_fen)),
        refusal=refusal,
    )
