"""Step two: what was read, beside its picture; doubtful values are confirmed or corrected, every change is kept at
once.
"""

from __future__ import annotations

import re

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.policy.workflow import SUBMITTERS
from reviewapp.queries.claim_view import FieldView, claim_view
from reviewapp.services import editing
from reviewapp.services.editing import FactChange
from reviewapp.web.access import actor, open_to
from reviewapp.web.claims.room import STEPS, blueprint, editable_claim_of

_MOST_FIELDS = 1000
_CELL = re.compile(r"(?P<field>[\w.-]+)\[(?P<row>\d{1,2})\]\.(?P<part>\w+)")

Entered = str | list[dict[str, str]]
"""What a person left in a field: its text, or the rows of a list."""


@blueprint.get("/<public_id>/facts")
@open_to(*SUBMITTERS)
def facts(public_id: str) -> ResponseReturnValue:
    """All fields with what was read for them."""
    editable_claim_of(public_id)
    return _page(public_id)


@blueprint.post("/<public_id>/facts")
@open_to(*SUBMITTERS)
def save_facts(public_id: str) -> ResponseReturnValue:
    """Keep what the whole form says and go on to the check; with mistakes, the form again with all that was entered."""
    claim = editable_claim_of(public_id)
    entered = _entered()
    try:
        with transaction(db.session):
            editing.set_facts(db.session, actor(), clock.now(), claim.id, None, _changes(public_id, entered))
    except InvalidValue as error:
        return _page(public_id, entered, error.fields), error.status
    return redirect(url_for("claims.check", public_id=public_id))


@blueprint.post("/<public_id>/facts/one")
@open_to(*SUBMITTERS)
def save_one(public_id: str) -> ResponseReturnValue:
    """Keep one field as soon as it was changed; answers with the field alone, or, held and resumed, with its page."""
    claim = editable_claim_of(public_id)
    key = request.form.get("key", "")
    value = _entered().get(key, "")
    wrong = ""
    try:
        with transaction(db.session):
            editing.set_facts(db.session, actor(), clock.now(), claim.id, None, [FactChange.of(key, value)])
    except InvalidValue as error:
        wrong = error.fields.get(key, error.message)
    if not request.headers.get("HX-Request"):
        return (_page(public_id, {key: value}, {key: wrong}), 422) if wrong else redirect(_address(public_id))
    field = _fields(public_id).get(key)
    if field is None:
        return "", 204
    return render_template(
        "claims/_field_answer.html", field=field, entered=value, wrong=wrong, saved=not wrong, public_id=public_id
    )


def _entered() -> dict[str, Entered]:
    """What the form holds by field; cells `field[row].part` are put together to the list's rows."""
    entered: dict[str, Entered] = {}
    for key, value in list(request.form.items())[:_MOST_FIELDS]:
        cell = _CELL.fullmatch(key)
        if cell is not None:
            rows = entered.setdefault(cell["field"], [])
            _put(rows, int(cell["row"]), cell["part"], value)
        elif "." in key:
            entered[key] = value
    return entered


def _put(rows: Entered, number: int, part: str, value: str) -> None:
    if isinstance(rows, list):
        rows.extend({} for _ in range(number + 1 - len(rows)))
        rows[number][part] = value


def _address(public_id: str) -> str:
    return url_for("claims.facts", public_id=public_id)


def _changes(public_id: str, entered: dict[str, Entered]) -> list[FactChange]:
    """What the form changes or confirms: fields whose text differs, and doubtful ones that were ticked as right."""
    known = _fields(public_id)
    confirmed = set(request.form.getlist("confirmed"))
    changed = [key for key, value in entered.items() if key in known and _differs(value, known[key])]
    return [
        FactChange.of(key, entered[key])
        for key in dict.fromkeys([*changed, *(key for key in confirmed if key in entered)])
    ]


def _differs(entered: Entered, field: FieldView) -> bool:
    if isinstance(entered, str):
        return entered.strip() != field.typed
    shown = [{part: str(value) for part, value in row.items()} for row in field.value or ()]
    filled = ({part: text.strip() for part, text in row.items() if text.strip()} for row in entered)
    return [row for row in filled if row] != shown


def _fields(public_id: str) -> dict[str, FieldView]:
    view = claim_view(db.session, actor(), public_id, clock.now())
    outside = [field for section in view.sections for field in section.fields]
    return {field.key: field for field in [*outside, *(field for paper in view.papers for field in paper.fields)]}


def _page(public_id: str, entered: dict[str, Entered] | None = None, wrong: dict[str, str] | None = None) -> str:
    view = claim_view(db.session, actor(), public_id, clock.now())
    return render_template("claims/facts.html", view=view, steps=STEPS, entered=entered or {}, wrong=wrong or {})
