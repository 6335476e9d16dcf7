"""What the finance page says of the daily reconciliation, and the page of past ones."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook
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


@pytest.fixture
def kept(rows: Session) -> None:
    """Thirty-four days: one differs, one waits for its statement, the oldest has no totals, one is to come."""
    today, told = local_date(NOW), {"ledger_fen": 300_000, "instructed_fen": 300_000, "bank_fen": 0, "by_file_fen": 0}
    for ago in range(2, 34):
        rows.add(Reconciliation(day=today - timedelta(ago), at=NOW - timedelta(ago), difference_fen=0))
    differs = {"at": NOW - timedelta(1), "difference_fen": 300_000, "rows": [ROW], "on_the_way": 2, **told}
    rows.add(Reconciliation(day=today - timedelta(1), **differs))
    rows.add_all(Reconciliation(day=day) for day in (today, today + timedelta(1)))


@pytest.mark.usefixtures("kept")
def test_past_days_are_listed_and_open_their_rows(rows: Session, visit: Visit) -> None:
    auditor = factories.user(rows, "auditor")
    rows.commit()
    visitor, path = visit(auditor), "/finance/reconciliations"
    seen = words(visitor.get(path))
    assert "2024-01-10 — — — — — — — 等银行流水 2024-01-09" in seen
    assert "¥3,000.00 ¥3,000.00 ¥0.00 ¥0.00 2 笔 ¥3,000.00 1 处不一致" in seen
    assert ("2024-01-11" in seen, "第 1 / 2 页，共 34 天" in seen) == (False, True)
    assert "2023-12-08" in words(visitor.get(f"{path}?page=99"))
    only = words(visitor.get(f"{path}?show=differing"))
    assert ("2024-01-09" in only, "2024-01-08" in only) == (True, False)
    day = words(visitor.get(f"{path}/2024-01-09"))
    assert [part for part in (ROW["what"], ROW["where"], "2 笔", "应为") if part not in day] == []
    assert "当时没有记下" in words(visitor.get(f"{path}/2024-01-08"))
    for odd in ("2024-01-32", "2020-01-01", "file.doc"):
        assert visitor.get(f"{path}/{odd}").status_code == 404


@pytest.mark.usefixtures("kept")
def test_the_file_has_the_days_and_their_rows(rows: Session, visit: Visit) -> None:
    checker = factories.user(rows, "finance_checker")
    rows.commit()
    answer = visit(checker).get("/finance/reconciliations/file.csv?show=differing")
    assert quote("对账记录_有差异_2024-01-10.csv") in answer.headers["Content-Disposition"]
    days, differing = answer.data.decode("utf-8-sig").split("\r\n\r\n")
    assert days.endswith("2024-01-09,2024-01-09 09:30:00,3000.0,3000.0,0.0,0.0,2,3000.0,1")
    assert differing.strip().endswith(f"2024-01-09,{ROW['what']},{ROW['where']},3000.0,0.0")
    everything = visit(checker).get("/finance/reconciliations/file.xlsx")
    assert len(CalamineWorkbook.from_filelike(BytesIO(everything.data)).get_sheet_by_name("对账记录").to_python()) == 35


def test_no_day_yet_says_so(rows: Session, visit: Visit) -> None:
    maker = factories.user(rows, "finance_maker")
    rows.commit()
    for asked, said in (("", "还没有对过账"), ("?show=differing", "没有一天有差异")):
        assert said in words(visit(maker).get(f"/finance/reconciliations{asked}"))
