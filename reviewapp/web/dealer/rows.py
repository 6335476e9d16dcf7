"""One buyer's row: its cells to be mended, and what its check says."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.policy.voucher_flow import REDEEMERS
from reviewapp.queries import batch_board
from reviewapp.services import batch_drafts, batch_rows, batches
from reviewapp.web.access import actor, open_to
from reviewapp.web.dealer.room import batch_of, blueprint


@blueprint.get("/<public_id>/rows/<row>")
@open_to(*REDEEMERS)
def row(public_id: str, row: str) -> ResponseReturnValue:
    """The row's cells with what is wrong in each, and what stands between the buyer and the submission."""
    batch = batch_of(public_id)
    found = batch_rows.row_of(db.session, batch, row)
    view = batch_board.row_view(db.session, batch, found, clock.now())
    template = batches.template_of(batch)
    return render_template(
        "dealer/row.html", batch=batch, row=found, view=view, columns=template.columns(), title=template.title
    )


@blueprint.post("/<public_id>/rows/<row>")
@open_to("dealer")
def save_row(public_id: str, row: str) -> ResponseReturnValue:
    """Keep what the form says, wrong or not, and check the draft anew."""
    batch_id = batch_of(public_id).id
    cells = {key: text for key, text in request.form.items() if "." in key}
    with transaction(db.session):
        found = batch_rows.change_cells(db.session, actor(), clock.now(), batch_id, row, cells)
        batch_drafts.bring_up(db.session, clock.now(), found.batch, found)
        faults, number = dict(found.faults), found.number
    if faults:
        return redirect(url_for("dealer.row", public_id=public_id, row=row))
    flash(f"第 {number} 行已保存。", "success")
    return redirect(url_for("dealer.show", public_id=public_id))


@blueprint.post("/<public_id>/rows")
@open_to("dealer")
def add_row(public_id: str) -> ResponseReturnValue:
    """Another, empty row."""
    batch_id = batch_of(public_id).id
    with transaction(db.session):
        made = batch_rows.add_row(db.session, actor(), clock.now(), batch_id, {})
        row_id = made.public_id
    return redirect(url_for("dealer.row", public_id=public_id, row=row_id))
