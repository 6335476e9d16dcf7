"""Where a plot's lines run. Templates draw them as inline SVG, which prints and needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reviewapp.policy.forecast import Band, Forecast, PoolForecast
from reviewapp.queries.figures import DayCount
from reviewapp.queries.pools import Day

#: The drawing's units; the labels stand outside the field.
WIDTH, HEIGHT = 440, 236
LEFT, RIGHT, TOP, BOTTOM = 62, 432, 14, 206
_STEPS = (1, 2, 2.5, 5, 10)
_MOST_LABELS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The days on which a pool runs dry: the middle one and the two between which eight of ten runs lie."""

    low: float
    median: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class MoneyPlot:
    """Money that is free, day by day: the middle line, the band around it, and when it runs dry."""

    line: str
    band: str
    days: tuple[Tick, ...]
    amounts: tuple[Tick, ...]
    dry: Mark | None


def money_plot(forecast: Forecast, pool: PoolForecast) -> MoneyPlot:
    """The plot of one pool; it begins with what is free now."""
    bands = [Band(*[pool.available_fen] * 3), *pool.money]
    most = max(max(_known(band)) for band in bands) or 1
    step = _step(most / 4)
    top = step * -(-most // step)
    across = _Scale(0, len(bands) - 1, LEFT, RIGHT)
    up = _Scale(0, top, BOTTOM, TOP)
    upper = [(across(day), up(_known(band)[2])) for day, band in enumerate(bands)]
    lower = [(across(day), up(_known(band)[0])) for day, band in enumerate(bands)]
    return MoneyPlot(
        line=_points([(across(day), up(_known(band)[1])) for day, band in enumerate(bands)]),
        band=_points([*upper, *reversed(lower)]),
        days=_days(forecast, len(bands) - 1, across),
        amounts=tuple(Tick(up(value), _wan(value)) for value in range(0, int(top) + 1, int(step))),
        dry=_mark(forecast, pool.dry, across),
    )


@dataclass(frozen=True, slots=True)
class BurnPlot:
    """What a pool had, day by day, as steps: what is free, and what has not been paid out for good."""

    free: str
    unpaid: str
    days: tuple[Tick, ...]
    amounts: tuple[Tick, ...]


def burn_plot(past: Sequence[Day], today: date) -> BurnPlot:
    """The plot of a pool from its first posting to today; `past` is not empty."""
    first, last = past[0].day, max(today, past[-1].day, past[0].day + timedelta(days=1))
    free = [day.figures["available"] for day in past]
    unpaid = [day.figures["appropriated"] - day.figures["paid"] + day.figures["returned"] for day in past]
    most = max(*unpaid, *free) or 1
    step = _step(most / 4)
    top = step * -(-most // step)
    across = _Scale(0, (last - first).days, LEFT, RIGHT)
    up = _Scale(0, top, BOTTOM, TOP)
    places = [across((day.day - first).days) for day in past]
    every = max(1, -(-(last - first).days // _MOST_LABELS))
    return BurnPlot(
        free=_points(_steps(places, [up(fen) for fen in free])),
        unpaid=_points(_steps(places, [up(fen) for fen in unpaid])),
        days=tuple(
            Tick(across(day), f"{first + timedelta(days=day):%m-%d}")
            for day in range(0, (last - first).days + 1, every)
        ),
        amounts=tuple(Tick(up(value), _wan(value)) for value in range(0, int(top) + 1, int(step))),
    )


def _steps(places: Sequence[float], heights: Sequence[float]) -> list[tuple[float, float]]:
    """Level from each place to the next, the last one to the right end."""
    ends = [*places[1:], float(RIGHT)]
    return [
        corner
        for place, end, height in zip(places, ends, heights, strict=True)
        for corner in ((place, height), (end, height))
    ]


def _known(band: Band) -> tuple[int, int, int]:
    return band.low or 0, band.median or 0, band.high or 0


@dataclass(frozen=True, slots=True)
class Column:
    """A day's bar: its left edge and top; it stands on the field's bottom."""

    left: float
    top: float
    width: float


@dataclass(frozen=True, slots=True)
class DayPlot:
    """Claims a day: bars for those that came, a line for those that were decided."""

    bars: tuple[Column, ...]
    line: str
    days: tuple[Tick, ...]
    counts: tuple[Tick, ...]


def day_plot(days: Sequence[DayCount]) -> DayPlot:
    """Claims that came in and that were decided; `days` follow one another and are not empty."""
    most = max(max(one.incoming, one.decided) for one in days) or 1
    step = _step(most / 4, least=1)
    top = step * -(-most // step)
    across, up = _Scale(0, len(days), LEFT, RIGHT), _Scale(0, top, BOTTOM, TOP)
    width = (RIGHT - LEFT) / len(days)
    every = max(1, -(-len(days) // _MOST_LABELS))
    bars = [Column(across(at), up(one.incoming), round(0.8 * width, 1)) for at, one in enumerate(days) if one.incoming]
    return DayPlot(
        bars=tuple(bars),
        line=_points([(across(at + 0.4), up(one.decided)) for at, one in enumerate(days)]),
        days=tuple(Tick(across(at + 0.4), f"{days[at].day:%m-%d}") for at in range(0, len(days), every)),
        counts=tuple(Tick(up(value), f"{value:,}") for value in range(0, top + 1, step)),
    )


def _step(rough: float, least: int = 100) -> int:
    """The round number (of fen, unless `least` is given) at or above, so that a handful of lines carry round ones."""
    size = 10 ** (len(str(max(int(rough), 1))) - 1)
    return max(int(next(step * size for step in _STEPS if step * size >= rough)), least)


def _wan(fen: int) -> str:
    """12.5 万 from 12500000 fen, smaller amounts in yuan."""
    return f"{fen / 1_000_000:g} 万" if fen >= 1_000_000 else f"{fen / 100:g}"


class _Scale:
    """Maps a range of values onto a range of the drawing."""

    def __init__(self, first: float, last: float, start: float, end: float) -> None:
        self.first, self.start = first, start
        self.by = (end - start) / ((last - first) or 1)

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.first) * self.by, 1)


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in pairs)


def _days(forecast: Forecast, last: int, across: _Scale) -> tuple[Tick, ...]:
    every = max(1, -(-last // _MOST_LABELS))
    return tuple(Tick(across(day), f"{forecast.day(day):%m-%d}") for day in range(0, last + 1, every))


def _mark(forecast: Forecast, dry: Band, across: _Scale) -> Mark | None:
    """A day stands for its middle; a run that never runs dry lies at the right end."""
    if dry.median is None or dry.low is None:
        return None
    high = RIGHT if dry.high is None else across(dry.high + 0.5)
    label = f"{forecast.day(dry.median):%m-%d} 用完"
    return Mark(across(dry.low + 0.5), across(dry.median + 0.5), high, label)
