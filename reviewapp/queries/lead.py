"""What the lead sees of the desk: who reads what since when, how old what waits is, who skips how much and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import Actor, Claim, ClaimSkip, Event, Pool, Relative, User
from reviewapp.policy.workflow import REVIEWERS

#: Bounds of the columns of ages, in days, and what they are called.
AGES = ((1, "1 天内"), (3, "1–3 天"), (7, "3–7 天"), (None, "7 天以上"))
SKIPS_OF = timedelta(days=30)
TOLD_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A claim that somebody reads, since when."""

    public_id: str
    number: str
    ticket: int
    title: str
    reviewer: str
    since: datetime
    until: datetime
    expired: bool
    fence: int


@dataclass(frozen=True, slots=True)
class AgeRow:
    """A pool's waiting claims by age (`AGES`), and the oldest one's submission."""

    title: str
    counts: tuple[int, ...]
    oldest: datetime


@dataclass(frozen=True, slots=True)
class SkipView:
    """One skip; `waiting` says that nobody else was given the claim yet."""

    at: datetime
    public_id: str
    number: str
    reason: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class Skipper:
    """A reviewer's skips of the last 30 days beside how many claims they were given; newest first."""

    reviewer: str
    taken: int
    skips: tuple[SkipView, ...]


@dataclass(frozen=True, slots=True)
class Looking:
    """A claim that wants a second look, or the lead's word."""

    public_id: str
    number: str
    first: str
    disputed: bool
    state: str


@dataclass(frozen=True, slots=True)
class Board:
    """The lead's page."""

    held: tuple[Held, ...]
    ages: tuple[AgeRow, ...]
    skippers: tuple[Skipper, ...]
    looks: tuple[Looking, ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A claim that the lead took from a reviewer, and why."""

    at: datetime
    public_id: str
    number: str
    reason: str


def board(session: Session, now: datetime) -> Board:
    """Read the lead's page."""
    return Board(_held(session, now), _ages(session, now), _skippers(session, now), _looks(session))


def taken_back(session: Session, actor: Actor, now: datetime) -> tuple[TakenBack, ...]:
    """The claims that the lead took from this reviewer within a day, newest first."""
    events = session.scalars(
        select(Event)
        .where(Event.action == "take_back", Event.at >= now - TOLD_FOR)
        .order_by(Event.id.desc())
        .options(joinedload(Event.claim))
    )
    mine = [event for event in events if _last_taker(session, event) == actor.id]
    return tuple(TakenBack(one.at, one.claim.public_id, one.claim.number or "", one.reason or "") for one in mine)


def relatives(session: Session, user_id: int | None = None) -> list[Relative]:
    """What is declared, of one person or of all, by person."""
    found = select(Relative).join(User, Relative.user_id == User.id).where(Relative.removed_at.is_(None))
    if user_id is not None:
        found = found.where(Relative.user_id == user_id)
    return list(session.scalars(found.order_by(User.name, Relative.id).options(joinedload(Relative.user))))


def _last_taker(session: Session, event: Event) -> int | None:
    return session.scalar(
        select(Event.actor_id)
        .where(Event.claim_id == event.claim_id, Event.action == "take", Event.id < event.id)
        .order_by(Event.id.desc())
        .limit(1)
    )


def _held(session: Session, now: datetime) -> tuple[Held, ...]:
    since = (
        select(func.max(Event.at)).where(Event.claim_id == Claim.id, Event.action == "take").correlate(Claim)
    ).scalar_subquery()
    rows = session.execute(
        select(Claim, since)
        .where(Claim.reviewer_id.is_not(None))
        .order_by(Claim.lease_until)
        .options(joinedload(Claim.reviewer), joinedload(Claim.pool))
    )
    return tuple(_one_held(claim, taken or claim.changed_at, now) for claim, taken in rows)


def _one_held(claim: Claim, since: datetime, now: datetime) -> Held:
    until = claim.lease_until or now
    return Held(
        public_id=claim.public_id, number=claim.number or "", ticket=claim.ticket or 0,
        title=_title(claim.scheme_code, claim.pool.title), reviewer=claim.reviewer.name if claim.reviewer else "",
        since=since, until=until, expired=until < now, fence=claim.fence,
    )  # fmt: skip


def _ages(session: Session, now: datetime) -> tuple[AgeRow, ...]:
    waiting = select(Claim.pool_id, Claim.submitted_at).where(Claim.state.in_(("submitted", "special_review")))
    by_pool: dict[int, list[datetime]] = {}
    for pool_id, submitted_at in session.execute(waiting):
        by_pool.setdefault(pool_id, []).append(submitted_at)
    pools = session.scalars(select(Pool).where(Pool.id.in_(by_pool)).order_by(Pool.scheme_code, Pool.id))
    return tuple(
        AgeRow(_title(pool.scheme_code, pool.title), _counted(by_pool[pool.id], now), min(by_pool[pool.id]))
        for pool in pools
    )


def _counted(since: list[datetime], now: datetime) -> tuple[int, ...]:
    counts = [0] * len(AGES)
    for instant in since:
        days = (now - instant) / timedelta(days=1)
        counts[next(n for n, (bound, _) in enumerate(AGES) if bound is None or days < bound)] += 1
    return tuple(counts)


def _skippers(session: Session, now: datetime) -> tuple[Skipper, ...]:
    rows = session.execute(
        select(ClaimSkip, Claim.public_id, Claim.number, Claim.fence)
        .join(Claim, ClaimSkip.claim_id == Claim.id)
        .where(ClaimSkip.at >= now - SKIPS_OF)
        .order_by(ClaimSkip.id.desc())
    )
    skips: dict[int, list[SkipView]] = {}
    for skip, public_id, number, fence in rows:
        view = SkipView(skip.at, public_id, number or "", skip.reason, fence == skip.fence)
        skips.setdefault(skip.reviewer_id, []).append(view)
    reviewers = session.execute(
        select(User.id, User.name, func.count(Event.id))
        .outerjoin(Event, (Event.actor_id == User.id) & (Event.action == "take") & (Event.at >= now - SKIPS_OF))
        .where(User.role.in_(REVIEWERS), User.active)
        .group_by(User.id, User.name)
    )
    found = [Skipper(name, taken, tuple(skips.get(user_id, ()))) for user_id, name, taken in reviewers]
    return tuple(sorted(found, key=lambda one: (-len(one.skips), one.reviewer)))


def _looks(session: Session) -> tuple[Looking, ...]:
    rows = session.execute(
        select(Claim.public_id, Claim.number, User.name, Claim.second_look, Claim.state)
        .join(User, Claim.first_by_id == User.id)
        .where(Claim.second_look.is_not(None))
        .order_by(Claim.submitted_at)
    )
    return tuple(Looking(row[0], row[1] or "", row[2], row[3] == "disputed", row[4]) for row in rows)


def _title(code: str, pool: str) -> str:
    return f"{schemes.load(code).county} · {pool}"
