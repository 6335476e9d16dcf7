"""Finance: what waits for a batch and the batches there are; pools and their movements."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.errors import NotFound
from reviewapp.extensions import db
from reviewapp.queries import finance as queries
from reviewapp.queries import returns, scope
from reviewapp.services import funds
from reviewapp.web.access import open_to

blueprint = Blueprint("finance", __name__, url_prefix="/finance")

_SEES_POOLS = (*scope.FINANCE, "auditor", "admin")


@blueprint.get("")
@open_to(*scope.FINANCE, "auditor")
def home() -> ResponseReturnValue:
    """What waits for a batch, the batches, what the last reconciliation found, and what a person must ask the bank."""
    cut_off = current_app.extensions["bank"].not_found_final_after
    return render_template(
        "finance/home.html",
        due=queries.due(db.session),
        batches=queries.batches(db.session),
        in_suspense=returns.in_suspense(db.session),
        reconciliation=queries.reconciliation(db.session),
        overdue=queries.overdue(db.session, clock.now(), cut_off),
    )


@blueprint.get("/pools")
@open_to(*_SEES_POOLS)
def pools() -> ResponseReturnValue:
    """All pools with their balances, and whether the ledger holds."""
    return render_template("finance/pools.html", pools=queries.pools(db.session), differences=funds.verify(db.session))


@blueprint.get("/pools/<public_id>")
@open_to(*_SEES_POOLS)
def pools_one(public_id: str) -> ResponseReturnValue:
    """One pool with its newest movements."""
    found = [(pool, title) for pool, title in queries.pools(db.session) if pool.public_id == public_id]
    if not found:
        raise NotFound()
    pool, title = found[0]
    return render_template(
        "finance/pool.html",
        pool=pool,
        title=title,
        movements=queries.movements(db.session, pool),
        accounts=queries.ACCOUNTS,
    )
