"""From claims so far and a scenario to what a simulation plays: expected claims a day, awards, decisions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from reviewapp.policy.forecast import FARTHEST, Ask, Plan, PoolPlan, Stream, Weights
from reviewapp.policy.model import Programme, Scheme, Window
from reviewapp.policy.money import show_yuan
from reviewapp.policy.scenario import Scenario
from reviewapp.policy.values import CHINA

#: The past that rates come from, in days.
_RECENT = 28
_DAY = timedelta(days=1)
_HOURS = tuple(timedelta(hours=hour, minutes=30) for hour in range(24))


@dataclass(frozen=True, slots=True)
class PoolNow:
    """A pool as it stands: fen that nobody holds, who waits (by ticket), and who holds a reservation undecided."""

    available_fen: int
    waiting: tuple[Ask, ...] = ()
    undecided: tuple[Ask, ...] = ()


@dataclass(slots=True)
class ProgrammePast:
    """A programme's claims so far: how many a day, asking for how much (fen → number), how they ended, after days."""

    arrivals: dict[date, int] = field(default_factory=dict)
    awards: dict[int, int] = field(default_factory=dict)
    approved: int = 0
    ended: int = 0
    delays: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known at `now` (Asia/Shanghai), by pool and by programme."""

    now: datetime
    pools: Mapping[str, PoolNow]
    programmes: Mapping[str, ProgrammePast]


def make_plan(scheme: Scheme, past: Past, scenario: Scenario) -> Plan:
    """The plan from today to the last day on which claims come in; what is assumed or lacking stands in its notes."""
    return _Planner(scheme, past, scenario).plan()


class _Planner:
    """Collects the notes while it plans."""

    def __init__(self, scheme: Scheme, past: Past, scenario: Scenario) -> None:
        self.scheme, self.past, self.scenario = scheme, past, scenario
        self.today = past.now.date()
        self.said: dict[str, list[str]] = {}

    def plan(self) -> Plan:
        used = dict.fromkeys(programme.pool for programme in self.scheme.programmes.values())
        pools = tuple(self._pool(code) for code in used)
        notes = tuple(f"{'、'.join(subjects)}{text}" for text, subjects in self.said.items())
        return Plan(self.today, self.scenario.spread == "even", pools, notes)

    def _say(self, subject: str, text: str) -> None:
        """What is the same of several programmes or pools is said once."""
        self.said.setdefault(text, []).append(subject)

    def _pool(self, code: str) -> PoolPlan:
        rule = self.scheme.pools[code]
        now = self.past.pools.get(code)
        if now is None:
            self._say(rule.title, f"还没有开办，按文件所列 {show_yuan(rule.amount_fen)} 元计算。")
            now = PoolNow(rule.amount_fen)
        programmes = [programme for programme in self.scheme.programmes.values() if programme.pool == code]
        return PoolPlan(
            code=code,
            title=rule.title,
            available_fen=now.available_fen,
            waiting=now.waiting,
            undecided=now.undecided,
            streams={programme.id: self._stream(programme) for programme in programmes},
            top_ups=self._top_ups(code),
        )

    def _top_ups(self, code: str) -> dict[int, int]:
        found: dict[int, int] = {}
        for top_up in self.scenario.top_ups:
            day = (top_up.day - self.today).days
            if top_up.pool == code and 0 <= day < FARTHEST:
                found[day] = found.get(day, 0) + top_up.amount_fen
            elif top_up.pool == code:
                self._say(f"{top_up.day} 的追加", "不在预测的日子里，没有计入；已经到账的追加本来就在余额里。")
        return found

    def _stream(self, programme: Programme) -> Stream:
        past = self.past.programmes.get(programme.id, ProgrammePast())
        expected = self._expected(programme, past)
        awards = self._awards(programme, past) if any(expected) else {}
        said = self.scenario.decisions.get(programme.id)
        if said is None and not past.ended and (awards or past.arrivals):
            self._say(programme.title, "还没有审核结论，按全部通过计算：没有退出来的钱。")
        return Stream(
            programme=programme.id,
            expected=expected if awards else (),
            awards=Weights(awards),
            approved=said.approved if said else past.approved / past.ended if past.ended else 1.0,
            delays=Weights({said.days: 1} if said else past.delays or {0: 1}),
            review_from=max((programme.review_from - self.today).days, 0) if programme.review_from else 0,
        )

    def _expected(self, programme: Programme, past: ProgrammePast) -> tuple[float, ...]:
        window = programme.submission
        length = min((window.until.date() - self.today).days + 1, FARTHEST)
        if length <= 0:
            self._say(programme.title, f"的受理已于 {window.until:%Y-%m-%d} 截止，没有新申请。")
            return ()
        rates = _rates(past.arrivals, window, self.past.now)
        days = [self.today + timedelta(days=number) for number in range(length)]
        expected = tuple(self._on(programme, day, rates) * _open(window, day, since=self.past.now) for day in days)
        if not any(expected):
            self._say(programme.title, "没有可依据的以往申请，按没有新申请计算；请在情景里写每天几份（per_day）。")
        return expected

    def _on(self, programme: Programme, day: date, rates: tuple[float, ...]) -> float:
        """New claims on a whole open day: what the scenario says of it, else the past's."""
        usual = rates[day.weekday()]
        said = next((entry for entry in self.scenario.arrivals if entry.covers(programme.id, day)), None)
        if said is None:
            return usual
        return said.per_day if said.per_day is not None else usual * (said.times or 0.0)

    def _awards(self, programme: Programme, past: ProgrammePast) -> Mapping[int, float]:
        said = self.scenario.awards.get(programme.id)
        if said or past.awards:
            return said or past.awards
        if not programme.most_fen:
            self._say(
                programme.title, "还没有申请，也没有最高补贴额，算不出要用多少钱；请在情景里写补贴档次（awards）。"
            )
            return {}
        self._say(programme.title, f"还没有申请，每份按最高补贴 {show_yuan(programme.most_fen)} 元计算。")
        return {programme.most_fen: 1}


def _rates(arrivals: Mapping[date, int], window: Window, now: datetime) -> tuple[float, ...]:
    """Claims a whole open day, Monday first, from the last weeks.

    Each weekday is counted as if one average day more had been seen: so few weeks make no weekday empty for good.
    """
    open_for = {day: part for day in _recent(window, now) if (part := _open(window, day, until=now))}
    if not open_for:
        return (0.0,) * 7
    mean = sum(arrivals.get(day, 0) for day in open_for) / sum(open_for.values())
    days = [[day for day in open_for if day.weekday() == number] for number in range(7)]
    return tuple(
        (sum(arrivals.get(day, 0) for day in same) + mean) / (sum(open_for[day] for day in same) + 1) for same in days
    )


def _recent(window: Window, now: datetime) -> Iterator[date]:
    """The last days before now on which the window may have been open."""
    last = min(now, window.until).date()
    first = max(window.start.date(), last - (_RECENT - 1) * _DAY)
    return (first + number * _DAY for number in range((last - first).days + 1))


def _open(window: Window, day: date, *, since: datetime | None = None, until: datetime | None = None) -> float:
    """Which part of a day the window is open, by the hour; only from `since` on, or only until then."""
    instants = [datetime.combine(day, time.min, CHINA) + hour for hour in _HOURS]
    counted = [
        instant
        for instant in instants
        if (since is None or instant >= since) and (until is None or instant < until) and window.covers(instant)
    ]
    return len(counted) / len(_HOURS)
