"""What people did about what was read: every field of a paper as the reader saw it and as a person left it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact, Paper
from reviewapp.services.grouping import same_value

Outcome = Literal["untouched", "confirmed", "corrected", "silent", "entered"]
_AT_ONCE = 500


@dataclass(frozen=True)
class Corrections:
    """Fields on papers: how many were read; of those in doubt, how many a person confirmed and corrected; how many
    were wrong without doubt (`silent`), and how many were not read at all and filled in (`entered`).
    """

    read: int = 0
    confirmed: int = 0
    corrected: int = 0
    silent: int = 0
    entered: int = 0

    def __add__(self, other: Corrections) -> Corrections:
        """Both together."""
        return Corrections(
            self.read + other.read,
            self.confirmed + other.confirmed,
            self.corrected + other.corrected,
            self.silent + other.silent,
            self.entered + other.entered,
        )


@dataclass(frozen=True)
class FieldHistory:
    """One field of one paper. `read` is the reader's last value, `left` a person's last; None where there is none.

    `page_id` and `box` (pixels of the page's viewing copy) say where the reader saw it. `at`: the last of the two.
    """

    kind: str
    field: str
    read: Any
    left: Any
    outcome: Outcome
    at: datetime
    page_id: int | None
    box: tuple[int, int, int, int] | None

    @property
    def counted(self) -> Corrections:
        """This field alone, to be added up."""
        return Corrections(
            read=int(self.outcome != "entered"),
            confirmed=int(self.outcome == "confirmed"),
            corrected=int(self.outcome == "corrected"),
            silent=int(self.outcome == "silent"),
            entered=int(self.outcome == "entered"),
        )


def histories(
    session: Session, *, claim_id: int | None = None, kind: str | None = None, since: datetime | None = None
) -> Iterator[FieldHistory]:
    """All fields of papers, of one claim, of one kind, or changed since a moment; read row by row, not all at once."""
    rows = session.execute(_facts(claim_id, kind, since).execution_options(yield_per=_AT_ONCE))
    yield from (history for history in _grouped(rows) if since is None or history.at >= since)


def touched(session: Session, which: Sequence[ColumnElement[bool]], limit: int) -> Iterator[FieldHistory]:
    """The newest fields of papers that a person wrote into; `which` are conditions on `Fact` and its `Claim`."""
    newest = (
        select(Fact.claim_id, Fact.paper_id, Fact.field)
        .join(Claim, Claim.id == Fact.claim_id)
        .where(Fact.source == "person", Fact.section == "paper", *which)
        .order_by(Fact.at.desc())
        .limit(limit)
        .subquery()
    )
    same = (Fact.claim_id == newest.c.claim_id) & (Fact.paper_id == newest.c.paper_id) & (Fact.field == newest.c.field)
    rows = session.execute(
        select(Fact, Paper.kind)
        .join(Paper, Fact.paper_id == Paper.id)
        .where(exists().where(same))
        .order_by(Fact.paper_id, Fact.field, Fact.id)
    )
    yield from _grouped(rows)


def _grouped(rows: Iterable[Any]) -> Iterator[FieldHistory]:
    for (_, field), group in groupby(rows, lambda row: (row.Fact.paper_id, row.Fact.field)):
        told = list(group)
        history = _history(told[0].kind, field, [row.Fact for row in told])
        if history is not None:
            yield history


def corrections(session: Session, claim_id: int) -> Corrections:
    """Count over one claim."""
    return sum((history.counted for history in histories(session, claim_id=claim_id)), Corrections())


def _facts(claim_id: int | None, kind: str | None, since: datetime | None) -> Select[tuple[Fact, str]]:
    query = select(Fact, Paper.kind).join(Paper, Fact.paper_id == Paper.id)
    if claim_id is not None:
        query = query.where(Fact.claim_id == claim_id)
    if kind is not None:
        query = query.where(Paper.kind == kind)
    if since is not None:
        query = query.where(Fact.paper_id.in_(select(Fact.paper_id).where(Fact.at >= since)))
    return query.order_by(Fact.paper_id, Fact.field, Fact.id)


def _history(kind: str, field: str, facts: Iterable[Fact]) -> FieldHistory | None:
    """None for a field that the reader did not find and nobody filled in."""
    last = {fact.source: fact for fact in facts}
    reading, person = last.get("reading"), last.get("person")
    if reading is None or (reading.value is None and not reading.doubtful):
        return None if person is None else _made(kind, field, None, person, "entered")
    if person is None:
        return _made(kind, field, reading, None, "untouched")
    if person.value is not None and same_value(person.value, reading.value):
        return _made(kind, field, reading, person, "confirmed" if reading.doubtful else "untouched")
    return _made(kind, field, reading, person, "corrected" if reading.doubtful else "silent")


def _made(kind: str, field: str, reading: Fact | None, person: Fact | None, outcome: Outcome) -> FieldHistory:
    box = reading.box if reading is not None else None
    return FieldHistory(
        kind=kind,
        field=field,
        read=None if reading is None else reading.value,
        left=None if person is None else person.value,
        outcome=outcome,
        at=max(fact.at for fact in (reading, person) if fact is not None),
        page_id=None if reading is None else reading.page_id,
        box=(box[0], box[1], box[2], box[3]) if box and len(box) == 4 else None,
    )
