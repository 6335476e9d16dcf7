"""The blueprint of the batch pages, the batch that a request is about, and how its board is answered with."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.extensions import db
from reviewapp.models import Batch
from reviewapp.queries import batch_board, scope
from reviewapp.services.days import local_date
from reviewapp.web.access import actor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("dealer", __name__, url_prefix="/dealer/batches")


def batch_of(public_id: str) -> Batch:
    """The viewer's batch under that name; NotFound for others'."""
    return scope.dealers_batch(db.session, actor(), public_id)


def board_of(public_id: str) -> batch_board.Board:
    """The board as the request narrows it."""
    status = request.values.get("status", "")
    number = request.values.get("page", 1, type=int)
    status = status if status in batch_board.STATUSES else ""
    return batch_board.board(db.session, batch_of(public_id), clock.now(), status=status, number=number)


def changed(public_id: str) -> ResponseReturnValue:
    """After a change: the board alone to a script, else back to the page."""
    if request.headers.get("HX-Request"):
        return render_template("dealer/_board.html", board=board_of(public_id), statuses=batch_board.STATUSES)
    return redirect(url_for("dealer.show", public_id=public_id))


def file_name(batch: Batch, content: str, extension: str) -> str:
    """Scheme, content, date (LOOK.md)."""
    title = batch_board.batches.template_of(batch).title.replace(" ", "_")
    return f"{title}_{content}_{local_date(clock.now())}.{extension}"
