"""Whose turn it was: replays a pool's chain and finds who came before somebody earlier. Pure.

A reviewer takes the earliest ticket that waits and is open to the role; money goes to the earliest on the waitlist, and
to a new claim only when nobody waits there. Whatever departs from that has passed somebody over.
"""

from __future__ import annotations

from functools import cache
from heapq import heappop, heappush
from typing import NamedTuple

from reviewapp.policy.workflow import TABLE

_WAITLIST = ("waitlist",)


class Step(NamedTuple):
    """An event of a claim as the queue sees it."""

    ticket: int
    action: str
    role: str
    to_state: str


@cache
def open_to(role: str) -> tuple[str, ...]:
    """The states from which this role may take a claim to review."""
    return tuple(row.state for row in TABLE if row.action == "take" and role in row.roles)


class Turns:
    """The replay: a heap of tickets a state, whose stale heads are dropped when they come up.

    Steps of some tickets may be left out: then only those that are there are seen to be passed over.
    """

    def __init__(self) -> None:
        self._states: dict[int, str] = {}
        self._heaps: dict[str, list[int]] = {state: [] for state in (*_WAITLIST, *open_to("lead"))}

    def passed_over(self, step: Step) -> int | None:
        """Replay the chain's next step; the earliest ticket that it came before out of turn, None when it did not."""
        earliest = min((head for state in _rivals(step) if (head := self._head(state)) is not None), default=None)
        self._move(step.ticket, step.to_state)
        return earliest if earliest is not None and earliest < step.ticket else None

    def _move(self, ticket: int, state: str) -> None:
        if self._states.get(ticket) != state:
            self._states[ticket] = state
            if state in self._heaps:
                heappush(self._heaps[state], ticket)

    def _head(self, state: str) -> int | None:
        heap = self._heaps[state]
        while heap and self._states[heap[0]] != state:
            heappop(heap)
        return heap[0] if heap else None


def _rivals(step: Step) -> tuple[str, ...]:
    """The states of those who waited for what this step gave; none when it gave nothing."""
    if step.action == "take":
        return open_to(step.role)
    if step.action == "promote" or (step.action == "submit" and step.to_state not in _WAITLIST):
        return _WAITLIST
    return ()
