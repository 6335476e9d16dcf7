"""How long a returned claim can still be mended stands wherever its submitter looks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import BatchRow
from tests import factories
from tests.factories import NOW
from tests.factories.batches import dealers_batch
from tests.web.conftest import Visit
from tests.web.visitors import words


@pytest.mark.parametrize(("days", "said"), [(0, "还剩 5 天"), (4, "还剩 1 天"), (5, "今天截止"), (6, "已过期限")])
def test_days_are_counted_by_the_calendar(visit: Visit, rows: Session, days: int, said: str) -> None:
    claim = factories.claim(rows, "returned")
    rows.commit()
    clock.stand_on((NOW + timedelta(days=days)).replace(hour=0, minute=1))
    visitor = visit(claim.entered_by)
    for page in ("/claims", f"/claims/{claim.public_id}"):
        assert said in words(visitor.get(page))


def test_a_dealer_sees_it_on_the_board_and_in_the_row(visit: Visit, rows: Session) -> None:
    clerk = factories.user(rows, "dealer")
    page = dealers_batch(rows, clerk)
    row = rows.scalars(select(BatchRow).where(BatchRow.batch_id == page.batch_id)).one()
    row.claim_id = factories.claim(rows, "returned", by=clerk).id
    rows.commit()
    visitor, board = visit(clerk), f"/dealer/batches/{row.batch.public_id}"
    for path in (board, f"{board}/rows/{row.public_id}", "/claims"):
        assert "2024-01-15 前补正（还剩 5 天）" in words(visitor.get(path))
