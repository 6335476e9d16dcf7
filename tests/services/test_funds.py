"""Pools, postings, promotions and their verification."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from reviewapp.bank import StatementLine
from reviewapp.errors import NotFound
from reviewapp.models import Event, Payout, PayoutBatch, Pool, Posting
from reviewapp.policy import pool as rules
from reviewapp.policy.model import PoolRule, Source
from reviewapp.policy.workflow import PAID_OUT
from reviewapp.services import funds
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

pytestmark = both_databases

SCHEME = SimpleNamespace(
    code="sample-2024",
    document_number="样例〔2024〕1号",
    pools={"car": PoolRule("car", "购车补贴", 5_000_000, "一", None, None, ())},
)


def test_a_schemes_pools_are_opened_once(session: Session) -> None:
    funds.open_pools(session, NOW, SCHEME)
    funds.open_pools(session, NOW, SCHEME)
    pool = session.scalars(select(Pool).where(Pool.scheme_code == "sample-2024")).one()
    assert (pool.appropriated, pool.available, pool.next_ticket) == (5_000_000, 5_000_000, 1)
    posting = session.scalars(select(Posting)).one()
    assert (posting.from_account, posting.to_account, posting.document) == ("treasury", "available", "样例〔2024〕1号")


def test_a_pool_opens_with_its_first_tranche_or_with_what_each_level_brings(session: Session) -> None:
    levels = (Source("省级财政", 600_000), Source("县级财政", 2_000_000))
    scheme = SimpleNamespace(
        code="sample-2024",
        document_number="样例〔2024〕1号",
        pools={
            "car": PoolRule("car", "购车补贴", 5_000_000, "一", None, 2_000_000, ()),
            "home": PoolRule("home", "家居补贴", 2_600_000, "一", None, None, levels),
        },
    )
    assert [pool.appropriated for pool in funds.open_pools(session, NOW, scheme)] == [2_000_000, 2_600_000]
    brought = session.execute(select(Posting.source, Posting.amount).order_by(Posting.id)).all()
    assert brought == [(None, 2_000_000), ("省级财政", 600_000), ("县级财政", 2_000_000)]
    assert funds.verify(session) == []


def test_money_that_comes_in_promotes_in_ticket_order_and_stops_at_the_head_that_does_not_fit(session: Session) -> None:
    pool = factories.pool(session, 0)
    first, large, small = (
        factories.claim(session, "waitlist", pool=pool, amount_fen=amount) for amount in (300_000, 900_000, 100_000)
    )
    special = factories.claim(session, "waitlist", pool=pool, amount_fen=100_000, special=True)
    factories.fund(session, pool, 500_000)
    assert [claim.state for claim in (first, large, small, special)] == ["submitted", *["waitlist"] * 3]
    assert pool.available == 200_000
    factories.fund(session, pool, 900_000)
    assert [claim.state for claim in (large, small, special)] == ["submitted", "submitted", "special_review"]
    assert (pool.reserved, pool.available) == (1_400_000, 0)
    promoted = session.scalars(select(Event.claim_id).where(Event.action == "promote").order_by(Event.id)).all()
    assert promoted == [first.id, large.id, small.id, special.id]
    assert funds.verify(session) == []


def test_a_long_waitlist_moves_up_as_far_as_the_money_goes(session: Session) -> None:
    pool = factories.pool(session, 0)
    by = factories.user(session)
    claims = [factories.claim(session, "waitlist", pool=pool, by=by, amount_fen=1_000) for _ in range(230)]
    factories.fund(session, pool, 215_500)
    assert [claim.state for claim in claims] == ["submitted"] * 215 + ["waitlist"] * 15
    assert pool.available == 500


def test_a_pool_that_is_not_there(session: Session) -> None:
    with pytest.raises(NotFound):
        funds.lock_pool(session, 999)


def test_verify_finds_nothing_for_claims_in_every_state(session: Session) -> None:
    for state in factories.CLAIM_STATES:
        pool = factories.pool(session, 0, code="dry") if state == "waitlist" else None
        claim = factories.claim(session, state, pool=pool)
        if state in PAID_OUT:
            _payout(session, claim.id)
    assert funds.verify(session) == []


def _payout(session: Session, claim_id: int, state: str = "paid", amount_fen: int = 300_000) -> Payout:
    row = Payout(
        number=f"样例-{claim_id}", claim_id=claim_id, state=state, amount_fen=amount_fen, payee={"name": "测试甲"},
        approved_at=NOW, created_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize("column", ["appropriated", "reserved", "committed", "paid"])
def test_verify_finds_a_column_that_postings_do_not_explain(session: Session, column: str) -> None:
    pool = factories.pool(session)
    factories.claim(session, "submitted")
    setattr(pool, column, getattr(pool, column) + 100)
    assert "xiangning-2023/car" in {difference.where for difference in funds.verify(session)}


@pytest.mark.parametrize(
    ("state", "column"), [("submitted", "reserved_fen"), ("approved", "award_fen"), ("paid", "award_fen")]
)
def test_verify_finds_a_claim_that_says_otherwise(session: Session, state: str, column: str) -> None:
    claim = factories.claim(session, state)
    setattr(claim, column, getattr(claim, column) - 1)
    assert [row for row in funds.verify(session) if row.found == row.expected - 1 and row.where == "xiangning-2023/car"]


def test_verify_finds_money_that_lies_idle(session: Session) -> None:
    head = factories.claim(session, "waitlist", amount_fen=300_000)
    assert [(row.where, row.found) for row in funds.verify(session)] == [(head.number, 10_000_000)]


def test_verify_finds_a_payment_without_instruction_and_the_reverse(session: Session) -> None:
    paid = factories.claim(session, "paid")
    assert [(row.where, row.expected, row.found) for row in funds.verify(session)] == [(paid.number, 300_000, 0)]
    _payout(session, paid.id)
    sending = factories.claim(session, "sending")
    _payout(session, sending.id)
    assert [(row.where, row.expected, row.found) for row in funds.verify(session)] == [(sending.number, 0, 300_000)]


def test_verify_compares_with_the_banks_statement_both_ways(session: Session) -> None:
    number = _payout(session, factories.claim(session, "paid").id).number
    assert funds.verify(session, [StatementLine(number, 300_000, "paid")]) == []
    missing = funds.verify(session, [StatementLine(number, 300_000, "accepted")])
    assert [(row.where, row.expected, row.found) for row in missing] == [(number, 0, 300_000)]
    twice = [StatementLine(number, 300_000, "paid"), StatementLine("别的", 500, "paid")]
    assert [(row.where, row.expected, row.found) for row in funds.verify(session, twice)] == [("别的", 500, 0)]


def test_record_paid_moves_the_award(session: Session) -> None:
    claim = factories.claim(session, "sending")
    funds.record_paid(session, NOW, funds.Settled(claim))
    pool = funds.lock_pool(session, claim.pool_id)
    assert (pool.committed, pool.paid) == (0, 300_000)


@pytest.mark.parametrize(
    "change", ["reserved = appropriated + 1", "committed = -1", "paid = appropriated + 1", "returned = paid + 1"]
)
def test_raw_sql_cannot_overspend_a_pool(session: Session, change: str) -> None:
    factories.pool(session)
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE pools SET {change}"))


@pytest.mark.parametrize(
    "change",
    [
        "reviewer_id = entered_by_id",
        "reviewer_id = NULL",
        "state = 'submitted'",
        "state = 'waitlist', reviewer_id = NULL",
        "ticket = NULL",
        "reserved_fen = -1",
        "reserved_fen = wanted_fen + 1",
        "state = 'nonsense', reviewer_id = NULL",
    ],
)
def test_raw_sql_cannot_bend_a_claim_under_review(session: Session, change: str) -> None:
    claim = factories.claim(session, "in_review")
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE claims SET {change} WHERE id = :id"), {"id": claim.id})


def test_raw_sql_cannot_let_the_maker_release_his_batch(session: Session) -> None:
    maker = factories.user(session, "finance_maker")
    session.add(
        PayoutBatch(
            number="样例批次", scheme_code="xiangning-2023", state="made", count=1, total_fen=1, digest="0" * 64,
            maker_id=maker.id, made_at=NOW,
        )
    )  # fmt: skip
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE payout_batches SET state = 'released', checker_id = maker_id"))
    session.rollback()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE payout_batches SET state = 'released'"))


def test_two_live_instructions_for_one_claim_are_refused(session: Session) -> None:
    claim = factories.claim(session, "payable")
    _payout(session, claim.id, "failed").number = "样例-旧"
    _payout(session, claim.id, "ready").number = "样例-新"
    session.flush()
    with pytest.raises(IntegrityError):
        _payout(session, claim.id, "ready")


def test_verify_finds_money_of_the_treasury_without_an_order(session: Session) -> None:
    pool = factories.pool(session)
    funds.post(session, pool, rules.on_appropriate(500), now=NOW, reason="top_up")
    assert [(row.where, row.expected, row.found) for row in funds.verify(session)] == [("xiangning-2023/car", 0, 500)]


def test_verify_finds_money_given_back_without_a_receipt_and_the_reverse(session: Session) -> None:
    claim = factories.claim(session, "paid")
    _payout(session, claim.id)
    pool = session.get_one(Pool, claim.pool_id)
    funds.post(session, pool, rules.on_given_back(100), now=NOW, reason="give_back", claim_id=claim.id)
    assert [(row.where, row.expected, row.found) for row in funds.verify(session)] == [(claim.number, 0, 100)]
    factories.demand(session, claim, amount_fen=200, received_fen=100)
    assert [(row.where, row.expected, row.found) for row in funds.verify(session)] == [(claim.number, 100, 200)]


def test_a_posting_of_nothing_or_to_itself_is_refused(session: Session) -> None:
    pool = factories.pool(session)
    session.commit()
    for source, target, amount in (("available", "available", 1), ("available", "reserved", 0), ("attic", "paid", 1)):
        row = Posting(pool_id=pool.id, from_account=source, to_account=target, amount=amount, reason="test", at=NOW)
        session.add(row)
        with pytest.raises(DBAPIError):
            session.flush()
        session.rollback()
    assert session.scalar(select(func.count()).select_from(Posting)) == 1
