"""消费券 for the office, to read only: figures by scheme and kind, the list, one voucher's history, settlements."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.db import snapshot
from reviewapp.extensions import db
from reviewapp.policy.voucher_flow import STATES
from reviewapp.printing import workbook
from reviewapp.queries import scope, settlement_applications
from reviewapp.queries import voucher_office as queries
from reviewapp.queries import vouchers as voucher_queries
from reviewapp.services.days import local_date
from reviewapp.web.access import actor, open_to
from reviewapp.web.dealer.room import XLSX

blueprint = Blueprint("voucher_office", __name__, url_prefix="/office/vouchers")


@blueprint.get("")
@open_to(*scope.VOUCHER_READERS)
def listing() -> ResponseReturnValue:
    """The figures of every kind of voucher, and all vouchers narrowed as asked."""
    narrowed = _asked()
    with snapshot(db.session):
        return render_template(
            "voucher_office/listing.html",
            kinds=queries.report(db.session, actor()),
            page=queries.page(db.session, actor(), narrowed, request.args.get("page", 1, type=int)),
            narrowed=narrowed,
            firms=queries.firms(db.session),
            schemes=[schemes.load(code) for code in schemes.codes()],
            states=STATES,
            tones=voucher_queries.TONES,
            grouped=voucher_queries.grouped,
        )


@blueprint.get("/file.xlsx")
@open_to(*scope.VOUCHER_READERS)
def file() -> ResponseReturnValue:
    """Figures and list, narrowed as on the page, as a workbook."""
    narrowed = _asked()
    with snapshot(db.session):
        figures = [kind.cells() for kind in queries.report(db.session, actor())]
        lines = (row.cells() for row in queries.lines(db.session, actor(), narrowed))
        data = workbook.xlsx([_table("统计", queries.REPORT, figures), _table("消费券", queries.COLUMNS, lines)])
    name = f"消费券_{STATES.get(narrowed.state, '全部')}_{local_date(clock.now())}.xlsx"
    return send_file(BytesIO(data), XLSX, as_attachment=True, download_name=name)


@blueprint.get("/settlements")
@open_to(*scope.VOUCHER_READERS)
def settlements() -> ResponseReturnValue:
    """The firms' settlement applications."""
    applications = settlement_applications.listed(db.session, actor())
    return render_template("voucher_office/settlements.html", applications=applications)


@blueprint.get("/settlements/<public_id>")
@open_to(*scope.VOUCHER_READERS)
def settlement(public_id: str) -> ResponseReturnValue:
    """One application with its vouchers, and where each of them stands."""
    batch = scope.application(db.session, actor(), public_id)
    return render_template(
        "voucher_office/settlement.html",
        batch=batch,
        application=settlement_applications.application(db.session, batch),
        scheme=schemes.load(batch.scheme_code, batch.scheme_version),
        reads_claims=actor().role in scope.PAPER_READERS,
        grouped=voucher_queries.grouped,
    )


@blueprint.get("/<public_id>")
@open_to(*scope.VOUCHER_READERS)
def show(public_id: str) -> ResponseReturnValue:
    """One voucher and its history."""
    voucher = scope.any_voucher(db.session, actor(), public_id)
    return render_template(
        "voucher_office/show.html",
        voucher=voucher,
        number=voucher_queries.grouped(voucher.number),
        owner=voucher_queries.owner_masked(voucher),
        kind=voucher_queries.kind_of(voucher),
        goods=voucher_queries.goods_word(voucher.redemption) if voucher.redemption else "",
        word=STATES[voucher.state],
        tone=voucher_queries.TONES[voucher.state],
        history=queries.history(db.session, voucher),
        applications=queries.applications(db.session, voucher),
        reads_claims=actor().role in scope.PAPER_READERS,
    )


def _asked() -> queries.VoucherFilter:
    state, code = request.args.get("state", ""), request.args.get("scheme", "")
    return queries.VoucherFilter(
        scheme_code=code if code in schemes.codes() else "",
        state=state if state in STATES else "",
        firm=request.args.get("firm", "")[:40],
        number=request.args.get("number", "").strip()[:20],
    )


def _table(title: str, columns: tuple[str, ...], rows: object) -> workbook.Table:
    money = frozenset(place for place, name in enumerate(columns) if name.endswith("（元）"))
    return workbook.Table(title, columns, rows, money)  # type: ignore[arg-type]
