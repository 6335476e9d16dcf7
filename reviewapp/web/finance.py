"""Finance: batches in the order of approval, made by one person and released by another."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.finance import ReleaseForm
from reviewapp.policy.money import fen_from_yuan
from reviewapp.queries import finance as queries
from reviewapp.queries import scope
from reviewapp.services import payouts
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("finance", __name__, url_prefix="/finance")


@blueprint.get("")
@open_to(*scope.FINANCE)
def home() -> ResponseReturnValue:
    """What waits for a batch, the batches, and what the last reconciliation found."""
    return render_template(
        "finance/home.html",
        due=queries.due(db.session),
        batches=queries.batches(db.session),
        reconciliation=queries.reconciliation(db.session),
    )


@blueprint.post("/batches")
@open_to("finance_maker")
def make() -> ResponseReturnValue:
    """Put all ready instructions of a scheme into one batch."""
    with transaction(db.session):
        batch = payouts.make_batch(db.session, actor(), clock.now(), request.form.get("scheme", ""))
        public_id, number = batch.public_id, batch.number
    flash(f"已生成发放批次 {number}，请由另一位财务复核人员放行。", "success")
    return redirect(url_for("finance.batch", public_id=public_id))


@blueprint.get("/batches/<public_id>")
@open_to(*scope.FINANCE, "auditor")
def batch(public_id: str) -> ResponseReturnValue:
    """One batch with its lines; the form of release for the second person."""
    return _page(public_id, ReleaseForm())


@blueprint.post("/batches/<public_id>/release")
@open_to("finance_checker")
def release(public_id: str) -> ResponseReturnValue:
    """Release the batch that was shown, with count and total typed again."""
    row = scope.batch(db.session, actor(), public_id)
    form = ReleaseForm()
    if not form.validate():
        return _page(public_id, form), 422
    try:
        with transaction(db.session):
            payouts.release_batch(
                db.session,
                actor(),
                clock.now(),
                row.id,
                count=form.count.data,
                total_fen=fen_from_yuan(form.total.data),
                digest=form.digest.data,
            )
    except InvalidValue as error:
        return _page(public_id, form, error.message), error.status
    flash("已放行，正在逐笔发送银行。", "success")
    return redirect(url_for("finance.batch", public_id=public_id))


@blueprint.post("/batches/<public_id>/dissolve")
@open_to(*scope.FINANCE)
def dissolve(public_id: str) -> ResponseReturnValue:
    """Take the batch apart before its release."""
    row = scope.batch(db.session, actor(), public_id)
    with transaction(db.session):
        payouts.dissolve_batch(db.session, actor(), clock.now(), row.id)
    flash("批次已撤销，其中各笔可以重新制单。", "success")
    return redirect(url_for("finance.home"))


def _page(public_id: str, form: ReleaseForm, refusal: str = "") -> str:
    row = scope.batch(db.session, actor(), public_id)
    lines = queries.lines(db.session, row)
    by_state: dict[str, int] = {}
    for line in lines:
        by_state[line.state] = by_state.get(line.state, 0) + 1
    return render_template(
        "finance/batch.html",
        batch=queries.batch_row(row, by_state),
        lines=lines,
        digest=row.digest,
        mine=row.maker_id == actor().id,
        form=form,
        refusal=refusal,
        words=queries.PAYOUT_STATES,
    )
