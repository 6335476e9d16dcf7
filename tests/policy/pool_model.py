"""A small office in memory that obeys the pool's rules, and a checker that knows nothing of them.

`Office` does with dictionaries what the services do with tables: it applies whatever `rules` (the module under test,
or a mutant of it) answers. `check` looks only at the outcome and at the order of grants, so a wrong rule cannot hide
behind it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import NamedTuple

from reviewapp.policy import pool as real_rules

Rules = ModuleType | SimpleNamespace


class Broken(AssertionError):
    """An invariant of the pool does not hold."""


class Step(NamedTuple):
    """One operation: `ticket` names a claim (0 where there is none yet), `amount` is fen where there is one."""

    verb: str
    ticket: int = 0
    amount: int = 0


class Held:
    """What the office knows of one claim."""

    __slots__ = ("award", "back", "reserved", "state", "ticket", "wanted")

    def __init__(self, ticket: int, wanted: int) -> None:
        self.ticket, self.wanted = ticket, wanted
        self.reserved = self.award = self.back = 0
        self.state = "waitlist"

    @property
    def lacking(self) -> int:
        """What it wants beyond what it holds."""
        return self.wanted - self.reserved

    def seen(self) -> tuple[str, int, int]:
        """State, reservation and award: what is compared with the database."""
        return self.state, self.reserved, self.award


#: Which claims an operation is for.
FOR = {
    "reject": ("submitted",),
    "withdraw": ("submitted", "waitlist", "returned"),
    "lapse": ("returned",),
    "return": ("submitted",),
    "resubmit": ("returned",),
    "await_funds": ("submitted",),
    "approve": ("submitted",),
    "reopen": ("approved",),
    "pay": ("approved",),
    "give_back": ("paid",),
}


class Office:
    """One pool. `grants` lists the tickets that got money in the newest step, in that order, for `check`."""

    def __init__(self, rules: Rules = real_rules) -> None:
        self.rules = rules
        self.sums = dict.fromkeys(real_rules.COLUMNS, 0)
        self.claims: dict[int, Held] = {}
        self.waiting: dict[int, Held] = {}
        self.grants: list[int] = []

    @property
    def available(self) -> int:
        return real_rules.available(self.sums)

    def do(self, step: Step) -> None:
        """Carry out one operation as the services do."""
        self.grants.clear()
        getattr(self, f"_{step.verb}")(step)

    def _post(self, movements: real_rules.Movements) -> None:
        for movement in movements:
            for column, amount in real_rules.changes(movement).items():
                self.sums[column] += amount

    def _promote(self) -> None:
        heads = [self.waiting[ticket] for ticket in sorted(self.waiting)]
        for claim in heads[: self.rules.promotions(self.available, [head.lacking for head in heads])]:
            self._post(self.rules.on_promote(claim.lacking))
            self._grant(claim)
            del self.waiting[claim.ticket]

    def _grant(self, claim: Held) -> None:
        claim.reserved, claim.state = claim.wanted, "submitted"
        self.grants.append(claim.ticket)

    def _submit(self, step: Step) -> None:
        claim = Held(len(self.claims) + 1, step.amount)
        self.claims[claim.ticket] = claim
        movements = self.rules.on_submit(self.available, bool(self.waiting), step.amount)
        self._post(movements)
        if movements:
            self._grant(claim)
        else:
            self.waiting[claim.ticket] = claim

    def _release(self, step: Step, state: str) -> None:
        claim = self.claims[step.ticket]
        self.waiting.pop(claim.ticket, None)
        self._post(self.rules.on_release(claim.reserved))
        claim.reserved, claim.state = 0, state
        self._promote()

    def _reject(self, step: Step) -> None:
        self._release(step, "rejected")

    def _withdraw(self, step: Step) -> None:
        self._release(step, "withdrawn")

    def _lapse(self, step: Step) -> None:
        self._release(step, "lapsed")

    def _return(self, step: Step) -> None:
        self.claims[step.ticket].state = "returned"

    def _resubmit(self, step: Step) -> None:
        self._raise(self.claims[step.ticket], step.amount)

    def _await_funds(self, step: Step) -> None:
        claim = self.claims[step.ticket]
        self._raise(claim, claim.reserved + step.amount)

    def _raise(self, claim: Held, amount: int) -> None:
        """Back in line with what it holds, if that is enough or the rest is there; else to the waitlist."""
        claim.wanted = max(claim.wanted, amount)
        if amount <= claim.reserved:
            claim.state = "submitted"
            return
        before = any(ticket < claim.ticket for ticket in self.waiting)
        movements = self.rules.on_raise(self.available, before, claim.reserved, amount)
        self._post(movements)
        if movements:
            self._grant(claim)
        else:
            claim.state = "waitlist"
            self.waiting[claim.ticket] = claim

    def _approve(self, step: Step) -> None:
        claim = self.claims[step.ticket]
        claim.award = min(step.amount, claim.reserved)
        self._post(self.rules.on_approve(claim.reserved, claim.award))
        claim.reserved, claim.state = 0, "approved"
        self._promote()

    def _reopen(self, step: Step) -> None:
        """An objection undoes the approval: the claim holds its award again, and wants no more than that."""
        claim = self.claims[step.ticket]
        self._post(self.rules.on_reopen(claim.award))
        claim.reserved = claim.wanted = claim.award
        claim.award, claim.state = 0, "submitted"

    def _pay(self, step: Step) -> None:
        claim = self.claims[step.ticket]
        self._post(self.rules.on_paid(claim.award))
        claim.state = "paid"

    def _give_back(self, step: Step) -> None:
        """A part of what was paid, or all that is left of it, comes back."""
        claim = self.claims[step.ticket]
        amount = min(step.amount, claim.award - claim.back)
        claim.back += amount
        claim.state = "refunded" if claim.back == claim.award else "paid"
        self._post(self.rules.on_given_back(amount))
        self._promote()

    def _appropriate(self, step: Step) -> None:
        self._post(self.rules.on_appropriate(step.amount))
        self._promote()

    def _take(self, step: Step) -> None:
        """Money leaves for another pool or the treasury: as much of it as is free."""
        amount = min(step.amount, self.available)
        if amount:
            self._post(self.rules.on_take(self.available, amount))


def check(office: Office) -> None:
    """Raise Broken unless pot, order and the claims' own amounts hold."""
    sums, available = office.sums, office.available
    if available < 0 or min(sums.values()) < 0:
        raise Broken(f"overspent: {sums}")
    waiting = [claim for claim in office.claims.values() if claim.state == "waitlist"]
    if waiting and waiting[0].lacking <= available:
        raise Broken(f"{available} lies idle while ticket {waiting[0].ticket} lacks {waiting[0].lacking}")
    grants = office.grants
    if grants != sorted(grants):
        raise Broken(f"money was given in the order {grants}")
    if waiting and grants and grants[-1] > waiting[0].ticket:
        raise Broken(f"ticket {grants[-1]} got money while {waiting[0].ticket} waits")


def check_sums(office: Office) -> None:
    """Raise Broken unless every column is what the claims say."""
    claims = office.claims.values()
    said = {
        "reserved": sum(claim.reserved for claim in claims),
        "committed": sum(claim.award for claim in claims if claim.state == "approved"),
        "paid": sum(claim.award for claim in claims if claim.state in ("paid", "refunded")),
        "returned": sum(claim.back for claim in claims),
    }
    if any(office.sums[column] != amount for column, amount in said.items()):
        raise Broken(f"claims say {said}, the pool says {office.sums}")


#: Mostly submissions at first and decisions later; amounts small enough that pools run dry and fill again.
_VERBS = (
    "submit",
    "submit",
    "submit",
    "approve",
    "reject",
    "withdraw",
    "return",
    "resubmit",
    "await_funds",
    "lapse",
    "reopen",
    "pay",
    "pay",
    "give_back",
    "appropriate",
    "take",
)


def random_step(chance: random.Random, office: Office) -> Step:
    """The next operation of a random sequence: one that is possible now."""
    verb = _VERBS[int(chance.random() * len(_VERBS))]
    if verb in FOR:
        fits = [claim.ticket for claim in office.claims.values() if claim.state in FOR[verb]]
        if fits:
            return Step(verb, fits[int(chance.random() * len(fits))], 1 + int(chance.random() * 9))
        verb = "submit"
    return Step(verb, 0, 1 + int(chance.random() * (9 if verb == "submit" else 20)))


def run(seed: int, steps: int, rules: Rules = real_rules, then: Callable[[Office, Step], None] | None = None) -> Office:
    """One random sequence, checked after each step; `then` is told of each step that was done."""
    chance, office = random.Random(seed), Office(rules)
    for number in range(steps):
        step = Step("appropriate", 0, 30) if number == 0 else random_step(chance, office)
        office.do(step)
        check(office)
        if then is not None:
            then(office, step)
    check_sums(office)
    return office


def mutant(**changed: Callable[..., object]) -> SimpleNamespace:
    """The rules with some functions replaced."""
    return SimpleNamespace(**{name: getattr(real_rules, name) for name in dir(real_rules)} | changed)
