"""Returns for correction as objects: what of a claim can be named in one, opening it, closing it.

A return stays when it is closed: mended, lapsed, withdrawn with its claim, or cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, ClaimReturn, Decision, Paper, ReturnItem
from reviewapp.policy.kinds import KINDS
from reviewapp.services import facts, fields
from reviewapp.services.days import end_of_day
from reviewapp.services.workdays import Deadline, end_of_workday


def parts_of(session: Session, claim: Claim) -> dict[str, str]:
    """What a return of this claim can name, with what it is called: papers asked for (`rule:<id>`), papers there
    (`paper:<public id>`), fields (`<section>.<field>`) and fields of papers (`paper.<public id>.<field>`).
    """
    parts = {f"rule:{rule.id}": rule.title for rule in fields.programme(claim).papers}
    for section in ("applicant", "account", "declared"):
        parts |= {f"{section}.{field.name}": field.label for field in fields.of_section(claim, section)}
    for current in facts.current(session, claim).papers:
        paper, title = current.paper, KINDS[current.paper.kind].title
        parts[f"paper:{paper.public_id}"] = title
        known = fields.of_kind(paper.kind)
        parts |= {f"paper.{paper.public_id}.{field.name}": f"{title}·{field.label}" for field in known}
    return parts


def deadline(claim: Claim, now: datetime, workdays: int | None) -> Deadline:
    """The end of so many workdays; None: of the time that the programme gives, in the days it counts in."""
    programme = fields.programme(claim)
    if workdays is None and programme.correction_unit == "days":
        return Deadline(end_of_day(now, programme.correction_days))
    return end_of_workday(now, programme.correction_days if workdays is None else workdays)


def begin(
    session: Session,
    claim: Claim,
    decision: Decision,
    *,
    named: Mapping[str, tuple[str, str]],
    workdays: int | None,
    until: Deadline,
) -> ClaimReturn:
    """Open the return that the decision made; `named`: part → (what it is called, what is wrong with it)."""
    row = ClaimReturn(
        claim_id=claim.id, decision_id=decision.id, reviewer_id=decision.reviewer_id, note=decision.reason,
        fact_id=facts.current(session, claim).newest_id, paper_id=_newest_paper(session, claim),
        workdays=workdays, deadline=until.at, calendar_note=until.note, at=decision.at,
        items=[ReturnItem(part=part, label=label, why=why) for part, (label, why) in named.items()],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def current(session: Session, claim: Claim) -> ClaimReturn | None:
    """The open return of a claim; None for one that is not returned, and for returns older than these objects."""
    return session.scalars(
        select(ClaimReturn).where(ClaimReturn.claim_id == claim.id, ClaimReturn.state == "open")
    ).one_or_none()


def unmended(session: Session, row: ClaimReturn) -> list[str]:
    """What those parts of an open return are called in whose place nothing has come yet."""
    present = facts.current(session, row.claim)
    came = {one.paper.kind for one in present.papers if one.paper.id > (row.paper_id or 0)}
    mended = {f"rule:{rule.id}" for rule in fields.programme(row.claim).papers if came.intersection(rule.kinds)}
    mended |= _entered_since(present, row.fact_id or 0)
    kept = {f"paper:{one.paper.public_id}" for one in present.papers if one.paper.kind not in came}
    return [
        item.label for item in row.items if item.part not in mended and (item.part in kept or item.part[:6] != "paper:")
    ]


def _entered_since(present: facts.CurrentFacts, seen: int) -> set[str]:
    """The fields, as `parts_of` names them, whose fact is newer than `seen`."""
    groups = dict(present.sections) | {f"paper.{one.paper.public_id}": one.facts for one in present.papers}
    return {f"{group}.{name}" for group, known in groups.items() for name, fact in known.items() if fact.row.id > seen}


def of_decision(session: Session, decision: Decision) -> ClaimReturn:
    """The return that a decision opened."""
    return session.scalars(select(ClaimReturn).where(ClaimReturn.decision_id == decision.id)).one()


def close(
    session: Session, claim: Claim, actor: Actor, now: datetime, state: str, *, reason: str | None = None
) -> ClaimReturn | None:
    """End the open return, if there is one: `mended`, `lapsed`, `withdrawn` or `cancelled`."""
    row = current(session, claim)
    if row is not None:
        row.state, row.closed_at, row.closed_by_id, row.close_reason = state, now, actor.id, reason
        session.flush()
    return row


def _newest_paper(session: Session, claim: Claim) -> int | None:
    return session.scalar(select(func.max(Paper.id)).where(Paper.claim_id == claim.id))
