"""The facts of a claim as they stand: every row is kept, one row a field counts.

A person's row counts before any reading's; among equals the later one counts. What stood on a removed paper, or was
read from a removed file, no longer counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from reviewapp.models import Claim, Fact, Page, Paper, Upload
from reviewapp.policy.kinds import KINDS

_Key = tuple[str, int | None, str]


@dataclass(frozen=True, slots=True)
class CurrentFact:
    """The row that counts for a field, and the newest reading that says where on which page the field stands."""

    row: Fact
    place: Fact | None

    @property
    def value(self) -> Any:
        """The value in the form of PAPERS.md; None means that the field is not there."""
        return self.row.value

    @property
    def by_person(self) -> bool:
        """True when a person entered or confirmed the value."""
        return self.row.source == "person"


@dataclass(frozen=True, slots=True)
class CurrentPaper:
    """A paper that counts, with the facts of its kind's fields."""

    paper: Paper
    facts: Mapping[str, CurrentFact]


@dataclass(frozen=True, slots=True)
class CurrentFacts:
    """All facts that count: papers in the order they came, and the sections `applicant`, `account`, `declared`.

    `newest_id` is the greatest id of any fact of the claim, counting or not.
    """

    papers: tuple[CurrentPaper, ...]
    sections: Mapping[str, Mapping[str, CurrentFact]]
    newest_id: int | None

    def value(self, section: str, field: str) -> Any:
        """The value of a field outside the papers, None when absent."""
        fact = self.sections.get(section, {}).get(field)
        return fact.value if fact else None

    def of_kind(self, kind: str) -> tuple[CurrentPaper, ...]:
        """The papers of one kind, in order."""
        return tuple(paper for paper in self.papers if paper.paper.kind == kind)


def current(session: Session, claim: Claim, *, until: int | None = None) -> CurrentFacts:
    """Read the claim's papers and facts, only those up to the fact `until` where that is given; three selects."""
    papers = session.scalars(
        select(Paper)
        .where(Paper.claim_id == claim.id, Paper.removed_at.is_(None))
        .order_by(Paper.id)
        .options(selectinload(Paper.pages).selectinload(Page.upload))
    ).all()
    found = select(Fact).where(Fact.claim_id == claim.id).order_by(Fact.id)
    rows = session.scalars(found if until is None else found.where(Fact.id <= until)).all()
    gone = set(
        session.scalars(select(Page.id).join(Upload).where(Upload.claim_id == claim.id, Upload.removed_at.is_not(None)))
    )
    counted = _count(row for row in rows if row.source == "person" or row.page_id not in gone)
    return CurrentFacts(
        papers=tuple(CurrentPaper(paper, _of_paper(counted, paper)) for paper in papers),
        sections={name: _of_section(counted, name) for name in ("applicant", "account", "declared")},
        newest_id=rows[-1].id if rows else None,
    )


def _count(rows: Iterable[Fact]) -> dict[_Key, CurrentFact]:
    counted: dict[_Key, CurrentFact] = {}
    for row in rows:
        key = (row.section, row.paper_id, row.field)
        before = counted.get(key)
        place = row if row.page_id is not None else before.place if before else None
        loses = before is not None and before.by_person and row.source == "reading"
        counted[key] = CurrentFact(before.row if before and loses else row, place)
    return counted


def counted_until(session: Session, claim: Claim, fact_id: int) -> dict[tuple[str, int | None, str], Any]:
    """The values that counted when `fact_id` was the newest fact, by (section, paper id, field); absent ones left out.

    What is removed since still counts here.
    """
    rows = session.scalars(select(Fact).where(Fact.claim_id == claim.id, Fact.id <= fact_id).order_by(Fact.id))
    return {key: fact.value for key, fact in _count(rows).items() if fact.value is not None}


def values_of(session: Session, claim_ids: Sequence[int], section: str, field: str) -> dict[int, Any]:
    """One field outside the papers for many claims, by claim id; claims without it are left out. One select."""
    rows = session.scalars(
        select(Fact)
        .where(Fact.claim_id.in_(claim_ids), Fact.section == section, Fact.field == field)
        .order_by(Fact.claim_id, Fact.id)
    )
    by_claim: dict[int, list[Fact]] = {}
    for row in rows:
        by_claim.setdefault(row.claim_id, []).append(row)
    values = {claim_id: _count(found)[section, None, field].value for claim_id, found in by_claim.items()}
    return {claim_id: value for claim_id, value in values.items() if value is not None}


def _of_section(counted: Mapping[_Key, CurrentFact], name: str) -> dict[str, CurrentFact]:
    return {field: fact for (section, _, field), fact in counted.items() if section == name}


def _of_paper(counted: Mapping[_Key, CurrentFact], paper: Paper) -> dict[str, CurrentFact]:
    known = KINDS[paper.kind].fields
    return {
        field: fact
        for (section, paper_id, field), fact in counted.items()
        if section == "paper" and paper_id == paper.id and field in known
    }


def as_json(
    facts: CurrentFacts, claim: Claim, *, submitted_at: datetime, context: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The facts in the form that `policy.evaluate` takes (INTERFACES.md, "Facts in").

    Entry i of `papers` is `facts.papers[i]`; a paper's `doubtful` names the fields that nobody confirmed.
    """
    return {
        "programme": claim.programme,
        "submitted_at": submitted_at.isoformat(),
        "submitter": {"role": claim.submitter_role},
        **{name: _values(section) for name, section in facts.sections.items()},
        "papers": [_paper_json(paper) for paper in facts.papers],
        "context": dict(context or {}),
    }


def _paper_json(paper: CurrentPaper) -> dict[str, Any]:
    values = _values(paper.facts)
    doubtful = sorted(field for field in values if paper.facts[field].row.doubtful)
    return {"kind": paper.paper.kind, "fields": values, **({"doubtful": doubtful} if doubtful else {})}


def _values(facts: Mapping[str, CurrentFact]) -> dict[str, Any]:
    return {field: fact.value for field, fact in facts.items() if fact.value is not None}
