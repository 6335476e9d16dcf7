"""The lead's page of the desk: who has what, since when, and taking it back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.forms.fairness import TakeBackForm
from reviewapp.queries import lead as queries
from reviewapp.queries import objections, scope
from reviewapp.services import decisions
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("lead", __name__, url_prefix="/desk/lead")


@blueprint.get("")
@open_to("lead")
def board() -> ResponseReturnValue:
    """Who has what since when, ages, skips, second looks."""
    return _board()


@blueprint.post("/claims/<public_id>/take-back")
@open_to("lead")
def take_back(public_id: str) -> ResponseReturnValue:
    """Take a claim from whoever reads it; without a reason the page again."""
    row, form = scope.claim(db.session, actor(), public_id), TakeBackForm()
    if not form.validate():
        return _board(public_id, form), 422
    with transaction(db.session):
        decisions.take_back(db.session, actor(), clock.now(), row.id, form.fence.data, reason=form.reason.data or "")
    flash(f"{row.number} 已收回，放回原来的排队位置；审核员会看到原因。", "success")
    return redirect(url_for("lead.board"))


def _board(wrong: str = "", form: TakeBackForm | None = None) -> str:
    now = clock.now()
    return render_template(
        "desk/lead.html",
        board=queries.board(db.session, now),
        objected=objections.waiting(db.session, now),
        ages=queries.AGES,
        now=now,
        wrong=wrong,
        form=form,
    )
