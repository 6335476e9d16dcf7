"""What the finance page says of the daily reconciliation."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from reviewapp.models import Reconciliation
from reviewapp.services.days import local_date
from tests import factories
from tests.factories import NOW
from tests.web.conftest import Visit
from tests.web.visitors import is_clear, words

ROW = {"what": "银行流水与已发放指令", "where": "xiangning-2023-car-000001-1", "expected": 300_000, "found": 0}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, ("每天自动对账一次",)),
        ({}, ("对账一致", "差额 ¥0.00")),
        ({"on_the_way": 3}, ("对账一致", "另有 3 笔在途")),
        (
            {"difference_fen": 300_000, "rows": [ROW]},
            ("对账有 1 处不一致，差额 ¥3,000.00", ROW["where"], "¥3,000.00", "¥0.00", "不要放行"),
        ),
    ],
    ids=["none yet", "agrees", "on the way", "differs"],
)
def test_what_was_found(rows: Session, visit: Visit, found: dict[str, Any] | None, said: tuple[str, ...]) -> None:
    checker = factories.user(rows, "finance_checker")
    if found is not None:
        rows.add(Reconciliation(**{"day": local_date(NOW), "at": NOW, "difference_fen": 0} | found))
    rows.commit()
    answer = visit(checker).get("/finance")
    assert is_clear(answer)
    assert [text for text in said if text not in words(answer)] == []


def test_differences_of_the_ledger_are_rows_on_the_page_of_pools(rows: Session, visit: Visit) -> None:
    auditor, pool = factories.user(rows, "auditor"), factories.pool(rows)
    pool.reserved += 12_345
    rows.commit()
    said = words(visit(auditor).get("/finance/pools"))
    assert [text for text in ("处不一致", "xiangning-2023/car", "¥123.45") if text not in said] == []
