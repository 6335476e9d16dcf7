"""A dealer's settlement is paid out of what the voucher had committed: the pool's money is never counted twice."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotFound
from reviewapp.models import Actor, Claim, Decision, Event, Outbox, Pool, Redemption, Voucher
from reviewapp.policy import pool as rules
from reviewapp.services import decisions, funds, objections, payouts, queue, voucher_settlements, voucher_undo, vouchers
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.objections import objection
from tests.factories.payouts import CARD
from tests.factories.vouchers import AFTERWARDS, put_in, redeemed, seller, settlement
from tests.support.both import both_databases


@pytest.fixture
def dealer(session: Session) -> Actor:
    return seller(session)


def _money(session: Session) -> tuple[int, int, int, int]:
    """Free, reserved, committed and paid; and nothing to find fault with."""
    assert funds.verify(session) == []
    pool = session.scalars(select(Pool)).one()
    return pool.available, pool.reserved, pool.committed, pool.paid


def _held(session: Session, reviewer: Actor | None = None) -> tuple[Actor, Claim]:
    reviewer = reviewer or factories.actor(session, "lead")
    claim = decisions.take_next(session, reviewer, AFTERWARDS)
    assert claim is not None
    return reviewer, claim


@both_databases
def test_from_redemption_to_payout(session: Session, dealer: Actor) -> None:
    redemption = redeemed(session, dealer)
    whole = 10_000_000 - 50_000
    assert _money(session) == (whole, 0, 50_000, 0)
    draft = settlement(session, dealer, redemption)
    assert voucher_settlements.begin(session, dealer, AFTERWARDS, redemption.id) is draft
    put_in(session, dealer, draft)
    assert (draft.state, draft.reserved_fen, redemption.voucher.held_fen) == ("submitted", 50_000, 0)
    assert _money(session) == (whole, 50_000, 0, 0)
    with pytest.raises(IllegalMove, match="正在结算"):
        vouchers.take_goods_back(session, dealer, AFTERWARDS, redemption.id, returned_fen=1, reason="退货")
    reviewer, claim = _held(session)
    decision = decisions.approve(session, reviewer, AFTERWARDS, claim.id, claim.fence, reason="核对无误")
    assert isinstance(decision, Decision)
    assert (claim.state, redemption.voucher.state) == ("approved", "settled")
    assert _money(session) == (whole, 0, 50_000, 0)
    assert session.scalars(select(Outbox.subject_id).where(Outbox.topic == "payout.order")).all() == [claim.id]
    payout = payouts.order(session, AFTERWARDS, claim.id)
    assert payout is not None
    firm = session.get_one(Redemption, redemption.id).organisation.name
    assert (payout.payee["name"], payout.amount_fen) == (firm, 50_000)
    with pytest.raises(IllegalMove, match="按追回办理"):
        vouchers.take_goods_back(session, dealer, AFTERWARDS, redemption.id, returned_fen=1, reason="退货")


def test_it_waits_for_nobody_and_takes_nobodys_money(session: Session, dealer: Actor) -> None:
    """The pool is empty and others wait: the settlement has its money, and they have lost none."""
    redemption = redeemed(session, dealer, made.voucher(session, amount_fen=50_000))
    pool = session.scalars(select(Pool)).one()
    waiting = factories.claim(session, "waitlist", pool=pool, amount_fen=30_000)
    draft = put_in(session, dealer, settlement(session, dealer, redemption))
    assert (draft.state, waiting.state, _money(session)) == ("submitted", "waitlist", (0, 50_000, 0, 0))
    put = session.scalars(select(Event).where(Event.claim_id == draft.id, Event.action == "submit")).one()
    assert "不占用新的额度" in put.reason, "whoever walks the chain finds why it came before who waits"
    queue.withdraw(session, dealer, AFTERWARDS, draft.id, draft.revision)
    assert (redemption.voucher.held_fen, waiting.state, _money(session)) == (50_000, "waitlist", (0, 0, 50_000, 0))
    second = voucher_settlements.begin(session, dealer, AFTERWARDS, redemption.id)
    assert second.id != draft.id


def test_a_rejected_one_gives_the_money_back_to_the_voucher(session: Session, dealer: Actor) -> None:
    redemption = redeemed(session, dealer)
    put_in(session, dealer, settlement(session, dealer, redemption))
    reviewer, claim = _held(session)
    decisions.reject(session, reviewer, AFTERWARDS, claim.id, claim.fence, clause="八(三)", reason="发票不清")
    assert (claim.state, redemption.voucher.state, redemption.voucher.held_fen) == ("rejected", "redeemed", 50_000)
    assert _money(session)[1:] == (0, 50_000, 0)


@both_databases
def test_an_approval_undone_by_an_objection_leaves_the_voucher_to_be_settled_again(
    session: Session, dealer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.hold_in_publication(monkeypatch, "yangcheng-2023", 5)
    redemption = redeemed(session, dealer)
    put_in(session, dealer, settlement(session, dealer, redemption))
    lead, claim = _held(session)
    decisions.approve(session, lead, AFTERWARDS, claim.id, claim.fence, reason="核对无误")
    assert payouts.order(session, AFTERWARDS, claim.id) is None
    row = objection(session, claim, now=AFTERWARDS)
    assert redemption.voucher.state == "settled"
    other = factories.actor(session, "lead")
    objections.uphold(session, other, AFTERWARDS, row.id, reason="发票不清")
    assert (claim.reserved_fen, redemption.voucher.state, redemption.voucher.held_fen) == (50_000, "redeemed", 0)
    assert _money(session)[1:] == (50_000, 0, 0)
    _, claim = _held(session, other)
    decisions.reject(session, other, AFTERWARDS, claim.id, claim.fence, clause="八(三)", reason="发票不清")
    assert (claim.state, redemption.voucher.state, redemption.voucher.held_fen) == ("rejected", "redeemed", 50_000)
    assert _money(session)[1:] == (0, 50_000, 0)


def test_never_more_than_the_voucher_still_holds(session: Session, dealer: Actor) -> None:
    redemption = redeemed(session, dealer)
    vouchers.take_goods_back(session, dealer, NOW, redemption.id, returned_fen=100_000, reason="退配件")
    draft = put_in(session, dealer, settlement(session, dealer, redemption))
    assert draft.reserved_fen == 37_500
    reviewer, claim = _held(session)
    with pytest.raises(InvalidValue, match="最多结算 375"):
        decisions.approve(session, reviewer, AFTERWARDS, claim.id, claim.fence, reason="按面值")
    with pytest.raises(InvalidValue, match="最多结算 375"):
        decisions.await_funds(session, reviewer, AFTERWARDS, claim.id, claim.fence, reason="按面值")
    session.refresh(claim)
    decisions.approve(session, reviewer, AFTERWARDS, claim.id, claim.fence, award_fen=37_500, reason="扣除退货")
    assert _money(session) == (10_000_000 - 37_500, 0, 37_500, 0)


def test_a_settlement_without_a_voucher_is_not_taken(session: Session, dealer: Actor) -> None:
    redemption = redeemed(session, dealer)
    draft = settlement(session, dealer, redemption)
    redemption.voucher.settlement_id = None
    with pytest.raises(InvalidValue, match="没有对应的已核销消费券"):
        put_in(session, dealer, draft)
    with pytest.raises(NotFound):
        voucher_settlements.begin(session, seller(session), AFTERWARDS, redemption.id)
    unused = made.voucher(session, index=1)
    redemption.voucher_id = unused.id
    session.flush()
    session.expire_all()
    with pytest.raises(IllegalMove, match="没有可以结算"):
        voucher_settlements.begin(session, dealer, AFTERWARDS, redemption.id)


def test_a_shop_settles_slips_of_another_system(session: Session) -> None:
    """稷山 六(三): vouchers that the bank handed out are asked of the pool itself, many at once, paid to the shop."""
    pool = factories.pool(session, 1_000_000, scheme_code="jishan-2023", code="specialty")
    person = factories.user(session, "shop")
    shop, now = Actor.of(person), datetime(2023, 7, 5, 9, 30, tzinfo=NOW.tzinfo)
    firm = person.organisation.name
    factories.list_dealer(session, firm, scheme_code="jishan-2023")
    draft = factories.claim(session, pool=pool, by=person, programme="specialty-settlement", now=now)
    factories.add_facts(session, draft, "account", {"holder": firm, "card_number": CARD})
    for number in ("A1", "A2"):
        slip = {"face_value": "100.00", "order_amount": "1000.00", "merchant_name": firm, "order_number": number}
        factories.add_paper(session, draft, "voucher_slip", slip, now=now)
    queue.submit(session, shop, now, draft.id, draft.revision)
    assert (draft.state, _money(session)) == ("submitted", (980_000, 20_000, 0, 0))
    reviewer, claim = _held(session)
    decisions.approve(session, reviewer, AFTERWARDS, claim.id, claim.fence, reason="核对无误")
    payout = payouts.order(session, AFTERWARDS, claim.id)
    assert payout is not None
    assert (payout.payee["name"], payout.amount_fen, _money(session)) == (firm, 20_000, (980_000, 0, 20_000, 0))


class _Office:
    """A pool for few vouchers and everything that can happen to them, at random but repeatably."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance, self.now = session, random.Random(seed), NOW
        self.pool = factories.pool(session, 120_000, scheme_code=made.SCHEME, code="motorcycle-scrap")
        self.dealer, self.lead, self.people = seller(session), factories.actor(session, "lead"), 0

    def step(self, what: str) -> None:
        """One step; one that has nothing to act on, or is refused, changes nothing."""
        with self.session.begin_nested() as step:
            try:
                getattr(self, what)()
            except (InvalidValue, IllegalMove):
                step.rollback()

    def _one(self, *states: str) -> Voucher:
        found = self.session.scalars(select(Voucher).where(Voucher.state.in_(states)).order_by(Voucher.id)).all()
        if not found:
            raise IllegalMove("nothing there")
        return self.chance.choice(found)

    def issue(self) -> None:
        value = self.chance.choice((30_000, 50_000))
        row = factories.claim(self.session, pool=self.pool, programme="motorcycle-scrap", now=self.now)
        queue.enter(self.session, Actor.of(row.entered_by), self.now, row, wanted_fen=value)
        if row.state == "waitlist":
            return
        row.award_fen, row.reserved_fen, row.approved_at, row.state = value, 0, self.now, "approved"
        funds.post(
            self.session, self.pool, rules.on_approve(value, value), now=self.now, reason="approve", claim_id=row.id
        )
        self.people += 1
        facts = {"applicant": {"name": f"测试{self.people}", "id_number": f"{self.people:018d}"}}
        vouchers.issue(self.session, self.now, row, facts)

    def redeem(self) -> None:
        redeemed(self.session, self.dealer, self._one("issued"), now=self.now)

    def goods_back(self) -> None:
        row = self._one("redeemed").redemption
        assert row is not None
        part = self.chance.randint(1, row.price_fen - row.returned_fen)
        vouchers.take_goods_back(self.session, self.dealer, self.now, row.id, returned_fen=part, reason="退货")

    def undo(self) -> None:
        row = self._one("redeemed").redemption
        assert row is not None
        voucher_undo.undo(self.session, self.dealer, self.now, row.id, "输错")

    def settle(self) -> None:
        voucher = self._one("redeemed")
        assert voucher.redemption is not None
        row = voucher_settlements.begin(self.session, self.dealer, self.now, voucher.redemption.id)
        if row.state == "draft":
            queue.enter(self.session, self.dealer, self.now, row, wanted_fen=voucher.value_fen)

    def end(self) -> None:
        """A settlement under way is withdrawn, or approved for some of what it holds and paid."""
        row = self._one("redeemed").settlement
        if row is None or row.state != "submitted":
            raise IllegalMove("nothing there")
        if self.chance.random() < 0.4:
            queue.withdraw(self.session, self.dealer, self.now, row.id, row.revision)
            return
        row.reviewer_id, row.state = self.lead.id, "in_review"
        award = self.chance.randint(1, row.reserved_fen)
        seen = factories.evaluation(self.session, row, award_fen=award)
        row.reviewer_id, row.state = None, "approved"
        decisions._commit(self.session, self.lead, self.now, row, award, seen)
        row.state = "paid"
        funds.record_paid(self.session, self.now, funds.Settled(row))

    def require_one_purchase_each(self) -> None:
        """A voucher has at most one redemption that was not taken back, an unused one none; an invoice stands once."""
        done = self.session.scalars(select(Redemption).where(Redemption.undone_at.is_(None))).all()
        used = Counter(row.voucher_id for row in done)
        states = {row.id: row.state for row in self.session.scalars(select(Voucher))}
        expected = {number: 1 for number, state in states.items() if state in ("redeemed", "settled", "voided")}
        assert used == expected
        assert max(Counter(row.invoice for row in done if row.voided_at is None).values(), default=1) == 1

    def expire(self) -> None:
        self.now = max(self.now, datetime(2024, 5, 1, tzinfo=NOW.tzinfo)) if self.chance.random() < 0.2 else self.now
        vouchers.expire_due(self.session, self.now + timedelta(seconds=1))


_STEPS = st.lists(
    st.sampled_from(("issue", "redeem", "undo", "goods_back", "settle", "end", "expire")), min_size=8, max_size=25
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])  # rolled back each time
@given(steps=_STEPS, seed=st.integers(0, 10**6))
def test_whatever_happens_the_pot_holds(engine: Engine, steps: list[str], seed: int) -> None:
    """Reserved + committed + paid - returned ≤ appropriated, every fen where the claims and vouchers say it is."""
    with engine.connect() as connection, connection.begin() as outer, Session(connection) as session:
        office = _Office(session, seed)
        for what in ("issue", "issue", "redeem", *steps):
            office.step(what)
            session.flush()
            # What was paid has no instruction here: that one comparison is the payouts' own.
            left = [one for one in funds.verify(session) if one.what != "已发放指令与分录"]
            assert left == [], what
            office.require_one_purchase_each()
            assert office.pool.available >= 0
        outer.rollback()
