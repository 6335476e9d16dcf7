"""What the counter's script is told: the programmes of a collection point, and one intake as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Actor, Pool
from reviewapp.policy import Programme, Scheme
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.model import PaperRule
from reviewapp.queries.claim_view import ClaimView, FieldView, PaperView, claim_view
from reviewapp.queries.display import yuan
from reviewapp.schemes.statements import statement
from reviewapp.services import counter, fields
from reviewapp.services.fields import Field

#: What tells one vehicle from another: where a paper has such a number and it was not read, the clerk is asked.
_ASKED = ("vin", "engine_number", "plate")
_WAY_ENDS = "；"
_HINTS = {"phone": {"hint": "可以不填；填了，车主用这个手机号登录就能看到进度和消费券"}}


def programmes(session: Session, role: str, now: datetime) -> list[dict[str, Any]]:
    """The programmes that take claims from this role now: papers, what is asked, what is signed."""
    open_pools = {tuple(row) for row in session.execute(select(Pool.scheme_code, Pool.code))}
    return [
        _programme(scheme, rules)
        for scheme in (schemes.load(code) for code in schemes.codes())
        for rules in scheme.programmes.values()
        if role in rules.submitters and (scheme.code, rules.pool) in open_pools and rules.submission.covers(now)
    ]


def _programme(scheme: Scheme, rules: Programme) -> dict[str, Any]:
    asked = statement(scheme.code, rules.id, counter.KIND)
    return {
        "scheme": scheme.code,
        "programme": rules.id,
        "title": f"{scheme.county} · {rules.title}",
        "papers": [_paper_rule(rule) for rule in rules.papers],
        "applicant": [_asked(field) | _HINTS.get(field.name, {}) for field in fields.fixed("applicant", rules)],
        "declared": [_asked(field) for field in fields.declared(rules)],
        "statement": None
        if asked is None
        else {"title": asked.title, "clause": asked.clause, "signer": asked.signer, "text": asked.text.strip()},
    }


def _paper_rule(rule: PaperRule) -> dict[str, Any]:
    """Where a document leaves a choice, each way has a title: the hint's parts, where it has as many."""
    said = rule.hint.split(_WAY_ENDS)
    ways = [[kind.partition("@")[0] for kind in way] for way in rule.alternatives]
    titled = said if len(said) == len(ways) else ["、".join(KINDS[kind].title for kind in way) for way in ways]
    return {
        "title": rule.title,
        "clause": rule.clause,
        "hint": rule.hint,
        "ways": [
            {"title": title, "kinds": [{"kind": kind, "title": KINDS[kind].title} for kind in way]}
            for title, way in zip(titled, ways, strict=True)
        ],
    }


def _asked(field: Field) -> dict[str, Any]:
    return {
        "key": f"{field.section}.{field.name}",
        "label": field.label,
        "type": field.form.type,
        "options": [{"value": value, "label": label} for value, label in field.options],
        "hint": field.hint,
        "clause": field.clause,
    }


def told(session: Session, actor: Actor, public_id: str, now: datetime) -> dict[str, Any]:
    """One intake for the script: files, papers, fields, what is missing or fails, the award with its clause, receipt.

    Raises NotFound for another's.
    """
    view = claim_view(session, actor, public_id, now)
    claim = view.claim
    return {
        "claim": claim.public_id,
        "revision": claim.revision,
        "state": claim.state,
        "state_label": view.state_label,
        "editable": view.editable,
        "unread": view.unread,
        "files": [{"id": each.public_id, "name": each.name, "refusal": each.refusal} for each in view.uploads],
        "papers": [_paper(paper) for paper in view.papers],
        "fields": [_field(field) for section in view.sections for field in section.fields],
        "missing": [{"title": each.title, "clause": each.clause} for each in view.missing],
        "award": _award(view),
        "failing": list(_failing(view)),
        "words": counter.words(session, claim),
        "signed": next((one.text for one in reversed(view.signed) if one.kind == counter.KIND), ""),
        "receipt": _receipt(view),
    }


def _paper(paper: PaperView) -> dict[str, Any]:
    asked = [each for each in paper.fields if _is_asked(each)]
    return {
        "id": paper.public_id,
        "kind": paper.kind,
        "title": paper.title,
        "by_person": paper.kind_by_person,
        "doubtful": paper.kind_doubtful,
        "legible": paper.legible,
        "files": [page.file_name for page in paper.pages],
        "ask": [_field(each) for each in asked if not each.field.form.parts],
    }


def _is_asked(field: FieldView) -> bool:
    """Doubtful, a number that was not read, or what a person entered and may want to mend."""
    return field.doubtful or field.source == "person" or (field.value is None and field.field.name in _ASKED)


def _field(field: FieldView) -> dict[str, Any]:
    return {
        **_asked(field.field),
        "key": field.key,
        "value": "" if field.value is None else str(field.value),
        "doubtful": field.doubtful,
        "alternatives": list(field.alternatives),
        "by_person": field.source == "person",
    }


def _award(view: ClaimView) -> dict[str, Any]:
    judged = next(each for each in view.findings if each.check == "award")
    amount = None if view.award is None else yuan(view.award)
    return {"amount": amount, "outcome": judged.outcome, "text": judged.message, "clause": judged.clause}


def _failing(view: ClaimView) -> Iterator[dict[str, str]]:
    """What does not hold, papers and award apart: those are told by themselves."""
    papers = {rule.finding for rule in view.scheme.programmes[view.claim.programme].papers}
    for each in view.findings:
        if each.outcome == "fail" and each.check not in papers and each.check != "award":
            yield {"check": each.check, "message": each.message, "clause": each.clause}


def _receipt(view: ClaimView) -> dict[str, Any] | None:
    claim = view.claim
    if claim.ticket is None or claim.submitted_at is None:
        return None
    return {
        "number": claim.number,
        "ticket": claim.ticket,
        "ahead": None if view.place is None else view.place - 1,
        "waiting": view.waiting_before,
        "reserved_fen": claim.reserved_fen,
        "submitted_at": claim.submitted_at.isoformat(),
    }
