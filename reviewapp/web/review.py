"""What a reviewer settles on a claim's page before deciding: readings, waivers, notes; and the next one's pictures.

With htmx the answer is the right side of the page, made anew; without it the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.desk import CorrectForm, FieldForm, LeaseForm, NoteForm, WaiveForm
from reviewapp.policy.workflow import REVIEWERS
from reviewapp.queries import desk as queries
from reviewapp.queries import scope
from reviewapp.queries.claim_view import claim_view
from reviewapp.services import leases, review
from reviewapp.services.copies import WIDTHS
from reviewapp.services.editing import FactChange
from reviewapp.web.access import actor, open_to
from reviewapp.web.desk import claim_page

blueprint = Blueprint("review", __name__, url_prefix="/desk")


@blueprint.post("/claims/<public_id>/accept")
@open_to(*REVIEWERS)
def accept(public_id: str) -> ResponseReturnValue:
    """A reading is right."""
    form = FieldForm()
    return _settle(public_id, form, review.accept, lambda: (FactChange.of(form.key.data, None),))


@blueprint.post("/claims/<public_id>/correct")
@open_to(*REVIEWERS)
def correct(public_id: str) -> ResponseReturnValue:
    """A field says something else; the checks run again."""
    form = CorrectForm()
    return _settle(public_id, form, review.correct, lambda: (FactChange.of(form.key.data, form.value.data),))


@blueprint.post("/claims/<public_id>/waive")
@open_to(*REVIEWERS)
def waive(public_id: str) -> ResponseReturnValue:
    """An unsure finding may stand."""
    form = WaiveForm()
    return _settle(public_id, form, review.waive, check=form.check.data, reason=form.reason.data)


@blueprint.post("/claims/<public_id>/note")
@open_to(*REVIEWERS)
def note(public_id: str) -> ResponseReturnValue:
    """Something for whoever reads the claim next."""
    form = NoteForm()
    return _settle(public_id, form, review.note, text=form.text.data)


@blueprint.get("/next/images")
@open_to(*REVIEWERS)
def next_images() -> ResponseReturnValue:
    """The addresses of the next claim's pictures as the desk first shows them, thumbnails first: to fetch ahead."""
    claim = leases.next_waiting(db.session, actor(), clock.now())
    pages = queries.pages_of(db.session, claim) if claim is not None else ()
    shown = [(public_id, width if width < most else None) for width in WIDTHS for public_id, most in pages]
    return jsonify([url_for("images.page", public_id=public_id, width=width) for public_id, width in shown])


def _settle(
    public_id: str,
    form: LeaseForm,
    verb: Callable[..., Any],
    about: Callable[[], tuple[Any, ...]] = tuple,
    **more: Any,
) -> ResponseReturnValue:
    claim_id = scope.claim(db.session, actor(), public_id).id
    if not form.validate():
        raise InvalidValue(form.first_error)
    with transaction(db.session):
        verb(db.session, actor(), clock.now(), claim_id, form.fence.data, *about(), **more)
    if not request.headers.get("HX-Request"):
        return redirect(url_for("desk.claim", public_id=public_id))
    return render_template("desk/_settled.html", **claim_page(claim_view(db.session, actor(), public_id, clock.now())))
