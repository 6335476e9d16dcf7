"""The published list: in the order of approval, masked, of goods and firms only, and names for a time only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from reviewapp.policy.workflow import STATES
from reviewapp.queries import publication
from reviewapp.queries.publication import Entry, Published
from reviewapp.schemes import load
from reviewapp.services import payouts, vouchers
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.payouts import approved
from tests.support.both import both_databases

TODAY = NOW.date()
DAY = timedelta(days=1)
AFTERWARDS = date(2024, 6, 1)


def published(code: str = "xiangning-2023", programme: str = "car", today: date = TODAY) -> Published:
    return Published(load(code), load(code).programmes[programme], today, 90)


def listed(session: Session, of: Published, number: int = 1) -> tuple[Entry, ...]:
    return publication.page(session, of, publication.summary(session, of), number).rows


@both_databases
def test_in_the_order_of_approval_what_stands(session: Session) -> None:
    pool = factories.pool(session, 10**10)
    made = {state: approved(session, pool=pool, state=state, now=NOW + (n % 3) * DAY) for n, state in enumerate(STATES)}
    shown = listed(session, published())
    stand = {row.ticket: state for state, row in made.items() if row.ticket and row.state in publication.LISTED}

    assert [entry.number for entry in shown] == list(range(1, len(stand) + 1))
    assert {stand[entry.ticket]: entry.state for entry in shown} == {
        **dict.fromkeys(("approved", "payable", "sending", "failed", "unknown"), "payable"),
        **dict.fromkeys(("paid", "clawback"), "paid"),
        "publication": "publication",
    }
    order = sorted(shown, key=lambda entry: (entry.approved_on, made[stand[entry.ticket]].id))
    assert list(shown) == order != sorted(shown, key=lambda entry: entry.ticket)
    assert publication.summary(session, published()).sum_fen == sum(entry.award_fen for entry in shown)
    assert listed(session, published("yangcheng-2023")) == ()


def test_a_page_is_a_few_selects_however_long_the_list(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "PAGE_SIZE", 3)
    pool = factories.pool(session, 10**10)
    tickets = [approved(session, pool=pool, state="paid", now=NOW - n * DAY).ticket for n in range(7)]
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    of = published()

    assert [entry.ticket for entry in listed(session, of, 3)] == [tickets[0]]
    assert len(asked) <= 5
    assert [publication.page_of(session, of, ticket or 0) for ticket in tickets] == [3, 2, 2, 2, 1, 1, 1]
    assert publication.page_of(session, of, 99) is None
    days = (TODAY - 2 * DAY, TODAY - DAY)
    assert [entry.texts()[:2] for entry in publication.lines(session, of, *days)] == [["1", "3"], ["2", "2"]]


def test_names_go_and_totals_stay(session: Session) -> None:
    pool = factories.pool(session, 10**10)
    approved(session, pool=pool, now=NOW)
    late = approved(session, pool=pool, now=NOW + 80 * DAY)
    last = published().last_day + 90 * DAY

    def told(today: date) -> tuple[int, int, list[int]]:
        of = published(today=today)
        above = publication.summary(session, of)
        assert above.named_until == TODAY + 170 * DAY
        return above.count, above.gone, [entry.number for entry in publication.page(session, of, above, 1).rows]

    assert last < TODAY + 90 * DAY, "the scheme is over: each name has its own term"
    assert told(TODAY + 90 * DAY) == (2, 0, [1, 2])
    assert told(TODAY + 91 * DAY) == (2, 1, [2])
    assert told(TODAY + 171 * DAY) == (2, 2, [])
    assert publication.page_of(session, published(today=TODAY + 171 * DAY), late.ticket or 0) is None
    while_open = Published(published().scheme, published().programme, last, 90)
    assert while_open.named_from is None


@pytest.mark.parametrize(
    ("name", "masked"), [("测甲", "测*"), ("阿卜杜·测试", "阿****试"), ("欧阳测试", "欧**试"), ("甲", "*"), ("", "*")]
)
def test_every_name_is_masked(session: Session, name: str, masked: str) -> None:
    approved(session, facts={"applicant": {"name": name}})
    assert [entry.who for entry in listed(session, published())] == [masked]


def _paper(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "fields": fields}


CAR = _paper("vehicle_invoice", brand_model="样例牌SY7000", seller_name="样例汽贸", buyer_name="测试甲")
USED = _paper("used_vehicle_invoice", brand_model="样例牌旧", seller_name="测试乙", market_name="样例二手车市场")
GOODS = _paper(
    "product_invoice", seller_name="样例家电", items=[{"name": "冰箱"}, {"name": "电视机"}, {"name": "冰箱"}]
)
BOUGHT = [
    ("xiangning-2023", "car", {"papers": [CAR]}, ("样例牌SY7000", "样例汽贸")),
    ("yangcheng-2023", "car-transfer", {"papers": [USED, CAR]}, ("样例牌SY7000", "样例汽贸")),
    ("jincheng-chengqu-2026", "used-car", {"papers": [USED]}, ("样例牌旧", "样例二手车市场")),
    ("xiangning-2024-home", "home", {"papers": [GOODS], "declared": {"category": ["沙发"]}}, ("沙发", "测试商家")),
    ("xiangning-2024-home", "home", {"papers": [GOODS]}, ("冰箱、电视机", "测试商家")),
    (
        *("yangcheng-2023", "motorcycle-scrap"),
        {"papers": [CAR], "declared": {"vehicle_wheels": 3}},
        ("正三轮", "测试商家"),
    ),
]


@pytest.mark.parametrize(("code", "programme", "facts", "shown"), BOUGHT)
def test_of_a_purchase_goods_and_firm(
    session: Session, code: str, programme: str, facts: dict[str, Any], shown: tuple[str, str]
) -> None:
    of = published(code, programme)
    role = next(role for role in of.programme.submitters if role != "claimant")
    firm = factories.organisation(session, kind=role, name="测试商家")
    pool = factories.pool(session, scheme_code=code, code=of.programme.pool)
    clerk = factories.user(session, role, organisation_id=firm.id)
    approved(session, pool=pool, facts=facts, programme=programme, by=clerk)
    (entry,) = listed(session, of)

    assert (entry.goods, entry.firm, entry.who) == (*shown, "测*甲")
    assert entry.state == ("approved" if programme == "motorcycle-scrap" else "payable")


def test_a_settlement_names_the_firm_and_nobody_else(session: Session) -> None:
    of = published("yangcheng-2023", "voucher-settlement")
    pool = factories.pool(session, scheme_code="yangcheng-2023", code="motorcycle-scrap")
    dealer = factories.user(session, "dealer", organisation_id=factories.organisation(session, name="样例车行").id)
    approved(session, pool=pool, programme="voucher-settlement", by=dealer, facts={"papers": [CAR]})
    (entry,) = listed(session, of)

    assert (entry.who, entry.firm, of.of_firms) == ("样例车行", "", True)


@both_databases
def test_what_is_held_says_until_when(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.hold_in_publication(monkeypatch, "xiangning-2023", 5)
    pool = factories.pool(session, 10**10)
    for after in (0, 2):
        claim = approved(session, pool=pool, now=NOW + after * DAY)
        payouts.order(session, NOW + after * DAY, claim.id)
    of = published(today=TODAY + 2 * DAY)

    assert [entry.held_until for entry in listed(session, of)] == [TODAY + 5 * DAY, TODAY + 7 * DAY]
    assert publication.summary(session, of).held_until == TODAY + 7 * DAY
    over = published(today=TODAY + 8 * DAY)
    assert [entry.held_until for entry in listed(session, over)] == [None, None]
    assert publication.summary(session, over).held_until is None


def test_a_voucher_that_ran_out_is_nobodys(session: Session) -> None:
    made.voucher(session)
    scheme = load("yangcheng-2023")
    vouchers_of = Published(scheme, scheme.programmes["motorcycle-scrap"], AFTERWARDS, 90)
    assert publication.summary(session, vouchers_of).count == 1
    assert vouchers.expire_due(session, made.AFTERWARDS) == 1
    session.flush()
    told = publication.summary(session, vouchers_of)
    assert (told.count, told.sum_fen, publication.page(session, vouchers_of, told, 1).rows) == (0, 0, ())
