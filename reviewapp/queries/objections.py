"""Objections to published claims as the office sees them, and what submitters are told of a publication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import UNDONE, Actor, Claim, Objection
from reviewapp.policy.objections import CHANNELS, STATES
from reviewapp.queries import scope
from reviewapp.services import objections as services
from reviewapp.services import payouts
from reviewapp.services.days import local_date
from reviewapp.services.queue import UNDECIDED

#: Of a list of claims with open objections, the oldest.
_MOST = 200
_TONES = {"open": "act", "dismissed": "off", "upheld": "bad", "joined": "off"}


@dataclass(frozen=True, slots=True)
class Publication:
    """Since when a claim is published; its last day and the one on which it goes on; are its days over already?"""

    since: datetime
    last_day: date
    goes_on: date
    over: bool


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """One objection; who raised it and how to reach them only where this viewer may know (`hidden`: it is kept).

    `refusal` says why this viewer, a lead, is not to settle it; "" where they may, or nothing is to be settled.
    """

    public_id: str
    number: int
    state: str
    state_label: str
    received_on: date
    channel: str
    text: str
    raised_by: str
    contact: str
    hidden: bool
    recorded_by: str
    recorded_at: datetime
    settled_by: str
    settled_at: datetime | None
    reason: str
    joined_to: int | None
    refusal: str

    @property
    def tone(self) -> str:
        """The colour's meaning."""
        return _TONES[self.state]

    @property
    def open(self) -> bool:
        """Whether nobody has settled it yet."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Undone:
    """When an approval was undone, and why."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Objected:
    """A published claim that open objections hold: how many, since when the oldest waits, who approved it."""

    public_id: str
    number: str
    title: str
    approved_by: str
    approved_by_id: int
    count: int
    received_on: date
    days: int
    publication: Publication | None


def publication(claim: Claim, now: datetime) -> Publication | None:
    """The claim's publication; None when it is not published."""
    last = last_day(claim)
    if claim.published_at is None or last is None:
        return None
    return Publication(claim.published_at, last, last + timedelta(days=1), local_date(now) > last)


def last_day(claim: Claim) -> date | None:
    """The last day of a published claim; None when it is not published."""
    ends = payouts.publication_of(claim)
    return None if ends is None else local_date(ends) - timedelta(days=1)


def of_claim(session: Session, actor: Actor, claim: Claim) -> tuple[ObjectionView, ...]:
    """The claim's objections, oldest first, for who reads papers of others' claims; none for others."""
    if actor.role not in scope.PAPER_READERS:
        return ()
    people = (Objection.recorded_by, Objection.settled_by, Objection.joined_to)
    found = select(Objection).where(Objection.claim_id == claim.id).order_by(Objection.number)
    rows = session.scalars(found.options(*(joinedload(person) for person in people)))
    return tuple(_view(session, actor, row) for row in rows)


def undone(session: Session, claim: Claim) -> Undone | None:
    """The last approval of an undecided claim that was undone; None when none was, or it is decided anew."""
    if claim.state not in UNDECIDED:
        return None
    upheld = select(Objection).where(Objection.claim_id == claim.id, Objection.state == "upheld")
    row = session.scalars(upheld.order_by(Objection.id.desc()).limit(1)).one_or_none()
    return None if row is None or row.settled_at is None else Undone(row.settled_at, row.reason)


def undone_decisions(session: Session, claim: Claim) -> frozenset[int]:
    """The ids of the claim's decisions that were undone."""
    return frozenset(session.scalars(UNDONE.where(Objection.claim_id == claim.id)))


def waiting(session: Session, now: datetime) -> tuple[Objected, ...]:
    """Published claims with open objections, the one whose oldest objection was received first before the others."""
    found = (
        select(Objection)
        .join(Objection.claim)
        .where(Objection.state == "open", Claim.state == "publication")
        .order_by(Objection.claim_id, Objection.received_on)
        .options(joinedload(Objection.claim), joinedload(Objection.approved_by))
    )
    rows = [_objected(list(group), now) for _, group in groupby(session.scalars(found), lambda row: row.claim_id)]
    return tuple(sorted(rows, key=lambda row: (row.received_on, row.number))[:_MOST])


def _objected(rows: list[Objection], now: datetime) -> Objected:
    oldest = rows[0]
    claim, scheme = oldest.claim, schemes.load(oldest.claim.scheme_code, oldest.claim.scheme_version)
    return Objected(
        public_id=claim.public_id,
        number=claim.number or "",
        title=f"{scheme.county} · {scheme.programmes[claim.programme].title}",
        approved_by=oldest.approved_by.name,
        approved_by_id=oldest.approved_by_id,
        count=len(rows),
        received_on=oldest.received_on,
        days=(local_date(now) - oldest.received_on).days,
        publication=publication(claim, now),
    )


def _view(session: Session, actor: Actor, row: Objection) -> ObjectionView:
    seen = _knows_who(session, actor, row)
    settling = row.state == "open" and actor.role in services.MAY_SETTLE
    return ObjectionView(
        public_id=row.public_id,
        number=row.number,
        state=row.state,
        state_label=STATES[row.state],
        received_on=row.received_on,
        channel=CHANNELS[row.channel],
        text=row.text,
        raised_by=(row.raised_by or "") if seen else "",
        contact=(row.contact or "") if seen else "",
        hidden=not seen and bool(row.raised_by or row.contact),
        recorded_by=row.recorded_by.name,
        recorded_at=row.recorded_at,
        settled_by=row.settled_by.name if row.settled_by else "",
        settled_at=row.settled_at,
        reason=row.reason or "",
        joined_to=row.joined_to.number if row.joined_to else None,
        refusal=services.partiality(session, actor, row) if settling else "",
    )


def _knows_who(session: Session, actor: Actor, row: Objection) -> bool:
    """Who wrote it down, and leads who may settle it; nobody who had a hand in what somebody spoke up against."""
    if actor.id == row.recorded_by_id:
        return True
    return actor.role in services.MAY_SETTLE and not services.partiality(session, actor, row)
