"""本单位账号: a firm's people (店员) with their rights; seen to by the firm's own head, and by the office."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user, hash_password

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db, limiter
from reviewapp.forms.merchants import PersonForm
from reviewapp.models import RIGHTS, Organisation, User
from reviewapp.models.people import RIGHTS_OF
from reviewapp.policy.masks import mask_phone
from reviewapp.policy.workflow import COMPANIES
from reviewapp.queries import scope
from reviewapp.services import firm_accounts as service
from reviewapp.services import people
from reviewapp.web.access import actor, freshly_signed_in, open_to
from reviewapp.web.form_errors import point_at

blueprint = Blueprint("firm_accounts", __name__)

_MANAGERS = (*COMPANIES, "admin")


@blueprint.get("/account/people")
@open_to(*COMPANIES)
def own() -> ResponseReturnValue:
    """The accounts of one's own firm."""
    return _page(current_user.organisation)


@blueprint.post("/account/people")
@open_to(*COMPANIES)
@freshly_signed_in
@limiter.limit("30 per minute")
def add_own() -> ResponseReturnValue:
    """A new account of one's own firm."""
    return _add(current_user.organisation)


@blueprint.get("/office/firms/<public_id>/people")
@open_to("admin")
def of_firm(public_id: str) -> ResponseReturnValue:
    """The accounts of a firm, for the office."""
    return _page(scope.firm(db.session, actor(), public_id))


@blueprint.post("/office/firms/<public_id>/people")
@open_to("admin")
@freshly_signed_in
def add(public_id: str) -> ResponseReturnValue:
    """A new account of a firm: of its head, as a rule."""
    return _add(scope.firm(db.session, actor(), public_id))


@blueprint.post("/account/people/<public_id>/rights")
@open_to(*_MANAGERS)
def set_rights(public_id: str) -> ResponseReturnValue:
    """Other rights, at once."""
    with transaction(db.session):
        user = service.one(db.session, actor(), public_id)
        service.set_rights(db.session, actor(), user, request.form.getlist("rights"))
        name = user.name
    flash(f"{name} 的权限已更改，立即生效。", "success")
    return redirect(_way_back(public_id))


@blueprint.post("/account/people/<public_id>/stop")
@open_to(*_MANAGERS)
def stop(public_id: str) -> ResponseReturnValue:
    """Stop an account; whoever is signed in with it is signed out."""
    with transaction(db.session):
        user = service.one(db.session, actor(), public_id)
        service.deactivate(db.session, actor(), user)
        name = user.name
    flash(f"{name} 的账号已停用，已登录的立即退出。", "success")
    return redirect(_way_back(public_id))


@blueprint.post("/account/people/<public_id>/reset")
@open_to(*_MANAGERS)
@freshly_signed_in
def reset(public_id: str) -> ResponseReturnValue:
    """A new starting password, shown this once."""
    password = people.starting_password()
    hashed = hash_password(password)
    with transaction(db.session):
        user = service.one(db.session, actor(), public_id)
        service.reset_password(db.session, actor(), user, hashed)
        name, username = user.name, user.username
    return _made(name, username, password, _way_back(public_id))


def _add(firm: Organisation) -> ResponseReturnValue:
    form, firm_id = PersonForm(), firm.id
    person = service.Person(
        form.name.data or "", form.phone.data or "", form.username.data or "", form.rights.data or []
    )
    password = people.starting_password()
    hashed = hash_password(password)
    try:
        with transaction(db.session):
            firm = db.session.get_one(Organisation, firm_id)
            user = service.add(db.session, actor(), clock.now(), firm, person, hashed)
            name, username, made = user.name, user.username, user.public_id
    except InvalidValue as error:
        point_at(form, error.fields)
        return _page(db.session.get_one(Organisation, firm_id), form, error.message), error.status
    return _made(name, username or "", password, _way_back(made))


def _made(name: str, username: str, password: str, back: str) -> ResponseReturnValue:
    page = render_template("merchants/account_made.html", name=name, username=username, password=password, back=back)
    return page, 200, {"Cache-Control": "no-store"}


def _page(firm: Organisation, form: PersonForm | None = None, refusal: str = "") -> str:
    rights = RIGHTS_OF[firm.kind]
    form = form or PersonForm(formdata=None, rights=[right for right in rights if right != "staff"])
    form.rights.choices = [(right, RIGHTS[right]) for right in rights]
    return render_template(
        "merchants/accounts.html",
        firm=firm,
        people=service.of_firm(db.session, actor(), firm),
        form=form,
        refusal=refusal,
        rights={right: RIGHTS[right] for right in rights},
        mask_phone=mask_phone,
        by_office=actor().role == "admin",
    )


def _way_back(public_id: str) -> str:
    """To the list on which the account stands."""
    if actor().role != "admin":
        return url_for("firm_accounts.own")
    user: User = service.one(db.session, actor(), public_id)
    firm = db.session.get_one(Organisation, user.organisation_id)
    return url_for("firm_accounts.of_firm", public_id=firm.public_id)
