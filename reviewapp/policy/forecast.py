"""When does a pool run dry, and how many wait? Claims so far and a scenario, played forward many times. Pure.

Each run draws claims from the past's rates by weekday (or the scenario's), gives them money by the rules of
`policy.pool`, and lets decisions free what was reserved. The k-th claim of a programme is the same in every scenario of
one seed, whenever it comes: so a scenario with more claims never shows a later day because of the dice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import merge
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

from reviewapp.policy import pool as rules
from reviewapp.policy.money import yuan_from_fen

#: No forecast looks further ahead, in days.
FARTHEST = 400
_ALMOST = 1e-9


class Dice(Protocol):
    """A source of chance; `random.Random` is one."""

    def random(self) -> float:
        """From 0 to below 1."""
        ...

    def expovariate(self, lambd: float) -> float:
        """Exponentially distributed."""
        ...


#: Dice for a seed; equal seeds roll equally. `random.Random` itself is one.
DiceFor = Callable[[str], Dice]


class Weights:
    """Values by weight; `pick` takes one by a number from 0 to below 1."""

    def __init__(self, weights: Mapping[int, float]) -> None:
        known = {value: weight for value, weight in sorted(weights.items()) if weight > 0}
        self.values = tuple(known)
        self._ends = tuple(accumulate(known.values()))

    def pick(self, at: float) -> int:
        """The value at that place of the whole. There must be one."""
        return self.values[min(bisect_right(self._ends, at * self._ends[-1]), len(self.values) - 1)]


@dataclass(frozen=True, slots=True)
class Stream:
    """The claims of one programme to come: how many are expected each day, what they ask for, how and when they end.

    `approved` is a share; `delays` are days from reservation to decision; none is made before day `review_from`.
    """

    programme: str
    expected: tuple[float, ...]
    awards: Weights
    approved: float
    delays: Weights
    review_from: int = 0


class Ask(NamedTuple):
    """A claim that is there already."""

    programme: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """One pool from the first day on. `top_ups`: day → fen, at its beginning. `waiting` is in the order of tickets."""

    code: str
    title: str
    available_fen: int
    waiting: tuple[Ask, ...]
    undecided: tuple[Ask, ...]
    streams: Mapping[str, Stream]
    top_ups: Mapping[int, int]

    @property
    def open_days(self) -> int:
        """Days on which something is still expected to come in from outside."""
        coming = [day for stream in self.streams.values() for day, number in enumerate(stream.expected) if number]
        return max([*coming, *self.top_ups], default=-1) + 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a simulation needs. Days count from `start`, which is 0. `even`: claims come in equal distances."""

    start: date
    even: bool
    pools: tuple[PoolPlan, ...]
    notes: tuple[str, ...] = ()

    @property
    def expected(self) -> float:
        """Claims expected in one run: what a run costs in time."""
        streams = [stream for pool in self.pools for stream in pool.streams.values()]
        present = sum(len(pool.waiting) + len(pool.undecided) for pool in self.pools)
        return sum(sum(stream.expected) for stream in streams) + present


@dataclass(slots=True)
class Run:
    """What came of one pool in one run. `money` and `waiting` are those at the end of each day."""

    dry_on: int | None = None
    money: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)


class _Claim(NamedTuple):
    amount_fen: int
    approved: bool
    delay: int
    review_from: int


class _Coming(NamedTuple):
    """A claim and where in its day it comes; merged by place."""

    place: float
    programme: str
    claim: _Claim


def play(plan: Plan, runs: int, seed: int, dice: DiceFor) -> Iterator[tuple[Run, ...]]:
    """Play the plan `runs` times; each time one run a pool, in the order of `plan.pools`."""
    for number in range(runs):
        yield tuple(_Office(pool, plan.even, dice, f"{seed}/{number}").play() for pool in plan.pools)


class _Office:
    """One pool in one run: its money, who waits, and which decisions are due when."""

    def __init__(self, plan: PoolPlan, even: bool, dice: DiceFor, seed: str) -> None:
        self.plan, self.available = plan, plan.available_fen
        present = dice(f"{seed}/{plan.code}/present")
        self.waiting = deque(self._present(ask, present) for ask in plan.waiting)
        self.due: dict[int, list[_Claim]] = {}
        for ask in plan.undecided:
            self._await_decision(self._present(ask, present), 0)
        rolls = [(stream, dice(f"{seed}/{name}")) for name, stream in plan.streams.items()]
        self.coming = deque(merge(*(_coming(stream, even, rolled) for stream, rolled in rolls)))
        self.run = Run()

    def play(self) -> Run:
        """Day after day, until nothing comes any more and all is decided; at least the first."""
        day, last = 0, max(self.plan.open_days, 1)
        while day < FARTHEST and (day < last or self.due):
            self._day(day)
            day += 1
        return self.run

    def _day(self, day: int) -> None:
        if amount := self.plan.top_ups.get(day):
            self._move(rules.on_appropriate(amount))
        for claim in self.due.pop(day, ()):
            self._move(_ended(claim))
        self._promote(day)
        if self.waiting:
            self._dry(day)
        while self.coming and self.coming[0].place < day + 1:
            self._submit(self.coming.popleft().claim, day)
        self.run.money.append(self.available)
        self.run.waiting.append(len(self.waiting))

    def _submit(self, claim: _Claim, day: int) -> None:
        movements = rules.on_submit(self.available, bool(self.waiting), claim.amount_fen)
        if movements:
            self._move(movements)
            self._await_decision(claim, day)
        else:
            self.waiting.append(claim)
            self._dry(day)

    def _promote(self, day: int) -> None:
        for _ in range(rules.promotions(self.available, (claim.amount_fen for claim in self.waiting))):
            claim = self.waiting.popleft()
            self._move(rules.on_promote(claim.amount_fen))
            self._await_decision(claim, day)

    def _await_decision(self, claim: _Claim, day: int) -> None:
        """A decision frees money on a later day at the earliest: what came today was not decided this morning."""
        self.due.setdefault(max(day + max(claim.delay, 1), claim.review_from), []).append(claim)

    def _move(self, movements: rules.Movements) -> None:
        for movement in movements:
            if movement.to_account == "available":
                self.available += movement.amount
            elif movement.from_account == "available":
                self.available -= movement.amount

    def _dry(self, day: int) -> None:
        if self.run.dry_on is None:
            self.run.dry_on = day

    def _present(self, ask: Ask, dice: Dice) -> _Claim:
        return _claim(self.plan.streams[ask.programme], ask.amount_fen, dice)


def _ended(claim: _Claim) -> rules.Movements:
    if claim.approved:
        return rules.on_approve(claim.amount_fen, claim.amount_fen)
    return rules.on_release(claim.amount_fen)


def _claim(stream: Stream, amount_fen: int, dice: Dice) -> _Claim:
    """Two rolls for every claim, whatever they say: so the next one's do not depend on them."""
    fate, delay = dice.random(), dice.random()
    return _Claim(amount_fen, fate < stream.approved, stream.delays.pick(delay), stream.review_from)


def _coming(stream: Stream, even: bool, dice: Dice) -> Iterator[_Coming]:
    """The stream's claims in time. The k-th comes when k (or k random distances of 1 on average) were expected."""
    before, reached = 0.0, 1.0 if even else dice.expovariate(1.0)
    for day, expected in enumerate(stream.expected):
        while reached <= before + expected + _ALMOST:
            place = min((reached - before) / expected, 1 - _ALMOST) if expected else 0.0
            amount = stream.awards.pick(dice.random())
            yield _Coming(day + place, stream.programme, _claim(stream, amount, dice))
            reached += 1.0 if even else dice.expovariate(1.0)
        before += expected


class Band(NamedTuple):
    """A middle with the ends between which eight of ten runs lie; of days None is never."""

    low: int | None
    median: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class PoolForecast:
    """What the runs say of one pool. `dry` counts days; `waiting_at_dry` is that of the runs that ran dry."""

    code: str
    title: str
    available_fen: int
    waiting_now: int
    runs: int
    dry_runs: int
    dry: Band
    waiting_at_dry: Band | None
    waiting_end: Band
    unspent: Band
    money: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The pools' forecasts from `start` on; `notes` say what was assumed and what is lacking."""

    start: date
    runs: int
    seed: int
    pools: tuple[PoolForecast, ...]
    notes: tuple[str, ...]

    def day(self, number: int) -> date:
        """The date of a day counted from the start."""
        return self.start + timedelta(days=number)

    def to_json(self) -> dict[str, Any]:
        """The object of `schemes forecast --json`; amounts in yuan, a day that never comes is null."""
        return {
            "start": self.start.isoformat(),
            "runs": self.runs,
            "seed": self.seed,
            "pools": [self._pool_json(pool) for pool in self.pools],
            "notes": list(self.notes),
        }

    def _pool_json(self, pool: PoolForecast) -> dict[str, Any]:
        return {
            "pool": pool.code,
            "title": pool.title,
            "available": yuan_from_fen(pool.available_fen),
            "waiting_now": pool.waiting_now,
            "runs_dry": pool.dry_runs,
            "dry_on": _json(pool.dry, lambda day: self.day(day).isoformat()),
            "waiting_at_dry": pool.waiting_at_dry and _json(pool.waiting_at_dry, int),
            "waiting_at_end": _json(pool.waiting_end, int),
            "unspent": _json(pool.unspent, yuan_from_fen),
            "days": [
                {"day": self.day(number).isoformat(), "available": _json(money, yuan_from_fen)}
                for number, money in enumerate(pool.money)
            ],
        }


def summarise(plan: Plan, played: Iterable[tuple[Run, ...]], seed: int) -> Forecast:
    """The bands over all runs."""
    by_run = list(played)
    by_pool = zip(plan.pools, zip(*by_run, strict=True), strict=True) if by_run else ()
    pools = tuple(_pool(pool, runs) for pool, runs in by_pool)
    return Forecast(plan.start, len(by_run), seed, pools, plan.notes)


def _pool(plan: PoolPlan, runs: tuple[Run, ...]) -> PoolForecast:
    dried = [run for run in runs if run.dry_on is not None]
    days = max(len(run.money) for run in runs)
    return PoolForecast(
        code=plan.code,
        title=plan.title,
        available_fen=plan.available_fen,
        waiting_now=len(plan.waiting),
        runs=len(runs),
        dry_runs=len(dried),
        dry=_band([run.dry_on for run in runs]),
        waiting_at_dry=_band([run.waiting[run.dry_on or 0] for run in dried]) if dried else None,
        waiting_end=_band([run.waiting[-1] for run in runs]),
        unspent=_band([run.money[-1] for run in runs]),
        money=tuple(_band([_at(run.money, day) for run in runs]) for day in range(days)),
    )


def _at(values: list[int], day: int) -> int:
    """A run that ended earlier stays as it ended."""
    return values[min(day, len(values) - 1)]


def _json(band: Band, show: Callable[[int], Any]) -> dict[str, Any]:
    return {name: None if value is None else show(value) for name, value in band._asdict().items()}


def _band(values: Iterable[int | None]) -> Band:
    """The 10 %, 50 % and 90 % points, each a value that occurred; None (never) comes after every day."""
    known = sorted(values, key=lambda value: (value is None, value or 0))
    return Band(*(known[max(-(-len(known) * tenths // 10) - 1, 0)] for tenths in (1, 5, 9)))
