"""The list of one's claims and the start of a new one."""

from __future__ import annotations

import secrets

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.policy.voucher_flow import HANDERS_OUT, handed_out_by_shop, settles
from reviewapp.policy.workflow import STATES, SUBMITTERS
from reviewapp.queries import claims as queries
from reviewapp.queries import vouchers
from reviewapp.services import intake
from reviewapp.web.access import actor, open_to
from reviewapp.web.claims.room import blueprint


@blueprint.get("")
@open_to(*SUBMITTERS)
def listing() -> ResponseReturnValue:
    """One's claims, newest change first; narrowed by state and by number, ID number or VIN."""
    state = request.args.get("state", "")
    text = request.args.get("text", "").strip()[:60]
    number = request.args.get("page", 1, type=int)
    narrowed = queries.ClaimFilter(states=(state,) if state in STATES else (), text=text)
    page = queries.listed(db.session, actor(), narrowed, number=number)
    counts = queries.counts(db.session, actor())
    owned = vouchers.of_owner(db.session, actor())
    return render_template("claims/listing.html", page=page, counts=counts, state=state, text=text, vouchers=owned)


@blueprint.get("/new")
@open_to(*SUBMITTERS)
def choose() -> ResponseReturnValue:
    """The programmes this role may ask under, those that take papers now first. Settlements begin at redemptions,
    what a voucher is handed out for begins at the counter.
    """
    role, now = actor().role, clock.now()
    offered = [
        (scheme, programme)
        for scheme in (schemes.load(code) for code in schemes.codes())
        for programme in scheme.programmes.values()
        if role in programme.submitters and not (settles(scheme, programme) or handed_out_by_shop(scheme, programme))
    ]
    if not offered and role in HANDERS_OUT:
        return redirect(url_for("shop.listing"))
    offered.sort(key=lambda pair: not pair[1].submission.covers(now))
    return render_template("claims/choose.html", offered=offered, now=now, form_key=secrets.token_urlsafe(18))


@blueprint.post("")
@open_to(*SUBMITTERS)
def create() -> ResponseReturnValue:
    """A new draft; the same form sent twice gives the same draft."""
    with transaction(db.session):
        claim = intake.create_draft(
            db.session,
            actor(),
            clock.now(),
            scheme_code=request.form.get("scheme", ""),
            programme=request.form.get("programme", ""),
            form_key=request.form.get("form_key", "")[:40],
        )
    return redirect(url_for("claims.papers", public_id=claim.public_id))
