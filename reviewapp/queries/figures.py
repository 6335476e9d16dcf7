"""How a scheme runs: what comes in, what waits and how long, how it was decided, why it was returned, what readers got
wrong. Days are those of China.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Decision, Event, Fact
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.workflow import STATES
from reviewapp.queries.calendar import local_day, within
from reviewapp.queries.corrections import Corrections, touched
from reviewapp.queries.display import ACTIONS
from reviewapp.services.days import local_date
from reviewapp.services.queue import UNDECIDED

#: The longest period that is drawn, in days, and the one that is shown unasked.
MOST_DAYS, USUAL_DAYS = 400, 30
#: The newest returns and corrections are opened, for they lie sealed, and the newest decisions are timed.
MOST_OPENED, MOST_TIMED = 1000, 3000
#: Last day and name of each class of ages; days since submission.
_AGES = ((1, "1 天以内"), (3, "2—3 天"), (7, "4—7 天"), (14, "8—14 天"), (30, "15—30 天"), (None, "30 天以上"))
#: The same for the minutes between taking a claim and deciding it.
_MINUTES = (
    *((0.5, "半分钟以内"), (1, "半—1 分钟"), (2, "1—2 分钟"), (5, "2—5 分钟"), (10, "5—10 分钟")),
    (None, "10 分钟以上"),
)
_DECISIONS = ("approve", "return", "reject")
_MOST_REASONS = 15
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def days(self) -> list[date]:
        """Each of them."""
        return [self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class DayCount:
    """Claims put in on a day, and decisions made on it."""

    day: date
    incoming: int
    decided: int


@dataclass(frozen=True, slots=True)
class Part:
    """A class and how many are in it; `share` is its part of the largest one, for a bar."""

    name: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Pace:
    """Minutes from taking a claim to a decision of that kind: how many, the middle one, and that of nine in ten."""

    name: str
    count: int
    median: float
    ninth: float


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """How people left a kind's field where they looked at it or wrote into it."""

    kind: str
    field: str
    counted: Corrections

    @property
    def wrong(self) -> int:
        """Corrected, whether the reading was in doubt or not."""
        return self.counted.corrected + self.counted.silent

    @property
    def wrong_rate(self) -> float | None:
        """The same by what people looked at that had been read; None where nothing had."""
        read = self.wrong + self.counted.confirmed
        return self.wrong / read if read else None


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it for one scheme and period; `waiting` and `ages` are as of now, whatever the period."""

    days: tuple[DayCount, ...]
    waiting: tuple[Part, ...]
    ages: tuple[Part, ...]
    decided: tuple[Part, ...]
    returned: tuple[Part, ...]
    reasons: tuple[Part, ...]
    minutes: tuple[Part, ...]
    paces: tuple[Pace, ...]
    fields: tuple[FieldFigures, ...]

    @property
    def incoming_total(self) -> int:
        """Claims put in within the period."""
        return sum(one.incoming for one in self.days)

    @property
    def waiting_total(self) -> int:
        """Claims that wait for a decision now."""
        return sum(one.count for one in self.waiting)

    @property
    def decided_total(self) -> int:
        """Decisions within the period."""
        return sum(one.decided for one in self.days)


def figures(session: Session, scheme_code: str, period: Period, now: datetime) -> Figures:
    """Read the figures; six selects, whatever is stored."""
    waiting, ages = _waiting(session, scheme_code, now)
    decided, by_day = _decided(session, scheme_code, period)
    items, reasons = _returns(session, scheme_code, period)
    minutes = _minutes(session, scheme_code, period)
    return Figures(
        days=_days(session, scheme_code, period, by_day),
        waiting=waiting,
        ages=ages,
        decided=decided,
        returned=parts(items.most_common(_MOST_REASONS)),
        reasons=parts(reasons.most_common(_MOST_REASONS)),
        minutes=_classes(_MINUTES, Counter(one for several in minutes.values() for one in several)),
        paces=tuple(_pace(ACTIONS[action], minutes[action]) for action in _DECISIONS if action in minutes),
        fields=_fields(session, scheme_code, period),
    )


def parts(counted: Iterable[tuple[str, int]]) -> tuple[Part, ...]:
    """Classes with their shares of the largest."""
    known = list(counted)
    most = max((count for _, count in known), default=0) or 1
    return tuple(Part(name, count, count / most) for name, count in known)


def _days(session: Session, code: str, period: Period, decided: Counter[str]) -> tuple[DayCount, ...]:
    day = local_day(session, Claim.submitted_at)
    found = select(day, func.count()).where(Claim.scheme_code == code, *_during(Claim.submitted_at, period))
    incoming = {str(row[0]): row[1] for row in session.execute(found.group_by(day))}
    return tuple(DayCount(day, incoming.get(str(day), 0), decided[str(day)]) for day in period.days())


def _waiting(session: Session, code: str, now: datetime) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Claims that wait for a decision, by state and by days since submission (the day itself not counted)."""
    day = local_day(session, Claim.submitted_at)
    found = select(Claim.state, day, func.count()).where(Claim.scheme_code == code, Claim.state.in_(UNDECIDED))
    states: Counter[str] = Counter()
    ages: Counter[float] = Counter()
    for state, put_in, count in session.execute(found.group_by(Claim.state, day)):
        states[state] += count
        ages[(local_date(now) - date.fromisoformat(str(put_in))).days] += count
    return parts((STATES[state], states[state]) for state in UNDECIDED), _classes(_AGES, ages)


def _decided(session: Session, code: str, period: Period) -> tuple[tuple[Part, ...], Counter[str]]:
    """Decisions by kind, and by day (2024-01-10)."""
    day = local_day(session, Decision.at)
    found = (
        select(Decision.action, day, func.count())
        .join(Claim, Claim.id == Decision.claim_id)
        .where(Claim.scheme_code == code, *_during(Decision.at, period))
        .group_by(Decision.action, day)
    )
    actions: Counter[str] = Counter()
    days: Counter[str] = Counter()
    for action, made, count in session.execute(found):
        actions[action] += count
        days[str(made)] += count
    return parts((ACTIONS[action], actions[action]) for action in _DECISIONS), days


def _returns(session: Session, code: str, period: Period) -> tuple[Counter[str], Counter[str]]:
    """What was asked to be mended, and in which words."""
    found = (
        select(Decision.items, Decision.reason)
        .join(Claim, Claim.id == Decision.claim_id)
        .where(Claim.scheme_code == code, Decision.action == "return", *_during(Decision.at, period))
        .order_by(Decision.id.desc())
        .limit(MOST_OPENED)
    )
    items: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for named, reason in session.execute(found):
        items.update({_item(one) for one in named})
        if reason:
            reasons[str(reason)] += 1
    return items, reasons


def _item(one: Mapping[str, Any]) -> str:
    kind = str(one.get("kind") or one.get("paper") or "")
    return str(one.get("label") or (KINDS[kind].title if kind in KINDS else "其他"))


def _minutes(session: Session, code: str, period: Period) -> dict[str, list[float]]:
    """By kind of decision, the minutes since the reviewer took the claim; of the newest decisions."""
    taken = (
        select(func.max(Event.at))
        .where(Event.claim_id == Decision.claim_id, Event.action == "take", Event.at <= Decision.at)
        .correlate(Decision)
        .scalar_subquery()
    )
    found = (
        select(Decision.action, Decision.at, taken)
        .join(Claim, Claim.id == Decision.claim_id)
        .where(Claim.scheme_code == code, *_during(Decision.at, period))
        .order_by(Decision.id.desc())
        .limit(MOST_TIMED)
    )
    minutes: dict[str, list[float]] = {}
    for action, at, since in session.execute(found):
        if since is not None:
            minutes.setdefault(action, []).append((at - since) / _SECOND / 60)
    return minutes


def _pace(name: str, minutes: Sequence[float]) -> Pace:
    ordered = sorted(minutes)
    return Pace(name, len(ordered), ordered[(len(ordered) - 1) // 2], ordered[(9 * (len(ordered) - 1)) // 10])


def _fields(session: Session, code: str, period: Period) -> tuple[FieldFigures, ...]:
    """The fields that people wrote into, those that were wrong most often first."""
    which = [Claim.scheme_code == code, *_during(Fact.at, period)]
    counted: dict[tuple[str, str], Corrections] = {}
    for history in touched(session, which, MOST_OPENED):
        key = history.kind, history.field
        counted[key] = counted.get(key, Corrections()) + history.counted
    rows = [FieldFigures(kind, field, said) for (kind, field), said in counted.items()]
    return tuple(sorted(rows, key=lambda row: (-row.wrong, -row.counted.confirmed, row.kind, row.field)))


def _during(column: Any, period: Period) -> list[Any]:
    return within(column, period.first, period.last)


def _classes(ends: Sequence[tuple[float | None, str]], values: Counter[float]) -> tuple[Part, ...]:
    counts: Counter[str] = Counter()
    for value, count in values.items():
        counts[next(name for end, name in ends if end is None or value <= end)] += count
    return parts((name, counts[name]) for _, name in ends)
