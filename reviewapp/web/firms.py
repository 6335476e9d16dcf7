"""参与商户: the lists of firms with their validity, one firm, and who is excluded (失信, 黑名单)."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.merchants import ExclusionForm, LiftForm
from reviewapp.models import EXCLUSION_KINDS
from reviewapp.printing import workbook
from reviewapp.queries import merchants as queries
from reviewapp.queries import scope
from reviewapp.queries.names import file_name
from reviewapp.services import exclusions
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to
from reviewapp.web.form_errors import point_at

blueprint = Blueprint("firms", __name__, url_prefix="/office")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/firms")
@open_to(*scope.FIRM_READERS)
def listing() -> ResponseReturnValue:
    """A scheme's list with validity and state; to be searched, printed and taken as a workbook."""
    code, text, state = _asked()
    return render_template(
        "merchants/firms.html",
        scheme=schemes.load(code),
        rows=queries.listed(db.session, code, local_date(clock.now()), text=text, state=state),
        text=text,
        state=state,
        states=queries.LISTED_STATES,
        schemes=[schemes.load(known) for known in schemes.codes()],
    )


@blueprint.get("/firms/file.xlsx")
@open_to(*scope.FIRM_READERS)
def file() -> ResponseReturnValue:
    """The list as it is narrowed, as a workbook."""
    code, text, state = _asked()
    now = clock.now()
    rows = queries.listed(db.session, code, local_date(now), text=text, state=state)
    made = workbook.xlsx([workbook.Table("参与商户名单", queries.COLUMNS, (row.cells() for row in rows))])
    name = file_name(schemes.load(code), "参与商户名单", now, "xlsx")
    return send_file(io.BytesIO(made), mimetype=_XLSX, as_attachment=True, download_name=name)


@blueprint.get("/firms/<public_id>")
@open_to(*scope.FIRM_READERS)
def show(public_id: str) -> ResponseReturnValue:
    """One firm: where it is listed, and what stands or stood against it."""
    firm = scope.firm(db.session, actor(), public_id)
    return render_template(
        "merchants/firm.html",
        firm=firm,
        listings=queries.listings_of(db.session, firm),
        struck=queries.history(db.session, firm),
        today=local_date(clock.now()),
        title_of=lambda code: schemes.load(code).title,
        exclusion_kinds=EXCLUSION_KINDS,
        lift_form=LiftForm(formdata=None),
    )


@blueprint.get("/exclusions")
@open_to(*scope.FIRM_READERS)
def excluded() -> ResponseReturnValue:
    """Everybody who is or was excluded, and the form of a new exclusion."""
    return _page(ExclusionForm(formdata=None, name=request.args.get("name", "")[:120]))


@blueprint.post("/exclusions")
@open_to("admin")
def exclude() -> ResponseReturnValue:
    """Exclude a firm, at once."""
    form = ExclusionForm()
    ground = exclusions.Ground(form.kind.data or "", form.source.data or "", form.reason.data or "")
    try:
        with transaction(db.session):
            row = exclusions.exclude(
                db.session, actor(), clock.now(), form.name.data or "", ground, form.scheme.data or None
            )
            name = row.name
    except (InvalidValue, IllegalMove) as error:
        point_at(form, getattr(error, "fields", {}))
        return _page(form, error.message), error.status
    flash(f"{name} 已列入名单，从现在起不能新建、提交申请和核销；办理中的申请正在重新核验。", "success")
    return redirect(url_for("firms.excluded"))


@blueprint.post("/exclusions/<public_id>/lift")
@open_to("admin")
def lift(public_id: str) -> ResponseReturnValue:
    """Lift an exclusion; the record stays."""
    row, form = scope.exclusion(db.session, actor(), public_id), LiftForm()
    row_id, name = row.id, row.name
    with transaction(db.session):
        row = scope.exclusion(db.session, actor(), public_id)
        exclusions.lift(
            db.session, actor(), clock.now(), row, source=form.source.data or "", reason=form.reason.data or ""
        )
    flash(f"{name} 的第 {row_id} 号记录已解除，记录保留。", "success")
    return redirect(url_for("firms.excluded"))


def _asked() -> tuple[str, str, str]:
    code, state = request.args.get("scheme", ""), request.args.get("state", "")
    known = schemes.codes()
    text = request.args.get("text", "").strip()[:60]
    return code if code in known else known[0], text, state if state in queries.LISTED_STATES else ""


def _page(form: ExclusionForm, refusal: str = "") -> str:
    form.scheme.choices = [("", "全部活动"), *((code, schemes.load(code).title) for code in schemes.codes())]
    form.kind.choices = [("", "请选择"), *EXCLUSION_KINDS.items()]
    return render_template(
        "merchants/exclusions.html",
        form=form,
        refusal=refusal,
        struck=queries.history(db.session),
        lift_form=LiftForm(formdata=None),
        exclusion_kinds=EXCLUSION_KINDS,
        title_of=lambda code: schemes.load(code).title,
    )
