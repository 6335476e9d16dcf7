"""Step three: what fails and what is missing before anything is sent; then the submission and its receipt."""

from __future__ import annotations

from io import BytesIO

import segno
from flask import current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import asdict

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import Incomplete, InvalidValue
from reviewapp.extensions import db
from reviewapp.policy.statements import Receipt
from reviewapp.policy.workflow import SUBMITTERS
from reviewapp.queries.claim_view import claim_view
from reviewapp.services import queue, receipts
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to
from reviewapp.web.claims.room import STEPS, blueprint, claim_of, editable_claim_of


@blueprint.get("/<public_id>/check")
@open_to(*SUBMITTERS)
def check(public_id: str) -> ResponseReturnValue:
    """The findings, the award that follows, what is missing, and the button."""
    editable_claim_of(public_id)
    return _page(public_id)


@blueprint.post("/<public_id>/submit")
@open_to(*SUBMITTERS)
def submit(public_id: str) -> ResponseReturnValue:
    """Put the claim in, or in again after correction; sent twice, it answers with the same receipt."""
    claim = claim_of(public_id)
    revision = request.form.get("revision", -1, type=int)
    put_in = queue.resubmit if claim.state == "returned" or claim.ticket is not None else queue.submit
    try:
        with transaction(db.session):
            put_in(db.session, actor(), clock.now(), claim.id, revision)
    except (Incomplete, InvalidValue) as error:
        return _page(public_id, error.message), error.status
    return redirect(url_for("claims.receipt", public_id=public_id))


@blueprint.get("/<public_id>/receipt")
@open_to(*SUBMITTERS)
def receipt(public_id: str) -> ResponseReturnValue:
    """Number, ticket, place in the queue, time, and what happens next; fit for printing."""
    claim = claim_of(public_id)
    if claim.ticket is None:
        return redirect(url_for("claims.show", public_id=public_id))
    view = claim_view(db.session, actor(), public_id, clock.now())
    signed = receipts.issue(db.session, current_app.extensions["signer"], claim)
    return render_template("claims/receipt.html", view=view, signed=signed, square_code=signed and _square_code(signed))


@blueprint.get("/<public_id>/receipt.json")
@open_to(*SUBMITTERS)
def receipt_file(public_id: str) -> ResponseReturnValue:
    """The signed receipt as a file to keep: it proves the place in the queue without this system's help."""
    claim = claim_of(public_id)
    signed = receipts.issue(db.session, current_app.extensions["signer"], claim)
    if signed is None:
        return redirect(url_for("claims.show", public_id=public_id))
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    name = f"{scheme.title}_受理回执_{signed.ticket:06d}_{local_date(signed.submitted_at)}.json"
    return send_file(BytesIO(signed.text().encode()), "application/json", as_attachment=True, download_name=name)


def _square_code(signed: Receipt) -> str:
    """The picture (a data URI) of the address at which a telephone checks the receipt."""
    said = {**asdict(signed), "submitted_at": signed.submitted_at.isoformat()}
    address = url_for("queue.check", code=said.pop("scheme"), **said, _external=True)
    return segno.make_qr(address, error="m").svg_data_uri(border=2)


def _page(public_id: str, refusal: str = "") -> str:
    view = claim_view(db.session, actor(), public_id, clock.now())
    papers = {rule.finding for rule in view.scheme.programmes[view.claim.programme].papers}
    groups = {
        outcome: [finding for finding in view.findings if finding.outcome == outcome]
        for outcome in ("fail", "unsure", "pass", "not_applicable")
    }
    groups["fail"] = [finding for finding in groups["fail"] if finding.check not in papers]  # told as missing papers
    return render_template("claims/check.html", view=view, groups=groups, refusal=refusal, steps=STEPS)
