"""One sale at the counter: the consumer, the voucher, the end of the sale; called off, or claimed anew."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed
from reviewapp.extensions import db, limiter
from reviewapp.forms.shop import ConsumerForm, HandOutForm
from reviewapp.queries.claim_view import claim_view
from reviewapp.services import closing, handing_out, sales
from reviewapp.web.access import actor, open_to
from reviewapp.web.claims.papers import needed
from reviewapp.web.shop.room import STAFF, blueprint, page, products_context, sale_of

_REFUSALS = (InvalidValue, IllegalMove, NotAllowed)


@blueprint.get("/<public_id>")
@open_to(*STAFF)
def show(public_id: str) -> ResponseReturnValue:
    """All of one sale on one page."""
    return page(public_id)


@blueprint.get("/<public_id>/now")
@open_to(*STAFF)
def papers_now(public_id: str) -> ResponseReturnValue:
    """What was photographed so far and what it says, asked for again while files are being read."""
    sale = sale_of(public_id)
    view = claim_view(db.session, actor(), sale.claim.public_id, clock.now())
    return render_template("shop/_papers.html", sale=sale, view=view, needed=needed(view), **products_context(sale))


@blueprint.post("/<public_id>/consumer")
@open_to(*STAFF)
@limiter.limit("120 per hour")
def register(public_id: str) -> ResponseReturnValue:
    """Register the consumer; the page then says at once whether the one chance is still there."""
    form = ConsumerForm()
    said = {name: getattr(form, name).data or "" for name in sales.CONSUMER}
    try:
        with transaction(db.session):
            sales.set_consumer(db.session, actor(), clock.now(), sale_of(public_id).id, said)
    except _REFUSALS as error:
        for name, text in (error.fields if isinstance(error, InvalidValue) else {}).items():
            if name in form:
                form[name].errors = [text]
        return page(public_id, refusal=error, part="consumer", consumer=form), error.status
    return redirect(url_for("shop.show", public_id=public_id, _anchor="voucher"))


@blueprint.post("/<public_id>/voucher")
@open_to(*STAFF)
@limiter.limit("120 per hour")
def hand_out(public_id: str) -> ResponseReturnValue:
    """Hand the day's voucher out, face to face."""
    form = HandOutForm()
    return _do(
        public_id,
        "voucher",
        lambda sale_id: handing_out.hand_out(
            db.session, actor(), clock.now(), sale_id, present=bool(form.present.data)
        ),
        "已当面发券。请录入商品，在券的有效时间内结算；过期作废，名额视同已使用。",
    )


@blueprint.post("/<public_id>/close")
@open_to(*STAFF)
def close(public_id: str) -> ResponseReturnValue:
    """The consumer pays less the voucher."""
    return _do(
        public_id,
        "close",
        lambda sale_id: closing.close(db.session, actor(), clock.now(), sale_id),
        "已结算，补贴已抵扣。请打印补贴确认书，请消费者签字并加盖公章。",
        "confirmation",
    )


@blueprint.post("/<public_id>/cancel")
@open_to(*STAFF)
def cancel(public_id: str) -> ResponseReturnValue:
    """Nothing is bought after all."""
    reason = request.form.get("reason", "")
    return _do(
        public_id,
        "cancel",
        lambda sale_id: sales.cancel(db.session, actor(), clock.now(), sale_id, reason),
        "这次购买已取消。",
        "top",
    )


@blueprint.post("/<public_id>/again")
@open_to(*STAFF)
def again(public_id: str) -> ResponseReturnValue:
    """A new claim after the last one came to nothing."""
    return _do(
        public_id,
        "papers",
        lambda sale_id: sales.claim_again(db.session, actor(), clock.now(), sale_id),
        "已新建申请，请重新上传材料。",
    )


def _do(public_id: str, part: str, act: Callable[[int], object], done: str, onward: str = "") -> ResponseReturnValue:
    sale_id = sale_of(public_id).id
    try:
        with transaction(db.session):
            act(sale_id)
    except _REFUSALS as error:
        return page(public_id, refusal=error, part=part), error.status
    flash(done, "success")
    return redirect(url_for("shop.show", public_id=public_id, _anchor=onward or part))
