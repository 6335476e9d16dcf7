"""Dealers as the desk and audit look at them: numbers and signs, with the claims that show them."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from reviewapp import schemes
from reviewapp.extensions import db
from reviewapp.policy.crowding import NEAR
from reviewapp.queries import dealers as queries
from reviewapp.queries import scope
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("dealers", __name__, url_prefix="/dealers")


@blueprint.get("")
@open_to(*scope.PAPER_READERS)
def listing() -> ResponseReturnValue:
    """All dealers with claims, by scheme; who has most returned comes first."""
    code = request.args.get("scheme", "")
    chosen = code if code in schemes.codes() else None
    rows = queries.listing(db.session, chosen)
    return render_template(
        "audit/dealers.html",
        rows=rows,
        overall=queries.overall(rows),
        chosen=chosen,
        schemes=[schemes.load(known) for known in schemes.codes()],
    )


@blueprint.get("/<public_id>")
@open_to(*scope.PAPER_READERS)
def show(public_id: str) -> ResponseReturnValue:
    """One dealer."""
    dealer = scope.dealer(db.session, actor(), public_id)
    return render_template(
        "audit/dealer.html",
        view=queries.dealer_view(db.session, dealer),
        near_percent=100 // NEAR,
        quick_days=queries.QUICK_DAYS,
        most_opened=queries.MOST_OPENED,
    )
