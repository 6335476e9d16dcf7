"""After the submission: where the claim stands, its history, taking it back, and another card when the bank refused
one.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.card import CardForm
from reviewapp.policy.workflow import SUBMITTERS
from reviewapp.queries import demands, vouchers
from reviewapp.queries.claim_view import claim_view
from reviewapp.queries.settlement_form import adds_up
from reviewapp.services import payouts, queue
from reviewapp.services.fields import programme
from reviewapp.web.access import actor, freshly_signed_in, open_to
from reviewapp.web.claims.room import blueprint, claim_of


@blueprint.get("/<public_id>")
@open_to(*SUBMITTERS)
def show(public_id: str) -> ResponseReturnValue:
    """A draft opens where work goes on; everything else shows its state, what is asked of the submitter, and the
    history.
    """
    claim = claim_of(public_id)
    if claim.state == "draft":
        return redirect(url_for("claims.papers", public_id=public_id))
    view = claim_view(db.session, actor(), public_id, clock.now())
    voucher = vouchers.of_claim(db.session, claim)
    rules = programme(claim)
    return render_template(
        "claims/show.html", view=view, demands=demands.of_claim(db.session, claim), voucher=voucher,
        of_firm=rules.pays_firm, adds_up=adds_up(rules),
    )  # fmt: skip


@blueprint.post("/<public_id>/withdraw")
@open_to(*SUBMITTERS)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take the claim back; its place in the queue is given up."""
    claim = claim_of(public_id)
    with transaction(db.session):
        queue.withdraw(db.session, actor(), clock.now(), claim.id, request.form.get("revision", -1, type=int))
    flash("申请已撤回。需要时可以重新申请。", "success")
    return redirect(url_for("claims.listing"))


@blueprint.route("/<public_id>/card", methods=["GET", "POST"])
@open_to(*SUBMITTERS)
@freshly_signed_in
def card(public_id: str) -> ResponseReturnValue:
    """New card details after a definite failure; the claim is not reviewed again."""
    claim = claim_of(public_id)
    if claim.state != "failed":
        raise IllegalMove("这份申请现在不需要更换收款卡。请回到申请页查看进度。")
    view = claim_view(db.session, actor(), public_id, clock.now())
    form = CardForm(revision=claim.revision)
    if form.validate_on_submit():
        try:
            _give(claim.id, form)
        except InvalidValue as error:
            form.holder.errors = [error.fields[name] for name in ("holder",) if name in error.fields]
            form.card_number.errors = [error.fields[name] for name in ("card_number",) if name in error.fields]
        else:
            flash("收款卡已更换，补贴会重新发放到新卡。", "success")
            return redirect(url_for("claims.show", public_id=public_id))
    of_firm = programme(claim).pays_firm
    return render_template("claims/card.html", view=view, form=form, of_firm=of_firm), 422 if form.errors else 200


def _give(claim_id: int, form: CardForm) -> None:
    account = payouts.NewCard(holder=form.holder.data, card_number=form.card_number.data)
    with transaction(db.session):
        payouts.give_new_card(db.session, actor(), clock.now(), claim_id, form.revision.data, account)
