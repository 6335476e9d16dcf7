"""消费券: the owner's, on the phone and on paper; the till that takes it; what the firm redeemed and claims back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, ReviewError
from reviewapp.extensions import db, limiter
from reviewapp.forms.vouchers import RedeemForm, ReturnForm, UndoForm
from reviewapp.models import Redemption, Voucher
from reviewapp.policy.money import fen_from_yuan, yuan_from_fen
from reviewapp.policy.voucher_flow import REDEEMERS, STATES
from reviewapp.queries import scope
from reviewapp.queries import vouchers as queries
from reviewapp.services import voucher_persons, voucher_settlements, voucher_undo, vouchers
from reviewapp.signing import for_address, from_address
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("vouchers", __name__, url_prefix="/vouchers")

#: Who is handed a voucher, or hands it over.
OWNERS = ("claimant", "point")
_REFUSALS = (InvalidValue, IllegalMove, NotAllowed, NotFound)
#: The field of the form at which a service's message about a value stands.
_FIELDS = ("ending", "seen", "goods", "price", "invoice_number", "invoice_code", "returned", "reason")


@blueprint.get("/<public_id>")
@open_to(*OWNERS)
def show(public_id: str) -> ResponseReturnValue:
    """The voucher with its signed code; fit for printing."""
    voucher = scope.voucher(db.session, actor(), public_id)
    undone = queries.undone(db.session, voucher)
    return render_template("vouchers/show.html", square_code=_square_code(voucher), undone=undone, **_words(voucher))


@blueprint.get("")
@open_to(*REDEEMERS)
def listing() -> ResponseReturnValue:
    """What the firm has redeemed, and the way to redeem another."""
    page = queries.redemptions(db.session, actor(), request.args.get("page", 1, type=int))
    return render_template("vouchers/listing.html", page=page, states=STATES, tones=queries.TONES, queries=queries)


@blueprint.get("/till")
@open_to(*REDEEMERS)
@limiter.limit("60 per minute")
def till() -> ResponseReturnValue:
    """Ask for a number; with one, typed or scanned, show whose it is (masked) and what it is worth, or why not."""
    number, code = _scanned(request.args.get("number", ""), request.args.get("code", ""))
    if not number:
        return render_template("vouchers/number.html", number="", refusal="")
    form = RedeemForm(number=number, code=code)
    try:
        voucher = _usable(number, code)
    except _REFUSALS as error:
        return _refused(number, error)
    return _till(voucher, form)


@blueprint.post("/till")
@open_to(*REDEEMERS)
@limiter.limit("30 per minute")
def redeem() -> ResponseReturnValue:
    """Take the voucher; what was entered stays on the page when it is refused."""
    form = RedeemForm()
    number, code = form.number.data or "", form.code.data or ""
    try:
        voucher = _usable(number, code)
        if not form.validate():
            return _till(voucher, form), 422
        purchase = vouchers.Purchase(
            form.goods.data or "", fen_from_yuan(form.price.data), form.invoice_number.data, form.invoice_code.data
        )
        identity = vouchers.Identity(form.ending.data, form.seen.data)
        voucher_id = voucher.id
        with transaction(db.session):
            row = vouchers.redeem(db.session, actor(), clock.now(), voucher_id, purchase, identity)
            made = row.public_id
    except voucher_persons.NotTheOwner as error:
        return _noted(voucher_id, form, error)
    except InvalidValue as error:
        if not error.fields.keys() & set(_FIELDS):
            return _refused(number, error)
        _point_at(form, error)
        return _till(_usable(number, code), form, error.message), error.status
    except _REFUSALS as error:
        return _refused(number, error)
    flash("核销成功，券值已抵扣。请打印核销小票，随发票留存，结算时要用。", "success")
    return redirect(url_for("vouchers.redemption", public_id=made))


def _noted(voucher_id: int, form: RedeemForm, error: InvalidValue) -> ResponseReturnValue:
    """Another person's card: that is kept, and after too many of them the voucher is no longer shown."""
    with transaction(db.session):
        voucher_persons.note(db.session, actor(), clock.now(), voucher_id)
    try:
        voucher = _usable(form.number.data or "", form.code.data or "")
    except _REFUSALS as refusal:
        return _refused(form.number.data or "", refusal)
    _point_at(form, error)
    return _till(voucher, form, error.message), error.status


@blueprint.get("/redemptions/<public_id>")
@open_to(*REDEEMERS)
def redemption(public_id: str) -> ResponseReturnValue:
    """The slip of one redemption, the way to its settlement, and returned goods."""
    return _redemption(scope.redemption(db.session, actor(), public_id), ReturnForm())


@blueprint.post("/redemptions/<public_id>/undo")
@open_to(*REDEEMERS)
def undo(public_id: str) -> ResponseReturnValue:
    """It was keyed wrongly: the voucher is its owner's again, and the till asks for it anew."""
    row, form = scope.redemption(db.session, actor(), public_id), UndoForm()
    row_id, number = row.id, row.voucher.number
    try:
        if not form.validate():
            return _redemption(row, ReturnForm(formdata=None), undo=form), 422
        with transaction(db.session):
            voucher_undo.undo(db.session, actor(), clock.now(), row_id, form.reason.data)
    except (IllegalMove, InvalidValue) as error:
        again = scope.redemption(db.session, actor(), public_id)
        return _redemption(again, ReturnForm(formdata=None), error.message, undo=form), error.status
    flash("核销已撤销，券可以继续使用，已通知券主。现在可以重新核销。", "success")
    return redirect(url_for("vouchers.till", number=number))


@blueprint.post("/redemptions/<public_id>/return")
@open_to(*REDEEMERS)
def take_goods_back(public_id: str) -> ResponseReturnValue:
    """Goods came back: the voucher's money goes back in proportion; with all of them the voucher is void."""
    row_id, form = scope.redemption(db.session, actor(), public_id).id, ReturnForm()
    try:
        if not form.validate():
            return _redemption(scope.redemption(db.session, actor(), public_id), form), 422
        returned_fen, reason = fen_from_yuan(form.returned.data), form.reason.data
        with transaction(db.session):
            vouchers.take_goods_back(db.session, actor(), clock.now(), row_id, returned_fen=returned_fen, reason=reason)
    except InvalidValue as error:
        _point_at(form, error)
        return _redemption(scope.redemption(db.session, actor(), public_id), form, error.message), error.status
    flash("退货已登记，对应的券款已退回资金池。", "success")
    return redirect(url_for("vouchers.redemption", public_id=public_id))


def _usable(number: str, code: str) -> Voucher:
    """The voucher that may be redeemed here and now; raises what is the matter with it."""
    signature = from_address(code) if code else ""
    voucher = vouchers.find(db.session, current_app.extensions["signer"], number, signature)
    vouchers.require_usable(db.session, actor(), clock.now(), voucher)
    return voucher


def _scanned(number: str, code: str) -> tuple[str, str]:
    """A scanner types the whole address that the code holds: number and signature stand in it."""
    if "?" not in number:
        return number.strip(), code.strip()
    said = parse_qs(urlsplit(number.strip()).query)
    return said.get("number", [""])[0], said.get("code", [""])[0]


def _refused(number: str, error: ReviewError) -> ResponseReturnValue:
    return render_template("vouchers/number.html", number=number, refusal=error.message), error.status


def _till(voucher: Voucher, form: RedeemForm, refusal: str = "") -> str:
    form.goods.choices = [("", "请选择"), *vouchers.goods_of(voucher.claim).items()]
    minutes = voucher_undo.UNDO_WITHIN // timedelta(minutes=1)
    return render_template("vouchers/till.html", form=form, refusal=refusal, undo_minutes=minutes, **_words(voucher))


def _redemption(row: Redemption, form: ReturnForm, refusal: str = "", undo: UndoForm | None = None) -> str:
    if form.returned.data is None:
        form.returned.data = yuan_from_fen(row.price_fen - row.returned_fen)
    return render_template(
        "vouchers/redemption.html",
        row=row,
        form=form,
        refusal=refusal,
        undo=undo or UndoForm(formdata=None),
        can_undo=not voucher_undo.why_not(db.session, row.voucher, row, clock.now()),
        undo_until=row.at + voucher_undo.UNDO_WITHIN,
        goods=queries.goods_word(row),
        window=voucher_settlements.window(row),
        **_words(row.voucher),
    )


def _words(voucher: Voucher) -> dict[str, Any]:
    state = queries.shown_state(voucher, clock.now())
    return {
        "voucher": voucher,
        "kind": queries.kind_of(voucher),
        "owner": queries.owner_masked(voucher),
        "number": queries.grouped(voucher.number),
        "state": state,
        "word": STATES[state],
        "tone": queries.TONES[state],
        "goods_names": list(vouchers.goods_of(voucher.claim).values()),
        "now": clock.now(),
    }


def _square_code(voucher: Voucher) -> str:
    """The picture (a data URI) of the address at which a dealer's telephone redeems the voucher, with its signature."""
    signature = current_app.extensions["signer"].sign(vouchers.content(voucher))
    address = url_for("vouchers.till", number=voucher.number, code=for_address(signature), _external=True)
    return segno.make_qr(address, error="m").svg_data_uri(border=2)


def _point_at(form: RedeemForm | ReturnForm, error: InvalidValue) -> None:
    """Put the service's words at the fields they are about."""
    for name, said in error.fields.items():
        if name in form:
            form[name].errors = [said]
