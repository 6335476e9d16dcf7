"""From an approval to the end of an instruction: every answer of the bank, and every second look at it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.bank import Answer
from reviewapp.errors import IllegalMove, InvalidValue, Stale
from reviewapp.models import Actor, Outbox, Payout
from reviewapp.services import funds, outbox, payouts
from tests import factories
from tests.factories.papers import fact
from tests.factories.payouts import CARD, CLOSED_CARD, PAYEE, approved, ready, released
from tests.factories.people import NOW
from tests.support.both import both_databases
from tests.support.databases import statements

SECOND = timedelta(seconds=1)
OTHER_CARD = payouts.NewCard(PAYEE, "6222020000000000026")


def _sending(session: Session) -> Payout:
    [payout] = released(session)
    assert list(payouts.begin_sending(session, NOW, payout.id)) == [payout.id]
    return payout


@both_databases
def test_paid_moves_committed_money_to_paid(session: Session) -> None:
    payout = _sending(session)
    payouts.settle(session, NOW, {payout.id: Answer("paid", "B1", amount_fen=300_000)})
    session.flush()
    assert (payout.state, payout.bank_reference, payout.settled_at) == ("paid", "B1", NOW)
    assert payout.claim.state == "paid"
    assert (payout.claim.pool.committed, payout.claim.pool.paid) == (0, 300_000)
    assert funds.verify(session) == []


def test_the_payee_is_frozen_as_the_reviewer_saw_it(session: Session) -> None:
    payout = ready(session)
    assert payout.payee == {"name": PAYEE, "card_number": CARD, "bank": ""}
    assert (payout.number, payout.amount_fen) == (f"{payout.claim.number}-1", 300_000)
    assert payout.claim.state == "payable"


def test_ordering_twice_makes_one_instruction(session: Session) -> None:
    claim = approved(session)
    assert payouts.order(session, NOW, claim.id) is not None
    assert payouts.order(session, NOW, claim.id) is None
    assert len(session.scalars(select(Payout)).all()) == 1


def test_no_card_no_instruction_and_the_claim_stays(session: Session) -> None:
    claim = approved(session, card="")
    with pytest.raises(InvalidValue, match="没有收款卡号"):
        payouts.order(session, NOW, claim.id)
    assert claim.state == "approved"


def test_sending_is_begun_once(session: Session) -> None:
    payout = _sending(session)
    assert (payout.state, payout.claim.state, payout.sent_at) == ("sending", "sending", NOW)
    assert payouts.begin_sending(session, NOW + SECOND, payout.id) == {}
    assert payout.sent_at == NOW


@pytest.mark.parametrize("status", ["unknown", "not_found", "accepted"])
def test_what_is_not_final_is_asked_for_once(session: Session, status: str) -> None:
    payout = _sending(session)
    for _ in range(2):
        payouts.settle(session, NOW, {payout.id: Answer(status, reason="?")})  # type: ignore[arg-type]
    rows = session.scalars(select(Outbox).where(Outbox.topic == "payout.ask")).all()
    assert [(row.subject_id, row.due_at) for row in rows] == [(payout.id, payout.ask_after)]
    expected = ("accepted", "sending") if status == "accepted" else ("unknown", "unknown")
    assert (payout.state, payout.claim.state) == expected
    assert funds.verify(session) == []


def test_an_end_is_never_overwritten(session: Session) -> None:
    payout = _sending(session)
    payouts.settle(session, NOW, {payout.id: Answer("paid", "B1")})
    for status in ("failed", "unknown", "paid"):
        payouts.settle(session, NOW + SECOND, {payout.id: Answer(status, "B2", "late")})  # type: ignore[arg-type]
    assert (payout.state, payout.bank_reference, payout.settled_at) == ("paid", "B1", NOW)
    assert funds.verify(session) == []


def test_another_amount_at_the_bank_is_nobodys_payment(session: Session) -> None:
    payout = _sending(session)
    payouts.settle(session, NOW, {payout.id: Answer("paid", "B1", amount_fen=300_001)})
    assert (payout.state, payout.claim.state) == ("unknown", "unknown")
    assert "不一致" in (payout.failure or "")


def test_a_number_is_sent_again_by_one_only(session: Session) -> None:
    payout = _sending(session)
    payouts.settle(session, NOW, {payout.id: Answer("not_found")})
    asked = payouts.begin_asking(session, payout.id)
    assert asked == payouts.Question(payout.number, NOW)
    again = payouts.begin_again(session, NOW + SECOND, payout.id, asked)
    assert again is not None
    assert again.number == payout.number
    assert payouts.begin_again(session, NOW + SECOND, payout.id, asked) is None


def test_nothing_to_ask_before_sending_and_after_the_end(session: Session) -> None:
    [payout] = released(session)
    assert payouts.begin_asking(session, payout.id) is None
    payouts.begin_sending(session, NOW, payout.id)
    payouts.settle(session, NOW, {payout.id: Answer("paid")})
    assert payouts.begin_asking(session, payout.id) is None


@both_databases
def test_a_definite_failure_keeps_the_money_and_takes_a_new_card(session: Session) -> None:
    [payout] = released(session, card=CLOSED_CARD)
    payouts.begin_sending(session, NOW, payout.id)
    payouts.settle(session, NOW, {payout.id: Answer("failed", reason="账户已销户")})
    claim = payout.claim
    assert (payout.state, claim.state, payout.failure) == ("failed", "failed", "账户已销户")
    assert (claim.pool.committed, claim.pool.paid) == (300_000, 0)
    claimant = Actor("claimant", claim.entered_by_id)
    second = payouts.give_new_card(session, claimant, NOW, claim.id, claim.revision, OTHER_CARD)
    assert (second.number, second.state, claim.state) == (f"{claim.number}-2", "ready", "payable")
    assert second.payee["card_number"] == OTHER_CARD.card_number
    assert funds.verify(session) == []


def test_a_new_card_only_after_a_failure_of_this_revision(session: Session) -> None:
    payout = _sending(session)
    claim = payout.claim
    claimant = Actor("claimant", claim.entered_by_id)
    with pytest.raises(IllegalMove):
        payouts.give_new_card(session, claimant, NOW, claim.id, claim.revision, OTHER_CARD)
    payouts.settle(session, NOW, {payout.id: Answer("failed", reason="账户已销户")})
    with pytest.raises(Stale):
        payouts.give_new_card(session, claimant, NOW, claim.id, claim.revision - 1, OTHER_CARD)
    with pytest.raises(IllegalMove):
        payouts.give_new_card(session, Actor("reviewer", 1), NOW, claim.id, claim.revision, OTHER_CARD)


@pytest.mark.parametrize(
    ("card", "field"),
    [(payouts.NewCard(PAYEE, "6222020000000000014"), "card_number"), (payouts.NewCard("样例乙", CARD), "holder")],
)
def test_a_wrong_card_is_refused(session: Session, card: payouts.NewCard, field: str) -> None:
    payout = _sending(session)
    payouts.settle(session, NOW, {payout.id: Answer("failed", reason="账户已销户")})
    claim = payout.claim
    with pytest.raises(InvalidValue) as refused:
        payouts.give_new_card(session, Actor("claimant", claim.entered_by_id), NOW, claim.id, claim.revision, card)
    assert list(refused.value.fields) == [field]
    assert claim.state == "failed"


def test_the_schemes_checks_on_the_holder_run_again(session: Session) -> None:
    """七(四): a debit card; what the reviewer saw of the old card says nothing of the new one."""
    payout = _sending(session)
    payouts.settle(session, NOW, {payout.id: Answer("failed", reason="账户已销户")})
    claim = payout.claim
    fact(session, claim, "account", "kind", "credit")
    claimant = Actor("claimant", claim.entered_by_id)
    with pytest.raises(InvalidValue, match="借记卡") as refused:
        payouts.give_new_card(session, claimant, NOW, claim.id, claim.revision, OTHER_CARD)
    assert list(refused.value.fields) == ["holder"]


def test_the_database_refuses_a_second_live_instruction(session: Session) -> None:
    payout = ready(session)
    columns = {"amount_fen": 1, "payee": {}, "approved_at": NOW, "created_at": NOW}
    session.add(Payout(number="second", claim_id=payout.claim_id, **columns))
    with pytest.raises(IntegrityError):
        session.flush()


def test_forgotten_ones_are_asked_for(session: Session) -> None:
    payout = _sending(session)
    for row in session.scalars(select(Outbox)):
        outbox.finish(session, NOW, row.id)
    assert payouts.ask_unknown(session, NOW + 59 * SECOND) == 0
    assert payouts.ask_unknown(session, NOW + 61 * SECOND) == 1
    assert payouts.ask_unknown(session, NOW + 61 * SECOND) == 0
    assert outbox.is_open(session, "payout.ask", payout.id)


def test_publication_counts_whole_days_after_the_first() -> None:
    local = timezone(timedelta(hours=8))
    published = datetime(2024, 1, 10, 23, 59, tzinfo=local)
    assert payouts.publication_ends(published, 5) == datetime(2024, 1, 16, tzinfo=local)
    saturday = 3
    assert payouts.publication_ends(published, saturday) == datetime(2024, 1, 16, tzinfo=local)


@both_databases
@pytest.mark.parametrize("days", [1, 2, 3, 4, 5])
def test_the_tick_and_the_promise_end_at_the_same_instant(
    session: Session, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.hold_in_publication(monkeypatch, "xiangning-2023", days)
    claim = approved(session)
    payouts.order(session, NOW, claim.id)
    over = payouts.publication_ends(NOW, days)
    assert payouts.end_publications(session, over - SECOND) == 0
    assert payouts.end_publications(session, over) == 1


@both_databases
def test_publication_holds_the_payout(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.hold_in_publication(monkeypatch, "xiangning-2023", 5)
    claim = approved(session)
    assert payouts.order(session, NOW, claim.id) is None
    assert (claim.state, payouts.publication_of(claim)) == ("publication", payouts.publication_ends(NOW, 5))
    over = payouts.publication_ends(NOW, 5)
    assert payouts.end_publications(session, over - SECOND) == 0
    assert payouts.end_publications(session, over) == 1
    assert payouts.end_publications(session, over) == 0
    assert (claim.state, payouts.publication_of(claim)) == ("payable", None)


@both_databases
def test_what_is_published_is_looked_through_in_two_statements_however_much_it_is(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each programme has its own days: two in one scheme, five in the other."""
    factories.hold_in_publication(monkeypatch, "xiangning-2023", 5)
    factories.hold_in_publication(monkeypatch, "jishan-2023", 2)
    long, short = factories.pool(session), factories.pool(session, scheme_code="jishan-2023")
    claims = [approved(session, pool=pool) for pool in (long, short)]
    for claim in claims:
        payouts.order(session, NOW, claim.id)
    by = factories.user(session)
    for pool in (long, short) * 15:
        factories.claim(session, "publication", pool=pool, by=by, now=NOW + timedelta(days=1))
    over = payouts.publication_ends(NOW, 2)
    with statements(session.get_bind()) as said:
        assert payouts.end_publications(session, over - SECOND) == 0
    assert len(said) == 2
    assert payouts.end_publications(session, over) == 1
    assert [claim.state for claim in claims] == ["publication", "payable"]
