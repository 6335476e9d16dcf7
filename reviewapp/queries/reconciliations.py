"""The daily reconciliations that were kept (对账记录): a page of them, and all of them for a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from reviewapp.models import Reconciliation
from reviewapp.policy.values import CHINA
from reviewapp.queries.paging import Paged
from reviewapp.services.days import local_date

PAGE = 31
COLUMNS = (
    "日期", "对账时间", "账上已付（元）", "指令已付（元）", "银行流水（元）", "回盘文件（元）", "在途（笔）",
    "差额（元）", "不一致（处）",
)  # fmt: skip
ROW_COLUMNS = ("日期", "核对项", "所在", "应为（元）", "实为（元）")
#: What a day says instead of a time until the bank has told its statement.
UNTOLD = "等银行流水"
Cells = tuple[str | int | float | None, ...]


def page(session: Session, now: datetime, number: int, *, differing: bool) -> Paged[Reconciliation]:
    """Page `number` of the days until now, the newest first; of `differing` ones only where wanted."""
    found = _days(now, differing=differing)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    some = found.order_by(Reconciliation.day.desc()).limit(PAGE).offset((number - 1) * PAGE)
    return Paged(tuple(session.scalars(some)), total, number, PAGE)


def days(session: Session, now: datetime, *, differing: bool) -> Sequence[Reconciliation]:
    """All of them, the oldest first."""
    return session.scalars(_days(now, differing=differing).order_by(Reconciliation.day)).all()


def cells(day: Reconciliation) -> Cells:
    """A day as `COLUMNS`, amounts in yuan; without figures until the bank has told its statement."""
    if day.at is None:
        return (str(day.day), UNTOLD, *[None] * (len(COLUMNS) - 2))
    at = day.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    totals = _yuan(day.ledger_fen, day.instructed_fen, day.bank_fen, day.by_file_fen)
    return (str(day.day), at, *totals, day.on_the_way, *_yuan(day.difference_fen), len(day.rows))


def row_cells(day: Reconciliation) -> Iterator[Cells]:
    """What differs on a day as `ROW_COLUMNS`, amounts in yuan."""
    for row in day.rows:
        yield (str(day.day), row["what"], row["where"], *_yuan(row["expected"], row["found"]))


def _days(now: datetime, *, differing: bool) -> Select[Reconciliation]:
    found = select(Reconciliation).where(Reconciliation.day <= local_date(now))
    return found.where(Reconciliation.difference_fen > 0) if differing else found


def _yuan(*amounts: int | None) -> tuple[float | None, ...]:
    return tuple(None if fen is None else fen / 100 for fen in amounts)
