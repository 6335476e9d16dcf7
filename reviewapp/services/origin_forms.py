"""车辆合法来源证明 (yangcheng-2023 附件1), printed for a claim and known again by its code when it comes back stamped.

The code carries the form's public name and the office's signature over it, nothing of the person. What was printed is
kept, so that a reading of the stamped paper can be held against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue
from reviewapp.models import Actor, Claim, OriginCode, OriginForm, Page
from reviewapp.ocr import FieldReading, PageReading
from reviewapp.policy.kinds import KINDS
from reviewapp.services import facts, trail
from reviewapp.services.editing import editable
from reviewapp.services.facts import CurrentFacts
from reviewapp.services.grouping import folded
from reviewapp.signing import Signer, for_address, from_address

KIND = "origin_certificate"
#: What is printed, in the order of the form; the names are those of the paper's fields.
FIELDS = ("villager_name", "id_number", "engine_number", "vin", "plate", "village")
LABELS: Mapping[str, str] = {name: KINDS[KIND].fields[name].label for name in FIELDS}
_LONGEST = 30
_OF_PERSON: Mapping[str, str] = {"villager_name": "name", "id_number": "id_number"}
_CODE = re.compile(r"/origin/(?P<form>[\w-]{16})/(?P<signature>[\w-]{1,120})$")
#: A reading of a printed value that was borne out by what was printed.
_SOURCE = "printed_form"


def wanted(claim: Claim) -> bool:
    """Does the claim's programme take this paper?"""
    programme = schemes.load(claim.scheme_code, claim.scheme_version).programmes[claim.programme]
    return any(KIND in way for rule in programme.papers for way in rule.alternatives)


def proposed(session: Session, claim: Claim) -> dict[str, str]:
    """What would be printed: as last time, else what the applicant and other papers say; "" where nothing is known."""
    last = last_of(session, claim)
    before = dict(last.printed) if last else {}
    present = facts.current(session, claim)
    return {name: str(_known(present, name) or before.get(name) or "") for name in FIELDS}


def _known(present: CurrentFacts, name: str) -> Any:
    if name in _OF_PERSON:
        return present.value("applicant", _OF_PERSON[name])
    others = (paper for paper in present.papers if paper.paper.kind != KIND and name != "village")
    return next((fact.value for paper in others if (fact := paper.facts.get(name)) and fact.value is not None), None)


def last_of(session: Session, claim: Claim) -> OriginForm | None:
    """The form printed last for the claim."""
    found = select(OriginForm).where(OriginForm.claim_id == claim.id).order_by(OriginForm.id.desc()).limit(1)
    return session.scalars(found).one_or_none()


def make(session: Session, actor: Actor, now: datetime, claim_id: int, values: Mapping[str, str]) -> OriginForm:
    """The form with these values; printed again unchanged it is the same form.

    Raises NotFound, IllegalMove (the claim can no longer be changed, or takes no such paper), InvalidValue.
    """
    claim = editable(session, actor, claim_id)
    if not wanted(claim):
        raise IllegalMove("这个项目不用车辆合法来源证明。")
    printed = {name: " ".join(values.get(name, "").split()) for name in FIELDS}
    too_long = {name: f"最多 {_LONGEST} 个字。" for name, value in printed.items() if len(value) > _LONGEST}
    if too_long:
        raise InvalidValue(f"{'、'.join(LABELS[name] for name in too_long)}太长，请核对后缩短。", too_long)
    last = last_of(session, claim)
    if last is not None and last.printed == printed:
        return last
    form = OriginForm(claim_id=claim.id, printed=printed, by_id=actor.id, at=now)
    session.add(form)
    trail.record(session, claim, actor, now, "print_origin_form")
    session.flush()
    return form


def content(form_name: str) -> dict[str, Any]:
    """What the office signs of a form."""
    return {"origin_form": form_name}


def signature(signer: Signer, form: OriginForm) -> str:
    """The signature as it stands in the form's address."""
    return for_address(signer.sign(content(form.public_id)))


def is_code(text: str) -> bool:
    """Does a code's text look like the address of one of our forms, signed or not?"""
    return _CODE.search(text) is not None


def find(session: Session, signer: Signer, text: str) -> OriginForm | None:
    """The form whose code this is; None when the office did not sign it."""
    found = _CODE.search(text)
    if found is None or not signer.signed(content(found["form"]), from_address(found["signature"])):
        return None
    return session.scalars(select(OriginForm).where(OriginForm.public_id == found["form"])).one_or_none()


def note(session: Session, page: Page, form: OriginForm | None) -> None:
    """Keep whose form a page shows by its code."""
    session.merge(OriginCode(page_id=page.id, form_id=form.id if form else None))


def compared(reading: PageReading, form: OriginForm) -> PageReading:
    """The reading held against what was printed: what is the same is sure, what differs is for a person to look at."""
    fields = {name: _compared(field, form.printed.get(name, "")) for name, field in reading.fields.items()}
    return replace(reading, fields=fields, kind_confidence=max(reading.kind_confidence, 0.99))


def _compared(field: FieldReading, printed: str) -> FieldReading:
    if not printed:
        return field
    if folded(field.value) == folded(printed):
        return replace(field, confidence=0.99, sources=(*field.sources, _SOURCE), unsure=False, alternatives=())
    return replace(field, unsure=True, alternatives=tuple(dict.fromkeys((printed, *field.alternatives))))
