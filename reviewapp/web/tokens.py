"""接口令牌: a dealer's people make and revoke the tokens of their own systems."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import TooMany
from reviewapp.extensions import db
from reviewapp.forms.tokens import TokenForm
from reviewapp.queries import api_tokens as queries
from reviewapp.services import api_tokens
from reviewapp.services.api_tokens import SCOPES, TERMS
from reviewapp.web.access import actor, freshly_signed_in, open_to

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens")


@blueprint.get("")
@open_to("dealer")
def listing() -> ResponseReturnValue:
    """The firm's tokens and the form of a new one."""
    return _page(_form())


@blueprint.post("")
@open_to("dealer")
@freshly_signed_in
def make() -> ResponseReturnValue:
    """Make a token and show it, this once: it is kept as a hash only."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        with transaction(db.session):
            token, text = api_tokens.make(
                db.session, actor(), clock.machine(), name=form.name.data, scopes=form.scopes.data, days=form.days.data
            )
            made = {"name": token.name, "expires_at": token.expires_at}
    except TooMany as error:
        return _page(form, error.message), error.status
    return render_template("tokens/made.html", text=text, **made)


@blueprint.post("/<public_id>/revoke")
@open_to("dealer")
def revoke(public_id: str) -> ResponseReturnValue:
    """Stop a token at once and for ever."""
    with transaction(db.session):
        api_tokens.revoke(db.session, actor(), clock.machine(), public_id)
    flash("令牌已停用，用它的系统从现在起连不上了。", "success")
    return redirect(url_for("tokens.listing"))


def _form() -> TokenForm:
    form = TokenForm(scopes=list(SCOPES), days=TERMS[1])
    form.scopes.choices = list(SCOPES.items())
    form.days.choices = [(days, f"{days} 天") for days in TERMS]
    return form


def _page(form: TokenForm, refusal: str = "") -> str:
    now = clock.machine()
    tokens = [(token, queries.state(token, now)) for token in queries.listed(db.session, actor())]
    return render_template("tokens/listing.html", tokens=tokens, form=form, refusal=refusal, scopes=SCOPES)
