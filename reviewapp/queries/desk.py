"""What the desk shows around a claim: the state of the queue, and what a decision can name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Actor, Claim, Decision, Pool
from reviewapp.policy.values import CHINA
from reviewapp.queries.claim_view import ClaimView
from reviewapp.queries.findings import FindingView
from reviewapp.services import claim_returns
from reviewapp.services.days import local_date

_STATES = ("submitted", "special_review", "in_review", "returned", "waitlist")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One pool's line: how many claims stand in each undecided state, since when the oldest waits, what is left in
    fen.
    """

    scheme_title: str
    pool_title: str
    numbers: dict[str, int]
    oldest: datetime | None
    available_fen: int
    appropriated_fen: int


@dataclass(frozen=True, slots=True)
class DeskState:
    """The desk's first page: the lines, the claim this reviewer holds (public id), and what they decided today."""

    rows: tuple[QueueRow, ...]
    held: str | None
    held_number: str | None
    decided_today: dict[str, int]

    @property
    def waiting(self) -> int:
        """Claims that anybody may take now."""
        return sum(row.numbers.get("submitted", 0) for row in self.rows)


def desk_state(session: Session, actor: Actor, now: datetime) -> DeskState:
    """Read the lines of all pools and this reviewer's day."""
    held = session.execute(
        select(Claim.public_id, Claim.number).where(Claim.reviewer_id == actor.id, Claim.state == "in_review")
    ).first()
    midnight = datetime.combine(local_date(now), time.min, CHINA)
    decided = session.execute(
        select(Decision.action, func.count())
        .where(Decision.reviewer_id == actor.id, Decision.at >= midnight)
        .group_by(Decision.action)
    )
    return DeskState(
        rows=tuple(_rows(session)),
        held=held.public_id if held else None,
        held_number=held.number if held else None,
        decided_today={row[0]: row[1] for row in decided},
    )


def grouped(view: ClaimView) -> dict[str, list[FindingView]]:
    """The findings by outcome, those that need a person first."""
    return {
        outcome: [finding for finding in view.findings if finding.outcome == outcome]
        for outcome in ("fail", "unsure", "pass", "not_applicable")
    }


@dataclass(frozen=True, slots=True)
class Mendable:
    """A part that a return can name (`id` as in `claim_returns.parts_of`), and the fields on it, to be named alone."""

    id: str
    label: str
    fields: tuple[tuple[str, str], ...] = ()
    there: bool = True


def mendable(view: ClaimView) -> dict[str, list[Mendable]]:
    """What a return can name, by heading: papers there and papers asked for, and the claimant's own fields."""
    there = {kind for paper in view.papers for kind in (paper.kind,)}
    papers = [
        Mendable(f"paper:{paper.public_id}", paper.title, tuple((field.key, field.label) for field in paper.fields))
        for paper in view.papers
    ]
    asked = [
        Mendable(f"rule:{rule.id}", rule.title, there=False)
        for rule in view.scheme.programmes[view.claim.programme].papers
        if not there.intersection(rule.kinds)
    ]
    fields = [Mendable(field.key, field.label) for section in view.sections for field in section.fields]
    return {"材料": [*papers, *asked], "填写的内容": fields}


def correction_ends(view: ClaimView, now: datetime) -> str:
    """Until when the scheme's own time for corrections would run, in words."""
    programme = view.scheme.programmes[view.claim.programme]
    until = claim_returns.deadline(view.claim, now, None)
    unit = "个工作日" if programme.correction_unit == "workdays" else "天"
    return f"方案规定 {programme.correction_days} {unit}，到 {local_date(until.at)}"


def clauses(view: ClaimView) -> list[tuple[str, str]]:
    """The document's clauses with their text, those of failing findings first."""
    failing = dict.fromkeys(finding.clause for finding in view.findings if finding.outcome == "fail")
    order = [clause for clause in failing if clause in view.scheme.clauses]
    return [(clause, view.scheme.clauses[clause]) for clause in dict.fromkeys([*order, *view.scheme.clauses])]


def _rows(session: Session) -> list[QueueRow]:
    found = session.execute(
        select(Claim.pool_id, Claim.state, func.count(), func.min(Claim.submitted_at))
        .where(Claim.state.in_(_STATES))
        .group_by(Claim.pool_id, Claim.state)
    ).all()
    numbers: dict[int, dict[str, int]] = {}
    oldest: dict[int, datetime] = {}
    for pool_id, state, number, since in found:
        numbers.setdefault(pool_id, {})[state] = number
        if state in ("submitted", "special_review"):
            oldest[pool_id] = min(since, oldest.get(pool_id, since))
    pools = session.scalars(select(Pool).where(Pool.id.in_(numbers)).order_by(Pool.scheme_code, Pool.id))
    return [
        QueueRow(
            schemes.load(pool.scheme_code).title,
            pool.title,
            numbers[pool.id],
            oldest.get(pool.id),
            pool.available,
            pool.appropriated,
        )
        for pool in pools
    ]
