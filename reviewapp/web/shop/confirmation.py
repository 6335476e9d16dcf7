"""《补贴确认书》: printed filled, signed on the screen or on paper."""

from __future__ import annotations

import io

from flask import current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, printing
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, ReviewError
from reviewapp.extensions import db
from reviewapp.models import Sale
from reviewapp.queries import sales as queries
from reviewapp.queries.names import file_name
from reviewapp.services import sales, signatures
from reviewapp.web.access import actor, open_to
from reviewapp.web.drawn import drawn
from reviewapp.web.shop.room import STAFF, address_of, blueprint, page, sale_of


@blueprint.get("/<public_id>/confirmation.pdf")
@open_to(*STAFF)
def confirmation(public_id: str) -> ResponseReturnValue:
    """The form of a closed sale, filled, with the signature where it was given on the screen."""
    sale, now = _closed(public_id), clock.now()
    content = queries.form(db.session, sale, now, address_of(sale))
    made = printing.pdf("confirmation", content, _signature(sale), now)
    name = file_name(sales.rules_of(sale.claim)[0], f"补贴确认书_{sale.public_id}", now, "pdf")
    return send_file(io.BytesIO(made), "application/pdf", download_name=name)


@blueprint.post("/<public_id>/sign")
@open_to(*STAFF)
def sign(public_id: str) -> ResponseReturnValue:
    """The consumer signs on the screen what the form says."""
    sale, now = _closed(public_id), clock.now()
    claim_id, text = sale.claim_id, queries.statement(db.session, sale, now)
    try:
        taken = signatures.receive(current_app.extensions["storage"], drawn(request.form.get("signature", "")))
        with transaction(db.session):
            signatures.sign(db.session, actor(), now, claim_id, kind=queries.KIND, text=text, drawn=taken)
    except ReviewError as error:
        return page(public_id, refusal=error, part="confirmation"), error.status
    flash("消费者已在屏幕上签字。请打印确认书，加盖公章后拍照上传。", "success")
    return redirect(url_for("shop.show", public_id=public_id, _anchor="confirmation"))


def _closed(public_id: str) -> Sale:
    sale = sale_of(public_id)
    if queries.redemption(db.session, sale) is None:
        raise IllegalMove("这次购买还没有结算，结算后才能打印和签署确认书。请先录入商品并结算。")
    return sale


def _signature(sale: Sale) -> dict[str, bytes]:
    signed = queries.signed(db.session, sale, clock.now())
    if signed is None:
        return {}
    with current_app.extensions["storage"].open(signed.view_sha256) as picture:
        return {"signature": picture.read()}
