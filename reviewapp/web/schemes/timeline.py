"""Where the windows of a scheme lie on a line of time. The template draws them as inline SVG, in percents of its width,
so that letters keep their size on a phone and on paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewapp.policy import Scheme, Window
from reviewapp.policy.values import CHINA
from reviewapp.schemes.reading import span

_MOST_TICKS = 4
_MOST_ROUNDS = 120
_STEPS = (1, 2, 3, 6, 12)
ROW, FIRST, BAR = 44, 8, 20


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch in which a window is open, in percents of the line."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """One window: its words, and when it is open. `y`: where the row begins, in pixels."""

    y: int
    title: str
    clause: str
    when: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """The first of a month; `anchor` keeps the label inside the drawing."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows, the months below them, and today where it lies within. `height` in pixels."""

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    today: float | None
    height: int


def timeline(scheme: Scheme, now: datetime) -> Timeline | None:
    """The windows in the order of the file; None for a scheme without any."""
    windows = list(scheme.windows.values())
    if not windows:
        return None
    start, until = min(window.start for window in windows), max(window.until for window in windows)
    whole = max(until - start, timedelta(days=1))

    def across(instant: datetime) -> float:
        return round(max(0.0, min(1.0, (instant - start) / whole)) * 100, 3)

    rows = tuple(
        Row(
            FIRST + at * ROW,
            window.title,
            window.clause,
            span(window),
            tuple(_bar(across(begins), across(ends)) for begins, ends in _open(window)),
        )
        for at, window in enumerate(windows)
    )
    ticks = tuple(_tick(across(month), month) for month in _months(start, until))
    return Timeline(rows, ticks, across(now) if start <= now <= until else None, FIRST + len(rows) * ROW + 24)


def _bar(begins: float, ends: float) -> Bar:
    """A bar that can be seen, however short it is."""
    return Bar(begins, round(max(ends - begins, 0.4), 3))


def _open(window: Window) -> Iterator[tuple[datetime, datetime]]:
    """The rounds of a window, or the whole of it."""
    if window.every is None or window.lasts is None:
        yield window.start, window.until
        return
    begins = window.start
    for _ in range(_MOST_ROUNDS):
        if begins > window.until:
            return
        yield begins, min(begins + window.lasts, window.until)
        begins += window.every


def _months(start: datetime, until: datetime) -> list[datetime]:
    """The first days of months within, at most `_MOST_TICKS`, evenly chosen."""
    first = start.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = []
    while first <= until:
        if first >= start:
            months.append(first)
        first = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    step = next((step for step in _STEPS if len(months) <= step * _MOST_TICKS), -(-len(months) // _MOST_TICKS))
    return months[::step]


def _tick(x: float, month: datetime) -> Tick:
    anchor = "start" if x < 6 else "end" if x > 94 else "middle"
    return Tick(x, f"{month:%Y-%m}", anchor)
