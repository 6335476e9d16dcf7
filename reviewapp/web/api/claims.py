"""Claims over the interface: the same services and the same scope as the pages, under a token."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from reviewapp import clock, schemes
from reviewapp.errors import InvalidValue, NotFound
from reviewapp.extensions import db
from reviewapp.models.base import public_id as random_name
from reviewapp.policy import Programme, Scheme
from reviewapp.policy.statements import Receipt
from reviewapp.queries import scope
from reviewapp.queries.changes import BEGINNING, Cursor, changed
from reviewapp.queries.claim_view import claim_view
from reviewapp.services import editing, intake, queue, receipts
from reviewapp.services.editing import FactChange
from reviewapp.web.api import bodies, shown
from reviewapp.web.api.document import operation
from reviewapp.web.api.room import Done, Made, actor, blueprint, canonical, once


@blueprint.get("/programmes")
@operation("可以代办的补贴项目", "claims:read", bodies.Programmes)
def list_programmes() -> bodies.Programmes:
    """The programmes that dealers may claim under, with what each asks for."""
    offered = [
        _programme(scheme, programme)
        for scheme in (schemes.load(code) for code in schemes.codes())
        for programme in scheme.programmes.values()
        if actor().role in programme.submitters
    ]
    return bodies.Programmes(offered)


@blueprint.get("/claims")
@operation("申请列表，按变化的先后", "claims:read", bodies.Listing)
def list_claims(query: bodies.Walk) -> bodies.Listing:
    """The firm's claims in the order of their changes, from a cursor on."""
    if query.cursor and query.updated_since:
        told = "已有 cursor 时不再需要 updated_since。"
        raise InvalidValue(f"cursor 和 updated_since 只能给一个。{told}", {"updated_since": told})
    after = Cursor.parse(query.cursor) if query.cursor else Cursor(query.updated_since or BEGINNING)
    states = (query.state,) if query.state else ()
    page = changed(db.session, actor(), clock.now(), after, states=states, size=query.size)
    return bodies.Listing([shown.brief(claim) for claim in page.claims], page.cursor.text(), page.more)


@blueprint.post("/claims")
@operation("新建一份申请", "claims:write", bodies.Brief, status=201)
def create_claim(headers: bodies.Keyed, json: bodies.NewClaim) -> Made:
    """A new draft."""

    def work() -> bodies.Brief:
        claim = intake.create_draft(
            db.session,
            actor(),
            clock.now(),
            scheme_code=json.scheme,
            programme=json.programme,
            form_key=f"api-{random_name()}",
        )
        db.session.flush()
        return shown.brief(claim)

    answer, told = once(headers, canonical(json), work)
    return answer, 201, {**told, "Location": url_for("api.read_claim", public_id=answer["id"])}


@blueprint.get("/claims/<public_id>")
@operation("一份申请：状态、核验结果、待办、回执", "claims:read", bodies.ClaimShown)
def read_claim(public_id: str) -> bodies.ClaimShown:
    """The claim with all that its page shows."""
    view = claim_view(db.session, actor(), public_id, clock.now())
    return shown.whole(view, receipts.issue(db.session, current_app.extensions["signer"], view.claim))


@blueprint.post("/claims/<public_id>/facts")
@operation("填写或确认内容", "claims:write", bodies.Brief)
def set_facts(public_id: str, headers: bodies.Keyed, json: bodies.Changes) -> Done:
    """Write fields, all or none; a doubtful reading sent back unchanged is thereby confirmed."""
    changes = [FactChange(one.section, one.paper, one.field, one.value) for one in json.changes]

    def work() -> bodies.Brief:
        claim_id = scope.claim(db.session, actor(), public_id).id
        return shown.brief(editing.set_facts(db.session, actor(), clock.now(), claim_id, None, changes))

    return once(headers, canonical(json), work)


@blueprint.post("/claims/<public_id>/submit")
@operation("提交，或补正后再提交", "claims:submit", bodies.ReceiptShown)
def submit_claim(public_id: str, headers: bodies.Keyed, json: bodies.Revision) -> Done:
    """Put the claim in, or in again after correction, and answer with its receipt."""

    def work() -> bodies.ReceiptShown:
        claim = scope.claim(db.session, actor(), public_id)
        put_in = queue.submit if claim.ticket is None else queue.resubmit
        claim = put_in(db.session, actor(), clock.now(), claim.id, json.revision)
        db.session.flush()
        return shown.signed(_receipt(claim))

    return once(headers, canonical(json), work)


@blueprint.post("/claims/<public_id>/withdraw")
@operation("撤回申请", "claims:submit", bodies.Brief)
def withdraw_claim(public_id: str, headers: bodies.Keyed, json: bodies.Revision) -> Done:
    """Take the claim back; its place is given up."""

    def work() -> bodies.Brief:
        claim_id = scope.claim(db.session, actor(), public_id).id
        return shown.brief(queue.withdraw(db.session, actor(), clock.now(), claim_id, json.revision))

    return once(headers, canonical(json), work)


@blueprint.get("/claims/<public_id>/receipt")
@operation("受理回执", "claims:read", bodies.ReceiptShown)
def read_receipt(public_id: str) -> bodies.ReceiptShown:
    """The signed receipt of a claim that was put in."""
    return shown.signed(_receipt(scope.claim(db.session, actor(), public_id)))


def _receipt(claim: Any) -> Receipt:
    receipt = receipts.issue(db.session, current_app.extensions["signer"], claim)
    if receipt is None:
        raise NotFound("这份申请还没有提交，没有回执。")
    return receipt


def _programme(scheme: Scheme, programme: Programme) -> bodies.Programme:
    window = programme.submission
    return bodies.Programme(
        scheme=scheme.code,
        scheme_title=scheme.title,
        programme=programme.id,
        title=programme.title,
        open=window.covers(clock.now()),
        opens_at=window.start,
        closes_at=window.until,
        papers=[
            bodies.PaperWanted(kinds=rule.entry, title=rule.title, clause=rule.clause, hint=rule.hint)
            for rule in programme.papers
        ],
        declared=[
            bodies.FieldWanted(field=one.field, label=one.label, type=one.type, choices=dict(one.choices))
            for one in programme.declared
        ],
    )
