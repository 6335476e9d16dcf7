"""Lines in suspense: explained by one person, given to an instruction by two, and never against a final state."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Payout, Posting, SuspenseItem
from reviewapp.services import funds, payouts_suspense
from tests.factories.bank_files import BankLine, exported, take
from tests.factories.payouts import ready
from tests.factories.people import NOW, actor
from tests.support.both import both_databases

REASON = "已向银行核实：指令号少印一位"


@pytest.fixture
def first(session: Session) -> Actor:
    return actor(session, "finance_maker")


@pytest.fixture
def second(session: Session) -> Actor:
    return actor(session, "finance_checker")


@pytest.fixture
def payout(session: Session) -> Payout:
    """An instruction in the bank's hands."""
    return exported(session, 1)[0]


def item_of(session: Session, line: BankLine) -> SuspenseItem:
    """The line in suspense."""
    take(session, [line])
    return session.scalars(select(SuspenseItem).order_by(SuspenseItem.id.desc())).first()


@pytest.fixture
def item(session: Session, payout: Payout) -> SuspenseItem:
    """A line of the instruction under a number that is cut."""
    return item_of(session, BankLine.of(payout).but(number=payout.number[:-1]))


@both_databases
def test_two_people_give_it_to_its_instruction(
    session: Session, payout: Payout, item: SuspenseItem, first: Actor, second: Actor
) -> None:
    payouts_suspense.propose(session, first, item.id, f" {payout.number} ", REASON)
    session.flush()
    assert (item.state, payout.state) == ("proposed", "exported")
    with pytest.raises(NotAllowed, match="不能自己确认"):
        payouts_suspense.confirm(session, first, NOW, item.id)
    payouts_suspense.confirm(session, second, NOW, item.id)
    session.flush()
    assert (item.state, item.proposer_id, item.settler_id, item.reason) == ("assigned", first.id, second.id, REASON)
    posting = session.scalars(select(Posting).where(Posting.reason == "pay")).one()
    assert (posting.actor_id, posting.return_line, posting.document) == (second.id, item.line, "流水0001")
    assert (payout.state, payout.claim.state, item.line.payout_id) == ("paid", "paid", payout.id)
    assert funds.verify(session) == []
    with pytest.raises(IllegalMove):
        payouts_suspense.confirm(session, second, NOW, item.id)


@pytest.mark.parametrize(("word", "state"), [("失败", "failed"), ("退汇", "returned")])
def test_the_line_does_what_it_says(
    session: Session, payout: Payout, first: Actor, second: Actor, word: str, state: str
) -> None:
    if state == "returned":
        take(session, [BankLine.of(payout)])
    item = item_of(session, BankLine.of(payout, word).but(card="6222****0026"))
    payouts_suspense.propose(session, first, item.id, payout.number, REASON)
    payouts_suspense.confirm(session, second, NOW, item.id)
    session.flush()
    assert (payout.state, payout.claim.state) == (state, "failed")
    assert funds.verify(session) == []


def test_an_amount_that_differs_is_not_given_to_anything(session: Session, payout: Payout, first: Actor) -> None:
    item = item_of(session, BankLine.of(payout).but(amount_fen=300_001))
    with pytest.raises(InvalidValue, match="金额与这一行不同"):
        payouts_suspense.propose(session, first, item.id, payout.number, REASON)


def test_nor_to_what_has_another_end_or_was_not_sent(
    session: Session, payout: Payout, item: SuspenseItem, first: Actor, second: Actor
) -> None:
    with pytest.raises(InvalidValue, match="还没有交给银行"):
        payouts_suspense.propose(session, first, item.id, ready(session).number, REASON)
    payouts_suspense.propose(session, first, item.id, payout.number, REASON)
    take(session, [BankLine.of(payout, "失败")])
    with pytest.raises(InvalidValue, match="相反的最终结果"):
        payouts_suspense.confirm(session, second, NOW, item.id)
    assert (payout.state, item.state) == ("failed", "proposed")


def test_a_proposal_is_taken_back(session: Session, payout: Payout, item: SuspenseItem, first: Actor) -> None:
    payouts_suspense.propose(session, first, item.id, payout.number, REASON)
    with pytest.raises(IllegalMove):
        payouts_suspense.propose(session, first, item.id, payout.number, REASON)
    payouts_suspense.withdraw(session, first, item.id)
    session.flush()
    assert (item.state, item.payout_id, item.reason) == ("open", None, None)


def test_one_person_explains(session: Session, payout: Payout, item: SuspenseItem, first: Actor) -> None:
    payouts_suspense.explain(session, first, NOW, item.id, "是别的单位的代发")
    session.flush()
    assert (item.state, item.settler_id, item.settled_at, payout.state) == ("explained", first.id, NOW, "exported")
    with pytest.raises(IllegalMove):
        payouts_suspense.explain(session, first, NOW, item.id, "又一次")


def test_with_a_reason_and_a_number(session: Session, payout: Payout, item: SuspenseItem, first: Actor) -> None:
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(InvalidValue, match="理由"):
            payouts_suspense.propose(session, first, item.id, payout.number, reason)
        with pytest.raises(InvalidValue, match="理由"):
            payouts_suspense.explain(session, first, NOW, item.id, reason)
    with pytest.raises(InvalidValue, match="没有指令号"):
        payouts_suspense.propose(session, first, item.id, "没有这个号", REASON)
    with pytest.raises(NotFound):
        payouts_suspense.explain(session, first, NOW, 404, REASON)


@pytest.mark.parametrize("role", ["admin", "auditor", "lead", "claimant"])
def test_only_finance(session: Session, payout: Payout, item: SuspenseItem, role: str) -> None:
    other = actor(session, role)
    with pytest.raises(NotAllowed):
        payouts_suspense.propose(session, other, item.id, payout.number, REASON)
    with pytest.raises(NotAllowed):
        payouts_suspense.explain(session, other, NOW, item.id, REASON)


@both_databases
@pytest.mark.parametrize(
    "change",
    [
        "state = 'assigned', proposer_id = {a}, settler_id = {a}, payout_id = {p}, settled_at = {t}, reason = {r}",
        "state = 'assigned', settler_id = {a}, payout_id = {p}, settled_at = {t}, reason = {r}",
        "state = 'explained', settled_at = {t}, reason = {r}",
        "settler_id = {a}",
        "state = 'proposed', proposer_id = {a}, reason = {r}",
    ],
)
def test_the_database_wants_two_people_too(
    session: Session, payout: Payout, item: SuspenseItem, first: Actor, change: str
) -> None:
    reason = "'\\x00'" if session.get_bind().dialect.name == "postgresql" else "x'00'"
    statement = change.format(a=first.id, p=payout.id, r=reason, t="'2024-01-10'")
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE suspense_items SET {statement}"))
