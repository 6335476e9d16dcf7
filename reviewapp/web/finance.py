"""Finance: what waits for a batch, the batches there are, and what a person must see to."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.extensions import db
from reviewapp.queries import finance as queries
from reviewapp.queries import finance_waiting, payment_days, scope
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("finance", __name__, url_prefix="/finance")


@blueprint.get("")
@open_to(*scope.FINANCE, "auditor")
def home() -> ResponseReturnValue:
    """What waits for a batch, the batches, what the last reconciliation found, and what a person must ask the bank."""
    cut_off = current_app.extensions["bank"].not_found_final_after
    return render_template(
        "finance/home.html",
        due=queries.due(db.session),
        batches=queries.batches(db.session),
        without_card=queries.without_card(db.session),
        waiting=finance_waiting.waiting(db.session, actor()),
        reconciliation=queries.reconciliation(db.session, clock.now()),
        overdue=queries.overdue(db.session, clock.now(), cut_off),
        late=payment_days.overdue(db.session, clock.now()),
    )
