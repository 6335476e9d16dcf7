"""Goods that come back: before the claim is decided, and, declared by the shop itself, after it was paid."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed
from reviewapp.extensions import db
from reviewapp.forms.shop import GoodsBackForm
from reviewapp.services import closing
from reviewapp.web.access import actor, open_to
from reviewapp.web.shop.room import STAFF, blueprint, page, sale_of

_DONE = {
    "counter": "退货已登记，多出的补贴额度已退回资金池。还有商品留下的，请重新打印确认书签字盖章。",
    "paid": "退货已申报。财务确认后，请按页面上的办法把补贴原路退回。",
}


@blueprint.post("/<public_id>/return")
@open_to(*STAFF)
def take_back(public_id: str) -> ResponseReturnValue:
    """Pieces of the lines that came back; what happens to the subsidy depends on where its claim stands."""
    form, sale = GoodsBackForm(), sale_of(public_id)
    while len(form.back) < len(sale.lines):
        form.back.append_entry(0)
    if not form.validate():
        return page(public_id, part="return", back=form), 422
    back = [pieces or 0 for pieces in form.back.data]
    way = closing.way_back(db.session, sale)
    act = closing.declare if way == "paid" else closing.take_back
    try:
        with transaction(db.session):
            act(db.session, actor(), clock.now(), sale.id, back, form.reason.data)
    except (InvalidValue, IllegalMove, NotAllowed) as error:
        return page(public_id, refusal=error, part="return", back=form), error.status
    flash(_DONE["paid" if way == "paid" else "counter"], "success")
    return redirect(url_for("shop.show", public_id=public_id, _anchor="return"))
