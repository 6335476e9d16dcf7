"""What a reviewer does to a claim before deciding it, under the fence of the lease: settle a reading, waive, note.

What was read is never written over: a correction is a later fact under the reviewer's name, and the checks run again at
once. Each verb raises NotAllowed for who entered the claim, Stale for who does not hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.errors import InvalidValue
from reviewapp.models import UNDONE, Actor, Claim, Evaluation, Objection, Waiver
from reviewapp.services import editing, facts, leases, rechecks, trail
from reviewapp.services.editing import FactChange
from reviewapp.services.entered import require_text

_LONGEST = 1000


def correct(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, change: FactChange) -> Evaluation:
    """Keep what the reviewer sees on the paper as a fact under their name; the evaluation that follows from it.

    A doubtful reading repeated unchanged is thereby confirmed. InvalidValue for a value that the field cannot have, and
    for one that would change where the money goes; NotFound for a paper that is gone.
    """
    claim = leases.hold(session, actor, claim_id, fence)
    account = _account(session, claim)
    if not editing.enter(session, actor, now, claim, [change]):
        return rechecks.latest(session, claim)
    if _account(session, claim) != account:
        raise InvalidValue(
            "这项更正会改变收款账户，收款账户只能由提交人自己更改。请退回补正。", {change.key: "不能更正"}
        )
    return rechecks.renew(session, claim, now)


def _account(session: Session, claim: Claim) -> dict[str, Any]:
    return {name: fact.value for name, fact in facts.current(session, claim).sections["account"].items()}


def accept(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, field: FactChange) -> Evaluation:
    """The reading that counts for `field` (its value is left aside) is right. Raises as `correct`."""
    claim = leases.hold(session, actor, claim_id, fence)
    read = _counting(session, claim, field)
    if read is None:
        raise InvalidValue("这一项没有读出内容，请对照图片填写。", {field.key: "请填写"})
    seen = FactChange(field.section, field.paper, field.field, read)
    return correct(session, actor, now, claim_id, fence, seen)


def _counting(session: Session, claim: Claim, field: FactChange) -> Any:
    present = facts.current(session, claim)
    if field.paper is None:
        return present.value(field.section, field.field)
    known = next((paper.facts for paper in present.papers if paper.paper.public_id == field.paper), {})
    return known[field.field].value if field.field in known else None


def waive(
    session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, *, check: str, reason: str
) -> Waiver:
    """An unsure finding may stand, for a reason. InvalidValue without one, and when nothing is there to be waived."""
    claim = leases.hold(session, actor, claim_id, fence)
    reason = require_text(reason, "reason", "免予核实的理由", _LONGEST)
    evaluation = rechecks.latest(session, claim)
    finding = next((one for one in open_findings(session, claim, evaluation) if one["check"] == check), None)
    if finding is None:
        raise InvalidValue("这一项现在不需要核实，或已经免予核实。请刷新页面查看最新情况。")
    waiver = Waiver(
        claim_id=claim.id, evaluation_id=evaluation.id, check=check, message=finding["message"], reason=reason,
        by_id=actor.id, at=now,
    )  # fmt: skip
    session.add(waiver)
    told = f"{finding['message']}：{reason}"
    trail.record(session, claim, actor, now, "waive", reason=told, evaluation=evaluation)
    return waiver


def note(session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, *, text: str) -> None:
    """Keep a note on the trail for whoever reads the claim next; submitters do not see it. InvalidValue."""
    claim = leases.hold(session, actor, claim_id, fence)
    trail.record(session, claim, actor, now, "note", reason=require_text(text, "text", "备注", _LONGEST))


def settled(session: Session, claim: Claim, evaluation: Evaluation) -> bool:
    """Whether nothing is left to be explained: the evaluation passed, or every doubt in it was waived, and no approval
    of the claim was undone.
    """
    if session.scalar(UNDONE.where(Objection.claim_id == claim.id).limit(1)) is not None:
        return False
    if evaluation.outcome == "unsure":
        return not open_findings(session, claim, evaluation)
    return evaluation.outcome == "pass"


def open_findings(session: Session, claim: Claim, evaluation: Evaluation) -> list[Mapping[str, Any]]:
    """The unsure findings of an evaluation that nobody waived as they are said."""
    waived = {(waiver.check, waiver.message) for waiver in waivers(session, claim)}
    return [
        finding
        for finding in evaluation.result["findings"]
        if finding["outcome"] == "unsure" and (finding["check"], finding["message"]) not in waived
    ]


def waivers(session: Session, claim: Claim) -> list[Waiver]:
    """All that were given on the claim, oldest first; while a second person looks, without the first one's."""
    found = select(Waiver).where(Waiver.claim_id == claim.id).order_by(Waiver.id).options(joinedload(Waiver.by))
    if claim.second_look == "waiting":
        found = found.where(Waiver.by_id != claim.first_by_id)
    return list(session.scalars(found))
