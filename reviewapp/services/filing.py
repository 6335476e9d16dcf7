"""Filing a page that was read: which paper it belongs to, and which of its readings become facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact, Page, Paper, Reading, Upload
from reviewapp.ocr import FieldReading, PageReading
from reviewapp.pages import PageImage
from reviewapp.policy.kinds import KINDS
from reviewapp.services import facts, fields, grouping, mending
from reviewapp.services.facts import CurrentFact, CurrentFacts, CurrentPaper


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A decoded page, the digest its viewing copy is stored under, and what the reader said of it.

    `part` counts the papers of a picture that shows several, each cut out; 0 is a whole page. `code` is the text of a
    printed form's code on it.
    """

    image: PageImage
    view_sha256: str
    reading: PageReading
    part: int = 0
    code: str = ""


def file_page(session: Session, claim: Claim, upload: Upload, seen: SeenPage, now: datetime) -> Paper:
    """Store the page with its readings, put it into its paper, write down what it tells; the paper it is now in."""
    page = session.scalars(
        select(Page).where(Page.upload_id == upload.id, Page.number == seen.image.number, Page.part == seen.part)
    ).one_or_none()
    present, still_open = facts.current(session, claim), mending.open_parts(session, claim)
    homes = [paper for paper in present.papers if still_open.paper(paper.paper)]
    if page is None:
        paper = _paper_for(session, claim, homes, seen.reading, now)
        page = _new_page(session, upload, paper, seen)
    else:
        paper = _move(page, homes, seen.reading, now)
        page.rotation, page.legible = seen.reading.rotation, seen.reading.legible
    _keep_reading(session, page, seen.reading, now)
    if still_open.paper(paper):
        _write_facts(session, page, _facts_of(facts.current(session, claim), paper), seen.reading, now)
    session.flush()
    return paper


def _paper_for(
    session: Session, claim: Claim, homes: Sequence[CurrentPaper], reading: PageReading, now: datetime
) -> Paper:
    home = grouping.home(homes, reading.kind, reading.fields)
    if home is not None:
        return home.paper
    paper = Paper(claim_id=claim.id, kind=reading.kind, kind_confidence=reading.kind_confidence, created_at=now)
    session.add(paper)
    session.flush()
    return paper


def _new_page(session: Session, upload: Upload, paper: Paper, seen: SeenPage) -> Page:
    page = Page(
        upload_id=upload.id,
        paper_id=paper.id,
        number=seen.image.number,
        part=seen.part,
        view_sha256=seen.view_sha256,
        width=seen.image.width,
        height=seen.image.height,
        rotation=seen.reading.rotation,
        legible=seen.reading.legible,
    )
    session.add(page)
    session.flush()
    session.expire(paper, ["pages"])
    session.expire(upload, ["pages"])
    return page


def _move(page: Page, homes: Sequence[CurrentPaper], reading: PageReading, now: datetime) -> Paper:
    """A page that a person gave a kind joins the paper it completes, unless a person has already worked on its own."""
    own = next((paper for paper in homes if paper.paper.id == page.paper_id), None)
    if own is None or len(own.paper.pages) > 1 or any(fact.by_person for fact in own.facts.values()):
        return page.paper
    others = [paper for paper in homes if paper is not own]
    home = grouping.home(others, own.paper.kind, reading.fields)
    if home is None:
        return own.paper
    own.paper.removed_at = now
    page.paper = home.paper
    return home.paper


def _keep_reading(session: Session, page: Page, reading: PageReading, now: datetime) -> None:
    session.add(
        Reading(
            page_id=page.id,
            engine=_engine(reading),
            kind=reading.kind,
            kind_confidence=reading.kind_confidence,
            fields={name: field.to_json() for name, field in reading.fields.items()},
            seconds=reading.seconds,
            at=now,
        )
    )


def _engine(reading: PageReading) -> str:
    sources = dict.fromkeys(source for field in reading.fields.values() for source in field.sources[:1])
    return "+".join(sources)[:40] or "none"


def _facts_of(present: CurrentFacts, paper: Paper) -> CurrentPaper:
    return next(one for one in present.papers if one.paper.id == paper.id)


def _write_facts(session: Session, page: Page, paper: CurrentPaper, reading: PageReading, now: datetime) -> None:
    known = KINDS[paper.paper.kind].fields
    told = {name: field for name, field in reading.fields.items() if name in known}
    for name, field in told.items():
        before = paper.facts.get(name)
        if before is None or _better(before, field, page):
            session.add(_row(page, paper.paper, name, field, before, now))
    for name, before in paper.facts.items():
        if name not in told and not before.by_person and before.row.page_id == page.id and before.value is not None:
            session.add(_vanished(page, paper.paper, name, now))


def _better(before: CurrentFact, field: FieldReading, page: Page) -> bool:
    """A page read again speaks for itself; of two pages, the first sure one is believed, and lists add up."""
    if before.row.page_id == page.id or before.value is None or isinstance(field.value, list):
        return True
    return before.row.doubtful and (not field.unsure or field.confidence > (before.row.confidence or 0.0))


def _row(page: Page, paper: Paper, name: str, field: FieldReading, before: CurrentFact | None, now: datetime) -> Fact:
    """The fact a reading makes; what cannot be a value of the field is shown beside it, never taken for one."""
    readable = fields.readable(paper.kind, name, field.value)
    others = field.alternatives if readable else (str(field.value), *field.alternatives)
    return Fact(
        claim_id=paper.claim_id,
        section="paper",
        paper_id=paper.id,
        field=name,
        value=_joined(field.value, before, page) if readable else None,
        source="reading",
        doubtful=field.unsure or not readable,
        confidence=field.confidence,
        page_id=page.id,
        box=list(field.box) if field.box else None,
        alternatives=list(others) or None,
        at=now,
    )


def _joined(value: Any, before: CurrentFact | None, page: Page) -> Any:
    """Numbers of pages from several sheets are put together."""
    if before is None or not isinstance(value, list) or not isinstance(before.value, list):
        return value
    if before.row.page_id == page.id or not all(isinstance(item, int) for item in (*value, *before.value)):
        return value
    return sorted({*value, *before.value})


def _vanished(page: Page, paper: Paper, name: str, now: datetime) -> Fact:
    return Fact(
        claim_id=paper.claim_id, section="paper", paper_id=paper.id, field=name, value=None,
        source="reading", doubtful=False, page_id=page.id, at=now,
    )  # fmt: skip
