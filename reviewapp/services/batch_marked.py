"""The sheet of a batch as it stands: what was entered and what was read, what is wrong marked, what is missing said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Batch, BatchPage, BatchRow
from reviewapp.policy.workflow import STATES
from reviewapp.services import batches, facts
from reviewapp.services.batch_submission import obstacle
from reviewapp.services.sheet_columns import Column
from reviewapp.services.sheet_writing import WrittenRow, write_sheet


def marked_sheet(session: Session, batch: Batch) -> bytes:
    """The workbook (xlsx): it can be mended and uploaded again."""
    template = batches.template_of(batch)
    rows = select(BatchRow).where(BatchRow.batch_id == batch.id).order_by(BatchRow.number)
    doubted = select(BatchPage.row_id).where(BatchPage.batch_id == batch.id, BatchPage.doubtful)
    doubtful = set(session.scalars(doubted))
    columns = template.by_key()
    found = session.scalars(rows.options(joinedload(BatchRow.claim))).all()
    return write_sheet(template, [_row(session, row, columns, row.id in doubtful) for row in found])


def _row(session: Session, row: BatchRow, columns: Mapping[str, Column], doubtful: bool) -> WrittenRow:
    claim = row.claim
    if claim is not None and claim.state != "draft":
        note = f"{STATES[claim.state]}，排队号 {claim.ticket}"
    else:
        note = obstacle({}, row.verdict or {}, doubtful=doubtful) or "可以提交"
    return WrittenRow(row.number, {**_read(session, row, columns), **row.cells}, row.faults, note)


def _read(session: Session, row: BatchRow, columns: Mapping[str, Column]) -> dict[str, str]:
    """What the papers say for cells that were left empty."""
    if row.claim is None:
        return {}
    present = facts.current(session, row.claim)
    values: dict[str, Any] = {}
    for key in columns:
        section, _, field = key.partition(".")
        if section == "key":
            told = (paper.facts[field].value for paper in present.papers if field in paper.facts)
            values[key] = next((value for value in told if value), None)
        else:
            values[key] = present.value(section, field)
    return {key: columns[key].shown(value) for key, value in values.items() if value is not None}
