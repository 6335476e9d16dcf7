"""All claims for reading, with their whole history: reviewers, leads and auditors; nothing can be changed here."""

from __future__ import annotations

import secrets

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.extensions import db
from reviewapp.forms.objections import ObjectionForm, SettleForm
from reviewapp.policy.workflow import REVIEWERS, STATES
from reviewapp.queries import claims as queries
from reviewapp.queries import desk
from reviewapp.queries.claim_view import claim_view
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("trail", __name__, url_prefix="/all")

_READERS = (*REVIEWERS, "auditor")


@blueprint.get("")
@open_to(*_READERS)
def listing() -> ResponseReturnValue:
    """Every claim put in, in the order of submission; by scheme, state, number, ID number or VIN."""
    state = request.args.get("state", "")
    code = request.args.get("scheme", "")
    narrowed = queries.ClaimFilter(
        states=(state,) if state in STATES else (),
        scheme_code=code if code in schemes.codes() else None,
        text=request.args.get("text", "").strip()[:60],
    )
    page = queries.listed(db.session, actor(), narrowed, number=request.args.get("page", 1, type=int))
    return render_template(
        "audit/listing.html",
        page=page,
        narrowed=narrowed,
        counts=queries.counts(db.session, actor()),
        schemes=[schemes.load(known) for known in schemes.codes()],
    )


@blueprint.get("/<public_id>")
@open_to(*_READERS)
def show(public_id: str) -> ResponseReturnValue:
    """One claim as the reviewer saw it, with decisions and history."""
    return page(public_id)


def page(
    public_id: str,
    *,
    recording: ObjectionForm | None = None,
    settling: tuple[str, SettleForm] | None = None,
    refusal: str = "",
) -> str:
    """The page for reading; `recording` and `settling` (with the objection's public id) are forms sent in vain."""
    view, today = claim_view(db.session, actor(), public_id, clock.now()), local_date(clock.now())
    fresh = ObjectionForm(None, form_key=secrets.token_urlsafe(18), received_on=today)
    return render_template(
        "desk/claim.html",
        view=view,
        papers=desk.by_kind(view),
        groups=desk.groups(view),
        compared=desk.compared,
        fields=desk.fields_of(view),
        deciding=False,
        recording=recording or fresh,
        settling=settling or ("", SettleForm(None)),
        refusal=refusal,
    )
