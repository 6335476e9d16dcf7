"""The list of a shop's sales, the start of a new one, and the square code of a printed confirmation."""

from __future__ import annotations

import secrets

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.queries import sales as queries
from reviewapp.services import sales
from reviewapp.signing import from_address
from reviewapp.web.access import actor, open_to
from reviewapp.web.shop.room import STAFF, blueprint, sale_of


@blueprint.get("")
@open_to(*STAFF)
def listing() -> ResponseReturnValue:
    """The shop's sales, newest first, and the way to a new one."""
    now = clock.now()
    page = queries.listed(db.session, actor(), now, request.args.get("page", 1, type=int))
    offers = [(scheme, kind, kind.rounds and kind.rounds.open_until(now)) for scheme, _, kind in sales.offers()]
    return render_template("shop/listing.html", page=page, offers=offers, form_key=secrets.token_urlsafe(18), now=now)


@blueprint.post("")
@open_to(*STAFF)
def begin() -> ResponseReturnValue:
    """A new sale; the same form sent twice gives the same one."""
    with transaction(db.session):
        sale = sales.begin(
            db.session,
            actor(),
            clock.now(),
            scheme_code=request.form.get("scheme", ""),
            form_key=request.form.get("form_key", "")[:40],
        )
        made = sale.public_id
    return redirect(url_for("shop.show", public_id=made))


@blueprint.get("/<public_id>/scanned")
@open_to(*STAFF)
def scanned(public_id: str) -> ResponseReturnValue:
    """The square code of a printed confirmation was scanned: to its sale, told whether it is the form that counts."""
    sale = sale_of(public_id)
    content = queries.content(sale, sales.judged(sale, clock.now()))
    if current_app.extensions["signer"].signed(content, from_address(request.args.get("code", ""))):
        flash("二维码有效，就是这次购买的确认书。", "success")
    else:
        flash("这张确认书的金额与现在的登记不一致，或二维码被改动过。退过货的请重新打印确认书。", "error")
    return redirect(url_for("shop.show", public_id=public_id))
