"""The blueprint of the counter's pages, the sale that a request is about, and the one page on which it is entered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, url_for

from reviewapp import clock
from reviewapp.errors import ReviewError
from reviewapp.extensions import db
from reviewapp.forms.shop import ConsumerForm, GoodsBackForm, HandOutForm, ProductsForm
from reviewapp.models import Sale
from reviewapp.policy.money import yuan_from_fen
from reviewapp.policy.voucher_flow import HANDERS_OUT
from reviewapp.queries import payment_days, scope
from reviewapp.queries import sales as queries
from reviewapp.queries.claim_view import claim_view
from reviewapp.services import closing, handing_out, sales
from reviewapp.signing import for_address
from reviewapp.web.access import actor
from reviewapp.web.claims.papers import needed

blueprint = Blueprint("shop", __name__, url_prefix="/shop")

STAFF = HANDERS_OUT


def sale_of(public_id: str) -> Sale:
    """The viewer's shop's sale; NotFound for others'."""
    return scope.sale(db.session, actor(), public_id)


def page(public_id: str, *, refusal: ReviewError | None = None, part: str = "", **forms: Any) -> str:
    """The sale's page; `part` is the panel that `refusal` is about, `forms` what was entered and does not hold."""
    sale, now = sale_of(public_id), clock.now()
    view = claim_view(db.session, actor(), sale.claim.public_id, now)
    who = sales.consumer(db.session, sale.claim)
    redemption, kind = queries.redemption(db.session, sale), sales.kind_of(sale.claim)
    return render_template(
        "shop/sale.html",
        sale=sale,
        view=view,
        needed=needed(view) if redemption is not None else (),
        who=who,
        standing=queries.standing(sale, now),
        usable=sale.voucher is not None and queries.shown_state(sale.voucher, now) == "issued",
        used=handing_out.used(kind) if handing_out.chance_used(db.session, sale, who["id_number"]) else "",
        redemption=redemption,
        due=payment_days.due(sale.claim, now),
        consumer_form=forms.get("consumer") or ConsumerForm(formdata=None, data=who),
        hand_out_form=forms.get("hand_out") or HandOutForm(formdata=None),
        back_form=forms.get("back") or GoodsBackForm(formdata=None, back=[0] * len(sale.lines)),
        returnable=closing.way_back(db.session, sale),
        refusal=refusal,
        part=part,
        now=now,
        **products_context(sale, forms.get("products")),
        **_confirmation_context(sale),
    )


def products_context(sale: Sale, form: ProductsForm | None = None) -> dict[str, Any]:
    """What the products' panel shows: the rows, what they come to, what photographs say."""
    return {
        "products_form": form or ProductsForm(formdata=None, lines=[*_rows(sale), *([{}] if not sale.lines else [])]),
        "kind": sales.kind_of(sale.claim),
        "lines": sales.lines_of(sale),
        "judged": sales.judged(sale, clock.now()),
        "goods": queries.kinds_of_goods(sale.claim),
        "read": queries.read(db.session, sale.claim),
    }


def _rows(sale: Sale) -> list[dict[str, Any]]:
    return [
        {
            "name": line.name, "brand_model": line.brand_model, "code": line.code, "grade": line.grade,
            "price": yuan_from_fen(line.price_fen), "quantity": line.quantity,
        }
        for line in sales.lines_of(sale)
    ]  # fmt: skip


def _confirmation_context(sale: Sale) -> dict[str, Any]:
    now = clock.now()
    if queries.redemption(db.session, sale) is None:
        return {"statement": "", "signed": None, "otherwise": ()}
    return {
        "statement": queries.statement(db.session, sale, now),
        "signed": queries.signed(db.session, sale, now),
        "otherwise": queries.otherwise(db.session, sale, now),
    }


def address_of(sale: Sale) -> str:
    """What the square code on the printed confirmation says: the case, signed, and nothing of the person."""
    content = queries.content(sale, sales.judged(sale, clock.now()))
    code = for_address(current_app.extensions["signer"].sign(content))
    return url_for("shop.scanned", public_id=sale.public_id, code=code, _external=True)
