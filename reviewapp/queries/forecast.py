"""The claims of a scheme so far, counted for a forecast: arrivals, amounts, decisions, and how its pools stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import UNDONE, Claim, Decision, Pool
from reviewapp.policy.forecast import Ask, Band, Forecast, PoolForecast
from reviewapp.policy.forecast_plan import Past, PoolNow, ProgrammePast
from reviewapp.policy.money import show_yuan
from reviewapp.policy.replay import stage_of
from reviewapp.policy.values import CHINA

_BATCH = 1000
_HOLDING = ("submitted", "special_review", "in_review", "returned")


def past(session: Session, code: str, now: datetime) -> Past:
    """Everything up to `now` of the scheme's claims that were put in; drafts do not count."""
    programmes: dict[str, ProgrammePast] = {}
    waiting: dict[int, list[Ask]] = {}
    undecided: dict[int, list[Ask]] = {}
    for row in _claims(session, code):
        _count(programmes.setdefault(row.programme, ProgrammePast()), row)
        if row.state == "waitlist":
            waiting.setdefault(row.pool_id, []).append(Ask(row.programme, row.wanted_fen - row.reserved_fen))
        elif row.state in _HOLDING and row.reserved_fen:
            undecided.setdefault(row.pool_id, []).append(Ask(row.programme, row.reserved_fen))
    pools = {
        pool.code: PoolNow(pool.available, tuple(waiting.get(pool.id, ())), tuple(undecided.get(pool.id, ())))
        for pool in session.scalars(select(Pool).where(Pool.scheme_code == code))
    }
    return Past(now.astimezone(CHINA), pools, programmes)


def outlook(forecast: Forecast, pool: PoolForecast) -> tuple[tuple[str, str], ...]:
    """What the runs say of a pool, as (what, in words): the middle, then where eight of ten runs lie."""
    at_dry = (("用完当日候补", _span(pool.waiting_at_dry, str, "份")),) if pool.waiting_at_dry else ()
    return (
        ("何时用完", _when(forecast, pool)),
        *at_dry,
        ("结束时仍候补", _span(pool.waiting_end, str, "份")),
        ("结束时剩余", _span(pool.unspent, show_yuan, "元")),
    )


def _when(forecast: Forecast, pool: PoolForecast) -> str:
    """2024-01-15（01-13 至 01-18）, and how sure that is."""
    if not pool.dry_runs:
        return "不会用完"
    low, median, high = (None if day is None else forecast.day(day).isoformat() for day in pool.dry)
    share = f"{pool.runs} 遍中 {pool.dry_runs} 遍用完"
    if median is None:
        return f"多半不会：{share}" + (f"，最早约 {low}" if low else "")
    if high is None:
        return f"{median}（最早约 {low}，也可能不会；{share}）"
    if low == high:
        return median
    within = [day.removeprefix(median[:5]) for day in (low or "", high)]  # the year once, where it is the same
    return f"{median}（{within[0]} 至 {within[1]}）"


def _span(band: Band, show: Callable[[int], str], unit: str) -> str:
    """7 份（1 至 16）; one value where they agree."""
    low, median, high = (show(value or 0) for value in band)
    return f"{median} {unit}" if low == high else f"{median} {unit}（{low} 至 {high}）"


def _claims(session: Session, code: str) -> Iterator[Any]:
    """Tickets in their order, each with the moment of its final decision."""
    decided = (
        select(Decision.at)
        .where(Decision.claim_id == Claim.id, Decision.action.in_(("approve", "reject")), Decision.id.not_in(UNDONE))
        .order_by(Decision.id.desc())
        .limit(1)
        .scalar_subquery()
        .label("decided_at")
    )
    query = (
        select(
            Claim.programme,
            Claim.pool_id,
            Claim.state,
            Claim.submitted_at,
            Claim.wanted_fen,
            Claim.reserved_fen,
            decided,
        )
        .where(Claim.scheme_code == code, Claim.ticket.is_not(None))
        .order_by(Claim.pool_id, Claim.ticket)
    )
    yield from session.execute(query.execution_options(yield_per=_BATCH))


def _count(past: ProgrammePast, row: Any) -> None:
    day = row.submitted_at.astimezone(CHINA).date()
    past.arrivals[day] = past.arrivals.get(day, 0) + 1
    if row.wanted_fen:
        past.awards[row.wanted_fen] = past.awards.get(row.wanted_fen, 0) + 1
    stage = stage_of(row.state)
    past.ended += stage != "open"
    past.approved += stage == "granted"
    if row.decided_at is not None:
        delay = (row.decided_at.astimezone(CHINA).date() - day).days
        past.delays[delay] = past.delays.get(delay, 0) + 1
