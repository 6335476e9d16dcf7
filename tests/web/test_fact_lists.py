"""Products of a confirmation form, typed and mended on the page: rows added, changed, emptied, refused by row."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact, Paper
from tests import factories
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, words

SOFA = {"name": "沙发", "brand_model": "样例牌SF-2", "quantity": 2, "price": "1999.00"}


@pytest.fixture
def form(rows: Session) -> Paper:
    claim = factories.claim(rows, "draft")
    paper = factories.add_paper(rows, claim, "subsidy_confirmation", {"products": [SOFA]})
    rows.commit()
    return paper


@pytest.fixture
def owner(visit: Visit, rows: Session, form: Paper) -> Visitor:
    return visit(rows.get_one(Claim, form.claim_id).entered_by)


def key_of(paper: Paper) -> str:
    return f"paper.{paper.public_id}.products"


def address(rows: Session, paper: Paper) -> str:
    return f"/claims/{rows.get_one(Claim, paper.claim_id).public_id}/facts"


def cells(key: str, *entries: dict[str, object]) -> dict[str, str]:
    return {f"{key}[{n}].{part}": str(value) for n, entry in enumerate(entries) for part, value in entry.items()}


def products(rows: Session) -> object:
    rows.rollback()
    query = select(Fact.value).where(Fact.field == "products").order_by(Fact.id.desc()).limit(1)
    return rows.scalars(query).one()


def test_what_was_read_stands_in_rows_with_an_empty_one_after(owner: Visitor, rows: Session, form: Paper) -> None:
    page = owner.get(address(rows, form)).text
    assert f'name="{key_of(form)}[0].brand_model" value="样例牌SF-2"' in page
    assert f'name="{key_of(form)}[1].name" value=""' in page
    assert f"{key_of(form)}[2]" not in page


def test_a_row_more_is_kept_and_another_empty_one_offered(owner: Visitor, rows: Session, form: Paper) -> None:
    key = key_of(form)
    bed = {"name": "床", "quantity": "１", "price": "3,280"}
    answer = owner.htmx(f"{address(rows, form)}/one", {"key": key, **cells(key, SOFA, bed)})
    assert (answer.status_code, "已保存" in words(answer)) == (200, True)
    assert f'name="{key}[2].name"' in answer.text
    assert products(rows) == [SOFA, {"name": "床", "quantity": 1, "price": "3280.00"}]


def test_an_emptied_row_goes_with_the_whole_form(owner: Visitor, rows: Session, form: Paper) -> None:
    key = key_of(form)
    answer = owner.post(address(rows, form), cells(key, dict.fromkeys(SOFA, ""), {"name": "床", "price": "3280.00"}))
    assert answer.status_code == 302
    assert products(rows) == [{"name": "床", "price": "3280.00"}]


def test_an_unchanged_list_writes_nothing(owner: Visitor, rows: Session, form: Paper) -> None:
    before = len(rows.scalars(select(Fact)).all())
    owner.post(address(rows, form), cells(key_of(form), SOFA, {"name": ""}))
    rows.rollback()
    assert len(rows.scalars(select(Fact)).all()) == before


def test_a_wrong_cell_is_told_by_row_and_column_and_all_that_was_typed_stays(
    owner: Visitor, rows: Session, form: Paper
) -> None:
    key = key_of(form)
    bed = {"name": "床", "quantity": "两张", "price": "3280.00"}
    for path in (address(rows, form), f"{address(rows, form)}/one"):
        answer = owner.htmx(path, {"key": key, **cells(key, SOFA, bed)})
        assert "第 2 行的数量：请填写整数" in words(answer)
        assert 'value="两张"' in answer.text
    assert products(rows) == [SOFA]


def test_far_rows_and_unknown_parts_do_no_harm(owner: Visitor, rows: Session, form: Paper) -> None:
    key = key_of(form)
    for strange in ({f"{key}[99].name": "床"}, {f"{key}[0].colour": "红"}, {f"{key}[x].name": "床"}, {f"{key}": "床"}):
        answer = owner.htmx(f"{address(rows, form)}/one", {"key": key, **strange})
        assert answer.status_code in (200, 204, 422)
    answer = owner.htmx(f"{address(rows, form)}/one", {"key": "applicant.name", "applicant.name[0].x": "床"})
    assert answer.status_code in (200, 422)
