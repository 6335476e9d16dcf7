"""Orders that change what a pool has: two people, the document's sum, what is free, and who waits moves up."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, FundOrder, Pool, Posting
from reviewapp.services import fund_orders, funds
from reviewapp.services.fund_orders import Proposal
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

MOST = 600_000_000  # fen: what xiangning-2023 has in all


def _propose(session: Session, pool: Pool, kind: str = "top_up", amount: int = 100_000, **more: Any) -> FundOrder:
    maker = more.pop("maker", None) or factories.actor(session, "finance_maker")
    values = {"document": "样例〔2024〕2号", "reason": "样例", "form_key": "form"} | more
    return fund_orders.propose(session, maker, NOW, pool, Proposal(kind, amount, **values))


def _confirm(session: Session, order: FundOrder) -> FundOrder:
    return fund_orders.confirm(session, factories.actor(session, "finance_checker"), NOW, order.id)


def _two_pools(session: Session) -> tuple[Pool, Pool]:
    return factories.pool(session, 500_000), factories.pool(session, 0, code="retail")


@both_databases
def test_nothing_moves_before_another_person_confirms(session: Session) -> None:
    pool = factories.pool(session, 0)
    waiting = factories.claim(session, "waitlist", pool=pool)
    order = _propose(session, pool, amount=300_000)
    assert (pool.appropriated, waiting.state) == (0, "waitlist")
    _confirm(session, order)
    assert (pool.appropriated, pool.available, waiting.state) == (300_000, 0, "submitted")
    posting = session.scalars(select(Posting).where(Posting.order_id == order.id)).one()
    assert (posting.reason, posting.document, posting.actor_id) == ("top_up", "样例〔2024〕2号", order.checker_id)
    assert funds.verify(session) == []


@both_databases
def test_a_move_gives_one_pools_free_money_to_those_who_wait_in_the_other(session: Session) -> None:
    giving, receiving = _two_pools(session)
    waiting = [factories.claim(session, "waitlist", pool=receiving, amount_fen=200_000) for _ in range(3)]
    _confirm(session, _propose(session, giving, "move", 500_000, to_pool=receiving))
    assert [claim.state for claim in waiting] == ["submitted", "submitted", "waitlist"]
    assert (giving.appropriated, giving.available) == (0, 0)
    assert (receiving.appropriated, receiving.available) == (500_000, 100_000)
    assert funds.verify(session) == []


def test_a_reduction_goes_back_to_the_treasury(session: Session) -> None:
    pool = factories.pool(session, 500_000)
    _confirm(session, _propose(session, pool, "reduce", 200_000))
    assert (pool.appropriated, pool.available) == (300_000, 300_000)
    assert fund_orders.granted_fen(session, [pool.id]) == 300_000
    assert funds.verify(session) == []


@pytest.mark.parametrize("kind", ["move", "reduce"])
def test_more_than_is_free_does_not_leave_and_the_figures_are_told(session: Session, kind: str) -> None:
    giving, receiving = _two_pools(session)
    factories.claim(session, "submitted", pool=giving, amount_fen=300_000)
    target = {"to_pool": receiving} if kind == "move" else {}
    with pytest.raises(InvalidValue) as refused:
        _propose(session, giving, kind, 200_001, **target)
    assert "可用 2,000.00 元，不足 2,000.01 元" in refused.value.message
    assert refused.value.fields == {"amount": "最多 2,000.00 元。"}
    assert _propose(session, giving, kind, 200_000, **target).state == "proposed"


def test_what_was_reserved_since_the_proposal_does_not_leave(session: Session) -> None:
    giving, receiving = _two_pools(session)
    order = _propose(session, giving, "move", 500_000, to_pool=receiving)
    factories.claim(session, "submitted", pool=giving, amount_fen=1)
    with pytest.raises(InvalidValue):
        _confirm(session, order)
    assert (order.state, giving.appropriated, receiving.appropriated) == ("proposed", 500_000, 0)


def test_no_more_comes_than_the_document_gives_the_scheme(session: Session) -> None:
    car, retail = _two_pools(session)
    rest = MOST - 500_000
    _confirm(session, _propose(session, car, amount=rest - 1))
    with pytest.raises(InvalidValue) as refused:
        _propose(session, retail, amount=2, form_key="other")
    assert "共 6,000,000.00 元，已下达 5,999,999.99 元，最多还能追加 0.01 元" in refused.value.message
    _confirm(session, _propose(session, car, "move", 100, to_pool=retail, form_key="move"))
    assert _propose(session, retail, amount=1, form_key="last").state == "proposed"


def test_a_document_may_let_its_sum_be_raised(session: Session) -> None:
    (pool,) = funds.open_pools(session, NOW, schemes.load("jincheng-chengqu-2026"))
    assert pool.appropriated == 5_000_000_000
    _confirm(session, _propose(session, pool, amount=1_000_000_000))
    with pytest.raises(InvalidValue):
        _propose(session, pool, amount=1, form_key="more")


def test_the_rest_of_a_first_tranche_comes_by_order(session: Session) -> None:
    scheme = schemes.load("jishan-2023")
    pools = funds.open_pools(session, NOW, scheme)
    assert [pool.appropriated for pool in pools] == [50_000_000, 50_000_000, 100_000_000]
    _confirm(session, _propose(session, pools[0], amount=200_000_000))
    with pytest.raises(InvalidValue):
        _propose(session, pools[1], amount=1, form_key="more")


def test_a_level_of_government_is_named_and_takes_back_no_more_than_it_brought(session: Session) -> None:
    (pool,) = funds.open_pools(session, NOW, schemes.load("xiangning-2024-home"))
    for source in (None, "中央财政"):
        with pytest.raises(InvalidValue) as refused:
            _propose(session, pool, "reduce", 100, source=source)
        assert "source" in refused.value.fields
    with pytest.raises(InvalidValue) as refused:
        _propose(session, pool, "reduce", 60_000_001, source="省级财政")
    assert "省级财政在这个资金池里只有 600,000.00 元" in refused.value.message
    _confirm(session, _propose(session, pool, "reduce", 60_000_000, source="省级财政"))
    assert funds.verify(session) == []
    with pytest.raises(InvalidValue):
        _propose(session, factories.pool(session), source="省级财政")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"document": " "}, "document"),
        ({"document": "长" * 121}, "document"),
        ({"reason": ""}, "reason"),
        ({"kind": "move"}, "to_pool"),
    ],
)
def test_an_order_that_makes_no_sense_names_the_field(session: Session, more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        _propose(session, factories.pool(session), **more)
    assert field in refused.value.fields


def test_money_moves_only_to_another_pool_of_the_same_scheme(session: Session) -> None:
    pool = factories.pool(session)
    for other in (pool, factories.pool(session, scheme_code="yangcheng-2023")):
        with pytest.raises(InvalidValue):
            _propose(session, pool, "move", 1, to_pool=other)


@both_databases
def test_the_same_form_sent_twice_makes_one_order(session: Session) -> None:
    pool, maker = factories.pool(session), factories.actor(session, "finance_maker")
    assert _propose(session, pool, maker=maker).id == _propose(session, pool, maker=maker).id
    assert session.scalar(select(func.count()).select_from(FundOrder)) == 1


def test_a_decided_order_is_decided(session: Session) -> None:
    pool = factories.pool(session)
    order = _confirm(session, _propose(session, pool))
    checker = factories.actor(session, "finance_checker")
    with pytest.raises(IllegalMove):
        fund_orders.confirm(session, checker, NOW, order.id)
    with pytest.raises(IllegalMove):
        fund_orders.cancel(session, checker, NOW, order.id, "样例")
    assert pool.appropriated == 10_100_000
    with pytest.raises(NotFound):
        fund_orders.confirm(session, checker, NOW, 999)


def test_an_order_is_taken_back_with_a_reason(session: Session) -> None:
    pool, maker = factories.pool(session), factories.actor(session, "finance_maker")
    order = _propose(session, pool, maker=maker)
    with pytest.raises(InvalidValue):
        fund_orders.cancel(session, maker, NOW, order.id, " ")
    fund_orders.cancel(session, maker, NOW, order.id, "文号写错")
    assert (order.state, order.cancel_reason, pool.appropriated) == ("cancelled", "文号写错", 10_000_000)


@pytest.mark.parametrize("role", ["lead", "auditor", "finance_checker"])
def test_only_makers_and_administrators_propose(session: Session, role: str) -> None:
    with pytest.raises(NotAllowed):
        _propose(session, factories.pool(session), maker=factories.actor(session, role))


def test_only_another_checker_confirms(session: Session) -> None:
    order = _propose(session, factories.pool(session))
    for role in ("finance_maker", "admin", "auditor"):
        with pytest.raises(NotAllowed):
            fund_orders.confirm(session, factories.actor(session, role), NOW, order.id)
    with pytest.raises(NotAllowed, match="提出人不能确认"):
        fund_orders.confirm(session, Actor("finance_checker", order.maker_id), NOW, order.id)


_BENT = (
    "state = 'confirmed', checker_id = maker_id, decided_at = made_at",
    "state = 'confirmed', decided_at = made_at",
    "state = 'cancelled', decided_at = made_at",
    "amount_fen = 0",
    "to_pool_id = pool_id",
    "document = ''",
)


@both_databases
def test_raw_sql_cannot_bend_an_order(session: Session) -> None:
    _propose(session, factories.pool(session))
    session.commit()
    for change in _BENT:
        with pytest.raises(IntegrityError):
            session.execute(text(f"UPDATE fund_orders SET {change}"))
        session.rollback()
