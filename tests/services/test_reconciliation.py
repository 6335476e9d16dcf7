"""The daily reconciliation: once a day, kept, and nothing on its way is called a difference."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from reviewapp.bank import Answer, StatementLine
from reviewapp.models import Outbox, Payout, Reconciliation
from reviewapp.queries import finance
from reviewapp.services import funds, payouts, reconciliation
from tests import factories
from tests.factories import NOW
from tests.factories.bank_files import BankLine, exported, take
from tests.factories.payouts import released


def ordered(session: Session, now: datetime = NOW) -> Reconciliation:
    reconciliation.order(session, now)
    return session.scalars(select(Reconciliation).order_by(Reconciliation.day.desc())).first() or pytest.fail("none")


def paid(session: Session, at: datetime) -> Payout:
    (payout,) = released(session)
    payouts.begin_sending(session, at, payout.id)
    payouts.settle(session, at, {payout.id: Answer("paid", bank_reference="1")})
    return payout


def line(payout: Payout, amount_fen: int | None = None) -> StatementLine:
    return StatementLine(payout.number, amount_fen or payout.amount_fen, "paid")


def test_one_is_ordered_a_day_with_the_work_that_fills_it_in(session: Session) -> None:
    first = ordered(session)
    assert [reconciliation.order(session, NOW + timedelta(hours=hours)) for hours in (0, 1, 24)] == [0, 0, 1]
    work = session.scalars(select(Outbox).where(Outbox.topic == reconciliation.TOPIC)).all()
    assert [row.subject_id for row in work] == [first.id, first.id + 1]


def test_the_day_is_that_of_china(session: Session) -> None:
    assert ordered(session, datetime.fromisoformat("2024-01-10T16:30:00+00:00")).day == date(2024, 1, 11)


def test_books_that_agree_differ_by_nothing(session: Session) -> None:
    payout = paid(session, NOW - timedelta(hours=1))
    row = reconciliation.keep(session, NOW, ordered(session).id, [line(payout)])
    assert (row.at, row.difference_fen, row.rows, row.on_the_way) == (NOW, 0, [], 0)


def test_differences_are_kept_with_their_rows_and_stay_as_they_were_found(session: Session) -> None:
    payout = paid(session, NOW - timedelta(hours=1))
    told = [line(payout, 300_100), StatementLine("别的", 500, "paid")]
    row = reconciliation.keep(session, NOW, ordered(session).id, told)
    assert row.difference_fen == 600
    assert sorted((each["where"], each["expected"], each["found"]) for each in row.rows) == sorted(
        [(payout.number, 300_100, 300_000), ("别的", 500, 0)]
    )
    again = reconciliation.keep(session, NOW + timedelta(hours=1), row.id, [line(payout)])
    assert (again.at, again.difference_fen) == (NOW, 600)


def test_what_is_on_its_way_is_counted_and_no_difference(session: Session) -> None:
    (sending,) = released(session)
    payouts.begin_sending(session, NOW - timedelta(minutes=1), sending.id)
    just_now = paid(session, NOW + timedelta(seconds=1))
    row = reconciliation.keep(session, NOW, ordered(session).id, [line(sending)])
    assert (row.difference_fen, row.on_the_way) == (0, 2)
    assert just_now.state == "paid"


def totals(row: Reconciliation) -> tuple[int | None, ...]:
    """Ledger, instructions, the bank's statement, and what it told by return files alone."""
    return row.ledger_fen, row.instructed_fen, row.bank_fen, row.by_file_fen


def test_totals_agree_whichever_way_the_bank_told(session: Session) -> None:
    """Neither what is on the way nor what came back counts, though the statement tells of both."""
    back, sending = released(session, 2)
    hour_ago = NOW - timedelta(hours=1)
    payouts.begin_sending(session, hour_ago, back.id, sending.id)
    payouts.settle(session, hour_ago, {back.id: Answer("paid")})
    (by_file,) = exported(session, 1)
    by_interface = paid(session, hour_ago)
    for said in (BankLine.of(by_file), BankLine.of(back, "退汇")):
        take(session, [said])
    asked_at = NOW + timedelta(minutes=1)
    told = [line(back), line(sending), line(by_interface)]
    row = reconciliation.keep(session, asked_at, ordered(session).id, told)
    assert (row.difference_fen, row.on_the_way) == (0, 1)
    assert totals(row) == (600_000, 600_000, 300_000, 300_000)


def test_totals_show_what_differs(session: Session) -> None:
    payout = paid(session, NOW - timedelta(hours=1))
    told = [line(payout, 300_100), StatementLine("别的", 500, "paid")]
    row = reconciliation.keep(session, NOW, ordered(session).id, told)
    assert (row.difference_fen, totals(row)) == (600, (300_000, 300_000, 300_600, 0))


def test_the_finance_page_shows_the_newest_that_the_bank_has_answered_for(session: Session) -> None:
    assert finance.reconciliation(session, NOW) is None
    filled = reconciliation.keep(session, NOW, ordered(session).id, [])
    ordered(session, NOW + timedelta(days=1))
    assert finance.reconciliation(session, NOW) is filled
    assert finance.reconciliation(session, NOW - timedelta(days=1)) is None


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_nothing_moves_while_the_books_are_compared(engine: Engine) -> None:
    with Session(engine) as office, Session(engine) as other:
        pool_id = factories.pool(office).id
        office.commit()
        funds.hold_pools(office)
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            funds.lock_pool(other, pool_id)
