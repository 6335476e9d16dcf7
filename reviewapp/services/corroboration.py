"""Two papers that say the same: a doubtful reading that another paper bears out is doubtful no more.

A name or number misread on one paper is not misread in the same way on another. Only what identifies somebody or
something is compared: short or common words agree by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact
from reviewapp.policy.kinds import KINDS, PARTIES
from reviewapp.services import facts
from reviewapp.services.facts import CurrentFact, CurrentFacts, CurrentPaper
from reviewapp.services.grouping import folded

_SHORTEST_NAME, _SHORTEST_NUMBER = 2, 6


def settle(session: Session, claim: Claim, now: datetime) -> None:
    """Write the doubtful readings of the claim that another paper says without doubt once more, as certain ones."""
    present = facts.current(session, claim)
    for paper, name, fact in _told(present):
        if fact.row.doubtful and not fact.by_person and _borne_out(present, paper, fact):
            session.add(_certain(fact.row, paper, name, now))


def _told(present: CurrentFacts) -> Iterator[tuple[CurrentPaper, str, CurrentFact]]:
    """The names and numbers on the papers that can bear one another out."""
    for paper in present.papers:
        for name, fact in paper.facts.items():
            if isinstance(fact.value, str) and len(fact.value) >= _shortest(paper.paper.kind, name):
                yield paper, name, fact


def _shortest(kind: str, name: str) -> float:
    if name in PARTIES:
        return _SHORTEST_NAME
    return _SHORTEST_NUMBER if KINDS[kind].fields[name].type == "id" else float("inf")


def _borne_out(present: CurrentFacts, paper: CurrentPaper, fact: CurrentFact) -> bool:
    return any(
        other is not paper and not said.row.doubtful and folded(said.value) == folded(fact.value)
        for other, _, said in _told(present)
    )


def _certain(row: Fact, paper: CurrentPaper, name: str, now: datetime) -> Fact:
    return Fact(
        claim_id=row.claim_id, section="paper", paper_id=paper.paper.id, field=name, value=row.value, source="reading",
        doubtful=False, confidence=row.confidence, page_id=row.page_id, box=row.box, at=now,
    )  # fmt: skip
