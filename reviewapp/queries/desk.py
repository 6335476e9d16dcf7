"""What the desk shows around a claim: the state of the queue, and what a decision can name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Actor, Claim, Decision, Page, Paper, Pool, Upload
from reviewapp.policy import matters
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.matters import MATTERS, Matter
from reviewapp.policy.values import CHINA
from reviewapp.queries.claim_view import ClaimView, FieldView, PaperView
from reviewapp.queries.compare import Run, marked
from reviewapp.queries.findings import FindingView, Place
from reviewapp.services import claim_returns
from reviewapp.services.days import local_date

_GIST = 4
_STATES = ("submitted", "special_review", "in_review", "returned", "waitlist")


@dataclass(frozen=True, slots=True)
class FactRow:
    """A field with the title of its paper or section, and what it helps to decide."""

    field: FieldView
    title: str
    matter: Matter


@dataclass(frozen=True, slots=True)
class Group:
    """What bears on one matter: findings that fail, that are unsure, that need nothing (passed, waived, not
    applicable); facts whose reading is doubtful and that no open finding rests on, and the others.
    """

    matter: Matter
    title: str
    failing: tuple[FindingView, ...]
    unsure: tuple[FindingView, ...]
    settled: tuple[FindingView, ...]
    doubtful: tuple[FactRow, ...]
    facts: tuple[FactRow, ...]

    @property
    def open(self) -> bool:
        """Whether something in it wants a person's word."""
        return bool(self.failing or self.unsure or self.doubtful)

    @property
    def gist(self) -> tuple[str, ...]:
        """The first values that its findings rest on, each once."""
        values = dict.fromkeys(place.shown for one in self.settled for place in one.places if place.shown)
        return tuple(values)[:_GIST]


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


def groups(view: ClaimView) -> list[Group]:
    """Findings and facts by what they decide: groups where something fails first, then those with a doubt."""
    rows = [row for row in _facts(view) if row.field.shown]
    told = {place.key for finding in view.findings if finding.open for place in finding.places}
    doubtful = {row.field.key for row in rows if row.field.doubtful and row.field.key not in told}
    found = [_group(view, rows, doubtful, matter) for matter in MATTERS]
    return sorted(found, key=lambda group: (not group.failing, not group.open))


def _group(view: ClaimView, rows: Sequence[FactRow], doubtful: Set[str], matter: Matter) -> Group:
    findings = [finding for finding in view.findings if finding.matter == matter]
    own = [row for row in rows if row.matter == matter]
    return Group(
        matter=matter,
        title=MATTERS[matter],
        failing=tuple(finding for finding in findings if finding.outcome == "fail"),
        unsure=tuple(finding for finding in findings if finding.open and finding.outcome == "unsure"),
        settled=tuple(finding for finding in findings if not finding.open),
        doubtful=tuple(row for row in own if row.field.key in doubtful),
        facts=tuple(row for row in own if row.field.key not in doubtful),
    )


def _facts(view: ClaimView) -> Iterator[FactRow]:
    for section in view.sections:
        for field in section.fields:
            yield FactRow(field, section.title, matters.of_field(f"{section.name}.{field.field.name}"))
    for paper in view.papers:
        for field in paper.fields:
            yield FactRow(field, paper.title, matters.of_field(f"{paper.kind}.{field.field.name}"))


def fields_of(view: ClaimView) -> dict[str, FieldView]:
    """All fields of the claim by key."""
    return {row.field.key: row.field for row in _facts(view)}


def compared(finding: FindingView) -> list[tuple[Place, tuple[Run, ...]]]:
    """The values a finding rests on, each in runs; letters are marked where its values ought to be the same."""
    texts = [place.shown for place in finding.places]
    runs = marked(texts) if finding.alike else [(Run(text, False),) for text in texts]
    return list(zip(finding.places, runs, strict=True))


def by_kind(view: ClaimView) -> list[PaperView]:
    """The papers in the order of kinds, so that a kind stands at the same place in every claim."""
    order = list(KINDS)
    return sorted(view.papers, key=lambda paper: order.index(paper.kind))


def settled(view: ClaimView) -> bool:
    """Whether nothing is left to be explained: approving needs no further reason."""
    if view.undone is not None:
        return False
    return view.outcome == "pass" or (view.outcome == "unsure" and not any(one.open for one in view.findings))


def pages_of(session: Session, claim: Claim) -> list[tuple[str, int]]:
    """Public id and width in pixels of a claim's pages, in the order of its papers."""
    found = select(Page.public_id, Page.width).join(Paper, Page.paper_id == Paper.id).join(Page.upload)
    shown = found.where(Paper.claim_id == claim.id, Paper.removed_at.is_(None), Upload.removed_at.is_(None))
    return [(row.public_id, row.width) for row in session.execute(shown.order_by(Paper.id, Page.id))]


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
