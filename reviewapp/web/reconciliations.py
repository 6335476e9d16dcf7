"""Past reconciliations (对账记录): the days, what differed on one, and the same as a workbook or CSV."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.errors import NotFound
from reviewapp.extensions import db
from reviewapp.printing.workbook import TYPES, Table, csv_text, xlsx
from reviewapp.queries import reconciliations as queries
from reviewapp.queries import scope
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to

blueprint = Blueprint("reconciliations", __name__, url_prefix="/finance/reconciliations")

_READERS = (*scope.FINANCE, "auditor")
#: How many rows of a day its page shows.
_MOST_SHOWN = 300


@blueprint.get("")
@open_to(*_READERS)
def listing() -> ResponseReturnValue:
    """The days, the newest first; only those with differences where wanted."""
    differing, number = _differing(), request.args.get("page", 1, type=int)
    return render_template(
        "finance/reconciliations.html",
        page=queries.page(db.session, clock.now(), number, differing=differing),
        differing=differing,
        untold=queries.UNTOLD,
    )


@blueprint.get("/<day>")
@open_to(*_READERS)
def show(day: str) -> ResponseReturnValue:
    """One day: its totals, and what differed."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound() from None
    return render_template(
        "finance/reconciliation.html",
        day=scope.reconciliation(db.session, actor(), on),
        most=_MOST_SHOWN,
        untold=queries.UNTOLD,
    )


@blueprint.get("/file.<ending>")
@open_to(*_READERS)
def file(ending: str) -> ResponseReturnValue:
    """All days of the list and their rows that differ."""
    if ending not in TYPES:
        raise NotFound()
    differing, now = _differing(), clock.now()
    days = queries.days(db.session, now, differing=differing)
    rows = [cells for day in days for cells in queries.row_cells(day)]
    tables = [
        _table("对账记录", queries.COLUMNS, [queries.cells(day) for day in days]),
        _table("不一致的行", queries.ROW_COLUMNS, rows),
    ]
    content = xlsx(tables) if ending == "xlsx" else csv_text(tables)
    name = f"对账记录_{'有差异' if differing else '全部'}_{local_date(now)}.{ending}"
    return send_file(BytesIO(content), TYPES[ending], as_attachment=True, download_name=name)


def _differing() -> bool:
    return request.args.get("show") == "differing"


def _table(title: str, columns: tuple[str, ...], rows: list[queries.Cells]) -> Table:
    return Table(title, columns, rows, frozenset(at for at, name in enumerate(columns) if name.endswith("（元）")))
