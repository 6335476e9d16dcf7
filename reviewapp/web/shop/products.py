"""The products of a sale: kept whenever one changes, and what they come to told at once."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove
from reviewapp.extensions import db
from reviewapp.forms.shop import MOST_LINES, ProductsForm
from reviewapp.policy.money import fen_from_yuan
from reviewapp.policy.purchase import Line
from reviewapp.services import sales
from reviewapp.web.access import actor, open_to
from reviewapp.web.shop.room import STAFF, blueprint, page, products_context, sale_of

_MORE_OR_LESS = {"add", "remove"}


@blueprint.post("/<public_id>/products")
@open_to(*STAFF)
def set_products(public_id: str) -> ResponseReturnValue:
    """Keep the rows as they are; `add` gives one more, `remove` takes one out. By htmx only the panel, or the sum."""
    form = ProductsForm()
    rows = _without(form, request.form.get("remove", -1, type=int))
    holds = form.holds()
    if holds:
        try:
            _keep(public_id, rows)
        except IllegalMove as error:
            return page(public_id, refusal=error, part="products"), error.status
    shown = _with_row(rows) if _MORE_OR_LESS & set(request.form) else form
    if request.headers.get("HX-Request"):
        part = "shop/_sum.html" if shown is form else "shop/_products.html"
        sale = sale_of(public_id)
        return render_template(part, sale=sale, unsaved=not holds, **products_context(sale, shown))
    if holds and shown is form:
        return redirect(url_for("shop.show", public_id=public_id, _anchor="products"))
    return page(public_id, part="products", products=shown), 200 if holds else 422


def _with_row(rows: list[Any]) -> ProductsForm:
    """The rows, with one more where that was asked for."""
    shown = [row.data for row in rows]
    if "add" in request.form and len(shown) < MOST_LINES:
        shown.append({})
    return ProductsForm(formdata=None, lines=shown or [{}])


def _without(form: ProductsForm, removed: int) -> list[Any]:
    """The rows in which something stands, but for the one that is to go."""
    gone = form.lines[removed] if 0 <= removed < len(form.lines) else None
    if gone is not None:
        form.lines.entries.remove(gone)
    return form.filled()


def _keep(public_id: str, rows: list[Any]) -> None:
    lines = [_line(row.form) for row in rows]
    sale_id = sale_of(public_id).id
    with transaction(db.session):
        sales.set_lines(db.session, actor(), clock.now(), sale_id, lines)


def _line(row: Any) -> Line:
    return Line(
        name=row.name.data, price_fen=fen_from_yuan(row.price.data), quantity=row.quantity.data or 1,
        brand_model=row.brand_model.data or "", code=row.code.data or "", grade=row.grade.data or "",
    )  # fmt: skip
