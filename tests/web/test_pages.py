"""Every page with every state of a claim comes out whole, in Chinese."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import schemes
from tests import factories
from tests.web.conftest import Visit
from tests.web.pages import every_page
from tests.web.visitors import is_clear, words

#: Words of the code that must never reach a reader.
_RAW = ("None", "Undefined", "{{", "{%", "not_applicable", "in_review", "&lt;built-in")


def test_every_page_with_every_state(app: Flask, rows: Session, visit: Visit) -> None:
    seen = 0
    for who, path, answer in every_page(app, rows, visit):
        assert answer.status_code == 200, f"{who}: {path}"
        assert is_clear(answer), f"{who}: {path}"
        raw = () if path == "/api" else _RAW  # that page explains the codes to programmers
        assert [word for word in raw if word in words(answer)] == [], f"{who}: {path}"
        seen += 1
    assert seen > 150


_PROGRAMMES = [(code, name) for code in schemes.codes() for name in schemes.load(code).programmes]


@pytest.mark.parametrize(("code", "name"), _PROGRAMMES)
def test_every_programme_reads_as_a_page(visit: Visit, code: str, name: str) -> None:
    answer = visit().get(f"/schemes/{code}/{name}")
    assert answer.status_code == 200
    assert is_clear(answer)
    assert [word for word in _RAW if word in words(answer)] == []
    programme = schemes.load(code).programmes[name]
    assert all(condition in words(answer) for table in programme.award.shown for condition, _ in table.rows)


def test_one_licence_is_not_three(visit: Visit, rows: Session) -> None:
    claim = factories.complete_draft(rows)
    claim.programme = "car-transfer"
    rows.commit()
    visitor = visit(claim.entered_by)
    papers, check = (words(visitor.get(f"/claims/{claim.public_id}/{step}")) for step in ("papers", "check"))
    assert "✓ 新车行驶证 已有" in papers
    assert "○ 旧车过户前行驶证 还没有" in papers
    assert "○ 旧车过户后行驶证 还没有" in papers
    assert "还缺这些材料 旧车过户前行驶证" in check
    assert "缺少旧车过户前行驶证" not in check, "told once, as missing"
