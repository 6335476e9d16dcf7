"""The demonstration, act by act: every step is one that a person or a worker takes in the application."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from reviewapp import clock
from reviewapp.demo import outcome, staff
from reviewapp.demo.board import Board
from reviewapp.demo.office import Office
from reviewapp.demo.rendering import Renderer
from reviewapp.demo.scenario import XIANGNING, YANGCHENG, for_the_visitor
from reviewapp.demo.scenario_model import Plan
from reviewapp.demo.scenario_papers import county_of
from reviewapp.demo.submitters import Submitter
from reviewapp.models import Actor, Payout
from reviewapp.services import audit, funds
from reviewapp.specimens.people import CHINA

#: When each act begins, by the office's clock.
NOVEMBER = datetime(2023, 11, 20, 9, 0, tzinfo=CHINA)
JANUARY = datetime(2024, 1, 10, 9, 0, tzinfo=CHINA)
LATE_JANUARY = datetime(2024, 1, 18, 9, 0, tzinfo=CHINA)
OVERDUE = datetime(2024, 2, 2, 10, 0, tzinfo=CHINA)
NOVEMBER_QUEUE = datetime(2023, 11, 21, 9, 0, tzinfo=CHINA)
END = datetime(2024, 1, 19, 9, 30, tzinfo=CHINA)
_BETWEEN_CLAIMS = timedelta(seconds=95)
#: The acts in the order in which their papers are handed in.
ACTS = (
    "xiangning",
    "waiting_xiangning",
    "yangcheng",
    "yangcheng_late",
    "waiting_yangcheng",
    "overdue",
    "half_filled",
)
VISITORS_FOLDER = "试一试"
_COUNT_SECONDS = 0.5


def order_papers(renderer: Renderer, plans: Sequence[Plan]) -> None:
    """Have all papers rendered, in the order in which they will be handed in, and the visitor's last."""
    for plan in sorted(plans, key=lambda plan: ACTS.index(plan.act)):
        renderer.order(plan.all_files)
    renderer.order(for_the_visitor(), into=VISITORS_FOLDER)


@dataclass
class Play:
    """The claims of the demonstration in the hands of those who put them in; their papers have been ordered."""

    office: Office
    renderer: Renderer
    board: Board
    plans: Sequence[Plan]
    hands: dict[str, Submitter] = field(default_factory=dict)

    def run(self) -> None:
        """All acts, from November to the day on which a visitor finds the office."""
        self._expect()
        self.office.leap(NOVEMBER)
        self.office.set_up()
        with self._counting_files():
            self._november()
            self._january()
            self._late_january()
            self._overdue()
            self._november_queue()
            self.office.leap(END)
            self._half_fill()
            self.renderer.close()

    # --- acts ---------------------------------------------------------------------------------------------------------
    # Later acts' papers are handed in early, so that the workers have something to read while people decide.

    def _november(self) -> None:
        self.board.say("2023-11-20 乡宁县：经销商提交购车人的材料")
        self._hand_in("xiangning", "waiting_xiangning")
        self._put_in("xiangning")
        self._review()
        self._mend("xiangning")
        staff.pay(self.office, XIANGNING)
        self._count_paid()

    def _january(self) -> None:
        self.office.leap(JANUARY)
        self.board.say("2024-01-10 阳城县：申领人用手机拍照提交")
        self._hand_in("yangcheng")
        self._put_in("yangcheng")
        self._review()
        staff.pay(self.office, YANGCHENG, but_not=self._claims_left_payable())
        self._give_new_cards()
        self._count_paid()

    def _late_january(self) -> None:
        self.office.leap(LATE_JANUARY)
        self.board.say("2024-01-18 阳城县：第二批申领人")
        self._hand_in("yangcheng_late", "waiting_yangcheng", "overdue")
        self._put_in("yangcheng_late")
        self._review()
        self._leave_a_batch()
        self._put_in("waiting_yangcheng")

    def _overdue(self) -> None:
        late = self._of("overdue")
        if not late:
            return
        self.office.leap(OVERDUE)
        self.board.say("2024-02-02 阳城县：截止之后，附经销商说明，专项审核")
        for hand in late:
            hand.supply()
            hand.submit()
            self.board.done("check")
            staff.review_special(self.office, hand.claim_id)
            self.board.done("review")
        staff.pay(self.office, YANGCHENG, but_not=self._claims_left_payable())
        self._count_paid()

    def _november_queue(self) -> None:
        if self._of("waiting_xiangning"):
            self.office.leap(NOVEMBER_QUEUE)
            self._put_in("waiting_xiangning")

    def _half_fill(self) -> None:
        for hand in self._hand_in("half_filled"):
            self.office.wait_read([hand.claim_id])

    # --- steps --------------------------------------------------------------------------------------------------------

    def _of(self, *acts: str) -> list[Submitter]:
        return [self.hands[plan.id] for plan in self.plans if plan.act in acts and plan.id in self.hands]

    def _expect(self) -> None:
        self.board.expect(
            render=self.renderer.ordered,
            read=sum(len(plan.all_files) for plan in self.plans),
            check=sum(plan.act != "half_filled" for plan in self.plans),
            review=sum(len(plan.expected.decisions) for plan in self.plans),
            pay=sum("paid" in plan.expected.payouts for plan in self.plans),
        )

    def _hand_in(self, *acts: str) -> list[Submitter]:
        """Open the drafts of these acts and upload their first papers."""
        for plan in (plan for act in acts for plan in self.plans if plan.act == act):
            hand = Submitter(self.office, self.renderer, plan, self._actor(plan))
            self.hands[plan.id] = hand
            hand.start()
            for file in plan.files:
                hand.hand_in(file)
        return self._of(*acts)

    def _actor(self, plan: Plan) -> Actor:
        if plan.by == "dealer":
            return self.office.staff(f"demo-dealer-{county_of(plan.scheme)}")
        return self.office.sign_in_claimant(plan.purchase.buyer.phone)

    def _put_in(self, act: str) -> None:
        """Each looks through what was read and submits; who lacks a paper hands it in and tries again."""
        for hand in self._of(act):
            self.office.pass_time(_BETWEEN_CLAIMS)
            hand.look_through()
            if not hand.submit() and hand.plan.later:
                hand.supply()
                hand.submit()
            self.board.done("check")

    def _review(self) -> None:
        self.office.pass_time(_BETWEEN_CLAIMS)
        staff.review_all(self.office, self._reviewed)

    def _reviewed(self) -> None:
        self.board.done("review")
        self.office.pass_time(_BETWEEN_CLAIMS)

    def _mend(self, act: str) -> None:
        """Who got a claim back mends it; then it is next in line again."""
        returned = [hand for hand in self._of(act) if hand.plan.swaps]
        for hand in returned:
            hand.supply()
            hand.submit()
        if returned:
            self._review()

    def _give_new_cards(self) -> None:
        hands = [hand for hand in self._of("yangcheng") if hand.plan.new_card]
        for hand in hands:
            self.office.pass_time(_BETWEEN_CLAIMS)
            hand.give_new_card()
        if hands:
            staff.pay(self.office, YANGCHENG, but_not=self._claims_left_payable())

    def _claims_left_payable(self) -> list[int]:
        return [hand.claim_id for hand in self.hands.values() if hand.plan.expected.state == "payable"]

    def _leave_a_batch(self) -> None:
        """A batch that the maker has put together and the checker has not released yet."""
        batched = {hand.claim_id for hand in self.hands.values() if hand.plan.expected.payouts == ("batched",)}
        staff.make_batch(self.office, YANGCHENG, batched.__contains__)

    def _count_paid(self) -> None:
        with self.office.looking() as session:
            paid = select(func.count()).where(Payout.state == "paid")
            self.board.done("pay", session.scalar(paid))

    @contextmanager
    def _counting_files(self) -> Iterator[None]:
        """Beside the play: how many files are rendered and read by now."""
        over = threading.Event()

        def count() -> None:
            with self.office.app.app_context():
                while not over.wait(_COUNT_SECONDS):
                    self._count_files()

        counter = threading.Thread(target=count, daemon=True)
        counter.start()
        try:
            yield
        finally:
            over.set()
            counter.join()
            self._count_files()

    def _count_files(self) -> None:
        self.board.done("render", self.renderer.rendered)
        self.board.done("read", self.office.files_read())


def outcomes(play: Play) -> list[outcome.Found]:
    """What the database says of every claim of the play, in the plans' order."""
    with play.office.looking() as session:
        hands = [play.hands[plan.id] for plan in play.plans]
        return [outcome.found(session, hand.plan, hand.claim_id, hand.refusal) for hand in hands]


def books(play: Play) -> list[str]:
    """Where money or order are not as they must be: pools, postings, instructions, the bank's statement, tickets, the
    chains of what was done.
    """
    parts = play.office.app.extensions
    keys = audit.Office(parts["signer"], parts["settings"].heads)
    with play.office.looking() as session:
        differences = funds.verify(session, parts["bank"].statement())
        unequal = [f"{one.what}，{one.where}：应为 {one.expected}，实为 {one.found}（分）" for one in differences]
        chains = audit.verify(session, clock.now(), keys)
        broken = [f"记录链 {chain.pool} 第 {chain.number} 环：{chain.wrong}" for chain in chains if chain.wrong]
        return [*unequal, *broken, *outcome.wrong_balances(session, play.plans), *outcome.out_of_order(session)]
