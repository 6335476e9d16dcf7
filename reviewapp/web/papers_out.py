"""What leaves the office on paper: a claim's decision sheet, a scheme's register, a published list."""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, printing, schemes
from reviewapp.errors import NotFound
from reviewapp.extensions import db
from reviewapp.policy.money import show_yuan
from reviewapp.policy.workflow import STATES
from reviewapp.printing import workbook
from reviewapp.queries import publication, scope
from reviewapp.queries import register as registers
from reviewapp.queries.decision_sheet import Cut, decision_sheet
from reviewapp.queries.names import file_name
from reviewapp.queries.register import RegisterFilter
from reviewapp.web.access import actor, open_to
from reviewapp.web.figures import asked_day
from reviewapp.web.filters import moment
from reviewapp.web.publication import objections_to, published_list

blueprint = Blueprint("papers_out", __name__)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A printed register of more lines is no paper that anybody holds; they are narrowed by days, or taken as a workbook.
MOST_PRINTED = 5000
#: The same for a list on a notice board: those of an office are posted in parts, by days of approval.
MOST_POSTED = 1000


@blueprint.get("/all/<public_id>/sheet.pdf")
@open_to(*scope.PAPER_READERS)
def sheet(public_id: str) -> ResponseReturnValue:
    """The decision sheet of a claim that was decided."""
    claim = scope.claim(db.session, actor(), public_id)
    made = decision_sheet(db.session, claim, clock.now())
    printed = printing.pdf("decision", made.content, _pictures(made.cuts), clock.now())
    return _given(printed, "application/pdf", made.name)


@blueprint.get("/registers")
@open_to(*scope.PAPER_READERS)
def register() -> ResponseReturnValue:
    """Choose scheme, days and state; see how many lines there are; take it as a workbook or for printing."""
    code, narrowed = _asked()
    scheme = schemes.load(code)
    return render_template(
        "audit/register.html",
        scheme=scheme,
        narrowed=narrowed,
        count=registers.count(db.session, scheme, narrowed),
        states=STATES,
        most_printed=MOST_PRINTED,
        schemes=[schemes.load(known) for known in schemes.codes()],
    )


@blueprint.get("/registers/file.<ending>")
@open_to(*scope.PAPER_READERS)
def register_file(ending: str) -> ResponseReturnValue:
    """The register as a workbook, or on A4 with the sums of each page."""
    code, narrowed = _asked()
    scheme, now = schemes.load(code), clock.now()
    name = file_name(scheme, "登记册", now, ending)
    if ending == "xlsx":
        rows = (row.cells() for row in registers.lines(db.session, scheme, narrowed))
        table = workbook.Table("登记册", registers.COLUMNS, rows, frozenset((8,)))
        return _given(workbook.xlsx([table]), _XLSX, name)
    if ending != "pdf":
        raise NotFound()
    if registers.count(db.session, scheme, narrowed) > MOST_PRINTED:
        flash(f"超过 {MOST_PRINTED:,} 行的登记册请按提交日期分段打印，或下载 Excel。", "warning")
        return redirect(url_for("papers_out.register", **request.args))
    pages = [page.to_json() for page in registers.pages(registers.lines(db.session, scheme, narrowed))]
    content = {
        "title": f"{scheme.title} 登记册",
        "office": scheme.county,
        "narrowed": narrowed.words,
        "printed": moment(now),
        "columns": registers.COLUMNS,
        "pages": pages or [_NO_LINES],
    }
    return _given(printing.pdf("register", content, {}, now), "application/pdf", name)


@blueprint.get("/schemes/<code>/publication.pdf")
@open_to("lead", "admin")
def publication_sheet(code: str) -> ResponseReturnValue:
    """A programme's published list for the notice board: what was approved on the days asked for."""
    published, now = published_list(code), clock.now()
    first, last = asked_day("from"), asked_day("until")
    if publication.count(db.session, published, first, last) > MOST_POSTED:
        flash(f"超过 {MOST_POSTED:,} 行的名单请按审核通过的日期分期打印。", "warning")
        return redirect(url_for("publication.listing", code=code, programme=published.programme.id))
    content = publication.sheet(db.session, published, first, last)
    content |= {"objections_to": objections_to(published.scheme), "printed": moment(now)}
    name = file_name(published.scheme, f"公示名单_{published.programme.title}", now, "pdf")
    return _given(printing.pdf("publication", content, {}, now), "application/pdf", name)


_NO_LINES = {"rows": [], "count": 0, "sum": show_yuan(0), "count_so_far": 0, "sum_so_far": show_yuan(0)}


def _asked() -> tuple[str, RegisterFilter]:
    code, state = request.args.get("scheme", ""), request.args.get("state", "")
    known = schemes.codes()
    narrowed = RegisterFilter(asked_day("from"), asked_day("until"), state if state in STATES else "")
    return code if code in known else known[0], narrowed


def _pictures(cuts: Sequence[Cut]) -> dict[str, bytes]:
    """The pieces by name; each page is opened once."""
    by_page: dict[tuple[str, int], list[Cut]] = {}
    for cut in cuts:
        by_page.setdefault((cut.view_sha256, cut.rotation), []).append(cut)
    pictures: dict[str, bytes] = {}
    for (view_sha256, rotation), wanted in by_page.items():
        with current_app.extensions["storage"].open(view_sha256) as page:
            made = printing.crops(page.read(), [cut.box for cut in wanted], rotation)
        pictures |= {cut.name: picture for cut, picture in zip(wanted, made, strict=True)}
    return pictures


def _given(content: bytes, media_type: str, name: str) -> ResponseReturnValue:
    return send_file(io.BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
