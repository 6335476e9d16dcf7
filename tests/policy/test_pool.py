"""The pool's rules: each by itself, random sequences under an independent checker, mutants it must catch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reviewapp.policy import pool as rules
from reviewapp.policy.pool import Movement, PoolError
from tests.policy.pool_model import FOR, Broken, Office, Rules, Step, check, check_sums, mutant, run

AMOUNTS = st.integers(1, 12)


def test_a_submission_that_fits_reserves_at_once() -> None:
    assert rules.on_submit(100, False, 100) == (Movement("available", "reserved", 100),)


@pytest.mark.parametrize(("available", "waiting"), [(99, False), (1000, True)])
def test_a_submission_waits_when_it_does_not_fit_or_somebody_waits(available: int, waiting: bool) -> None:
    assert rules.on_submit(available, waiting, 100) == ()


@pytest.mark.parametrize(
    ("available", "waiting", "count"),
    [(10, [4, 6, 1], 2), (10, [11, 1], 0), (9, [4, 6, 1], 1), (5, [], 0), (0, [1], 0)],
)
def test_money_goes_to_the_head_and_stops_where_it_does_not_fit(available: int, waiting: list[int], count: int) -> None:
    assert rules.promotions(available, waiting) == count


@given(st.integers(0, 60), st.lists(AMOUNTS))
def test_promotions_are_the_longest_prefix_that_fits(available: int, waiting: list[int]) -> None:
    count = rules.promotions(available, waiting)
    assert sum(waiting[:count]) <= available
    assert count == len(waiting) or sum(waiting[: count + 1]) > available


def test_an_approval_commits_the_award_and_frees_the_rest() -> None:
    assert rules.on_approve(500, 300) == (
        Movement("reserved", "committed", 300),
        Movement("reserved", "available", 200),
    )
    assert rules.on_approve(300, 300) == (Movement("reserved", "committed", 300),)


def test_more_than_reserved_is_never_approved() -> None:
    with pytest.raises(PoolError):
        rules.on_approve(300, 301)


def test_a_raise_takes_only_the_difference_and_only_when_it_is_there_and_nobody_waits_before() -> None:
    assert rules.on_raise(50, False, 300, 350) == (Movement("available", "reserved", 50),)
    assert rules.on_raise(49, False, 300, 350) == ()
    assert rules.on_raise(50, True, 300, 350) == ()


@pytest.mark.parametrize("amount", [0, -1])
@pytest.mark.parametrize(
    "ask",
    [
        lambda amount: rules.on_submit(100, False, amount),
        lambda amount: rules.on_approve(100, amount),
        rules.on_promote,
        rules.on_reopen,
        rules.on_paid,
        rules.on_payment_returned,
        rules.on_given_back,
        rules.on_appropriate,
        lambda amount: rules.on_take(100, amount),
    ],
)
def test_nothing_moves_an_amount_that_is_not_positive(ask: Callable[[int], object], amount: int) -> None:
    with pytest.raises(PoolError):
        ask(amount)


def test_a_whole_life_in_columns() -> None:
    moved = [
        *rules.on_appropriate(1000), *rules.on_submit(1000, False, 500), *rules.on_approve(500, 300),
        *rules.on_paid(300), *rules.on_given_back(300),
    ]  # fmt: skip
    sums = rules.columns(moved)
    assert sums == {"appropriated": 1000, "reserved": 0, "committed": 0, "paid": 300, "returned": 300}
    assert rules.available(sums) == 1000
    assert rules.columns([*moved, *rules.on_take(1000, 400)])["appropriated"] == 600


def test_no_more_leaves_than_is_free() -> None:
    assert rules.on_take(400, 400) == (Movement("available", "treasury", 400),)
    with pytest.raises(PoolError):
        rules.on_take(399, 400)


@pytest.mark.parametrize(
    ("rest", "available", "waiting", "due"),
    [(500, 0, 0, 0), (500, 0, 300, 300), (500, 100, 300, 200), (500, 400, 300, 0), (200, 0, 300, 200), (0, 0, 9, 0)],
)
def test_a_tranche_is_due_by_what_those_who_wait_lack(rest: int, available: int, waiting: int, due: int) -> None:
    assert rules.tranche_due(rest, available, waiting) == due


def test_a_payment_that_came_back_is_owed_again() -> None:
    before = [*rules.on_appropriate(1000), *rules.on_submit(1000, False, 500), *rules.on_approve(500, 300)]
    moved = [*before, *rules.on_paid(300), *rules.on_payment_returned(300)]
    assert rules.columns(moved) == rules.columns(before)
    assert rules.columns([*moved, *rules.on_paid(300)])["paid"] == 300


def test_an_approval_that_is_undone_leaves_its_award_reserved_and_nothing_free() -> None:
    before = [*rules.on_appropriate(1000), *rules.on_submit(1000, False, 500), *rules.on_approve(500, 300)]
    undone = rules.columns([*before, *rules.on_reopen(300)])
    assert (undone["reserved"], undone["committed"], rules.available(undone)) == (300, 0, 700)


@given(st.sampled_from(rules.ACCOUNTS), st.sampled_from(rules.ACCOUNTS), st.integers(1, 10**12))
def test_every_movement_balances(source: str, target: str, amount: int) -> None:
    """What leaves one account arrives in the other: the columns and what is free change by the same sum."""
    sums = rules.columns([Movement(source, target, amount)])
    arrived = amount * ((target == "available") - (source == "available"))
    movement = Movement(source, target, amount)
    assert rules.available(sums) == arrived == rules.change_of("available", movement)
    assert sums == {column: rules.change_of(column, movement) for column in rules.COLUMNS}


@pytest.mark.parametrize("block", range(20))
def test_random_sequences(block: int) -> None:
    """2,000 sequences of 50 operations: nothing overspent, nobody overtaken, no money idle."""
    for seed in range(block * 100, block * 100 + 100):
        run(seed, 50)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(100))
def test_random_sequences_at_length(block: int) -> None:
    """100,000 sequences of 50 operations (figure 1 of the reliability list)."""
    for seed in range(block * 1000, block * 1000 + 1000):
        run(seed, 50)


def _fits_anywhere(available: int, waiting: Iterable[int]) -> int:
    """Skips the head: counts everybody who would fit by himself."""
    return sum(amount <= available for amount in waiting)


def _last_first(available: int, waiting: Iterable[int]) -> int:
    """Promotes as though the smallest came first."""
    return rules.promotions(available, sorted(waiting))


MUTANTS = {
    "skip the head": {"promotions": _fits_anywhere},
    "smallest first": {"promotions": _last_first},
    "smaller may overtake": {"on_submit": lambda available, waiting, amount: rules.on_submit(available, False, amount)},
    "forget to promote": {"promotions": lambda available, waiting: 0},
    "promote one too few": {"promotions": lambda available, waiting: max(0, rules.promotions(available, waiting) - 1)},
    "keep the surplus reserved": {"on_approve": lambda reserved, award: rules.on_approve(reserved, award)[:1]},
    "forget to release": {"on_release": lambda reserved: ()},
    "reserve without looking": {"on_submit": lambda available, waiting, amount: rules.on_promote(amount)},
    "raise without looking": {
        "on_raise": lambda available, waiting, reserved, amount: rules.on_raise(10**9, waiting, reserved, amount)
    },
    "a raise overtakes": {
        "on_raise": lambda available, waiting, reserved, amount: rules.on_raise(available, False, reserved, amount)
    },
    "take without looking": {"on_take": lambda available, amount: (Movement("available", "treasury", available + 1),)},
    "undo without the money": {"on_reopen": lambda award: ()},
    "undo twice": {"on_reopen": lambda award: rules.on_reopen(award) * 2},
    "undo and let it go": {"on_reopen": lambda award: (Movement("committed", "available", award),)},
    "keep what came back": {"on_given_back": lambda amount: ()},
    "free what came back twice": {"on_given_back": lambda amount: rules.on_given_back(amount) * 2},
    "commit twice": {"on_approve": lambda reserved, award: rules.on_approve(reserved, award) + rules.on_paid(award)},
}


def _run_many(wrong: Rules) -> None:
    for seed in range(300):
        run(seed, 50, wrong)


@pytest.mark.parametrize("name", MUTANTS)
def test_the_checker_catches_a_wrong_rule(name: str) -> None:
    wrong = mutant(**MUTANTS[name])
    with pytest.raises(Broken):
        _run_many(wrong)


class PoolMachine(RuleBasedStateMachine):
    """Hypothesis looks for, and shrinks, a sequence that breaks an invariant."""

    @initialize(amount=st.integers(1, 40))
    def open(self, amount: int) -> None:
        self.office = Office()
        self.office.do(Step("appropriate", 0, amount))

    @rule(amount=AMOUNTS)
    def submit(self, amount: int) -> None:
        self.office.do(Step("submit", 0, amount))

    @rule(amount=AMOUNTS)
    def appropriate(self, amount: int) -> None:
        self.office.do(Step("appropriate", 0, amount))

    @rule(amount=AMOUNTS)
    def take(self, amount: int) -> None:
        self.office.do(Step("take", 0, amount))

    @precondition(lambda self: self.office.claims)
    @rule(data=st.data(), verb=st.sampled_from(sorted(FOR)), amount=AMOUNTS)
    def act(self, data: st.DataObject, verb: str, amount: int) -> None:
        fits = [claim.ticket for claim in self.office.claims.values() if claim.state in FOR[verb]]
        if fits:
            self.office.do(Step(verb, data.draw(st.sampled_from(fits)), amount))

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "office"):
            check(self.office)
            check_sums(self.office)


class TwoPoolsMachine(RuleBasedStateMachine):
    """Two pools of one scheme and moves between them: neither breaks, and together they have what the treasury gave."""

    @initialize(amounts=st.tuples(st.integers(1, 40), st.integers(1, 40)))
    def open(self, amounts: tuple[int, int]) -> None:
        self.pools = Office(), Office()
        self.given = sum(amounts)
        for office, amount in zip(self.pools, amounts, strict=True):
            office.do(Step("appropriate", 0, amount))

    @rule(at=st.integers(0, 1), amount=AMOUNTS)
    def submit(self, at: int, amount: int) -> None:
        self.pools[at].do(Step("submit", 0, amount))

    @rule(at=st.integers(0, 1), amount=AMOUNTS)
    def move(self, at: int, amount: int) -> None:
        giving, receiving = self.pools[at], self.pools[1 - at]
        if amount > giving.available:
            with pytest.raises(PoolError):
                rules.on_take(giving.available, amount)
        else:
            giving.do(Step("take", 0, amount))
            receiving.do(Step("appropriate", 0, amount))

    @rule(data=st.data(), at=st.integers(0, 1), verb=st.sampled_from(sorted(FOR)), amount=AMOUNTS)
    def act(self, data: st.DataObject, at: int, verb: str, amount: int) -> None:
        office = self.pools[at]
        fits = [claim.ticket for claim in office.claims.values() if claim.state in FOR[verb]]
        if fits:
            office.do(Step(verb, data.draw(st.sampled_from(fits)), amount))

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "pools"):
            for office in self.pools:
                check(office)
                check_sums(office)
            assert sum(office.sums["appropriated"] for office in self.pools) == self.given


TestPoolMachine = PoolMachine.TestCase
TestTwoPoolsMachine = TwoPoolsMachine.TestCase
TestTwoPoolsMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestPoolMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
