"""A small office with a history: claims put in, taken, returned, decided, withdrawn and paid, all through services."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.bank import Answer
from reviewapp.models import Actor, Claim, Payout
from reviewapp.services import decisions, payouts, queue, trail
from tests.factories.claims import claim
from tests.factories.facts import complete_draft
from tests.factories.money import fund, pool
from tests.factories.payouts import release
from tests.factories.people import NOW, actor

AWARD = 400_000
SCHEME = "yangcheng-2023"
_ITEMS = {"rule:pos_slip": "看不清金额"}


class History:
    """Two pools of `SCHEME`: `car` with room for seven awards and nine claims, `car-scrap` with claims without papers.

    A minute passes with every step. Nothing is committed here.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now = NOW
        self.reviewer, self.lead = actor(session, "reviewer"), actor(session, "lead")
        self.pool = pool(session, 7 * AWARD, scheme_code=SCHEME)
        self.other = pool(session, 2 * AWARD, scheme_code=SCHEME, code="car-scrap")

    def live(self) -> History:
        """All of it."""
        for index in range(9):
            self.put_in(index)
        self._decide()
        self._pay()
        for _ in range(4):
            self.put_in_bare()
        self._withdraw(self.other.id, 1)
        return self

    def later(self) -> datetime:
        """A minute on."""
        self.now += timedelta(minutes=1)
        return self.now

    def put_in(self, index: int) -> Claim:
        """A complete claim."""
        draft = complete_draft(self.session, index % 10, now=self.now)
        by = Actor.of(draft.entered_by)
        trail.record(self.session, draft, by, self.now, "create")
        return queue.submit(self.session, by, self.later(), draft.id, draft.revision)

    def put_in_bare(self) -> Claim:
        """A claim without papers in the other pool."""
        draft = claim(self.session, pool=self.other, now=self.now)
        by = Actor.of(draft.entered_by)
        trail.record(self.session, draft, by, self.now, "change_fact", reason="填写或核对 1 项内容")
        queue.enter(self.session, by, self.later(), draft, wanted_fen=AWARD)
        return draft

    def take(self, by: Actor) -> Claim:
        """The next claim in order."""
        taken = decisions.take_next(self.session, by, self.later())
        assert taken is not None
        return taken

    def claim(self, pool_id: int, ticket: int) -> Claim:
        """The claim with that ticket."""
        return self.session.scalars(select(Claim).where(Claim.pool_id == pool_id, Claim.ticket == ticket)).one()

    def _decide(self) -> None:
        session, reviewer = self.session, self.reviewer
        for _ in range(2):
            taken = self.take(reviewer)
            decisions.approve(session, reviewer, self.later(), taken.id, taken.fence)
        taken = self.take(reviewer)
        decisions.return_for_correction(
            session, reviewer, self.later(), taken.id, taken.fence, items=_ITEMS, reason="POS 小票看不清"
        )
        by = Actor.of(taken.entered_by)
        queue.resubmit(session, by, self.later(), taken.id, taken.revision)
        taken = self.take(reviewer)
        decisions.hand_to_lead(session, reviewer, self.later(), taken.id, taken.fence, reason="发票有涂改")
        taken = self.take(self.lead)
        decisions.reject(session, self.lead, self.later(), taken.id, taken.fence, clause="七(二)", reason="发票有涂改")
        special = self.claim(self.pool.id, 5)
        decisions.take_out_of_turn(session, self.lead, self.later(), special.id, reason="申领人急需")
        decisions.put_back(session, self.lead, self.later(), special.id, special.fence)
        self.take(reviewer)
        assert decisions.release_expired(session, self.now + decisions.LEASE + timedelta(seconds=1)) == 1
        fund(session, self.pool, AWARD, now=self.later())

    def _pay(self) -> None:
        session = self.session
        approved = [self.claim(self.pool.id, ticket) for ticket in (1, 2)]
        for one in approved:
            payouts.order(session, self.later(), one.id)
        batch = payouts.make_batch(session, actor(session, "finance_maker"), self.later(), SCHEME)
        release(session, batch, now=self.later())
        answers = (Answer("paid", "B1", amount_fen=AWARD), Answer("failed", reason="户名不符"))
        rows = session.scalars(select(Payout).order_by(Payout.id)).all()
        for payout, answer in zip(rows, answers, strict=True):
            payouts.begin_sending(session, self.later(), payout.id)
            payouts.settle(session, self.later(), {payout.id: answer})

    def _withdraw(self, pool_id: int, ticket: int) -> None:
        leaving = self.claim(pool_id, ticket)
        queue.withdraw(self.session, Actor.of(leaving.entered_by), self.later(), leaving.id, leaving.revision)
