"""Putting in what is complete, and the receipts of it."""

from __future__ import annotations

from io import BytesIO

from flask import current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import asdict

from reviewapp import clock
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.models import Batch
from reviewapp.policy.statements import Receipt
from reviewapp.policy.voucher_flow import REDEEMERS
from reviewapp.services import batch_receipts, batch_submission
from reviewapp.web.access import actor, open_to
from reviewapp.web.dealer.room import XLSX, batch_of, blueprint, file_name


@blueprint.post("/<public_id>/submit")
@open_to(*REDEEMERS)
def submit(public_id: str) -> ResponseReturnValue:
    """Submit all complete drafts in the sheet's order; what came of it, buyer by buyer."""
    batch_id = batch_of(public_id).id
    try:
        done = batch_submission.submit_complete(db.session, actor(), clock.now(), batch_id)
    except InvalidValue as error:
        flash(error.message, "error")
        return redirect(url_for("dealer.show", public_id=public_id))
    if not done.tickets and not done.kept and not done.left:
        flash("没有可以提交的购车人：都已经提交，或表里还没有人。", "info")
        return redirect(url_for("dealer.show", public_id=public_id))
    if batch_of(public_id).number is not None:
        return _settled(public_id, done)
    return render_template("dealer/submitted.html", batch=batch_of(public_id), done=done)


def _settled(public_id: str, done: batch_submission.Submitted) -> ResponseReturnValue:
    """What came of a settlement application; what keeps a voucher back stands on its row."""
    if done.tickets:
        first, last = done.tickets[0][1], done.tickets[-1][1]
        flash(f"已提交 {len(done.tickets)} 张消费券的结算，排队号从 {first} 到 {last}。", "success")
    if done.kept or done.left:
        flash(f"还有 {len(done.kept) + done.left} 张没有提交，原因写在各行里；补好后再点“提交”。", "warning")
    return redirect(url_for("settlements.show", public_id=public_id))


@blueprint.get("/<public_id>/receipts.pdf")
@open_to(*REDEEMERS)
def receipts_pdf(public_id: str) -> ResponseReturnValue:
    """All receipts to print."""
    batch, found = _found(public_id)
    if not found:
        return _nothing(public_id)
    data = BytesIO(batch_receipts.as_pdf(found))
    return send_file(data, "application/pdf", as_attachment=True, download_name=file_name(batch, "受理回执", "pdf"))


@blueprint.get("/<public_id>/receipts.xlsx")
@open_to(*REDEEMERS)
def receipts_table(public_id: str) -> ResponseReturnValue:
    """All receipts as a table."""
    batch, found = _found(public_id)
    if not found:
        return _nothing(public_id)
    data = BytesIO(batch_receipts.as_table(found))
    return send_file(data, XLSX, as_attachment=True, download_name=file_name(batch, "受理回执", "xlsx"))


def _found(public_id: str) -> tuple[Batch, tuple[batch_receipts.BatchReceipt, ...]]:
    batch = batch_of(public_id)
    return batch, batch_receipts.of_batch(db.session, current_app.extensions["signer"], batch, _address)


def _nothing(public_id: str) -> ResponseReturnValue:
    flash("这一批还没有提交的购车人，提交后就有回执。", "info")
    return redirect(url_for("dealer.show", public_id=public_id))


def _address(receipt: Receipt) -> str:
    """Where a telephone checks the receipt."""
    said = {**asdict(receipt), "submitted_at": receipt.submitted_at.isoformat()}
    return url_for("queue.check", code=said.pop("scheme"), **said, _external=True)
