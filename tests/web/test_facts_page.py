"""The page that compares what was read: what the checks rest on stands open, the rest is folded, and nothing that was
left as it is counts as a person's word."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact
from tests import factories
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, words

SLIP = {"amount": "128000.00", "paid_at": "2023-12-28T13:34:30+08:00", "batch_number": "000123"}


@pytest.fixture
def claim(rows: Session) -> Claim:
    claim = factories.claim(rows, "draft")
    factories.add_paper(rows, claim, "pos_slip", SLIP)
    factories.add_paper(rows, claim, "dealer_statement", {"has_seal": True})
    rows.commit()
    return claim


@pytest.fixture
def owner(visit: Visit, claim: Claim) -> Visitor:
    return visit(claim.entered_by)


def filled(page: str) -> dict[str, str]:
    """The form as a browser sends it back."""
    inputs = re.findall(r'<input class="form-control[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', page)
    selects = re.findall(r'<select[^>]*? name="([^"]+)".*?</select>', page, re.DOTALL)
    chosen = {
        name: (re.findall(r'value="([^"]*)" selected', part) or [""])[0]
        for name in selects
        for part in [page.split(f'name="{name}"', 1)[1].split("</select>", 1)[0]]
    }
    return {name: unescape(value) for name, value in inputs} | chosen


def test_a_form_sent_back_as_it_was_writes_nothing(owner: Visitor, rows: Session, claim: Claim) -> None:
    address = f"/claims/{claim.public_id}/facts"
    form = filled(owner.get(address).text)
    assert {"2023-12-28 13:34:30", "是", "128000.00"} <= set(form.values())
    before = rows.scalar(select(func.count()).select_from(Fact))
    assert owner.post(address, form).status_code == 302
    rows.rollback()
    assert rows.scalar(select(func.count()).select_from(Fact)) == before


def test_what_no_check_rests_on_is_folded(owner: Visitor, claim: Claim) -> None:
    answer = owner.get(f"/claims/{claim.public_id}/facts")
    open_part, folded = answer.text.split("核验没有用到的", 1)
    assert 'value="128000.00"' in open_part
    assert 'value="000123"' not in open_part
    assert 'value="000123"' in folded
    assert "核验没有用到的 1 项（批次号）" in words(answer)
