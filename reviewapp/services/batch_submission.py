"""Putting in what is complete of a batch, in the sheet's order, each buyer with a ticket of their own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, ReviewError
from reviewapp.models import Actor, BatchPage, BatchRow
from reviewapp.services import batches, queue
from reviewapp.services.batch_drafts import bring_up, is_stale

#: Seconds after which the rest waits for the next press: a page must answer.
_LONGEST = 20.0


@dataclass(slots=True)
class Submitted:
    """What came of it: the rows put in (number and ticket), those that were kept back with the reason, and how many
    were not looked at yet.
    """

    tickets: list[tuple[int, int]] = field(default_factory=list)
    kept: list[tuple[int, str]] = field(default_factory=list)
    left: int = 0


def obstacle(faults: Mapping[str, str], verdict: Mapping[str, Any], *, doubtful: bool) -> str:
    """Why a row does not go in with the others, "" when it does: the first thing to be done, in words."""
    if faults:
        return next(iter(faults.values()))
    if "revision" not in verdict:
        return str(verdict.get("blocked") or "还没有整理完，请稍后再看。")
    if doubtful:
        return "有材料归类不确定，请核对后点“确认归类”。"
    if verdict["missing"]:
        return f"缺少：{'、'.join(verdict['missing'])}。"
    if verdict["unconfirmed"]:
        return f"{'、'.join(verdict['unconfirmed'])}识别得不确定，请核对确认。"
    return " ".join(verdict["fail"])


def submit_complete(session: Session, actor: Actor, now: datetime, batch_id: int) -> Submitted:
    """Submit every complete draft, each in a transaction of its own; who fails stays a draft, the others go on."""
    with transaction(session):
        batch = batches.lock(session, batch_id, actor)
        if batch.number is not None and not batch.account:
            raise InvalidValue("还没有填写收款账户。请填写一次，全部券用同一个账户。")
        rows = select(BatchRow.id).where(BatchRow.batch_id == batch_id).order_by(BatchRow.number)
        ids = session.scalars(rows).all()
    done, until = Submitted(), time.monotonic() + _LONGEST
    for at, row_id in enumerate(ids):
        if time.monotonic() > until:
            done.left = len(ids) - at
            break
        _submit(session, actor, now, batch_id, row_id, done)
    return done


def _submit(session: Session, actor: Actor, now: datetime, batch_id: int, row_id: int, done: Submitted) -> None:
    number = 0
    try:
        with transaction(session):
            batch = batches.lock(session, batch_id, actor)
            row = session.get_one(BatchRow, row_id)
            number = row.number
            if row.claim is not None and row.claim.state != "draft":
                return
            if is_stale(row):
                bring_up(session, now, batch, row)
            why = obstacle(row.faults, row.verdict or {}, doubtful=_doubtful(session, row))
            if why or row.claim is None:
                done.kept.append((number, why))
                return
            claim = queue.submit(session, actor, now, row.claim.id, row.claim.revision)
            done.tickets.append((number, claim.ticket or 0))
    except ReviewError as error:
        done.kept.append((number, error.message))


def _doubtful(session: Session, row: BatchRow) -> bool:
    doubted = select(BatchPage.id).where(BatchPage.row_id == row.id, BatchPage.doubtful).limit(1)
    return session.scalar(doubted) is not None
