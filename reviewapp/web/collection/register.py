"""The register (造册登记) on the screen, as a workbook and for print; shelf numbers entered on it."""

from __future__ import annotations

import io
from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, printing, schemes
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, NotFound
from reviewapp.extensions import db
from reviewapp.models import Actor, Organisation
from reviewapp.printing import workbook
from reviewapp.queries import point_register, scope
from reviewapp.queries.motorcycles import Motorcycle
from reviewapp.queries.names import file_name
from reviewapp.queries.point_register import Narrowed
from reviewapp.schemes import collection
from reviewapp.services import collection as keeping
from reviewapp.web.access import actor, open_to
from reviewapp.web.collection.room import LOOKERS
from reviewapp.web.filters import moment

blueprint = Blueprint("point_register", __name__, url_prefix="/collection/register")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TITLE = "报废摩托车回收登记表"
_MONEY = point_register.COLUMNS.index("金额（元）")
_POINT = 1
"""Place of the point's name in the table of all points."""
_WHOLE, _MASKED = "含身份证号，请妥善保管", "身份证号按规定隐去部分"


@blueprint.get("")
@open_to(*LOOKERS)
def show() -> ResponseReturnValue:
    """A line a motorcycle, narrowed to a point or a shelf number."""
    return _page()


@blueprint.get("/file.<ending>")
@open_to(*LOOKERS)
def register_file(ending: str) -> ResponseReturnValue:
    """The register as a workbook, or that of one point on A4 with sums of each page and room to sign."""
    narrowed, where = _asked()
    scheme, now, whole = schemes.load(narrowed.scheme), clock.now(), _sees_whole(actor())
    rows = point_register.lines(db.session, actor(), narrowed)
    name = file_name(scheme, f"摩托车回收登记_{where}", now, ending)
    if ending == "xlsx":
        return _given(workbook.xlsx([_table(narrowed, rows, whole=whole)]), _XLSX, name)
    if ending != "pdf":
        raise NotFound()
    if narrowed.point is None:
        flash("打印版按回收点分别打印、签字。请先选择回收点，再下载。", "warning")
        return redirect(url_for("point_register.show", **request.args))
    content = {
        "title": _TITLE,
        "office": scheme.county,
        "scheme": scheme.title,
        "where": f"{where}　{_address(narrowed.scheme, where)}".strip(),
        "printed": moment(now),
        "note": _WHOLE if whole else _MASKED,
        "columns": point_register.COLUMNS,
        "pages": point_register.printed(rows, whole=whole),
    }
    return _given(printing.pdf("point_register", content, {}, now), "application/pdf", name)


@blueprint.post("/<public_id>/shelf")
@open_to("point")
def shelve(public_id: str) -> ResponseReturnValue:
    """Enter or correct a shelf number; what was entered stays on the page when it cannot be kept."""
    claim_id = scope.taken_in(db.session, actor(), public_id).id
    entered = request.form.get("shelf", "")
    try:
        with transaction(db.session):
            keeping.shelve(db.session, actor(), clock.now(), claim_id, entered)
    except InvalidValue as error:
        return _page(wrong={public_id: (entered, error.message)}), error.status
    flash("柜号已保存。", "success")
    return redirect(url_for("point_register.show", **request.args) + f"#row-{public_id}")


def _table(narrowed: Narrowed, rows: Iterator[Motorcycle], *, whole: bool) -> workbook.Table:
    """The register as a sheet; that of all points says whose each line is."""
    made = ((row.point, list(point_register.cells(at, row, whole=whole))) for at, row in enumerate(rows, 1))
    if narrowed.point is not None:
        cells = (line for _, line in made)
        return workbook.Table("回收登记", point_register.COLUMNS, cells, frozenset((_MONEY,)))
    columns = [*point_register.COLUMNS[:_POINT], "回收点", *point_register.COLUMNS[_POINT:]]
    with_point = ([*line[:_POINT], point, *line[_POINT:]] for point, line in made)
    return workbook.Table("回收登记", columns, with_point, frozenset((_MONEY + 1,)))


def _page(wrong: dict[str, tuple[str, str]] | None = None) -> str:
    narrowed, where = _asked()
    number = request.args.get("page", 1, type=int)
    return render_template(
        "collection/register.html",
        page=point_register.page(db.session, actor(), narrowed, number),
        points=point_register.points(db.session, actor(), narrowed.scheme),
        narrowed=narrowed,
        where=where,
        asked={"scheme": narrowed.scheme, "point": request.args.get("point", ""), "shelf": narrowed.shelf},
        schemes=[schemes.load(code) for code in collection.codes()],
        wrong=wrong or {},
    )


def _asked() -> tuple[Narrowed, str]:
    """What is asked for, and the name of the point, or 全部回收点."""
    codes = collection.codes()
    code = request.args.get("scheme", "")
    code = code if code in codes else codes[0]
    if actor().role == "point":
        chosen = db.session.get(Organisation, actor().organisation_id)
    else:
        known = point_register.points(db.session, actor(), code)
        chosen = next((point for point in known if point.public_id == request.args.get("point", "")), None)
    shelf = request.args.get("shelf", "").strip()[:20]
    return Narrowed(code, chosen.id if chosen else None, shelf), chosen.name if chosen else "全部回收点"


def _address(code: str, name: str) -> str:
    found = collection.load(code)
    point = found.point_named(name) if found else None
    return point.address if point else ""


def _sees_whole(who: Actor) -> bool:
    """ID numbers stand whole on the papers of who may look into the claims' papers anyway."""
    return who.role == "point" or who.role in scope.PAPER_READERS


def _given(content: bytes, media_type: str, name: str) -> ResponseReturnValue:
    return send_file(io.BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
