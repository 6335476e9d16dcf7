"""Step one: files in, watched while they are read, each assigned to its kind; a wrong kind mended by hand."""

from __future__ import annotations

from collections import Counter

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import ReviewError
from reviewapp.extensions import db, limiter
from reviewapp.policy import PaperRule
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.workflow import SUBMITTERS
from reviewapp.queries.claim_view import ClaimView, claim_view
from reviewapp.services import intake, origin_forms
from reviewapp.web.access import actor, open_to
from reviewapp.web.claims.origin import PRINTERS
from reviewapp.web.claims.room import STEPS, blueprint, editable_claim_of


@blueprint.get("/<public_id>/papers")
@open_to(*SUBMITTERS)
def papers(public_id: str) -> ResponseReturnValue:
    """The papers needed and the papers there, with what each was taken for."""
    editable_claim_of(public_id)
    return render_template("claims/papers.html", **_content(public_id), steps=STEPS)


@blueprint.get("/<public_id>/papers/now")
@open_to(*SUBMITTERS)
def papers_now(public_id: str) -> ResponseReturnValue:
    """The same list as a fragment, asked for again while files are being read."""
    editable_claim_of(public_id)
    return render_template("claims/_papers.html", **_content(public_id))


@blueprint.post("/<public_id>/files")
@open_to(*SUBMITTERS)
@limiter.limit("240 per hour")
def add_file(public_id: str) -> ResponseReturnValue:
    """Take in the files of the form, each on its own: one that is refused does not stop the others."""
    claim = editable_claim_of(public_id)
    files = [file for file in request.files.getlist("file") if file.filename]
    refused = [] if files else [("", "没有选择文件。请先拍照或选择照片、PDF，再上传。")]
    for file in files:
        try:
            received = intake.receive(current_app.extensions["storage"], file.stream, file.filename or "")
            with transaction(db.session):
                intake.add_upload(db.session, actor(), clock.now(), claim.id, received)
        except ReviewError as error:
            refused.append((intake.display_name(file.filename or ""), error.message))
    if request.headers.get("HX-Request"):
        return render_template("claims/_refused.html", refused=refused), 422 if refused else 200
    if refused:
        return render_template("claims/papers.html", **_content(public_id), steps=STEPS, refused=refused), 422
    return redirect(url_for("claims.papers", public_id=public_id))


@blueprint.post("/<public_id>/papers/<paper>/kind")
@open_to(*SUBMITTERS)
def set_kind(public_id: str, paper: str) -> ResponseReturnValue:
    """A person says what a paper is; it is read again as that."""
    claim = editable_claim_of(public_id)
    with transaction(db.session):
        intake.set_kind(db.session, actor(), clock.now(), claim.id, paper, request.form.get("kind", ""))
    return _after_change(public_id)


@blueprint.post("/<public_id>/papers/<paper>/remove")
@open_to(*SUBMITTERS)
def remove_paper(public_id: str, paper: str) -> ResponseReturnValue:
    """Take a paper out of the claim; uploading its file again brings it back."""
    claim = editable_claim_of(public_id)
    with transaction(db.session):
        intake.remove_paper(db.session, actor(), clock.now(), claim.id, paper)
    return _after_change(public_id)


@blueprint.post("/<public_id>/files/<upload>/remove")
@open_to(*SUBMITTERS)
def remove_file(public_id: str, upload: str) -> ResponseReturnValue:
    """Take a file out that could not be read."""
    claim = editable_claim_of(public_id)
    with transaction(db.session):
        intake.remove_upload(db.session, actor(), clock.now(), claim.id, upload)
    return _after_change(public_id)


def _after_change(public_id: str) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return render_template("claims/_papers.html", **_content(public_id))
    return redirect(url_for("claims.papers", public_id=public_id))


def _content(public_id: str) -> dict[str, object]:
    view = claim_view(db.session, actor(), public_id, clock.now())
    prints = actor().role in PRINTERS and origin_forms.wanted(view.claim)
    return {"view": view, "needed": needed(view), "kinds": KINDS, "prints_origin": prints}


def needed(view: ClaimView) -> list[tuple[PaperRule, bool, int]]:
    """Each paper that this claim needs: whether it is there, and how many papers of its kinds there are."""
    rules = view.scheme.programmes[view.claim.programme].papers
    found = {finding.check: finding.outcome == "pass" for finding in view.findings}
    kinds = Counter(paper.kind for paper in view.papers)
    return [
        (rule, found[rule.finding], sum(kinds[kind] for kind in rule.kinds)) for rule in rules if rule.finding in found
    ]
