"""Whose turn it was: an orderly queue passes; every way of overtaking is found, at its step and with who was passed."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from reviewapp.policy.turns import Step, Turns, open_to


def _found(steps: Iterable[Step]) -> list[tuple[int, int]]:
    """(ticket, whom it passed over) of every step out of turn."""
    turns = Turns()
    return [(step.ticket, passed) for step in steps if (passed := turns.passed_over(step)) is not None]


def submit(ticket: int, to: str = "submitted") -> Step:
    return Step(ticket, "submit", "claimant", to)


def take(ticket: int, role: str = "reviewer") -> Step:
    return Step(ticket, "take", role, "in_review")


def promote(ticket: int) -> Step:
    return Step(ticket, "promote", "system", "submitted")


def back(ticket: int, to: str = "submitted") -> Step:
    return Step(ticket, "put_back", "reviewer", to)


def test_the_table_says_what_is_open_to_whom() -> None:
    assert open_to("reviewer") == ("submitted",)
    assert set(open_to("lead")) == {"submitted", "special_review"}
    assert open_to("auditor") == ()


@pytest.mark.parametrize(
    "steps",
    [
        [submit(1), submit(2), take(1), take(2)],
        [submit(1), submit(2), take(1), take(2), back(1), take(1)],
        [submit(1, "special_review"), submit(2), take(2), take(1, "lead")],
        [submit(1), submit(2, "waitlist"), submit(3, "waitlist"), promote(2), promote(3)],
        [submit(1, "waitlist"), submit(2, "waitlist"), Step(1, "withdraw", "claimant", "withdrawn"), promote(2)],
        [submit(1), take(1), Step(1, "return", "reviewer", "returned"), submit(2), take(2)],
    ],
)
def test_an_orderly_queue(steps: list[Step]) -> None:
    assert _found(steps) == []


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([submit(1), submit(2), take(2)], [(2, 1)]),
        ([submit(1), submit(2), take(1), back(1), take(2)], [(2, 1)]),
        ([submit(1, "special_review"), submit(2), take(2, "lead")], [(2, 1)]),
        ([submit(1, "waitlist"), submit(2, "waitlist"), promote(2)], [(2, 1)]),
        ([submit(1, "waitlist"), submit(2)], [(2, 1)]),
        ([submit(1), submit(2), submit(3), take(3), take(2), take(1)], [(3, 1), (2, 1)]),
        ([submit(1), take(1), Step(1, "resubmit", "claimant", "submitted"), submit(2), take(2)], [(2, 1)]),
    ],
)
def test_overtaking_is_found(steps: list[Step], found: list[tuple[int, int]]) -> None:
    assert _found(steps) == found


def test_tickets_that_are_left_out_are_not_missed() -> None:
    assert _found([submit(2), take(5), take(2)]) == [(5, 2)]


def _orderly(chance: random.Random) -> list[Step]:
    """A queue in which everybody is taken in turn, some are put back, and some come late."""
    steps, waiting, read, last = [], set[int](), set[int](), 0
    for _ in range(60):
        what = chance.random()
        if what < 0.4:
            last += 1
            steps.append(submit(last))
            waiting.add(last)
        elif what < 0.8 and waiting:
            first = min(waiting)
            steps.append(take(first))
            waiting.remove(first)
            read.add(first)
        elif read:
            again = chance.choice(sorted(read))
            steps.append(back(again))
            read.remove(again)
            waiting.add(again)
    return steps


def test_every_mutant_of_an_orderly_queue_is_found() -> None:
    """In place of the one whose turn it is, another one who waits is taken."""
    mutants = 0
    for seed in range(200):
        chance = random.Random(seed)
        steps = _orderly(chance)
        assert _found(steps) == []
        mutant = _mutated(chance, steps)
        if mutant is not None:
            mutants += 1
            assert _found(mutant[0])[0] == mutant[1]
    assert mutants > 150


def _mutated(chance: random.Random, steps: list[Step]) -> tuple[list[Step], tuple[int, int]] | None:
    """The steps until one take, in which somebody later is taken; and what is to be found there."""
    takes = [index for index, step in enumerate(steps) if step.action == "take"]
    chance.shuffle(takes)
    for index in takes:
        states = {step.ticket: step.to_state for step in steps[:index]}
        later = [ticket for ticket, state in states.items() if state == "submitted" and ticket > steps[index].ticket]
        if later:
            other = chance.choice(later)
            return [*steps[:index], take(other)], (other, steps[index].ticket)
    return None
