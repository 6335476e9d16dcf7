"""Sign-in of claimants by phone and one-time code; signing out for everyone. Codes live by real time, not the demo's
clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user, login_user, logout_user

from reviewapp.db import transaction
from reviewapp.errors import ReviewError
from reviewapp.extensions import db, limiter
from reviewapp.forms.sign_in import AgainForm, CodeForm, PhoneForm
from reviewapp.services import sign_in as service
from reviewapp.web import private
from reviewapp.web.access import ANYONE, SIGNED_IN, open_to

blueprint = Blueprint("sign_in", __name__)

_PHONE = "sign_in_phone"
_NEXT = "sign_in_next"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to(ANYONE)
@limiter.limit("20 per minute; 100 per hour", methods=["POST"])
def phone() -> ResponseReturnValue:
    """Ask for the phone number and send a code; the answer is the same whether the number is known or not."""
    if current_user.is_authenticated:
        return redirect(url_for("public.work"))
    form = PhoneForm()
    if form.validate_on_submit():
        try:
            return _send(form.phone.data, form.next.data)
        except ReviewError as error:
            form.phone.errors = [error.message]
    return render_template("public/sign_in.html", form=form, closed=_closed())


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@open_to(ANYONE)
@limiter.limit("30 per minute", methods=["POST"])
def code() -> ResponseReturnValue:
    """Ask for the code; the right one signs in, and makes the account on the first time."""
    phone = private.look(_PHONE)
    if phone is None:
        return redirect(url_for("sign_in.phone"))
    form = CodeForm()
    if form.validate_on_submit():
        with transaction(db.session):
            user = service.check_code(db.session, datetime.now(UTC), phone, form.code.data)
        if user is not None:
            return _enter(user)
        form.code.errors = ["验证码不对或已失效。请核对短信，或重新获取一次。"]
    return render_template("public/sign_in_code.html", form=form, phone=phone)


@blueprint.route("/sign-in/again", methods=["GET", "POST"])
@open_to("claimant")
@limiter.limit("20 per minute; 100 per hour", methods=["POST"])
def again() -> ResponseReturnValue:
    """A signed-in claimant proves once more to hold the telephone, before what changes where money goes."""
    form, refusal = AgainForm(), _closed()
    if form.validate_on_submit():
        try:
            return _send(current_user.phone, form.next.data)
        except ReviewError as error:
            refusal = error.message
    return render_template("public/sign_in_again.html", form=form, phone=current_user.phone, refusal=refusal)


@blueprint.post("/sign-out")
@open_to(*SIGNED_IN)
def leave() -> ResponseReturnValue:
    """End the session here and on the server."""
    logout_user()
    session.clear()
    flash("您已退出登录。", "success")
    return redirect(url_for("public.home"))


def _send(phone: str, target: str | None) -> ResponseReturnValue:
    """Send a code and go on to where it is asked for. Raises ReviewError when none was sent."""
    if not service.send_code(db.session, current_app.extensions["sms"], datetime.now(UTC), phone):
        flash("短信平台答复较慢，验证码可能晚几分钟到。超过 1 分钟没有收到的，请重新获取。", "warning")
    private.keep(_PHONE, phone)
    session[_NEXT] = target
    return redirect(url_for("sign_in.code"))


def _closed() -> str:
    """Why nobody can sign in by telephone here; empty where they can."""
    return "" if current_app.extensions["sms"].reaches else service.NO_PROVIDER


def _enter(user: object) -> ResponseReturnValue:
    target = session.pop(_NEXT, "") or ""
    session.pop(_PHONE, None)
    login_user(user, remember=False)
    return redirect(target if _is_local(target) else url_for("public.work"))


def _is_local(target: str) -> bool:
    parts = urlsplit(target)
    return target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
