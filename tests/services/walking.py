"""Steps of the pool model carried out with the services on a database, so that the two can be compared."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import SYSTEM, Actor, Claim, Pool, User
from reviewapp.policy import pool as rules
from reviewapp.services import decisions, demands, fund_orders, funds, leases, objections, queue, trail
from tests import factories
from tests.factories import NOW
from tests.policy.pool_model import Office, Step, run

#: The model counts small numbers; a database fen is a thousand of them, to tell them from ids at sight.
SCALE = 1_000


#: The model tells those who wait for a lead from others as little as their money does.
_IN_LINE = {"special_review": "submitted"}


class Walk:
    """One pool of its own on a database, walked by a claimant and a lead reviewer."""

    def __init__(self, session: Session, code: str) -> None:
        self.session = session
        with transaction(session):
            self.claimant = factories.user(session)
            self.lead, self.other_lead = (Actor.of(factories.user(session, "lead")) for _ in range(2))
            self.maker = Actor.of(factories.user(session, "finance_maker"))
            self.checker = Actor.of(factories.user(session, "finance_checker"))
            self.pool = factories.pool(session, 0, code=code)
            self.by, self.pool_id = Actor.of(self.claimant), self.pool.id
            self.orders = 0

    def do(self, step: Step) -> None:
        """Carry out one step in one transaction."""
        with transaction(self.session):
            getattr(self, f"_{step.verb}")(step)

    def seen(self) -> tuple[dict[str, int], dict[int, tuple[str, int, int]]]:
        """The pool's columns and every claim, as the model tells them."""
        pool = self.session.get_one(Pool, self.pool_id, populate_existing=True)
        rows = self.session.execute(
            select(Claim.ticket, Claim.state, Claim.reserved_fen, Claim.award_fen).where(
                Claim.pool_id == self.pool_id, Claim.ticket.is_not(None)
            )
        )
        claims = {
            ticket: (_IN_LINE.get(state, state), reserved // SCALE, (award or 0) // SCALE)
            for ticket, state, reserved, award in rows
        }
        return {column: getattr(pool, column) // SCALE for column in rules.COLUMNS}, claims

    def _claim(self, step: Step) -> Claim:
        found = select(Claim).where(Claim.pool_id == self.pool_id, Claim.ticket == step.ticket)
        return self.session.scalars(found).one()

    def _submit(self, step: Step) -> None:
        draft = factories.claim(self.session, pool=self.pool, by=self.session.get_one(User, self.by.id))
        claim = trail.lock(self.session, draft.id)
        queue.enter(self.session, self.by, NOW, claim, wanted_fen=step.amount * SCALE)

    def _leased(self, step: Step) -> Claim:
        claim = self._claim(step)
        return leases.take_out_of_turn(self.session, self.lead, NOW, claim.id, reason="样例原因")

    def _reject(self, step: Step) -> None:
        claim = self._leased(step)
        decisions.reject(self.session, self.lead, NOW, claim.id, claim.fence, clause="三(四)5", reason="样例原因")

    def _approve(self, step: Step) -> None:
        claim = self._leased(step)
        award = min(step.amount * SCALE, claim.reserved_fen)
        decisions.approve(self.session, self.lead, NOW, claim.id, claim.fence, award_fen=award, reason="样例原因")

    def _reopen(self, step: Step) -> None:
        claim = trail.lock(self.session, self._claim(step).id)
        claim.published_at = NOW
        trail.move(self.session, claim, SYSTEM, NOW, "publish")
        said = objections.Received(NOW.date(), "letter", "样例异议")
        key = f"{claim.fence}"
        row = objections.record(self.session, self.other_lead, NOW, claim.id, said, form_key=key)
        objections.uphold(self.session, self.other_lead, NOW, row.id, reason="样例原因")

    def _return(self, step: Step) -> None:
        claim = self._leased(step)
        items = {"applicant.phone": "样例"}
        decisions.return_for_correction(
            self.session, self.lead, NOW, claim.id, claim.fence, items=items, reason="样例原因", workdays=5
        )

    def _resubmit(self, step: Step) -> None:
        claim = trail.lock(self.session, self._claim(step).id)
        queue.return_to_line(self.session, self.by, NOW, claim, wanted_fen=step.amount * SCALE)

    def _await_funds(self, step: Step) -> None:
        claim = self._leased(step)
        award = claim.reserved_fen + step.amount * SCALE
        if queue.reserve_more(self.session, self.lead, NOW, claim, award):
            decisions.put_back(self.session, self.lead, NOW, claim.id, claim.fence)
        else:
            decisions.await_funds(
                self.session, self.lead, NOW, claim.id, claim.fence, award_fen=award, reason="样例原因"
            )

    def _withdraw(self, step: Step) -> None:
        claim = self._claim(step)
        queue.withdraw(self.session, self.by, NOW, claim.id, claim.revision)

    def _lapse(self, step: Step) -> None:
        self._claim(step).correction_until = NOW - timedelta(days=1)
        self.session.flush()
        assert queue.lapse_overdue(self.session, NOW) == 1

    def _pay(self, step: Step) -> None:
        claim = trail.lock(self.session, self._claim(step).id)
        for action in ("make_payable", "send", "confirm_paid"):
            trail.move(self.session, claim, SYSTEM, NOW, action)
        funds.record_paid(self.session, NOW, funds.Settled(claim))

    def _give_back(self, step: Step) -> None:
        claim = self._claim(step)
        amount = min(step.amount * SCALE, demands.kept_fen(self.session, claim))
        asked = demands.propose(
            self.session, self.maker, NOW, claim.id, amount_fen=amount, clause="三(四)5", reason="样例退货"
        )
        demands.confirm(self.session, self.checker, NOW, asked.id)
        payment = demands.Payment(amount, f"{self.pool_id}-{asked.id}", NOW.date())
        demands.receive(self.session, self.checker, NOW, asked.id, payment)

    def _appropriate(self, step: Step) -> None:
        self._order("top_up", step.amount * SCALE)

    def _take(self, step: Step) -> None:
        available = self.session.get_one(Pool, self.pool_id, populate_existing=True).available
        if amount := min(step.amount * SCALE, available):
            self._order("reduce", amount)

    def _order(self, kind: str, amount_fen: int) -> None:
        pool = self.session.get_one(Pool, self.pool_id)
        self.orders += 1
        proposal = fund_orders.Proposal(kind, amount_fen, "样例〔2024〕9号", "样例", f"{self.pool_id}-{self.orders}")
        order = fund_orders.propose(self.session, self.maker, NOW, pool, proposal)
        fund_orders.confirm(self.session, self.checker, NOW, order.id)


def expected(office: Office) -> tuple[dict[str, int], dict[int, tuple[str, int, int]]]:
    """What `Walk.seen` must say after the model has done the same steps."""
    return office.sums, {ticket: claim.seen() for ticket, claim in office.claims.items()}


def replay(session: Session, seed: int, steps: int) -> None:
    """One random sequence in the model and on the database; AssertionError when they differ after a step."""
    walk = Walk(session, f"seed-{seed}")

    def compare(office: Office, step: Step) -> None:
        walk.do(step)
        assert walk.seen() == expected(office), f"seed {seed}, after {step}"

    run(seed, steps, then=compare)
