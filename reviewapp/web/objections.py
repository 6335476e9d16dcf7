"""Objections to a published claim, on its page at the desk: recorded by whoever reviews, settled by another lead."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed
from reviewapp.extensions import db
from reviewapp.forms.objections import ObjectionForm, SettleForm
from reviewapp.queries import scope
from reviewapp.services import objections
from reviewapp.web.access import actor, open_to
from reviewapp.web.form_errors import point_at
from reviewapp.web.trail import page

blueprint = Blueprint("objections", __name__, url_prefix="/desk")

_DISMISSED = "已记为不成立。没有其他待处理的异议时，公示期满即转入待发放。"
_UPHELD = "已记为成立：审核通过已撤销，申请回到专项审核的原位，申领人会收到短信。"
_DO = {"dismiss": (objections.dismiss, _DISMISSED), "uphold": (objections.uphold, _UPHELD)}


@blueprint.post("/claims/<public_id>/objections")
@open_to(*objections.MAY_RECORD)
def record(public_id: str) -> ResponseReturnValue:
    """Write down what was received; what does not hold is told at its field, and nothing typed is lost."""
    claim_id, form = scope.claim(db.session, actor(), public_id).id, ObjectionForm()
    if not form.validate():
        return page(public_id, recording=form), 422
    said = objections.Received(
        form.received_on.data,
        form.channel.data,
        form.text.data or "",
        form.raised_by.data or "",
        form.contact.data or "",
    )
    try:
        with transaction(db.session):
            objections.record(db.session, actor(), clock.now(), claim_id, said, form_key=form.form_key.data[:40])
    except (InvalidValue, IllegalMove) as error:
        point_at(form, getattr(error, "fields", {}))
        return page(public_id, recording=form, refusal=error.message), error.status
    flash("异议已登记。处理之前这份申请不会转入待发放，请告知复核。", "success")
    return redirect(url_for("trail.show", public_id=public_id))


@blueprint.post("/objections/<public_id>")
@open_to(*objections.MAY_SETTLE)
def settle(public_id: str) -> ResponseReturnValue:
    """Say whether it holds, and why."""
    row, form = scope.objection(db.session, actor(), public_id), SettleForm()
    objection_id, claim = row.id, row.claim.public_id
    if not form.validate():
        return page(claim, settling=(public_id, form)), 422
    act, done = _DO[form.outcome.data]
    try:
        with transaction(db.session):
            act(db.session, actor(), clock.now(), objection_id, reason=form.reason.data or "")
    except (InvalidValue, IllegalMove, NotAllowed) as error:
        point_at(form, getattr(error, "fields", {}))
        return page(claim, settling=(public_id, form), refusal=error.message), error.status
    flash(done, "success")
    return redirect(url_for("trail.show", public_id=claim))
