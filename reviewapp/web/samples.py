"""The auditor's samples: drawn, worked through, reported as a page and a workbook."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.samples import ConclusionForm, DrawForm
from reviewapp.models.audit_sample import CONCLUSIONS, TOPICS
from reviewapp.queries import sample_sheet, scope
from reviewapp.queries import samples as queries
from reviewapp.services import samples
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("samples", __name__, url_prefix="/audit/samples")


@blueprint.get("")
@open_to("auditor")
def listing() -> ResponseReturnValue:
    """All samples, and the form that draws one."""
    return _listing(DrawForm(until=local_date(clock.now())))


@blueprint.post("")
@open_to("auditor")
def draw() -> ResponseReturnValue:
    """Draw a sample; the same figures and seed open the one that is there."""
    form = DrawForm()
    if not form.validate():
        return _listing(form), 422
    try:
        with transaction(db.session):
            sample = samples.draw(
                db.session, actor(), clock.now(), scheme_code=form.scheme.data or "",
                until=form.until.data or date.min, percent=form.percent.data or 0, seed=form.seed.data or "",
            )  # fmt: skip
            public_id = sample.public_id
    except InvalidValue as error:
        for name, message in error.fields.items():
            form[name].errors = [message]
        return _listing(form), error.status
    return redirect(url_for("samples.show", public_id=public_id))


@blueprint.get("/<public_id>")
@open_to("auditor")
def show(public_id: str) -> ResponseReturnValue:
    """The work list: what is still to be looked at first."""
    return _work(public_id)


@blueprint.post("/<public_id>/claims/<claim>")
@open_to("auditor")
def conclude(public_id: str, claim: str) -> ResponseReturnValue:
    """Write a conclusion down; mistakes show the list again with all that was typed."""
    sample, row = scope.audit_sample(db.session, actor(), public_id), scope.claim(db.session, actor(), claim)
    form = ConclusionForm()
    given = {"conclusion": form.conclusion.data or "", "topic": form.topic.data or "", "note": form.note.data or ""}
    try:
        with transaction(db.session):
            samples.conclude(db.session, actor(), clock.now(), sample.id, row.id, **given)
    except InvalidValue as error:
        return _work(public_id, claim, form, error.message), error.status
    flash(f"{row.number}：{CONCLUSIONS[given['conclusion']]}，已记下。", "success")
    return redirect(url_for("samples.show", public_id=public_id))


@blueprint.get("/<public_id>/report")
@open_to("auditor")
def report(public_id: str) -> ResponseReturnValue:
    """The report as things stand, fit for printing."""
    said = queries.report(db.session, scope.audit_sample(db.session, actor(), public_id))
    return render_template("audit/report.html", report=said, figures=sample_sheet.figures(said.figures))


@blueprint.get("/<public_id>/report.xlsx")
@open_to("auditor")
def report_file(public_id: str) -> ResponseReturnValue:
    """The report as a workbook."""
    sample = scope.audit_sample(db.session, actor(), public_id)
    said = queries.report(db.session, sample)
    data = sample_sheet.workbook(said, queries.items_of(db.session, sample))
    name = f"{said.scheme_title}_抽查报告_{sample.until}_{sample.percent}%_{sample.seed}.xlsx".replace("/", "-")
    return send_file(BytesIO(data), as_attachment=True, download_name=name)


def _listing(form: DrawForm) -> str:
    form.scheme.choices = [(code, f"{schemes.load(code).county} {code}") for code in schemes.codes()]
    return render_template("audit/samples.html", form=form, rows=queries.listed(db.session))


def _work(public_id: str, claim: str = "", form: ConclusionForm | None = None, refusal: str = "") -> str:
    sample = scope.audit_sample(db.session, actor(), public_id)
    return render_template(
        "audit/sample.html",
        sample=sample,
        scheme=schemes.load(sample.scheme_code),
        items=queries.items_of(db.session, sample),
        conclusions=CONCLUSIONS,
        topics=TOPICS,
        wrong=claim,
        form=form,
        refusal=refusal,
    )
