"""How a scheme runs, in figures: charts with their tables, and the same as CSV or a workbook."""

from __future__ import annotations

import io
from datetime import date, timedelta

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import snapshot
from reviewapp.errors import NotFound
from reviewapp.extensions import db
from reviewapp.policy import Scheme
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.workflow import REVIEWERS
from reviewapp.printing.workbook import Table, csv_text, xlsx
from reviewapp.queries import figures as queries
from reviewapp.queries.figures import Figures, Part, Period
from reviewapp.queries.names import file_name
from reviewapp.services.days import local_date
from reviewapp.web.access import open_to
from reviewapp.web.plots import day_plot

blueprint = Blueprint("figures", __name__, url_prefix="/figures")

_READERS = (*REVIEWERS, "auditor", "admin")
_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@blueprint.get("")
@open_to(*_READERS)
def show() -> ResponseReturnValue:
    """One scheme's figures over some days."""
    scheme, period, told = _told()
    return render_template(
        "audit/figures.html",
        scheme=scheme,
        period=period,
        told=told,
        plot=day_plot(told.days),
        kinds=KINDS,
        most_opened=queries.MOST_OPENED,
        most_timed=queries.MOST_TIMED,
        schemes=[schemes.load(known) for known in schemes.codes()],
    )


@blueprint.get("/file.<ending>")
@open_to(*_READERS)
def file(ending: str) -> ResponseReturnValue:
    """All tables of the page."""
    if ending not in _TYPES:
        raise NotFound()
    scheme, period, told = _told()
    tables = list(_tables(told))
    content = xlsx(tables) if ending == "xlsx" else csv_text(tables)
    name = file_name(scheme, f"统计_{period.first}至{period.last}", clock.now(), ending)
    return send_file(io.BytesIO(content), mimetype=_TYPES[ending], as_attachment=True, download_name=name)


def _told() -> tuple[Scheme, Period, Figures]:
    code, known = request.args.get("scheme", ""), schemes.codes()
    scheme = schemes.load(code if code in known else known[0])
    period = _period()
    with snapshot(db.session):
        return scheme, period, queries.figures(db.session, scheme.code, period, clock.now())


def _period() -> Period:
    """The days asked for, put in order and not too many; else the last ones."""
    last = asked_day("until") or local_date(clock.now())
    first = asked_day("from") or last - timedelta(days=queries.USUAL_DAYS - 1)
    first, last = min(first, last), max(first, last)
    return Period(max(first, last - timedelta(days=queries.MOST_DAYS - 1)), last)


def asked_day(name: str) -> date | None:
    """The day that the address gives under that name; None where it gives none of this century."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def _tables(told: Figures) -> list[Table]:
    listed = (
        *(("待决定", "状态", told.waiting), ("等待天数", "已等", told.ages), ("决定", "结果", told.decided)),
        *(("退回的材料", "材料", told.returned), ("退回的理由", "理由", told.reasons)),
        ("每份用时", "用时", told.minutes),
    )
    return [
        Table("逐日", ("日期", "提交", "决定"), [(str(one.day), one.incoming, one.decided) for one in told.days]),
        *(_counted(title, head, counted) for title, head, counted in listed),
        Table(
            "用时中位数",
            ("决定", "份数", "中位数（分钟）", "九成以内（分钟）"),
            [(one.name, one.count, round(one.median, 2), round(one.ninth, 2)) for one in told.paces],
        ),
        _corrections(told),
    ]


def _counted(title: str, head: str, counted: tuple[Part, ...]) -> Table:
    return Table(title, (head, "份数"), [(one.name, one.count) for one in counted])


def _corrections(told: Figures) -> Table:
    rows = [
        (
            *(KINDS[one.kind].title, KINDS[one.kind].fields[one.field].label),
            *(one.counted.corrected, one.counted.silent, one.counted.confirmed, one.counted.entered),
        )
        for one in told.fields
    ]
    return Table("识别更正", ("材料", "内容", "存疑更正", "未存疑更正", "核对无误", "补填"), rows)
