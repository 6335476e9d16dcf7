"""Pages that anyone may read: what is subsidised, which papers are needed."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from reviewapp import clock, schemes
from reviewapp.errors import NotFound
from reviewapp.policy import Scheme
from reviewapp.web.access import ANYONE, SIGNED_IN, open_to
from reviewapp.web.navigation import work_of

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@open_to(ANYONE)
def home() -> ResponseReturnValue:
    """The schemes with their programmes, those that take papers now first, and the ways to sign in."""
    now = clock.now()
    listed = [schemes.load(code) for code in schemes.codes()]
    listed.sort(key=lambda scheme: not any(each.submission.covers(now) for each in scheme.programmes.values()))
    return render_template("public/home.html", schemes=listed, now=now)


@blueprint.get("/schemes/<code>/<programme>")
@open_to(ANYONE)
def programme(code: str, programme: str) -> ResponseReturnValue:
    """One programme as a citizen reads it: how much, until when, which papers, with the clauses."""
    scheme = scheme_named(code)
    if programme not in scheme.programmes:
        raise NotFound("这个活动没有这个补贴项目。请从首页选择。")
    return render_template(
        "public/programme.html", scheme=scheme, programme=scheme.programmes[programme], now=clock.now()
    )


@blueprint.get("/home")
@open_to(*SIGNED_IN)
def work() -> ResponseReturnValue:
    """Where the signed-in person's work begins."""
    return redirect(url_for(work_of(current_user.role)))


def scheme_named(code: str) -> Scheme:
    """The newest version of the scheme that an address names. NotFound."""
    if code not in schemes.codes():
        raise NotFound("没有这个活动。请从首页选择。")
    return schemes.load(code)
