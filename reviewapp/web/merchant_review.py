"""商户审核: the township looks at firms' applications, then the bureau admits, refuses or sends back."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed
from reviewapp.extensions import db
from reviewapp.forms.merchants import WordForm
from reviewapp.models import MerchantApplication
from reviewapp.policy import merchant_flow as flow
from reviewapp.queries import merchants as queries
from reviewapp.queries import scope
from reviewapp.schemes import merchants as rules
from reviewapp.services import merchants
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to
from reviewapp.web.form_errors import point_at

blueprint = Blueprint("merchant_review", __name__, url_prefix="/office/merchants")


@blueprint.get("")
@open_to(*flow.REVIEWERS)
def waiting() -> ResponseReturnValue:
    """Whose turn it is with this reviewer; or everything that was put in."""
    everything = request.args.get("all") == "1"
    return render_template(
        "merchants/waiting.html",
        rows=queries.waiting(db.session, actor(), everything=everything),
        everything=everything,
        states=flow.STATES,
        tones=queries.TONES,
        kinds=flow.KINDS,
        title_of=lambda code: schemes.load(code).title,
    )


@blueprint.get("/<public_id>")
@open_to(*flow.REVIEWERS)
def show(public_id: str) -> ResponseReturnValue:
    """The application beside its licence, and what may be done with it."""
    return _page(scope.merchant_application(db.session, actor(), public_id))


@blueprint.post("/<public_id>")
@open_to(*flow.REVIEWERS)
def decide(public_id: str) -> ResponseReturnValue:
    """Do what the button says."""
    row = scope.merchant_application(db.session, actor(), public_id)
    row_id, form, action = row.id, WordForm(), request.form.get("action", "")
    try:
        with transaction(db.session):
            _do(action, row_id, form)
    except (InvalidValue, IllegalMove, NotAllowed) as error:
        row = scope.merchant_application(db.session, actor(), public_id)
        faults = error.fields if isinstance(error, InvalidValue) else {}
        return _page(row, form, error.message, faults), error.status
    flash(f"已办理：{flow.ACTIONS[action]}。", "success")
    return redirect(url_for("merchant_review.show", public_id=public_id))


def _do(action: str, row_id: int, form: WordForm) -> None:
    given = (db.session, actor(), clock.now(), row_id, form.revision.data or 0)
    reason = form.reason.data or ""
    if action == "check":
        merchants.check(*given, opinion=reason)
    elif action == "return":
        merchants.send_back(*given, reason=reason)
    elif action == "refuse":
        merchants.refuse(*given, reason=reason, clause=form.clause.data or "")
    elif action == "admit":
        first, last = _days(form)
        merchants.admit(*given, first=first, last=last)
    else:
        raise InvalidValue("请从页面上的按钮选择要做的操作。")


def _days(form: WordForm) -> tuple[date, date]:
    if form.first.data is None or form.last.data is None:
        missing = {name: "请填写日期。" for name in ("first", "last") if form[name].data is None}
        raise InvalidValue("请填写有效期的起始日和截止日。", missing)
    return form.first.data, form.last.data


def _page(
    row: MerchantApplication, form: WordForm | None = None, refusal: str = "", faults: dict[str, str] | None = None
) -> str:
    given, scheme = rules.load(row.scheme_code), schemes.load(row.scheme_code)
    if form is None:
        form = WordForm(formdata=None, first=_first(given), last=given.listed_until)
    form.clause.choices = [("", "请选择"), *((clause, f"{clause} {said}") for clause, said in scheme.clauses.items())]
    point_at(form, faults or {})
    return render_template(
        "merchants/review.html",
        row=row,
        given=given,
        scheme=scheme,
        form=form,
        refusal=refusal,
        allowed=flow.allowed(row.state, actor().role, given.order),
        states=flow.STATES,
        tones=queries.TONES,
        actions=flow.ACTIONS,
        kinds=flow.KINDS,
    )


def _first(given: rules.Merchants) -> date:
    """Listed from today on, in an activity that has not begun from its first day."""
    return max(given.listed_from, local_date(clock.now()))
