"""Returns of a claim for its pages, and what was changed since the last one: old beside new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.models import Claim, ClaimReturn, Paper
from reviewapp.policy.kinds import KINDS
from reviewapp.queries import display
from reviewapp.services import facts, fields
from reviewapp.services.facts import CurrentFact, CurrentFacts

STATES = {
    "open": "待补正",
    "mended": "已补正",
    "lapsed": "逾期未补正",
    "withdrawn": "已随申请撤回",
    "cancelled": "已撤销",
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """A part to be mended: `part` as `claim_returns.parts_of` names it, what it is called, what is wrong with it."""

    part: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return; `who` is "" for submitters, `reason` why it was cancelled."""

    at: datetime
    who: str
    deadline: datetime
    calendar_note: str
    state: str
    state_label: str
    note: str
    reason: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose value changed; `page` (public id) and `box` say where the new one stands, where that is known."""

    label: str
    before: str
    after: str
    page: str | None
    box: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class PaperChange:
    """A paper that came, went, or was replaced; `page` is the first page of the new one."""

    title: str
    what: str
    page: str | None


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of the last return."""

    asked: ReturnView
    papers: tuple[PaperChange, ...]
    fields: tuple[FieldChange, ...]


def returns_of(session: Session, claim: Claim, *, named: bool) -> tuple[ReturnView, ...]:
    """The claim's returns, oldest first; `named`: with who returned it."""
    found = select(ClaimReturn).where(ClaimReturn.claim_id == claim.id).order_by(ClaimReturn.id)
    rows = session.scalars(found.options(selectinload(ClaimReturn.items), joinedload(ClaimReturn.reviewer)))
    return tuple(_shown(row, named) for row in rows)


def last(session: Session, claim: Claim) -> Mended | None:
    """What was changed since the claim's last return, if it came back mended; else None."""
    found = select(ClaimReturn).where(ClaimReturn.claim_id == claim.id).order_by(ClaimReturn.id.desc()).limit(1)
    row = session.scalars(found).one_or_none()
    if row is None or row.state != "mended":
        return None
    now, then = facts.current(session, claim), facts.counted_until(session, claim, row.fact_id or 0)
    came = [paper.paper for paper in now.papers if paper.paper.id > (row.paper_id or 0)]
    went = _gone_since(session, claim, row)
    replaced = _replaced(came, went)
    papers = (
        *(_paper(paper, "已更换" if paper.id in replaced else "新增") for paper in came),
        *(_paper(paper, "已移除") for paper in went if paper.id not in replaced.values()),
    )
    changes = _sections(claim, now, then) + _papers(now, then, replaced)
    return Mended(_shown(row, True), papers, tuple(changes))


def _shown(row: ClaimReturn, named: bool) -> ReturnView:
    items = tuple(ItemView(item.part, item.label, item.why) for item in row.items)
    who = row.reviewer.name if named else ""
    reason = row.close_reason or ""
    return ReturnView(
        row.at, who, row.deadline, row.calendar_note, row.state, STATES[row.state], row.note, reason, items
    )


def _gone_since(session: Session, claim: Claim, row: ClaimReturn) -> Sequence[Paper]:
    return session.scalars(
        select(Paper)
        .where(Paper.claim_id == claim.id, Paper.id <= (row.paper_id or 0), Paper.removed_at >= row.at)
        .order_by(Paper.id)
    ).all()


def _replaced(came: Sequence[Paper], went: Sequence[Paper]) -> dict[int, int]:
    """New paper → the old one of its kind whose place it took."""
    free = list(went)
    pairs = {}
    for paper in came:
        old = next((one for one in free if one.kind == paper.kind), None)
        if old is not None:
            free.remove(old)
            pairs[paper.id] = old.id
    return pairs


def _paper(paper: Paper, what: str) -> PaperChange:
    page = paper.pages[0].public_id if paper.pages and paper.removed_at is None else None
    return PaperChange(KINDS[paper.kind].title, what, page)


_Then = Mapping[tuple[str, int | None, str], Any]


def _sections(claim: Claim, now: CurrentFacts, then: _Then) -> list[FieldChange]:
    changes = []
    for section, known in now.sections.items():
        for field in fields.of_section(claim, section):
            change = _change(field, field.label, then.get((section, None, field.name)), known.get(field.name), now)
            changes += [change] if change else []
    return changes


def _papers(now: CurrentFacts, then: _Then, replaced: Mapping[int, int]) -> list[FieldChange]:
    """Papers that stayed, and those that took another's place; what is wholly new is told as a paper."""
    known = {paper_id for _, paper_id, _ in then}
    changes = []
    for paper in now.papers:
        old = replaced.get(paper.paper.id, paper.paper.id)
        if old not in known:
            continue
        for field in fields.of_kind(paper.paper.kind):
            label = f"{KINDS[paper.paper.kind].title}·{field.label}"
            change = _change(field, label, then.get(("paper", old, field.name)), paper.facts.get(field.name), now)
            changes += [change] if change else []
    return changes


def _change(field: fields.Field, label: str, before: Any, after: CurrentFact | None, now: CurrentFacts) -> Any:
    value = after.value if after else None
    if value == before:
        return None
    place = after.place if after else None
    pages = {page.id: page.public_id for paper in now.papers for page in paper.paper.pages}
    page = pages.get(place.page_id) if place is not None and place.page_id is not None else None
    box = tuple(place.box) if page and place is not None and place.box else None
    return FieldChange(label, display.shown(field, before), display.shown(field, value), page, box)
