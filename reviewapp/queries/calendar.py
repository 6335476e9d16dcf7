"""Days and months in China, as the database groups by them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from reviewapp.db import is_sqlite
from reviewapp.policy.values import CHINA


def local_day(session: Session, instant: InstrumentedAttribute[datetime]) -> Any:
    """The day in China of a column's instant, as 2024-01-10."""
    if is_sqlite(session):
        return func.date(instant, "+8 hours")
    return func.date(func.timezone("Asia/Shanghai", instant))


def within(column: Any, first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """The conditions that a column's instant lies on the days from `first` to `last`, both included."""
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(column >= datetime.combine(first, time.min, CHINA))
    if last is not None:
        conditions.append(column < datetime.combine(last + timedelta(days=1), time.min, CHINA))
    return conditions
