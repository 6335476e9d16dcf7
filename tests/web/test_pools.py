"""Pages of pools: every figure opens what adds up to it; orders go through two people and are refused with words."""

from __future__ import annotations

import re
from html import unescape

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Actor, Event, FundOrder, Pool
from reviewapp.queries.pools import FIGURES
from reviewapp.services import fund_orders, funds
from reviewapp.web.filters import signed_yuan
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases
from tests.web.conftest import Visit
from tests.web.visitors import is_clear, words

_FORM = {"kind": "reduce", "amount": "1,000.00", "document": "样例〔2024〕2号", "reason": "样例", "form_key": "a"}


@both_databases
def test_every_figure_opens_postings_that_add_up_to_it(rows: Session, visit: Visit) -> None:
    """In all, by programme and by column: what was clicked is the sum at the bottom."""
    pool = factories.pool(rows)
    for programme in ("car", "other"):
        for state in ("submitted", "approved", "paid", "clawback", "refunded"):
            factories.claim(rows, state, pool=pool, programme=programme)
    finance = factories.user(rows, "finance_checker")
    rows.commit()
    page = visit(finance).get(f"/finance/pools/{pool.public_id}")
    links = re.findall(r'<a class="figure" href="([^"]+)">([^<]+)</a>', page.text)
    assert len(links) == len(FIGURES) + 2 * 4
    for href, shown in links:
        opened = visit(finance).get(unescape(href))
        bottom = re.search(r'class="totals".*?class="num"[^>]*>([^<]*)<', opened.text, re.DOTALL)
        assert (bottom.group(1) if bottom else "¥0.00") == shown, href
    assert signed_yuan(pool.available) in words(page)


@both_databases
def test_the_waitlist_adds_up_and_its_pages_turn(rows: Session, visit: Visit) -> None:
    pool, by = factories.pool(rows, 0), factories.user(rows)
    for _ in range(51):
        factories.claim(rows, "waitlist", pool=pool, by=by, amount_fen=100_000)
    finance = factories.user(rows, "finance_maker")
    rows.commit()
    assert "51 份 ¥51,000.00" in words(visit(finance).get(f"/finance/pools/{pool.public_id}"))
    first = visit(finance).get(f"/finance/pools/{pool.public_id}/waiting")
    assert "51 份 ¥51,000.00" in words(first)
    assert "第 1 / 2 页" in words(first)
    last = visit(finance).get(f"/finance/pools/{pool.public_id}/waiting?page=99")
    assert "xiangning-2023-car-000051" in words(last)
    assert "xiangning-2023-car-000001" not in words(last)


def test_an_order_goes_from_one_person_to_another(rows: Session, visit: Visit) -> None:
    giving, receiving = factories.pool(rows), factories.pool(rows, 0, code="retail")
    waiting = factories.claim(rows, "waitlist", pool=receiving, amount_fen=100_000)
    maker, checker = factories.user(rows, "finance_maker"), factories.user(rows, "finance_checker")
    rows.commit()
    form = {**_FORM, "kind": "move", "to_pool": receiving.public_id}
    for _ in range(2):  # the button pressed twice
        assert visit(maker).post(f"/finance/pools/{giving.public_id}/orders", form).status_code == 302
    rows.rollback()
    order = rows.scalars(select(FundOrder)).one()
    assert "确认调剂" not in words(visit(maker).get(f"/finance/pools/{giving.public_id}"))
    assert "确认调剂 ¥1,000.00" in words(visit(checker).get(f"/finance/pools/{giving.public_id}"))
    assert visit(checker).post(f"/finance/pools/orders/{order.public_id}/confirm").status_code == 302
    rows.rollback()
    assert (waiting.state, receiving.appropriated, giving.appropriated) == ("submitted", 100_000, 9_900_000)
    assert rows.scalar(select(Event.action).where(Event.claim_id == waiting.id)) == "promote"
    again = visit(checker).post(f"/finance/pools/orders/{order.public_id}/confirm")
    assert (again.status_code, is_clear(again)) == (409, True)


def test_more_than_a_pool_has_is_refused_with_the_figures(rows: Session, visit: Visit) -> None:
    pool, maker = factories.pool(rows), factories.user(rows, "finance_maker")
    factories.claim(rows, "submitted", pool=pool)
    rows.commit()
    answer = visit(maker).post(f"/finance/pools/{pool.public_id}/orders", {**_FORM, "amount": "97000.01"})
    assert answer.status_code == 422
    assert "可用 97,000.00 元，不足 97,000.01 元" in words(answer)
    assert 'value="97000.01"' in answer.text
    assert 'id="amount-error"' in answer.text
    nowhere = {"kind": "move", "to_pool": "nowhere"}
    for change in ({"amount": "一千"}, {"amount": ""}, {"document": ""}, {"kind": "gift"}, {"source": "中央"}, nowhere):
        answer = visit(maker).post(f"/finance/pools/{pool.public_id}/orders", _FORM | change)
        assert (answer.status_code, is_clear(answer)) == (422, True), change
    rows.rollback()
    assert rows.scalars(select(FundOrder)).all() == []


def test_what_was_taken_since_is_refused_at_the_confirmation(rows: Session, visit: Visit) -> None:
    pool, maker = factories.pool(rows), factories.actor(rows, "finance_maker")
    proposal = fund_orders.Proposal("reduce", pool.available, "文", "因", "a")
    order = fund_orders.propose(rows, maker, NOW, pool, proposal)
    factories.claim(rows, "submitted", pool=pool)
    checker = factories.user(rows, "finance_checker")
    rows.commit()
    answer = visit(checker).post(f"/finance/pools/orders/{order.public_id}/confirm")
    assert (answer.status_code, "不足 100,000.00 元" in words(answer)) == (422, True)
    answer = visit(checker).post(f"/finance/pools/orders/{order.public_id}/cancel", {"reason": " "})
    assert (answer.status_code, "请填写取消的原因" in words(answer)) == (422, True)
    assert f'id="why-{order.public_id}-error"' in answer.text
    assert (
        visit(checker).post(f"/finance/pools/orders/{order.public_id}/cancel", {"reason": "用不上"}).status_code == 302
    )
    assert "取消：用不上" in words(visit(checker).get(f"/finance/pools/{pool.public_id}"))


def test_a_tranche_is_proposed_on_the_page_once_somebody_waits_for_it(rows: Session, visit: Visit) -> None:
    """稷政办函〔2023〕14号 四(二): 后续活动据实拨付."""
    pool = funds.open_pools(rows, NOW, schemes.load("jishan-2023"))[0]
    maker = factories.user(rows, "finance_maker")
    rows.commit()
    path = f"/finance/pools/{pool.public_id}"
    assert "文件的资金还有 ¥500,000.00 未拨" in words(visit(maker).get(path))
    factories.claim(rows, "submitted", pool=pool, amount_fen=pool.available - 100)
    factories.claim(rows, "waitlist", pool=pool, amount_fen=300_000)
    rows.commit()
    page = visit(maker).get(path)
    assert "建议续拨 ¥2,999.00" in words(page)
    assert 'value="2999.00"' in page.text
    order = fund_orders.propose(
        rows, Actor.of(maker), NOW, pool, fund_orders.Proposal("top_up", 50_000_000, "文", "因", "a")
    )
    fund_orders.confirm(rows, factories.actor(rows, "finance_checker"), NOW, order.id)
    rows.commit()
    assert "未拨" not in words(visit(maker).get(path))


def test_levels_of_government_are_told_apart(rows: Session, visit: Visit) -> None:
    """乡政办发〔2024〕42号 四: 省 60 万、市 60 万、县 200 万."""
    (pool,) = funds.open_pools(rows, NOW, schemes.load("xiangning-2024-home"))
    auditor = factories.user(rows, "auditor")
    rows.commit()
    page = visit(auditor).get(f"/finance/pools/{pool.public_id}")
    for level, shown in (("省级财政", "¥600,000.00"), ("市级财政", "¥600,000.00"), ("县级财政", "¥2,000,000.00")):
        assert f"{level} {shown} {shown}" in words(page)
        href = next(href for href in re.findall(r'href="([^"]+source=[^"]+)"', page.text))
        assert "合计 1 笔" in words(visit(auditor).get(unescape(href)))


def test_the_course_of_a_pool_is_told_in_days_of_china(rows: Session, visit: Visit) -> None:
    pool = factories.pool(rows, now=NOW.replace(hour=1))
    finance = factories.user(rows, "finance_checker")
    rows.commit()
    assert NOW.replace(hour=1).astimezone().utcoffset() is not None
    assert "2024-01-10 ¥100,000.00" in words(visit(finance).get(f"/finance/pools/{pool.public_id}"))


def test_a_pool_without_postings_says_so(rows: Session, visit: Visit) -> None:
    rows.add(Pool(scheme_code="xiangning-2023", code="dining", title="样例"))
    finance = factories.user(rows, "finance_checker")
    rows.commit()
    pool = rows.scalars(select(Pool)).one()
    for path in ("", "/entries", "/waiting"):
        assert is_clear(visit(finance).get(f"/finance/pools/{pool.public_id}{path}"))
    assert "还没有记账" in words(visit(finance).get(f"/finance/pools/{pool.public_id}"))
