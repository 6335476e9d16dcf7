"""Paid money asked back after a returned purchase: proposed, confirmed by another person, paid back in parts."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, NotFound
from reviewapp.extensions import db
from reviewapp.forms.demands import DemandForm, PaymentForm
from reviewapp.models import Claim, Demand
from reviewapp.policy.money import fen_from_yuan, yuan_from_fen
from reviewapp.policy.workflow import FINANCE
from reviewapp.queries import demands as queries
from reviewapp.queries import scope
from reviewapp.services import demands
from reviewapp.web.access import actor, open_to
from reviewapp.web.form_errors import point_at

blueprint = Blueprint("demands", __name__, url_prefix="/finance/demands")


@blueprint.get("")
@open_to(*scope.DEMAND_READERS)
def listing() -> ResponseReturnValue:
    """All demands; a maker finds the claim here whose purchase was returned."""
    number = request.args.get("number", "").strip()
    found = _find(number) if number else None
    if found is not None and actor().role in demands.MAY_PROPOSE:
        return redirect(url_for("demands.new", public_id=found.public_id))
    return render_template(
        "demands/listing.html",
        demands=queries.listed(db.session),
        totals=queries.totals(db.session),
        states=queries.STATES,
        tones=queries.TONES,
        may_propose=actor().role in demands.MAY_PROPOSE,
        number=number,
    ), 404 if number and found is None else 200


@blueprint.get("/claims/<public_id>")
@open_to(*demands.MAY_PROPOSE)
def new(public_id: str) -> ResponseReturnValue:
    """The form of a demand on a claim, with the amount that the scheme's rule gives for what was kept."""
    claim = scope.claim(db.session, actor(), public_id)
    return _new_page(claim, DemandForm())


@blueprint.post("/claims/<public_id>")
@open_to(*demands.MAY_PROPOSE)
def propose(public_id: str) -> ResponseReturnValue:
    """Propose a demand; another person confirms it."""
    claim = scope.claim(db.session, actor(), public_id)
    form = DemandForm()
    if not form.validate():
        return _new_page(claim, form), 422
    try:
        with transaction(db.session):
            demand = demands.propose(
                db.session,
                actor(),
                clock.now(),
                claim.id,
                amount_fen=fen_from_yuan(form.amount.data),
                clause=form.clause.data,
                reason=form.reason.data,
            )
            made = demand.public_id
    except InvalidValue as error:
        point_at(form, error.fields)
        return _new_page(claim, form, error.message), error.status
    flash("已提请追回，请由另一位财务复核人员确认。", "success")
    return redirect(url_for("demands.show", public_id=made))


@blueprint.get("/<public_id>")
@open_to(*scope.DEMAND_READERS)
def show(public_id: str) -> ResponseReturnValue:
    """One demand with what came in on it."""
    return _page(scope.demand(db.session, actor(), public_id), None)


@blueprint.post("/<public_id>/confirm")
@open_to(*demands.MAY_CONFIRM)
def confirm(public_id: str) -> ResponseReturnValue:
    """Begin to ask the money back."""
    return _do(
        public_id,
        lambda demand_id: demands.confirm(db.session, actor(), clock.now(), demand_id),
        "已确认追回，申领人现在可以看到应退金额和退款办法。",
    )


@blueprint.post("/<public_id>/receipts")
@open_to(*FINANCE)
def receive(public_id: str) -> ResponseReturnValue:
    """Record money that came in."""
    form = PaymentForm()
    if not form.validate():
        return _page(scope.demand(db.session, actor(), public_id), form), 422
    payment = demands.Payment(fen_from_yuan(form.amount.data), form.bank_reference.data, form.received_on.data)
    return _do(
        public_id,
        lambda demand_id: demands.receive(db.session, actor(), clock.now(), demand_id, payment),
        "退款已登记，回到原资金池，候补申请已按排队号递补。",
        form,
    )


@blueprint.post("/<public_id>/cancel")
@open_to(*FINANCE)
def cancel(public_id: str) -> ResponseReturnValue:
    """Give the demand up."""
    reason = request.form.get("reason", "")
    return _do(
        public_id,
        lambda demand_id: demands.cancel(db.session, actor(), clock.now(), demand_id, reason),
        "追回已撤销。",
    )


def _do(
    public_id: str, act: Callable[[int], Demand], done: str, form: PaymentForm | None = None
) -> ResponseReturnValue:
    demand = scope.demand(db.session, actor(), public_id)
    demand_id = demand.id
    try:
        with transaction(db.session):
            act(demand_id)
    except InvalidValue as error:
        if form is not None:
            point_at(form, error.fields)
        return _page(scope.demand(db.session, actor(), public_id), form, error.message), error.status
    flash(done, "success")
    return redirect(url_for("demands.show", public_id=public_id))


def _find(number: str) -> Claim | None:
    try:
        return scope.claim_numbered(db.session, actor(), number)
    except NotFound:
        return None


def _new_page(claim: Claim, form: DemandForm, refusal: str = "") -> str:
    most = demands.kept_fen(db.session, claim)
    kept = request.args.get("kept", "").strip().replace(",", "")
    due = _due(claim, kept) if kept else None
    if not form.is_submitted():
        form.amount.data = yuan_from_fen(most if due is None else due)
    return render_template(
        "demands/new.html",
        claim=claim,
        scheme=schemes.load(claim.scheme_code, claim.scheme_version),
        payee=queries.payee(db.session, claim),
        most=most,
        kept=kept,
        due=due,
        under_way=demands.under_way(db.session, claim),
        form=form,
        refusal=refusal,
    )


def _due(claim: Claim, kept: str) -> int | None:
    try:
        kept_fen = fen_from_yuan(kept)
    except ValueError:
        return None
    return demands.due_fen(db.session, claim, kept_fen) if kept_fen >= 0 else None


def _page(demand: Demand, form: PaymentForm | None, refusal: str = "") -> str:
    role = actor().role
    opened_by_me = demand.opened_by_id == actor().id
    return render_template(
        "demands/show.html",
        demand=demand,
        claim=demand.claim,
        scheme=schemes.load(demand.claim.scheme_code, demand.claim.scheme_version),
        payee=queries.payee(db.session, demand.claim),
        receipts=queries.receipts(db.session, demand),
        states=queries.STATES,
        tones=queries.TONES,
        form=form or PaymentForm(),
        refusal=refusal,
        may_confirm=demand.state == "proposed" and role in demands.MAY_CONFIRM and not opened_by_me,
        may_receive=demand.state == "open" and role in FINANCE and not opened_by_me,
        may_cancel=(demand.state == "proposed" and role in FINANCE)
        or (demand.state == "open" and role in demands.MAY_CONFIRM),
    )
