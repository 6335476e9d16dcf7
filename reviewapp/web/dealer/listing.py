"""The dealer's batches, and the start of a new one."""

from __future__ import annotations

import secrets
from io import BytesIO

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.policy.voucher_flow import settles
from reviewapp.policy.workflow import STATES
from reviewapp.queries import batch_board, dealers_claims
from reviewapp.queries.claims import ClaimFilter
from reviewapp.services import batches
from reviewapp.services.claims_table import claims_table
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to
from reviewapp.web.dealer.room import XLSX, blueprint


@blueprint.get("")
@open_to("dealer")
def listing() -> ResponseReturnValue:
    """The batches, newest first, and the programmes a new one can be opened under."""
    now = clock.now()
    offered = [
        (scheme, programme)
        for scheme in (schemes.load(code) for code in schemes.codes())
        for programme in scheme.programmes.values()
        if "dealer" in programme.submitters and not settles(scheme, programme)
    ]
    offered.sort(key=lambda pair: not pair[1].submission.covers(now))
    return render_template(
        "dealer/listing.html",
        lines=batch_board.listed(db.session, actor()),
        offered=offered,
        now=now,
        form_key=secrets.token_urlsafe(18),
    )


@blueprint.get("/claims.xlsx")
@open_to("dealer")
def export() -> ResponseReturnValue:
    """The dealer's claims as a table, narrowed to a state as the list is."""
    state = request.args.get("state", "")
    narrowed = ClaimFilter(states=(state,) if state in STATES else ())
    data = BytesIO(claims_table(list(dealers_claims.lines(db.session, actor(), narrowed))))
    name = f"购车人申请_{STATES.get(state, '全部')}_{local_date(clock.now())}.xlsx"
    return send_file(data, XLSX, as_attachment=True, download_name=name)


@blueprint.post("")
@open_to("dealer")
def create() -> ResponseReturnValue:
    """A new batch; the same form sent twice gives the same one."""
    scheme, _, programme = request.form.get("programme", "").partition("/")
    with transaction(db.session):
        batch = batches.open_batch(
            db.session,
            actor(),
            clock.now(),
            scheme_code=scheme,
            programme=programme,
            form_key=request.form.get("form_key", "")[:40],
        )
        public_id = batch.public_id
    return redirect(url_for("dealer.show", public_id=public_id))
