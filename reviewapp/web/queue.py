"""The queue of a scheme for everybody: tickets with state and times, the signed daily heads, and receipts checked."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from reviewapp.extensions import db, limiter
from reviewapp.forms.receipt import ReceiptForm
from reviewapp.models import Pool
from reviewapp.policy import Scheme
from reviewapp.policy.statements import MOST_BYTES, NoStatement, Receipt, from_words, parse
from reviewapp.queries import public_queue as queries
from reviewapp.services import receipts
from reviewapp.signing import Signer
from reviewapp.web.access import ANYONE, open_to
from reviewapp.web.public import scheme_named

blueprint = Blueprint("queue", __name__, url_prefix="/schemes/<code>")

_HEADS_SHOWN = 7
_LARGEST_TICKET = 10**15
_NOTHING = "还没有选择回执文件，也没有粘贴内容。请选择一样再核对。"
_NO_RECEIPT = "这不是受理回执。请上传回执页面下载的文件（.json），或把文件里的文字完整粘贴进来，不要改动。"


@blueprint.get("/queue")
@open_to(ANYONE)
def listing(code: str) -> ResponseReturnValue:
    """The tickets of one pool in order, a hundred a page, and the heads of the last days."""
    scheme = scheme_named(code)
    pools = queries.pools(db.session, code)
    pool = _named(pools, request.args.get("pool")) or _busiest(pools)
    sought = request.args.get("ticket", type=int)
    if sought is not None and not 0 < sought <= _LARGEST_TICKET:
        sought = None
    return render_template(
        "public/queue.html",
        scheme=scheme,
        pools=pools,
        page=_page(pool, sought) if pool else None,
        heads=queries.daily_heads(db.session, pool, _HEADS_SHOWN) if pool else [],
        public_key=_signer().public_key,
    )


@blueprint.get("/heads.json")
@open_to(ANYONE)
def heads(code: str) -> ResponseReturnValue:
    """Every daily head of the scheme's pools with its signature, to be kept somewhere else."""
    scheme = scheme_named(code)
    kept = [head for pool in queries.pools(db.session, code) for head in queries.daily_heads(db.session, pool)]
    answer = Response(f"[{','.join(head.text() for head in kept)}]", mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{scheme.code}_heads.json")
    return answer


@blueprint.get("/queue/check")
@limiter.limit("60 per minute")
@open_to(ANYONE)
def check(code: str) -> ResponseReturnValue:
    """The form; for the address in a receipt's square code, what holds of that receipt."""
    scheme = scheme_named(code)
    if "digest" not in request.args:
        return _checked(scheme, ReceiptForm())
    try:
        receipt = from_words(Receipt, {**request.args, "scheme": code, "kind": "受理回执"})
    except NoStatement:
        return _checked(scheme, ReceiptForm(), refusal=_NO_RECEIPT), 422
    return _checked(scheme, ReceiptForm(), receipt)


@blueprint.post("/queue/check")
@limiter.limit("60 per minute")
@open_to(ANYONE)
def check_file(code: str) -> ResponseReturnValue:
    """What holds of the receipt that was handed in."""
    scheme, form = scheme_named(code), ReceiptForm()
    if not form.file.data and not (form.text.data or "").strip():
        return _checked(scheme, form, refusal=_NOTHING), 422
    try:
        receipt = parse(Receipt, form.given(MOST_BYTES))
    except NoStatement:
        return _checked(scheme, form, refusal=_NO_RECEIPT), 422
    return _checked(scheme, form, receipt)


def _named(pools: Sequence[Pool], code: str | None) -> Pool | None:
    return next((pool for pool in pools if pool.code == code), None)


def _busiest(pools: Sequence[Pool]) -> Pool | None:
    """The pool that most people look for: with the most tickets, the first of several."""
    return max(pools, key=lambda pool: pool.next_ticket, default=None)


def _page(pool: Pool, sought: int | None) -> queries.QueuePage:
    return queries.page(db.session, pool, number=request.args.get("page", 1, type=int), sought=sought)


def _checked(scheme: Scheme, form: ReceiptForm, receipt: Receipt | None = None, refusal: str = "") -> str:
    points = receipts.prove(db.session, _signer(), receipt) if receipt else []
    return render_template(
        "public/queue_check.html",
        scheme=scheme,
        form=form,
        receipt=receipt,
        points=points,
        refusal=refusal,
        public_key=_signer().public_key,
    )


def _signer() -> Signer:
    signer: Signer = current_app.extensions["signer"]
    return signer
