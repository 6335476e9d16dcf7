"""The sheet: the template, the filled-in sheet taken in, and the sheet as it stands with what is wrong marked."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.queries import batch_board
from reviewapp.services import batch_rows, batches, intake
from reviewapp.services.batch_marked import marked_sheet
from reviewapp.services.sheet_reading import read_sheet
from reviewapp.services.sheet_writing import write_sheet
from reviewapp.web.access import actor, open_to
from reviewapp.web.dealer.room import XLSX, batch_of, blueprint, board_of, file_name


@blueprint.get("/<public_id>/template.xlsx")
@open_to("dealer")
def template(public_id: str) -> ResponseReturnValue:
    """The empty template of the batch's programme."""
    batch = batch_of(public_id)
    data = BytesIO(write_sheet(batches.template_of(batch)))
    return send_file(data, XLSX, as_attachment=True, download_name=file_name(batch, "批量表模板", "xlsx"))


@blueprint.get("/<public_id>/sheet.xlsx")
@open_to("dealer")
def marked(public_id: str) -> ResponseReturnValue:
    """The sheet with what was read filled in and what is wrong marked; fit to be mended and uploaded again."""
    batch = batch_of(public_id)
    data = BytesIO(marked_sheet(db.session, batch))
    return send_file(data, XLSX, as_attachment=True, download_name=file_name(batch, "批量表_核对", "xlsx"))


@blueprint.post("/<public_id>/sheet")
@open_to("dealer")
def take_sheet(public_id: str) -> ResponseReturnValue:
    """Take a filled-in sheet in; one that cannot be taken leaves everything as it was."""
    batch = batch_of(public_id)
    sent = request.files.get("sheet")
    try:
        if sent is None or not sent.filename:
            raise InvalidValue("没有选择文件。请选择填好的表（xlsx）。")
        given = read_sheet(sent.stream.read(), batches.template_of(batch))
    except InvalidValue as error:
        page = render_template(
            "dealer/batch.html", board=board_of(public_id), statuses=batch_board.STATUSES, refusal=error.message
        )
        return page, error.status
    with transaction(db.session):
        name = intake.display_name(sent.filename)
        batch_rows.keep_sheet(db.session, actor(), clock.now(), batch.id, given, name)
    wrong = sum(bool(row.faults) for row in given.rows)
    told = f"，其中 {wrong} 行有需要改的地方" if wrong else ""
    flash(f"已读入 {len(given.rows)} 位购车人{told}。", "warning" if wrong else "success")
    return redirect(url_for("dealer.show", public_id=public_id))
