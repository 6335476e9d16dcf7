"""The board: buyers down, papers across; a stray is put to its buyer by dragging it or by choosing from a list."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.models import BatchPage
from reviewapp.policy.voucher_flow import REDEEMERS
from reviewapp.queries import batch_board, scope
from reviewapp.services import batch_moves
from reviewapp.web.access import actor, open_to
from reviewapp.web.dealer.room import batch_of, blueprint, board_of, changed

_COPY_LIFE = 600


@blueprint.get("/<public_id>")
@open_to(*REDEEMERS)
def show(public_id: str) -> ResponseReturnValue:
    """The batch: sheet, pile, board, and what stands between each buyer and the submission."""
    if batch_of(public_id).number is not None:
        return redirect(url_for("settlements.show", **request.args, public_id=public_id))
    return render_template("dealer/batch.html", board=board_of(public_id), statuses=batch_board.STATUSES)


@blueprint.get("/<public_id>/now")
@open_to(*REDEEMERS)
def now(public_id: str) -> ResponseReturnValue:
    """The board as a fragment, asked for again while files are being read."""
    return render_template("dealer/_board.html", board=board_of(public_id), statuses=batch_board.STATUSES)


def _page(public_id: str, page: str) -> BatchPage:
    """The page, if it is of that batch."""
    found = scope.dealers_page(db.session, actor(), page)
    return batch_moves.page_of(db.session, batch_of(public_id), found.public_id)


@blueprint.get("/<public_id>/pages/<page>")
@open_to(*REDEEMERS)
def page(public_id: str, page: str) -> ResponseReturnValue:
    """One page looked at: its picture, what was read, why it is where it is, and where it can go."""
    view = batch_board.page_view(db.session, _page(public_id, page))
    template = "dealer/_page.html" if request.headers.get("HX-Request") else "dealer/page.html"
    return render_template(template, view=view, public_id=public_id)


@blueprint.get("/<public_id>/pages/<page>.jpg")
@open_to(*REDEEMERS)
def picture(public_id: str, page: str) -> ResponseReturnValue:
    """The copy of a page for viewing; kept by the viewer's own browser for a few minutes."""
    row = _page(public_id, page)
    response: Response = send_file(
        current_app.extensions["storage"].open(row.view_sha256), mimetype="image/jpeg", max_age=_COPY_LIFE
    )
    response.headers["Cache-Control"] = f"private, max-age={_COPY_LIFE}"
    return response


@blueprint.post("/<public_id>/pages/<page>/place")
@open_to(*REDEEMERS)
def place(public_id: str, page: str) -> ResponseReturnValue:
    """Put a page to a buyer (`row`), aside (`aside`), or back to where the machine puts it (`back`)."""
    batch_id = batch_of(public_id).id
    where = request.form.get("row", "")
    with transaction(db.session):
        if where == "back":
            batch_moves.lay_back(db.session, actor(), clock.now(), batch_id, page)
        else:
            row = None if where == "aside" else where or "-"
            batch_moves.move_page(db.session, actor(), clock.now(), batch_id, page, row)
    return changed(public_id)


@blueprint.post("/<public_id>/pages/<page>/buyer")
@open_to("dealer")
def new_buyer(public_id: str, page: str) -> ResponseReturnValue:
    """A buyer whom the sheet does not have, with this page and what hangs on it."""
    batch_id = batch_of(public_id).id
    with transaction(db.session):
        row = batch_moves.add_buyer(db.session, actor(), clock.now(), batch_id, page)
        row_id, number = row.public_id, row.number
    flash(f"已新增第 {number} 行，请补全这位购车人的信息。", "success")
    return redirect(url_for("dealer.row", public_id=public_id, row=row_id))


@blueprint.post("/<public_id>/rows/<row>/confirm")
@open_to(*REDEEMERS)
def confirm(public_id: str, row: str) -> ResponseReturnValue:
    """All that was put to this buyer in doubt is right."""
    batch_id = batch_of(public_id).id
    with transaction(db.session):
        batch_moves.confirm_row(db.session, actor(), clock.now(), batch_id, row)
    return changed(public_id)
