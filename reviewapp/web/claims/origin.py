"""车辆合法来源证明 of a claim: filled in and printed with its code, and the address that the code leads to."""

from __future__ import annotations

import io

import segno
from flask import current_app, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from reviewapp import clock, printing, schemes
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue
from reviewapp.extensions import db, limiter
from reviewapp.forms.origin import OriginForm
from reviewapp.models import Claim
from reviewapp.models import OriginForm as PrintedForm
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.workflow import EDITABLE
from reviewapp.queries.names import file_name
from reviewapp.services import origin_forms
from reviewapp.web.access import actor, open_to
from reviewapp.web.claims.room import blueprint, claim_of, editable_claim_of

#: Who hands in motorcycles: their owner, or the collection point for them.
PRINTERS = ("claimant", "point")
_TITLE = KINDS[origin_forms.KIND].title
#: What a point is called that the form is addressed to; for other points the line is left to be filled in.
_OFFICE = "便民服务中心"
_NOTES = (
    "请村（社区）核对后写明日期、加盖公章；公章不要盖住姓名、号码和二维码。",
    "盖章后平放拍照上传，四角都在画面里。二维码只用来找到对应的申请，不含个人信息。",
)


@blueprint.route("/<public_id>/origin", methods=["GET", "POST"])
@open_to(*PRINTERS)
@limiter.limit("60 per hour", methods=["POST"])
def origin(public_id: str) -> ResponseReturnValue:
    """What will be printed, to be completed by hand; sent, it gives the form as PDF."""
    claim = editable_claim_of(public_id)
    if not origin_forms.wanted(claim):
        raise IllegalMove("这个项目不用车辆合法来源证明。请回到申请页查看需要的材料。")
    form = OriginForm(data=origin_forms.proposed(db.session, claim))
    if not form.validate_on_submit():
        return render_template("claims/origin.html", claim=claim, form=form, scheme=_scheme(claim))
    claim_id, values = claim.id, {name: form[name].data or "" for name in origin_forms.FIELDS}
    try:
        with transaction(db.session):
            printed = origin_forms.make(db.session, actor(), clock.now(), claim_id, values)
            made = _pdf(printed)
    except InvalidValue as error:
        for name, said in error.fields.items():
            form[name].errors = [said]
        claim = editable_claim_of(public_id)
        return render_template("claims/origin.html", claim=claim, form=form, scheme=_scheme(claim)), error.status
    name = file_name(_scheme(claim_of(public_id)), _TITLE, clock.now(), "pdf")
    return send_file(io.BytesIO(made), mimetype="application/pdf", download_name=name)


@blueprint.get("/origin/<form>/<code>")
@open_to(*PRINTERS)
@limiter.limit("60 per minute")
def origin_scanned(form: str, code: str) -> ResponseReturnValue:
    """Where a telephone that reads the form's code gets to: the claim, for whose it is."""
    signer = current_app.extensions["signer"]
    printed = origin_forms.find(db.session, signer, url_for("claims.origin_scanned", form=form, code=code))
    if printed is None:
        raise InvalidValue("这个二维码不是本系统签发的，或内容被改动过。请核对证明的来源。")
    claim = claim_of(printed.claim.public_id)
    where = "claims.papers" if claim.state in EDITABLE else "claims.show"
    return redirect(url_for(where, public_id=claim.public_id))


def _scheme(claim: Claim) -> schemes.Scheme:
    return schemes.load(claim.scheme_code, claim.scheme_version)


def _pdf(printed: PrintedForm) -> bytes:
    claim, said = printed.claim, printed.printed
    point = claim.organisation.name if claim.organisation else ""
    code = origin_forms.signature(current_app.extensions["signer"], printed)
    address = url_for("claims.origin_scanned", form=printed.public_id, code=code, _external=True)
    drawn = io.BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", border=2)
    content = {
        **said,
        "title": _TITLE,
        "office": _scheme(claim).county,
        "addressed": point if point.endswith(_OFFICE) else "",
        "committee": _committee(said["village"]),
        "code": drawn.getvalue().decode(),
        "notes": _NOTES,
    }
    return printing.pdf("origin", content, {}, printed.at)


def _committee(village: str) -> str:
    """坪头村村民委员会, 坪头社区居民委员会; "" where the village is written in by hand."""
    if not village or village.endswith("委员会"):
        return village
    return village + ("居民委员会" if village.endswith("社区") else "村民委员会")
