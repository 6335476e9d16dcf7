"""结算申请: a firm puts its redeemed vouchers together, brings the papers in one pile, and claims them as one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from io import BytesIO

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, printing, schemes
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotFound
from reviewapp.extensions import db
from reviewapp.forms.settlements import AccountForm
from reviewapp.models import Batch, Redemption
from reviewapp.policy.voucher_flow import REDEEMERS
from reviewapp.printing import workbook
from reviewapp.queries import batch_board, scope, settlement_form
from reviewapp.queries import settlement_applications as queries
from reviewapp.queries import vouchers as voucher_queries
from reviewapp.queries.names import file_name
from reviewapp.services import batches, intake, settlement_applications, voucher_settlements
from reviewapp.services.intake import Received
from reviewapp.services.sheet_columns import CARD
from reviewapp.web.access import actor, open_to
from reviewapp.web.dealer.room import XLSX, board_of

blueprint = Blueprint("settlements", __name__, url_prefix="/vouchers/settlements")

#: Slips in one file: as many pages as a file may have.
_SLIPS = 20


@blueprint.get("")
@open_to(*REDEEMERS)
def listing() -> ResponseReturnValue:
    """The firm's applications, and the redeemed vouchers that can go into a new one."""
    return _listing()


@blueprint.post("")
@open_to(*REDEEMERS)
def create() -> ResponseReturnValue:
    """A new application for the vouchers ticked; their slips are the first papers of its pile."""
    chosen, form_key = request.form.getlist("redemption"), request.form.get("form_key", "")[:40]
    try:
        slips = _print_slips(chosen)
        with transaction(db.session):
            now = clock.now()
            made = settlement_applications.open_application(db.session, actor(), now, chosen=chosen, form_key=form_key)
            for received in slips:
                batches.add_file(db.session, actor(), now, made.id, received)
            public_id = made.public_id
    except (InvalidValue, IllegalMove) as error:
        return _listing(error.message), error.status
    return redirect(url_for("settlements.show", public_id=public_id))


def _print_slips(chosen: Sequence[str]) -> list[Received]:
    """The slips of these redemptions of the viewer's firm, kept as files."""
    if len(chosen) > settlement_applications.MOST:
        return []
    mine = scope.redemptions_visible_to(actor()).where(Redemption.public_id.in_(chosen))
    rows = db.session.scalars(mine.order_by(Redemption.at, Redemption.id)).all()
    kept = []
    for start in range(0, len(rows), _SLIPS):
        part = rows[start : start + _SLIPS]
        printed = printing.pdf("slip", voucher_queries.slips(part), {}, part[0].at)
        name = f"消费券核销小票_{start + 1}-{start + len(part)}.pdf"
        kept.append(intake.receive(current_app.extensions["storage"], BytesIO(printed), name))
    return kept


@blueprint.get("/<public_id>")
@open_to(*REDEEMERS)
def show(public_id: str) -> ResponseReturnValue:
    """One application: account, pile, board, and what stands between each voucher and the submission."""
    return _show(public_id, None)


@blueprint.post("/<public_id>/account")
@open_to(*REDEEMERS)
def save_account(public_id: str) -> ResponseReturnValue:
    """Where the money goes, once for all its vouchers."""
    batch_id, form = scope.application(db.session, actor(), public_id).id, AccountForm()
    if form.validate():
        given = {"card_number": form.card_number.data, "bank": form.bank.data}
        try:
            with transaction(db.session):
                settlement_applications.set_account(db.session, actor(), clock.now(), batch_id, given)
        except InvalidValue as error:
            for name, said in error.fields.items():
                form[name].errors = [said]
    if request.headers.get("HX-Request"):
        return _show(public_id, form if form.errors else None, "settlements/_saved.html")
    if form.errors:
        return _show(public_id, form), 422
    return redirect(url_for("settlements.show", public_id=public_id))


@blueprint.get("/<public_id>/file.<ending>")
@open_to(*REDEEMERS, *scope.VOUCHER_READERS)
def file(public_id: str, ending: str) -> ResponseReturnValue:
    """《结算申请表》 to be stamped, or the list as a workbook."""
    batch, now = scope.application(db.session, actor(), public_id), clock.now()
    found = queries.application(db.session, batch)
    scheme = schemes.load(batch.scheme_code, batch.scheme_version)
    if ending == "xlsx":
        columns = (*queries.COLUMNS, *queries.PROGRESS)
        money = frozenset(place for place, name in enumerate(columns) if name.endswith("（元）"))
        table = workbook.Table("结算清单", columns, (line.cells() for line in found.lines), money)
        content, media_type, what = workbook.xlsx([table]), XLSX, "结算清单"
    elif ending == "pdf":
        content, media_type, what = printing.pdf("settlement", found.form(), {}, now), "application/pdf", "结算申请表"
    else:
        raise NotFound()
    name = file_name(scheme, f"{what}_{batch.number}", now, ending)
    return send_file(BytesIO(content), media_type, as_attachment=True, download_name=name)


@blueprint.get("/claims/<public_id>.pdf")
@open_to(*REDEEMERS, *scope.PAPER_READERS)
def claim_form(public_id: str) -> ResponseReturnValue:
    """《结算申请表》 of a claim that adds up the slips of another system's vouchers."""
    claim, now = scope.claim(db.session, actor(), public_id), clock.now()
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    if not settlement_form.adds_up(scheme.programmes[claim.programme]):
        raise NotFound()
    printed = printing.pdf("settlement", settlement_form.of_slips(db.session, claim), {}, now)
    name = file_name(scheme, f"结算申请表_{claim.number or '草稿'}", now, "pdf")
    return send_file(BytesIO(printed), "application/pdf", as_attachment=True, download_name=name)


def _listing(refusal: str = "") -> str:
    rows = queries.open_redemptions(db.session, actor())
    groups: dict[str, list[Redemption]] = {}
    for row in rows:
        groups.setdefault(row.voucher.claim.scheme_code, []).append(row)
    return render_template(
        "settlements/listing.html",
        applications=queries.listed(db.session, actor()),
        groups=[(schemes.load(code), voucher_settlements.window(found[0]), found) for code, found in groups.items()],
        most=settlement_applications.MOST,
        queries=voucher_queries,
        form_key=secrets.token_urlsafe(18),
        refusal=refusal,
        now=clock.now(),
    )


def _show(public_id: str, form: AccountForm | None, template: str = "settlements/show.html") -> str:
    batch = scope.application(db.session, actor(), public_id)
    return render_template(
        template,
        board=board_of(public_id),
        statuses=batch_board.STATUSES,
        application=queries.application(db.session, batch),
        window=schemes.load(batch.scheme_code, batch.scheme_version).programmes[batch.programme].submission,
        form=form or _account_form(batch),
        fixed=settlement_applications.is_put_in(db.session, batch),
        now=clock.now(),
    )


def _account_form(batch: Batch) -> AccountForm:
    account = batch.account or {}
    return AccountForm(
        formdata=None, card_number=account.get(CARD, ""), bank=account.get(settlement_applications.BANK, "")
    )
