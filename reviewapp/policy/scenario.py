"""A scenario of a forecast: what is assumed about claims to come, as a strict TOML file (docs/scheme-guide.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any, Literal, TypeVar

import msgspec

from reviewapp.policy.lines import key_lines
from reviewapp.policy.model import Programme, Scheme
from reviewapp.policy.parse import read_toml
from reviewapp.policy.problems import SchemeError
from reviewapp.policy.reading import Collector
from reviewapp.policy.source import BadTable, Table
from reviewapp.policy.tiers import money

Spread = Literal["random", "even"]
_T = TypeVar("_T")
#: Bounds that keep a slip of the finger from running for hours.
MOST_A_DAY, MOST_TIMES, MOST_DAYS = 10_000, 100, 180
_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """New claims of a programme (None: of all) on the days from `start` to `until`: `per_day`, or `times` the past."""

    programme: str | None
    start: date
    until: date
    per_day: float | None = None
    times: float | None = None

    def covers(self, programme: str, day: date) -> bool:
        """Whether it speaks of that programme's day."""
        return self.programme in (None, programme) and self.start <= day <= self.until


@dataclass(frozen=True, slots=True)
class TopUp:
    """Money that a pool gets at the beginning of a day."""

    pool: str
    day: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """How a programme's claims end: the share that is approved, and how many days after submission."""

    approved: float
    days: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """What takes the place of the past; what a scenario does not say stays as it was. `awards`: fen → share."""

    title: str = ""
    spread: Spread = "random"
    arrivals: tuple[Arrivals, ...] = ()
    top_ups: tuple[TopUp, ...] = ()
    awards: dict[str, dict[int, float]] = field(default_factory=dict)
    decisions: dict[str, Decisions] = field(default_factory=dict)


class _ScenarioTable(Table, frozen=True):
    title: str = ""
    spread: Spread = "random"
    arrivals: list[Any] = msgspec.field(default_factory=list)
    top_ups: list[Any] = msgspec.field(default_factory=list)
    awards: list[Any] = msgspec.field(default_factory=list)
    decisions: list[Any] = msgspec.field(default_factory=list)


class _ArrivalsTable(Table, frozen=True, rename={"start": "from"}):
    start: Any
    until: Any
    programme: str = ""
    per_day: Any = None
    multiplier: Any = None


class _TopUpTable(Table, frozen=True):
    pool: str
    on: Any
    amount: Any


class _AwardsTable(Table, frozen=True):
    programme: str
    mix: list[Any]


class _ShareTable(Table, frozen=True):
    pays: Any
    share: Any


class _DecisionsTable(Table, frozen=True):
    programme: str
    approved: Any
    days: int


def parse_scenario(text: str, source: str, scheme: Scheme) -> Scenario:
    """The scenario in a TOML text for a scheme's programmes and pools; SchemeError with every mistake found."""
    collector = Collector(source, key_lines(text))
    scenario = _Reader(collector, scheme).scenario(read_toml(text, source))
    if scenario is None or collector.problems:
        raise SchemeError(collector.problems)
    return scenario


class _Reader:
    """Reads the tables, noting every mistake with its key."""

    def __init__(self, collector: Collector, scheme: Scheme) -> None:
        self.collector, self.scheme = collector, scheme

    def scenario(self, given: Any) -> Scenario | None:
        table = self.collector.convert(given, _ScenarioTable, "")
        if table is None:
            return None
        arrivals = _each("arrivals", table.arrivals, self._arrivals)
        top_ups = _each("top_ups", table.top_ups, self._top_up)
        awards = _each("awards", table.awards, self._awards)
        decided = _each("decisions", table.decisions, self._decided)
        self._apart(arrivals)
        self.collector.unique([name for name, _ in awards], "awards")
        self.collector.unique([name for name, _ in decided], "decisions")
        return Scenario(table.title, table.spread, tuple(arrivals), tuple(top_ups), dict(awards), dict(decided))

    def _arrivals(self, entry: Any, key: str) -> Arrivals | None:
        table = self.collector.convert(entry, _ArrivalsTable, key)
        if table is None:
            return None
        start, until = self._day(table.start, f"{key}.from"), self._day(table.until, f"{key}.until")
        named = [self._programme(table.programme, f"{key}.programme")] if table.programme else []
        if (table.per_day is None) == (table.multiplier is None):
            self.collector.add(
                key, "per_day 与 multiplier 应当只写一个", "写每天几份（per_day），或以往的几倍（multiplier）"
            )
        if start is None or until is None:
            return None
        if until < start:
            self.collector.add(f"{key}.until", "截止早于开始", "请核对 from 与 until")
        self._within(start, until, self._programmes(named), key)
        return Arrivals(
            programme=table.programme or None,
            start=start,
            until=until,
            per_day=self._number(table.per_day, f"{key}.per_day", MOST_A_DAY),
            times=self._number(table.multiplier, f"{key}.multiplier", MOST_TIMES),
        )

    def _within(self, start: date, until: date, programmes: Iterable[Programme], key: str) -> None:
        windows = [programme.submission for programme in programmes]
        if windows and all(until < window.start.date() or start > window.until.date() for window in windows):
            span = f"{windows[0].start:%Y-%m-%d} 至 {windows[0].until:%Y-%m-%d}"
            self.collector.add(key, f"这段日子都不在受理时间（{span}）内", "请改正 from 与 until")

    def _apart(self, arrivals: list[Arrivals]) -> None:
        """Two statements on one programme's day would leave open which counts."""
        for (_, one), (at, other) in combinations(enumerate(arrivals), 2):
            same = one.programme == other.programme or None in (one.programme, other.programme)
            if same and one.start <= other.until and other.start <= one.until:
                self.collector.add(f"arrivals[{at}]", "与前面一段的项目和日期重叠", "请把日期错开，一天只说一次")

    def _top_up(self, entry: Any, key: str) -> TopUp | None:
        table = self.collector.convert(entry, _TopUpTable, key)
        if table is None:
            return None
        known = dict.fromkeys(programme.pool for programme in self.scheme.programmes.values())
        if table.pool not in known:
            self.collector.add(f"{key}.pool", f"没有补贴项目用“{table.pool}”这个资金池", f"可写：{'、'.join(known)}")
        day, amount = self._day(table.on, f"{key}.on"), self._money(table.amount, f"{key}.amount")
        return TopUp(table.pool, day, amount) if day and amount else None

    def _awards(self, entry: Any, key: str) -> tuple[str, dict[int, float]] | None:
        table = self.collector.convert(entry, _AwardsTable, key)
        if table is None or self._programme(table.programme, f"{key}.programme") is None:
            return None
        shares: dict[int, Decimal] = {}
        for amount, part in _each(f"{key}.mix", table.mix, self._share):
            shares[amount] = shares.get(amount, Decimal(0)) + part
        if sum(shares.values()) != _WHOLE:
            self.collector.add(f"{key}.mix", f"各档占比合计 {sum(shares.values())}，应为 1", "请改正 share")
        return table.programme, {amount: float(part) for amount, part in shares.items()}

    def _share(self, entry: Any, key: str) -> tuple[int, Decimal] | None:
        table = self.collector.convert(entry, _ShareTable, key)
        if table is None:
            return None
        amount, part = self._money(table.pays, f"{key}.pays"), self._decimal(table.share, f"{key}.share", 1)
        return None if part is None else (amount, part)

    def _decided(self, entry: Any, key: str) -> tuple[str, Decisions] | None:
        table = self.collector.convert(entry, _DecisionsTable, key)
        if table is None or self._programme(table.programme, f"{key}.programme") is None:
            return None
        if not 0 <= table.days <= MOST_DAYS:
            self.collector.add(f"{key}.days", "天数不在范围内", f"请写 0 至 {MOST_DAYS}")
        return table.programme, Decisions(self._number(table.approved, f"{key}.approved", 1) or 0.0, table.days)

    def _programme(self, name: str, key: str) -> str | None:
        if name in self.scheme.programmes:
            return name
        self.collector.add(key, f"没有“{name}”这个补贴项目", f"可写：{'、'.join(self.scheme.programmes)}")
        return None

    def _programmes(self, named: list[str | None]) -> list[Programme]:
        names = named or list(self.scheme.programmes)
        return [self.scheme.programmes[name] for name in names if name]

    def _day(self, value: Any, key: str) -> date | None:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.collector.add(key, "不是日期", "写成 2024-01-15，不加引号")
        return None

    def _money(self, value: Any, key: str) -> int:
        try:
            amount = money(value, key)
        except BadTable as bad:
            self.collector.add(bad.key, bad.message, bad.remedy)
            return 0
        if not amount:
            self.collector.add(key, "金额是 0", "请写大于 0 的金额，或删去这一条")
        return amount

    def _number(self, value: Any, key: str, most: int) -> float | None:
        found = self._decimal(value, key, most)
        return None if found is None else float(found)

    def _decimal(self, value: Any, key: str, most: int) -> Decimal | None:
        """A number from 0 to `most`; None where none is written."""
        if value is None:
            return None
        found = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
        if found is None or not found.is_finite() or not 0 <= found <= most:
            self.collector.add(key, "不是这里能用的数", f"请写 0 至 {most} 的数，不加引号")
            return None
        return found


def _each(key: str, entries: list[Any], read: Callable[[Any, str], _T | None]) -> list[_T]:
    """The entries that could be read, each under its key."""
    return [value for at, entry in enumerate(entries) if (value := read(entry, f"{key}[{at}]")) is not None]
