"""工作人员: accounts of the office's own people. One administrator sees to them, two where money is in question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed
from reviewapp.extensions import db
from reviewapp.forms.staff import StaffAccountForm, StaffNameForm
from reviewapp.models import AccountStep, Actor
from reviewapp.policy.accounts import ACTIONS, GUARDED, MANAGED, needs_two
from reviewapp.policy.workflow import ROLES
from reviewapp.queries import scope
from reviewapp.queries import staff_accounts as queries
from reviewapp.schemes import merchants
from reviewapp.services import leases, people
from reviewapp.services import staff_accounts as service
from reviewapp.web import open_sessions
from reviewapp.web.access import actor, freshly_signed_in, open_to
from reviewapp.web.form_errors import point_at

blueprint = Blueprint("staff_accounts", __name__, url_prefix="/office/staff")


@blueprint.get("")
@open_to(*scope.ACCOUNT_READERS)
def listing() -> ResponseReturnValue:
    """Who has an account, narrowed; what waits for another administrator; what was done last."""
    return _listing()


@blueprint.get("/new")
@open_to("admin")
def new() -> ResponseReturnValue:
    """The form for a new account."""
    return _new_page(StaffAccountForm(formdata=None))


@blueprint.post("/new")
@open_to("admin")
@freshly_signed_in
def make() -> ResponseReturnValue:
    """A new account: at once, or proposed for another administrator to confirm."""
    form = StaffAccountForm()
    password, hashed = _password_for(form.role.data or "", "make")
    try:
        with transaction(db.session):
            step = service.make(db.session, actor(), clock.now(), _candidate(db.session, form), hashed)
            step_id = step.id
    except InvalidValue as error:
        point_at(form, error.fields)
        return _new_page(form, error.message), error.status
    return _handed_over(step_id, password)


@blueprint.get("/<public_id>")
@open_to(*scope.ACCOUNT_READERS)
def show(public_id: str) -> ResponseReturnValue:
    """One account: how it stands, what can be done to it, and everything that was."""
    return _page(public_id)


@blueprint.post("/<public_id>/name")
@open_to("admin")
def rename(public_id: str) -> ResponseReturnValue:
    """The name mended."""
    user_id, form = scope.staff_account(db.session, actor(), public_id).id, StaffNameForm()
    try:
        with transaction(db.session):
            service.rename(db.session, actor(), clock.now(), user_id, form.name.data or "")
    except InvalidValue as error:
        point_at(form, error.fields)
        return _page(public_id, form), error.status
    flash("姓名已更改，原来的姓名留在记录里。", "success")
    return redirect(url_for("staff_accounts.show", public_id=public_id))


@blueprint.post("/<public_id>/disable")
@open_to("admin")
def disable(public_id: str) -> ResponseReturnValue:
    """Stop it: signed out everywhere, claims given back."""
    said = "账号已停用：已登录的立即退出，占用的申请已放回原来的排队位置。"
    return _done(service.disable, public_id, said, leases.release_held_by)


@blueprint.post("/<public_id>/enable")
@open_to("admin")
@freshly_signed_in
def enable(public_id: str) -> ResponseReturnValue:
    """Let it sign in again."""
    return _done(service.enable, public_id, "账号已启用，用原来的密码登录。")


@blueprint.post("/<public_id>/password")
@open_to("admin")
@freshly_signed_in
def reset_password(public_id: str) -> ResponseReturnValue:
    """A new starting password, shown this once; or proposed."""
    user = scope.staff_account(db.session, actor(), public_id)
    user_id = user.id
    password, hashed = _password_for(user.role, "reset_password")
    try:
        with transaction(db.session):
            step_id = service.reset_password(db.session, actor(), clock.now(), user_id, hashed).id
    except (InvalidValue, IllegalMove, NotAllowed) as error:
        return _page(public_id, refusal=error.message), error.status
    return _handed_over(step_id, password)


@blueprint.post("/<public_id>/second-factor")
@open_to("admin")
@freshly_signed_in
def reset_second_factor(public_id: str) -> ResponseReturnValue:
    """Take a lost authenticator away; or propose it."""
    user = scope.staff_account(db.session, actor(), public_id)
    if needs_two(user.role, "reset_second_factor"):
        said = "已提出，另一位管理员确认后生效。"
    else:
        said = "动态口令已移除，已登录的立即退出。请提醒本人登录后重新绑定。"
    return _done(service.reset_second_factor, public_id, said)


@blueprint.post("/proposals/<public_id>/confirm")
@open_to("admin")
@freshly_signed_in
def confirm(public_id: str) -> ResponseReturnValue:
    """Do what another administrator proposed; the second half of a starting password is shown this once."""
    proposal = scope.account_proposal(db.session, actor(), public_id)
    proposal_id, half, hashed = proposal.id, "", None
    if proposal.action != "reset_second_factor":
        half = service.second_half()
        hashed = hash_password(service.first_half(proposal) + half)
    try:
        with transaction(db.session):
            step = service.confirm(db.session, actor(), clock.now(), proposal_id, hashed)
            step_id = step.id
    except (InvalidValue, IllegalMove, NotAllowed) as error:
        return _listing(error.message), error.status
    if half:
        return _handed_over(step_id, half)
    flash("已确认：动态口令已移除，已登录的立即退出。请提醒本人登录后重新绑定。", "success")
    return redirect(_place_of(db.session.get_one(AccountStep, step_id)))


@blueprint.post("/proposals/<public_id>/cancel")
@open_to("admin")
def cancel(public_id: str) -> ResponseReturnValue:
    """Take a proposal back, or refuse it."""
    proposal_id = scope.account_proposal(db.session, actor(), public_id).id
    try:
        with transaction(db.session):
            service.cancel(db.session, actor(), clock.now(), proposal_id, request.form.get("reason", ""))
    except InvalidValue as error:
        return _listing("", error.message), error.status
    flash("已撤回，没有生效。", "success")
    return redirect(url_for("staff_accounts.listing"))


def _password_for(role: str, action: str) -> tuple[str, str | None]:
    """A starting password and its hash; none where another administrator gives the half that makes it whole."""
    if needs_two(role, action):
        return "", None
    password = people.starting_password()
    return password, hash_password(password)


def _candidate(session: Session, form: StaffAccountForm) -> service.Candidate:
    role, organisation = form.role.data or "", None
    if role == "township" and form.organisation.data in merchants.townships():
        organisation = people.firm(session, role, form.organisation.data, None)
    return service.Candidate(form.name.data or "", form.username.data or "", role, organisation)


def _done(
    verb: Callable[[Session, Actor, datetime, int], AccountStep],
    public_id: str,
    said: str,
    then: Callable[[Session, datetime, int], int] | None = None,
) -> ResponseReturnValue:
    """Do it to the account and `then` what follows in a transaction of its own, and say so; the account's page again,
    with the reason, when it is refused.
    """
    user_id = scope.staff_account(db.session, actor(), public_id).id
    try:
        with transaction(db.session):
            verb(db.session, actor(), clock.now(), user_id)
    except (InvalidValue, IllegalMove, NotAllowed) as error:
        return _page(public_id, refusal=error.message), error.status
    if then is not None:
        with transaction(db.session):
            then(db.session, clock.now(), user_id)
    flash(said, "success")
    return redirect(url_for("staff_accounts.show", public_id=public_id))


def _handed_over(step_id: int, password: str) -> ResponseReturnValue:
    """The starting password of what was done just now, or this person's half of it; shown this once."""
    step = db.session.get_one(AccountStep, step_id)
    part = "first" if step.step == "propose" else "second" if step.proposal_id else ""
    page = render_template(
        "merchants/account_made.html",
        name=step.name,
        username=step.username,
        password=service.first_half(step) if part == "first" else password,
        part=part,
        back=_place_of(step),
    )
    return page, 200, {"Cache-Control": "no-store"}


def _place_of(step: AccountStep) -> str:
    """The account's page; the list for one that is only proposed."""
    if step.user is None:
        return url_for("staff_accounts.listing")
    return url_for("staff_accounts.show", public_id=step.user.public_id)


def _listing(refusal: str = "", not_cancelled: str = "") -> str:
    asked = request.args
    roles = queries.role_choices()
    narrowed = queries.Narrowed(
        asked.get("text", "").strip()[:60],
        asked.get("role", "") if asked.get("role") in dict(roles) else "",
        asked.get("state", "") if asked.get("state") in queries.STATES else "",
    )
    return render_template(
        "staff_accounts/listing.html",
        page=queries.listed(db.session, actor(), narrowed, asked.get("page", 1, type=int)),
        narrowed=narrowed,
        roles=roles,
        managed=MANAGED,
        waiting=queries.waiting(db.session),
        latest=queries.latest(db.session),
        sessions=open_sessions.by_account(),
        refusal=refusal,
        not_cancelled=not_cancelled,
        **_words(),
    )


def _page(public_id: str, form: StaffNameForm | None = None, refusal: str = "") -> str:
    user = scope.staff_account(db.session, actor(), public_id)
    return render_template(
        "staff_accounts/show.html",
        user=user,
        form=form or StaffNameForm(formdata=None, name=user.name),
        waiting=queries.waiting(db.session, user),
        history=queries.history(db.session, user),
        sessions=open_sessions.by_account(),
        refusal=refusal,
        not_cancelled="",
        **_words(),
    )


def _new_page(form: StaffAccountForm, refusal: str = "") -> str:
    form.role.choices = [("", "请选择"), *((role, ROLES[role]) for role in MANAGED)]
    form.organisation.choices = [("", "不属于乡镇（街道）"), *((name, name) for name in merchants.townships())]
    return render_template("staff_accounts/new.html", form=form, refusal=refusal, **_words())


def _words() -> dict[str, object]:
    """What all these pages are told."""
    return {
        "states": queries.STATES,
        "actions": ACTIONS,
        "needs_two": needs_two,
        "guarded": [ROLES[role] for role in GUARDED],
        "alone": len(queries.administrators(db.session)) < 2,
        "may_act": actor().role == "admin",
        "me": actor().id,
    }
