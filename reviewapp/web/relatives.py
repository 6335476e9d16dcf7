"""The relatives that staff declare, so that claims of theirs are not given to them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.fairness import RelativeForm
from reviewapp.queries import lead as queries
from reviewapp.services import relatives
from reviewapp.web.access import STAFF, actor, open_to

blueprint = Blueprint("relatives", __name__, url_prefix="/relatives")


@blueprint.get("")
@open_to(*STAFF)
def own() -> ResponseReturnValue:
    """One's own relatives, and the form."""
    return _own(RelativeForm())


@blueprint.post("")
@open_to(*STAFF)
def declare() -> ResponseReturnValue:
    """Declare a relative; mistakes stand beside their fields."""
    form = RelativeForm()
    if not form.validate():
        return _own(form), 422
    given = {"name": form.name.data, "relation": form.relation.data or "", "id_number": form.id_number.data or ""}
    try:
        with transaction(db.session):
            relatives.declare(db.session, actor(), clock.now(), **given)
    except InvalidValue as error:
        for name, message in error.fields.items():
            form[name].errors = [message]
        return _own(form), error.status
    flash("已申报。这位亲属的申请不会再分给您审核。", "success")
    return redirect(url_for("relatives.own"))


@blueprint.post("/<public_id>/remove")
@open_to(*STAFF)
def remove(public_id: str) -> ResponseReturnValue:
    """End a declaration of one's own."""
    with transaction(db.session):
        relatives.remove(db.session, actor(), clock.now(), public_id)
    flash("已移除这条申报；移除前的记录仍保留。", "success")
    return redirect(url_for("relatives.own"))


@blueprint.get("/all")
@open_to("lead", "admin")
def everybody() -> ResponseReturnValue:
    """What everybody declared, for the lead and the administrator."""
    return render_template("desk/relatives_all.html", rows=queries.relatives(db.session))


def _own(form: RelativeForm) -> str:
    form.relation.choices = [(relation, relation) for relation in relatives.RELATIONS]
    return render_template("desk/relatives.html", form=form, rows=queries.relatives(db.session, current_user.id))
