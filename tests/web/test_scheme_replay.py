"""Replay and forecast in the browser: sums first, then whose claims change; a plot with its numbers in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import SchemeDraft
from reviewapp.web import scheme_replay
from tests import factories
from tests.factories import NOW
from tests.queries.test_replay import ELECTRIC, FUEL, LATE, put_in
from tests.support.schemes import CODE, publish_second, second_text
from tests.web.conftest import Visit
from tests.web.test_headers import Page
from tests.web.visitors import Visitor, words

REPLAY, FORECAST = f"/office/schemes/{CODE}/replay", f"/office/schemes/{CODE}/forecast"
COMPARED = f"{REPLAY}?before=own&after=2"


@pytest.fixture(autouse=True)
def _two_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_second(tmp_path, monkeypatch)


@pytest.fixture
def lead(rows: Session, visit: Visit) -> Visitor:
    user = factories.user(rows, "lead")
    rows.commit()
    return visit(user)


def claims(rows: Session) -> None:
    for facts, state in ((FUEL, "paid"), (LATE, "submitted"), (ELECTRIC, "submitted"), (FUEL, "rejected")):
        put_in(rows, facts, state)
    rows.commit()


def test_sums_come_first_then_the_claims_that_change(rows: Session, lead: Visitor) -> None:
    claims(rows)
    text = words(lead.get(COMPARED))
    assert "受理时所用的版本 → 第 2 版" in text
    assert "共 4 份， 3 份有变化 ；应付合计 +¥4,000.00" in text
    assert re.search(r"已审核通过 1 \+¥500.00 \+¥500.00", text)
    assert re.search(r"已结束 1 \+¥500.00 ¥0.00", text)
    assert text.index("多花多少") < text.index("有变化的申请") < text.index(f"{CODE}-car-000001")
    assert f"{CODE}-car-000003" not in text
    assert "开票日期" in text
    assert FUEL["applicant"]["name"] not in text


def test_the_other_way_round_costs_the_opposite(rows: Session, lead: Visitor) -> None:
    claims(rows)
    assert "应付合计 −¥4,000.00" in words(lead.get(f"{REPLAY}?before=2&after=1"))


def test_claims_are_linked_for_those_who_may_open_them(rows: Session, lead: Visitor, visit: Visit) -> None:
    claims(rows)
    admin = factories.user(rows, "admin")
    rows.commit()
    links = [address for address in Page(lead.get(COMPARED).text).addresses if address.startswith("/all/")]
    assert len(links) == 3
    assert all(lead.get(address).status_code == 200 for address in links)
    assert "/all/" not in visit(admin).get(COMPARED).text


def test_changed_claims_come_a_page_at_a_time(rows: Session, lead: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheme_replay, "_PAGE", 2)
    claims(rows)
    first, second = (words(lead.get(f"{COMPARED}&page={page}")) for page in (1, 2))
    assert "第 1 / 2 页 下一页" in first
    assert "上一页 第 2 / 2 页" in second
    assert [f"{CODE}-car-00000{n}" in first for n in (1, 2, 4)] == [True, True, False]
    assert f"{CODE}-car-000004" in second
    for page in ("0", "-1", "99", "x", "9" * 400):
        assert lead.get(f"{COMPARED}&page={page}").status_code == 200


def test_too_many_claims_are_for_the_command(rows: Session, lead: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheme_replay, "_MOST_CLAIMS", 3)
    claims(rows)
    text = words(lead.get(f"{REPLAY}?before=1&after=2"))
    assert f"reviewapp schemes replay {CODE} --version 1 --against 2" in text
    assert "有变化" not in text


def test_a_draft_can_be_tried_before_it_is_published(rows: Session, lead: Visitor) -> None:
    claims(rows)
    by = factories.user(rows, "admin")
    text = second_text().replace("\nversion = 2\n", "\nversion = 3\n").replace("pays = 3500", "pays = 4000")
    draft = SchemeDraft(code=CODE, version=3, text=text, cases="", edited_by_id=by.id, edited_at=NOW)
    rows.add(draft)
    rows.commit()
    assert "第 3 版草稿" in words(lead.get(REPLAY))
    assert "受理时所用的版本 → 第 3 版草稿" in words(lead.get(f"{REPLAY}?before=own&after={draft.public_id}"))
    draft.text = "code = 1"
    rows.commit()
    answer = lead.get(f"{REPLAY}?before=own&after={draft.public_id}")
    assert answer.status_code == 422
    assert "改正后才能试" in words(answer)


def test_without_claims_the_page_says_so(lead: Visitor) -> None:
    assert "还没有可以试算的申请" in words(lead.get(REPLAY))


def test_versions_that_give_the_same_say_so(rows: Session, lead: Visitor) -> None:
    claims(rows)
    assert "没有一份申请会变" in words(lead.get(f"{REPLAY}?before=own&after=1"))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("before=2&after=2", "两边是同一版"),
        ("before=own&after=9", "请从列表中选择"),
        ("before=x&after=2", "请从列表中选择"),
    ],
)
def test_choices_that_make_no_sense_are_told(lead: Visitor, query: str, told: str) -> None:
    answer = lead.get(f"{REPLAY}?{query}")
    assert answer.status_code == 422
    assert told in words(answer)


@pytest.mark.parametrize("page", ["replay", "forecast"])
def test_no_such_scheme(lead: Visitor, page: str) -> None:
    assert lead.get(f"/office/schemes/nowhere-2030/{page}").status_code == 404


def test_a_forecast_is_a_plot_with_its_numbers_in_words(rows: Session, lead: Visitor) -> None:
    pool = factories.pool(rows, 60_000_00, scheme_code=CODE)
    for _ in range(15):
        factories.claim(rows, "approved", pool=pool)
    rows.commit()
    answer = lead.get(FORECAST)
    text = words(answer)
    assert "何时用完" in text
    assert "推演 100 遍" in text
    labels = re.findall(r'<svg class="plot"[^>]*aria-label="([^"]+)"', answer.text)
    assert sum("何时用完：2024-01-" in label for label in labels) == 1
    assert answer.text.count("<polyline") == len(labels) >= 1
    assert "2024-01-30" in text


def test_assumptions_change_the_forecast_and_are_kept_in_the_form(rows: Session, lead: Visitor) -> None:
    pool = factories.pool(rows, 60_000_00, scheme_code=CODE)
    for _ in range(15):
        factories.claim(rows, "approved", pool=pool)
    rows.commit()
    query = "multiplier=0&amount=100,000.00&pool=car&on=2024-01-12&seed=7"
    answer = lead.get(f"{FORECAST}?{query}")
    assert "不会用完" in words(answer)
    assert 'value="100000.00"' in answer.text
    assert 'value="2024-01-12"' in answer.text
    assert "¥115,000.00" in words(answer)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ("multiplier=-1", "倍数请填"),
        ("multiplier=nan", "倍数请填"),
        ("multiplier=x", "例如 1.5"),
        ("multiplier=", "请填写倍数"),
        ("amount=1e9", "金额应写成"),
        ("amount=0", "金额应写成"),
        ("pool=bus", "请从列表中选择"),
        ("seed=x", "整数"),
        ("on=yesterday", "日期应写成 2024-01-15"),
    ],
)
def test_wrong_assumptions_are_told_beside_their_fields(lead: Visitor, changed: str, told: str) -> None:
    given = {"multiplier": "1", "amount": "", "pool": "car", "on": "2024-01-12", "seed": "1"}
    name, _, value = changed.partition("=")
    answer = lead.get(FORECAST, query_string=given | {name: value})
    assert answer.status_code == 422
    assert told in words(answer)


def test_a_forecast_without_anything_says_what_is_lacking(lead: Visitor) -> None:
    answer = lead.get(FORECAST)
    assert answer.status_code == 200
    assert "per_day" in words(answer)


def test_too_many_expected_claims_are_for_the_command(
    rows: Session, lead: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheme_replay, "_MOST_DRAWN", 50)
    factories.claim(rows, "approved", pool=factories.pool(rows, scheme_code=CODE), now=NOW)
    rows.commit()
    text = words(lead.get(f"{FORECAST}?multiplier=100&amount=&pool=car&on=&seed=1"))
    assert f"reviewapp schemes forecast {CODE}" in text
    assert "逐日数字" not in text


def test_today_is_the_offices_day(app: Flask, lead: Visitor) -> None:
    """In the evening in UTC it is tomorrow in Shanghai already."""
    clock.stand_on(NOW.replace(hour=1))
    assert "自 2024-01-10 起" in words(lead.get(FORECAST))


def test_pages_hold_nothing_inline(rows: Session, lead: Visitor) -> None:
    claims(rows)
    for path in (REPLAY, COMPARED, FORECAST):
        page = Page(lead.get(path).text)
        assert page.inline == []
        assert len(page.ids) == len(set(page.ids))
