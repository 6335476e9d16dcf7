"""Paid money asked back: two people, part payments, the pool it came from, and the one chance that stays used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Claim, Demand, Event, Payout, Pool, Posting
from reviewapp.policy import evaluate
from reviewapp.services import checking, demands, funds
from reviewapp.services.demands import Payment
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases


@pytest.fixture
def maker(session: Session) -> Actor:
    return factories.actor(session, "finance_maker")


@pytest.fixture
def checker(session: Session) -> Actor:
    return factories.actor(session, "finance_checker")


def _paid(session: Session, **more: Any) -> Claim:
    claim = factories.claim(session, "paid", **more)
    session.add(
        Payout(
            number=f"{claim.number}-1", claim_id=claim.id, state="paid", amount_fen=claim.award_fen,
            payee={"name": "测试甲"}, approved_at=NOW, created_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    return claim


def _propose(session: Session, maker: Actor, claim: Claim, amount: int = 300_000, **more: str) -> Demand:
    values = {"clause": "八(二)", "reason": "整单退货"} | more
    return demands.propose(session, maker, NOW, claim.id, amount_fen=amount, **values)


def _open(session: Session, maker: Actor, checker: Actor, claim: Claim, amount: int = 300_000) -> Demand:
    return demands.confirm(session, checker, NOW, _propose(session, maker, claim, amount).id)


def _receive(session: Session, by: Actor, demand: Demand, amount: int, reference: str = "流水1") -> Demand:
    return demands.receive(session, by, NOW, demand.id, Payment(amount, reference, NOW.date()))


@both_databases
def test_money_that_comes_back_in_parts_goes_to_the_pool_and_to_who_waits_there(
    session: Session, maker: Actor, checker: Actor
) -> None:
    pool = factories.pool(session, 300_000)
    claim = _paid(session, pool=pool)
    waiting = factories.claim(session, "waitlist", pool=pool, amount_fen=200_000)
    demand = _propose(session, maker, claim)
    assert (demand.state, claim.state) == ("proposed", "paid")
    demands.confirm(session, checker, NOW, demand.id)
    assert (demand.state, claim.state) == ("open", "clawback")
    _receive(session, checker, demand, 100_000)
    assert (claim.state, demand.open_fen, pool.available, waiting.state) == ("clawback", 200_000, 100_000, "waitlist")
    assert funds.verify(session) == []
    _receive(session, checker, demand, 200_000, "流水2")
    assert (claim.state, demand.state, waiting.state) == ("refunded", "settled", "submitted")
    assert (pool.paid, pool.returned, pool.reserved, pool.available) == (300_000, 300_000, 200_000, 100_000)
    assert funds.verify(session) == []
    told = session.scalars(select(Event.action).where(Event.claim_id == claim.id).order_by(Event.id)).all()
    assert told == ["propose_demand", "demand", "pay_back", "pay_back", "settle_demand"]
    posting = session.scalars(select(Posting).where(Posting.from_account == "returned").order_by(Posting.id)).first()
    assert (posting.claim_id, posting.document, posting.reason) == (claim.id, "流水1", "give_back")


def test_a_part_asked_back_leaves_the_claim_paid_and_the_rest_can_be_asked_back_later(
    session: Session, maker: Actor, checker: Actor
) -> None:
    claim = _paid(session)
    first = _open(session, maker, checker, claim, 100_000)
    _receive(session, checker, first, 100_000)
    assert (claim.state, claim.award_fen, demands.kept_fen(session, claim)) == ("paid", 300_000, 200_000)
    with pytest.raises(InvalidValue) as refused:
        _propose(session, maker, claim, 200_001)
    assert refused.value.fields == {"amount": "最多 2,000.00 元。"}
    _receive(session, checker, _open(session, maker, checker, claim, 200_000), 200_000, "流水2")
    assert claim.state == "refunded"
    assert funds.verify(session) == []


@pytest.mark.parametrize("amount", [0, -1, 300_001])
def test_no_more_is_asked_back_than_was_paid(session: Session, maker: Actor, amount: int) -> None:
    with pytest.raises(InvalidValue):
        _propose(session, maker, _paid(session), amount)


@pytest.mark.parametrize("field", ["clause", "reason"])
def test_a_demand_rests_on_a_clause_and_a_reason(session: Session, maker: Actor, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        _propose(session, maker, _paid(session), **{field: " "})
    assert field in refused.value.fields


def test_only_what_was_paid_is_asked_back(session: Session, maker: Actor) -> None:
    for state in sorted(set(factories.CLAIM_STATES) - {"paid"}):
        with pytest.raises(IllegalMove):
            _propose(session, maker, factories.claim(session, state), 1)


@both_databases
def test_one_demand_at_a_time(session: Session, maker: Actor) -> None:
    claim = _paid(session)
    _propose(session, maker, claim, 100)
    with pytest.raises(IllegalMove):
        _propose(session, maker, claim, 100)
    session.add(Demand(claim_id=claim.id, amount_fen=1, clause="一", reason="", opened_by_id=maker.id, opened_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def test_later_payments_beyond_the_demand_are_refused(session: Session, maker: Actor, checker: Actor) -> None:
    demand = _open(session, maker, checker, _paid(session), 100_000)
    with pytest.raises(InvalidValue) as refused:
        _receive(session, checker, demand, 100_001)
    assert "尚未退回的 1,000.00 元" in refused.value.message
    _receive(session, checker, demand, 100_000)
    with pytest.raises(IllegalMove):
        _receive(session, checker, demand, 1, "流水2")


@both_databases
def test_a_reference_of_the_bank_is_recorded_once(session: Session, maker: Actor, checker: Actor) -> None:
    _receive(session, checker, _open(session, maker, checker, _paid(session)), 100)
    other = _open(session, maker, checker, _paid(session))
    session.commit()
    with pytest.raises(InvalidValue, match="已经登记过"):
        _receive(session, checker, other, 100, " 流水1 ")
    session.rollback()
    assert funds.verify(session) == []


def test_money_of_tomorrow_or_without_reference_is_refused(session: Session, maker: Actor, checker: Actor) -> None:
    demand = _open(session, maker, checker, _paid(session))
    with pytest.raises(InvalidValue) as refused:
        demands.receive(session, checker, NOW, demand.id, Payment(1, "流水1", NOW.date() + timedelta(days=1)))
    assert "received_on" in refused.value.fields
    with pytest.raises(InvalidValue) as refused:
        _receive(session, checker, demand, 1, " ")
    assert "bank_reference" in refused.value.fields


def test_a_proposal_is_taken_back_and_an_open_demand_only_by_a_checker(
    session: Session, maker: Actor, checker: Actor
) -> None:
    claim = _paid(session)
    demands.cancel(session, maker, NOW, _propose(session, maker, claim).id, "登记错误")
    demand = _open(session, maker, checker, claim)
    _receive(session, checker, demand, 100)
    with pytest.raises(NotAllowed):
        demands.cancel(session, maker, NOW, demand.id, "登记错误")
    with pytest.raises(InvalidValue):
        demands.cancel(session, checker, NOW, demand.id, "")
    demands.cancel(session, checker, NOW, demand.id, "商家换货，未退款")
    assert (demand.state, claim.state, demands.kept_fen(session, claim)) == ("cancelled", "paid", 299_900)
    assert funds.verify(session) == []
    with pytest.raises(IllegalMove):
        demands.cancel(session, checker, NOW, demand.id, "再撤一次")


def test_two_people(session: Session, maker: Actor, checker: Actor) -> None:
    claim = _paid(session)
    for role in ("finance_checker", "admin", "lead", "auditor"):
        with pytest.raises(NotAllowed):
            _propose(session, factories.actor(session, role), claim)
    demand = _propose(session, maker, claim)
    with pytest.raises(NotAllowed):
        demands.confirm(session, factories.actor(session, "finance_maker"), NOW, demand.id)
    with pytest.raises(NotAllowed, match="提请人不能确认"):
        demands.confirm(session, Actor("finance_checker", maker.id), NOW, demand.id)
    demands.confirm(session, checker, NOW, demand.id)
    with pytest.raises(NotAllowed, match="提请追回的人不能登记"):
        _receive(session, maker, demand, 1)
    with pytest.raises(NotAllowed):
        _receive(session, factories.actor(session, "admin"), demand, 1)
    with pytest.raises(NotAllowed):
        demands.cancel(session, factories.actor(session, "admin"), NOW, demand.id, "样例")
    with pytest.raises(NotFound):
        demands.confirm(session, checker, NOW, 999)


_BENT = (
    "confirmed_by_id = opened_by_id",
    "confirmed_by_id = NULL, confirmed_at = NULL",
    "received_fen = amount_fen + 1",
    "state = 'settled', closed_at = opened_at",
    "state = 'cancelled', closed_at = opened_at",
    "amount_fen = 0",
)


@both_databases
def test_raw_sql_cannot_bend_a_demand(session: Session, maker: Actor, checker: Actor) -> None:
    _open(session, maker, checker, _paid(session))
    session.commit()
    for change in _BENT:
        with pytest.raises(IntegrityError):
            session.execute(text(f"UPDATE demands SET {change}"))
        session.rollback()


@pytest.mark.parametrize("state", ["clawback", "refunded"])
def test_the_one_chance_stays_used(session: Session, state: str) -> None:
    """乡政办发〔2024〕42号 八(二): 名额视同已使用."""
    scheme, case = schemes.load("xiangning-2024-home"), schemes.cases("xiangning-2024-home")[0]
    person = {"id_number": case.facts["applicant"]["id_number"]}
    prior = [{"scheme": scheme.code, "programme": "home", "state": state, **person}]
    facts = {**case.facts, "context": {**case.facts["context"], "prior_claims": prior}}
    judged = {finding.check: finding.outcome for finding in evaluate(scheme, facts).findings}
    assert judged["one_per_person"] == "fail"


@pytest.mark.parametrize("state", ["clawback", "refunded"])
def test_a_claim_that_was_paid_back_is_found_by_the_next_one(session: Session, state: str) -> None:
    first, second = (factories.complete_draft(session, 0) for _ in range(2))
    for draft in (first, second):
        checking.write_keys(session, draft, checking.evaluate_claim(session, draft, NOW), NOW)
    pool = session.get_one(Pool, first.pool_id)
    first.state, first.ticket, first.submitted_at, first.number = state, pool.next_ticket, NOW, "样例-1"
    session.flush()
    found = checking.evaluate_claim(session, second, NOW).facts_json["context"]["prior_claims"]
    assert {entry["state"] for entry in found} == {state}
