"""Pools: their figures with what stands behind each, and the orders of two people that change what they have."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import snapshot, transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.pools import OrderForm
from reviewapp.models import Pool
from reviewapp.policy.money import fen_from_yuan, yuan_from_fen
from reviewapp.queries import pools as queries
from reviewapp.queries import scope
from reviewapp.services import fund_orders, funds
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to
from reviewapp.web.form_errors import point_at
from reviewapp.web.plots import burn_plot

blueprint = Blueprint("pools", __name__, url_prefix="/finance/pools")


@blueprint.get("")
@open_to(*scope.POOL_READERS)
def listing() -> ResponseReturnValue:
    """All pools with their balances, and whether the books hold: both read at one instant."""
    with snapshot(db.session):
        return render_template(
            "pools/listing.html",
            standings=queries.overview(db.session),
            proposed=queries.proposed(db.session),
            differences=funds.verify(db.session),
            figures=queries.FIGURES,
        )


@blueprint.get("/<public_id>")
@open_to(*scope.POOL_READERS)
def show(public_id: str) -> ResponseReturnValue:
    """One pool: its figures, its course, its orders, its programmes and who brought its money."""
    return _page(public_id, None)


@blueprint.get("/<public_id>/entries")
@open_to(*scope.POOL_READERS)
def entries(public_id: str) -> ResponseReturnValue:
    """The postings behind a figure; they add up to it."""
    column = request.args.get("column", "available")
    wanted = queries.Filter(
        column=column if column in queries.FIGURES else "available",
        programme=request.args.get("programme", ""),
        source=request.args.get("source", ""),
    )
    with snapshot(db.session):
        pool = scope.pool(db.session, actor(), public_id)
        return render_template(
            "pools/entries.html",
            now=queries.standing(db.session, pool),
            page=queries.entries(db.session, pool, wanted, request.args.get("page", 1, type=int)),
            wanted=wanted,
            figures=queries.FIGURES,
            accounts=queries.ACCOUNTS,
        )


@blueprint.get("/<public_id>/waiting")
@open_to(*scope.POOL_READERS)
def waiting(public_id: str) -> ResponseReturnValue:
    """The claims on the waitlist in their order; they add up to what is waited for."""
    programme = request.args.get("programme", "")
    with snapshot(db.session):
        pool = scope.pool(db.session, actor(), public_id)
        page = queries.waiting(db.session, pool, programme, request.args.get("page", 1, type=int))
        return render_template(
            "pools/waiting.html", now=queries.standing(db.session, pool), page=page, programme=programme
        )


@blueprint.post("/<public_id>/orders")
@open_to(*fund_orders.MAY_PROPOSE)
def propose(public_id: str) -> ResponseReturnValue:
    """Propose an order; nothing moves before another person confirms it."""
    pool = scope.pool(db.session, actor(), public_id)
    form = _form(pool)
    if not form.validate():
        return _page(public_id, form), 422
    try:
        with transaction(db.session):
            fund_orders.propose(db.session, actor(), clock.now(), pool, _proposal(pool, form))
    except InvalidValue as error:
        point_at(form, error.fields)
        return _page(public_id, form, error.message), error.status
    flash("资金单已提出，请由另一位财务复核人员确认后入账。", "success")
    return redirect(url_for("pools.show", public_id=public_id))


@blueprint.post("/orders/<public_id>/confirm")
@open_to(*fund_orders.MAY_CONFIRM)
def confirm(public_id: str) -> ResponseReturnValue:
    """Carry the order out: postings, and whoever waits moves up."""
    order = scope.fund_order(db.session, actor(), public_id)
    pool_id, order_id = order.pool.public_id, order.id
    try:
        with transaction(db.session):
            fund_orders.confirm(db.session, actor(), clock.now(), order_id)
    except InvalidValue as error:
        return _page(pool_id, None, error.message), error.status
    flash("资金单已确认入账，候补申请已按排队号递补。", "success")
    return redirect(url_for("pools.show", public_id=pool_id))


@blueprint.post("/orders/<public_id>/cancel")
@open_to(*fund_orders.MAY_CANCEL)
def cancel(public_id: str) -> ResponseReturnValue:
    """Take a proposed order back."""
    order = scope.fund_order(db.session, actor(), public_id)
    pool_id, order_id = order.pool.public_id, order.id
    try:
        with transaction(db.session):
            fund_orders.cancel(db.session, actor(), clock.now(), order_id, request.form.get("reason", ""))
    except InvalidValue as error:
        return _page(pool_id, None, error.message), error.status
    flash("资金单已取消，没有入账。", "success")
    return redirect(url_for("pools.show", public_id=pool_id))


def _form(pool: Pool, tranche: queries.Tranche | None = None) -> OrderForm:
    """The form with what this pool knows: its sources, the other pools of its scheme, a key of its own, a tranche that
    is due.
    """
    form = OrderForm()
    rule = fund_orders.rule_of(pool)
    if rule and rule.sources:
        form.source.choices = [(source.title, source.title) for source in rule.sources]
    others = queries.siblings(db.session, pool)
    form.to_pool.choices = [("", "—"), *((other.public_id, other.title) for other in others)]
    if not form.form_key.data:
        form.form_key.data = secrets.token_urlsafe(12)
    if tranche and tranche.due_fen and not form.is_submitted():
        form.amount.data = yuan_from_fen(tranche.due_fen)
    return form


def _proposal(pool: Pool, form: OrderForm) -> fund_orders.Proposal:
    others = {other.public_id: other for other in queries.siblings(db.session, pool)}
    return fund_orders.Proposal(
        kind=form.kind.data,
        amount_fen=fen_from_yuan(form.amount.data),
        document=form.document.data,
        reason=form.reason.data,
        form_key=form.form_key.data,
        source=form.source.data,
        to_pool=others.get(form.to_pool.data) if form.kind.data == "move" else None,
    )


def _page(public_id: str, form: OrderForm | None, refusal: str = "") -> str:
    with snapshot(db.session):
        pool = scope.pool(db.session, actor(), public_id)
        now = queries.standing(db.session, pool)
        past = queries.days(db.session, pool)
        tranche = queries.tranche(db.session, now)
        return render_template(
            "pools/show.html",
            now=now,
            figures=queries.FIGURES,
            past=past,
            plot=burn_plot(past, local_date(clock.now())) if past else None,
            shares=queries.shares(db.session, pool),
            brought=queries.brought(db.session, pool),
            tranche=tranche,
            orders=queries.orders(db.session, pool),
            kinds=queries.ORDER_KINDS,
            states=queries.ORDER_STATES,
            form=form or _form(pool, tranche),
            refusal=refusal,
            may_propose=actor().role in fund_orders.MAY_PROPOSE,
            may_confirm=actor().role in fund_orders.MAY_CONFIRM,
            may_cancel=actor().role in fund_orders.MAY_CANCEL,
            me=actor().id,
        )
