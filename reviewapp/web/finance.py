"""Finance: what waits for a batch, the batches there are, and what a person must see to."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.extensions import db
from reviewapp.queries import at_bank, finance_waiting, payment_days, scope
from reviewapp.queries import finance as queries
from reviewapp.services import payouts
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("finance", __name__, url_prefix="/finance")


@blueprint.get("")
@open_to(*scope.FINANCE, "auditor")
def home() -> ResponseReturnValue:
    """What waits for a batch, the batches, what the bank has to tell yet, and what the last reconciliation found."""
    now, cut_off = clock.now(), payouts.cut_off(current_app.extensions["bank"])
    return render_template(
        "finance/home.html",
        due=queries.due(db.session),
        batches=queries.batches(db.session),
        without_card=queries.without_card(db.session),
        waiting=finance_waiting.waiting(db.session, actor()),
        reconciliation=queries.reconciliation(db.session, now),
        awaited=at_bank.awaited(db.session, cut_off),
        overdue=at_bank.overdue(db.session, now, cut_off),
        late=payment_days.overdue(db.session, now),
        now=now,
    )
