"""The page of figures and its files, whatever is asked for."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tests.web.conftest import Visit
from tests.web.visitors import words


def test_page_and_files_say_the_same(rows: Session, visit: Visit) -> None:
    pool = factories.pool(rows, 10**9, scheme_code="yangcheng-2023")
    for _ in range(3):
        factories.claim(rows, "submitted", pool=pool)
    lead = factories.user(rows, "lead")
    rows.commit()
    asked = "scheme=yangcheng-2023&from=2024-01-09&until=2024-01-10"
    page, text = (visit(lead).get(f"/figures{path}?{asked}") for path in ("", "/file.csv"))

    assert "期间提交 3 份" in words(page)
    assert NOW.date().isoformat() == "2024-01-10"
    assert "2024-01-09,0,0\r\n2024-01-10,3,0\r\n" in text.data.decode("utf-8-sig")
    assert "已提交,3" in text.data.decode("utf-8-sig")


@pytest.mark.parametrize(
    "asked", ["from=2024-02-01&until=2024-01-01", "from=x", "scheme=nobody", "from=0001-01-01", "until=9999-12-31"]
)
def test_odd_days_are_put_right(app: Flask, rows: Session, visit: Visit, asked: str) -> None:
    admin = factories.user(rows, "admin")
    rows.commit()

    assert visit(admin).get(f"/figures?{asked}").status_code == 200
    assert visit(admin).get("/figures/file.doc").status_code == 404
