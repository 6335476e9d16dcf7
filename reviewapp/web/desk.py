"""The reviewer's desk: the next claim in order under a lease, papers left, findings and facts right, one key to
decide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, Stale
from reviewapp.extensions import db
from reviewapp.forms.desk import (
    ApproveForm,
    CancelReturnForm,
    HandOverForm,
    LeaseForm,
    RejectForm,
    ReturnForm,
    SkipForm,
)
from reviewapp.models import Decision, Opinion
from reviewapp.policy.workflow import REVIEWERS
from reviewapp.queries import desk as queries
from reviewapp.queries import lead, opinions, scope
from reviewapp.queries.claim_view import ClaimView, claim_view
from reviewapp.services import claim_returns, decisions, second_look
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.get("")
@open_to(*REVIEWERS)
def home() -> ResponseReturnValue:
    """What waits, by scheme; what this reviewer holds and has decided today."""
    now = clock.now()
    return render_template(
        "desk/home.html",
        state=queries.desk_state(db.session, actor(), now),
        taken_back=lead.taken_back(db.session, actor(), now),
    )


@blueprint.post("/next")
@open_to(*REVIEWERS)
def take() -> ResponseReturnValue:
    """Lease the next claim in order and open it."""
    return _open_next()


@blueprint.get("/claims/<public_id>")
@open_to(*REVIEWERS)
def claim(public_id: str) -> ResponseReturnValue:
    """The claim for deciding while this reviewer holds it, for reading otherwise."""
    row = scope.claim(db.session, actor(), public_id)
    if row.reviewer_id != current_user.id:
        return redirect(url_for("trail.show", public_id=public_id))
    return _page(public_id)


@blueprint.post("/claims/<public_id>/approve")
@open_to(*REVIEWERS)
def approve(public_id: str) -> ResponseReturnValue:
    """Approve for the evaluated award, or another with a reason."""
    form = ApproveForm()
    return _decide(
        public_id,
        form,
        "approve",
        lambda claim_id, fence: decisions.approve(
            db.session, actor(), clock.now(), claim_id, fence, award_fen=form.award_fen, reason=form.reason.data
        ),
    )


@blueprint.post("/claims/<public_id>/await-funds")
@open_to(*REVIEWERS)
def await_funds(public_id: str) -> ResponseReturnValue:
    """The award is more than the claim holds and the pool has: it waits for the money at its place."""
    form = ApproveForm()
    return _decide(
        public_id,
        form,
        "await_funds",
        lambda claim_id, fence: decisions.await_funds(
            db.session, actor(), clock.now(), claim_id, fence, award_fen=form.award_fen, reason=form.reason.data
        ),
    )


@blueprint.post("/claims/<public_id>/return")
@open_to(*REVIEWERS)
def send_back(public_id: str) -> ResponseReturnValue:
    """Return for correction: what, why, until when."""
    form = ReturnForm()
    row = scope.claim(db.session, actor(), public_id)
    reasons = schemes.load(row.scheme_code, row.scheme_version).programmes[row.programme].return_reasons
    items = form.named(request.form, reasons)
    return _decide(
        public_id,
        form,
        "return",
        lambda claim_id, fence: decisions.return_for_correction(
            db.session,
            actor(),
            clock.now(),
            claim_id,
            fence,
            items=items,
            reason=form.reason.data,
            workdays=form.workdays.data,
        ),
    )


@blueprint.post("/claims/<public_id>/cancel-return")
@open_to(*REVIEWERS)
def cancel_return(public_id: str) -> ResponseReturnValue:
    """Take a return back; the claim stands at its place again."""
    form = CancelReturnForm()
    row = scope.claim(db.session, actor(), public_id)
    with transaction(db.session):
        decisions.cancel_return(
            db.session, actor(), clock.now(), row.id, revision=form.revision.data or -1, reason=form.reason.data or ""
        )
    flash("退回已撤销，申请回到原来的位置；退回说明仍保留在办理记录里。", "success")
    return redirect(url_for("trail.show", public_id=public_id))


@blueprint.post("/claims/<public_id>/reject")
@open_to(*REVIEWERS)
def reject(public_id: str) -> ResponseReturnValue:
    """Reject under a clause of the document."""
    form = RejectForm()
    return _decide(
        public_id,
        form,
        "reject",
        lambda claim_id, fence: decisions.reject(
            db.session, actor(), clock.now(), claim_id, fence, clause=form.clause.data or "", reason=form.reason.data
        ),
    )


@blueprint.post("/claims/<public_id>/hand-over")
@open_to(*REVIEWERS)
def hand_over(public_id: str) -> ResponseReturnValue:
    """Hand the claim to the lead."""
    form = HandOverForm()
    return _decide(
        public_id,
        form,
        "hand_over",
        lambda claim_id, fence: decisions.hand_to_lead(
            db.session, actor(), clock.now(), claim_id, fence, reason=form.reason.data
        ),
    )


@blueprint.post("/claims/<public_id>/put-back")
@open_to(*REVIEWERS)
def put_back(public_id: str) -> ResponseReturnValue:
    """Give the claim back undecided; it stands at its old place."""
    form = LeaseForm()
    row = scope.claim(db.session, actor(), public_id)
    with transaction(db.session):
        decisions.put_back(db.session, actor(), clock.now(), row.id, form.fence.data or -1)
    flash("已放回队列原来的位置。", "success")
    return redirect(url_for("desk.home"))


@blueprint.post("/claims/<public_id>/skip")
@open_to(*REVIEWERS)
def skip(public_id: str) -> ResponseReturnValue:
    """Pass the claim on undecided and say why; the next one is opened."""
    form = SkipForm()
    return _decide(
        public_id,
        form,
        "skip",
        lambda claim_id, fence: decisions.skip(
            db.session, actor(), clock.now(), claim_id, fence, reason=form.reason.data
        ),
    )


@blueprint.post("/claims/<public_id>/extend")
@open_to(*REVIEWERS)
def extend(public_id: str) -> ResponseReturnValue:
    """Still reading: the lease runs anew."""
    form = LeaseForm()
    row = scope.claim(db.session, actor(), public_id)
    with transaction(db.session):
        decisions.extend(db.session, actor(), clock.now(), row.id, form.fence.data or -1)
    return "", 204


def _decide(public_id: str, form: LeaseForm, action: str, do: Callable[[int, int], Any]) -> ResponseReturnValue:
    """Do the decision and open the next claim; a mistake shows the same page again with all that was typed."""
    claim_id = scope.claim(db.session, actor(), public_id).id
    if not form.validate():
        return _page(public_id, action, form, form.first_error), 422
    try:
        with transaction(db.session):
            told = _told(action, do(claim_id, form.fence.data))
    except (InvalidValue, NotAllowed) as error:
        return _page(public_id, action, form, error.message), error.status
    except (Stale, IllegalMove) as error:
        return render_template("desk/lost.html", message=error.message, form=form), error.status
    flash(told, "success")
    return _open_next()


def _told(action: str, came: Any) -> str:
    """What the reviewer is told of what came of a decision."""
    if isinstance(came, Opinion):
        first = second_look.first_opinion(db.session, came.claim)
        if came.grounds == "second" and first is not None:
            return f"您的意见与初审不同（初审：{opinions.said(first)}），已转复核决定。"
        return "意见已记下，还没有执行：这份申请须由另一位审核员独立复审，意见一致后执行。"
    if isinstance(came, Decision) and came.deadline is not None:
        note = claim_returns.of_decision(db.session, came).calendar_note
        return f"{_DONE[action]}补正期限到 {local_date(came.deadline)}{f'（{note}）' if note else ''}。"
    return _DONE[action]


_DONE = {
    "approve": "已通过，转入待发放。",
    "await_funds": "已转候补，排队号和已占用的额度为申领人保留。",
    "return": "已退回补正，排队号为申领人保留。",
    "reject": "已作出不予通过的决定。",
    "hand_over": "已转交复核。",
    "skip": "已跳过，申请放回队列原来的位置，原因已记录。",
}


def _open_next() -> ResponseReturnValue:
    with transaction(db.session):
        taken = decisions.take_next(db.session, actor(), clock.now())
        public_id = taken.public_id if taken else None
    if public_id is None:
        flash("没有等待审核的申请了。", "info")
        return redirect(url_for("desk.home"))
    return redirect(url_for("desk.claim", public_id=public_id))


def _page(public_id: str, action: str = "", form: LeaseForm | None = None, refusal: str = "") -> str:
    view = claim_view(db.session, actor(), public_id, clock.now())
    return render_template("desk/claim.html", **claim_page(view, action=action, form=form, refusal=refusal))


def claim_page(view: ClaimView, **more: Any) -> dict[str, Any]:
    """What the templates of a claim's page need while it is being decided."""
    return {
        "view": view,
        "papers": queries.by_kind(view),
        "groups": queries.groups(view),
        "compared": queries.compared,
        "fields": queries.fields_of(view),
        "mendable": queries.mendable(view),
        "correction_ends": queries.correction_ends(view, clock.now()),
        "clauses": queries.clauses(view),
        "settled": queries.settled(view),
        "undo_seconds": current_app.extensions["settings"].undo_seconds,
        "deciding": True,
        "action": "",
        "form": None,
        "refusal": "",
    } | more
