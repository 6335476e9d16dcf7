"""What another version of a scheme would change: two results of one claim in, the differences and their sums out. Pure.

Two figures are kept apart. `award` is what the tables give, also where a check fails; `due` is what would be paid:
nothing while the result fails. A later closing day changes no award, but claims that failed become due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from reviewapp.policy.money import yuan_from_fen
from reviewapp.policy.result import Finding, Result
from reviewapp.policy.workflow import LIVE

#: What a change means for the money: already promised or paid, still to be decided, or over (nothing is due any more).
Stage = Literal["granted", "open", "closed"]
STAGES: dict[Stage, str] = {"granted": "已审核通过", "open": "待审核", "closed": "已结束"}
_UNDECIDED = ("submitted", "waitlist", "special_review", "in_review", "returned")


def stage_of(state: str) -> Stage:
    """What the state of a claim that was put in means for the money."""
    if state not in LIVE:
        return "closed"
    return "open" if state in _UNDECIDED else "granted"


class Claim(NamedTuple):
    """The claim that was put through again: its number and public name, its state and the pool it stands in."""

    number: str
    public_id: str
    state: str
    pool: str

    @property
    def stage(self) -> Stage:
        """What its state means for the money."""
        return stage_of(self.state)


class Turned(NamedTuple):
    """A finding that comes out otherwise; None where the version has no such check. `message` is the newer sentence."""

    check: str
    clause: str
    before: str | None
    after: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """One claim under two versions. A side is None where the version cannot judge it; `obstacle` says why."""

    claim: Claim
    before: Result | None
    after: Result | None
    turned: tuple[Turned, ...]
    obstacle: str = ""

    @property
    def changed(self) -> bool:
        """Whether outcome, award, special review, missing papers or any failing or unsure finding differ."""
        return self._seen(self.before) != self._seen(self.after) or bool(self.turned)

    @property
    def award_fen(self) -> int:
        """What the newer version's tables give beyond the older's."""
        return _award(self.after) - _award(self.before) if self.before and self.after else 0

    @property
    def due_fen(self) -> int:
        """What would be paid beyond, counting nothing while a result fails or the claim is over."""
        if not (self.before and self.after) or self.claim.stage == "closed":
            return 0
        return _due(self.after) - _due(self.before)

    @property
    def missing(self) -> tuple[str, ...]:
        """Papers that the newer version asks for and the claim has not."""
        return _beyond(self.after, self.before)

    @property
    def spared(self) -> tuple[str, ...]:
        """Papers that were missing and are asked for no more."""
        return _beyond(self.before, self.after)

    def to_json(self) -> dict[str, Any]:
        """The claim's entry of `schemes replay --json`; never a person."""
        return {
            "claim": self.claim.number,
            "state": self.claim.state,
            "pool": self.claim.pool,
            "before": _side(self.before),
            "after": _side(self.after),
            "award_difference": yuan_from_fen(self.award_fen),
            "due_difference": yuan_from_fen(self.due_fen),
            "findings": [turned._asdict() for turned in self.turned],
            "newly_missing": list(self.missing),
            "no_longer_missing": list(self.spared),
            "obstacle": self.obstacle or None,
        }

    @staticmethod
    def _seen(result: Result | None) -> Any:
        return result and (result.outcome, result.award_fen, result.special_review, result.missing)


class Cost(NamedTuple):
    """How many claims change, and the sums of both differences in fen."""

    changed: int = 0
    award_fen: int = 0
    due_fen: int = 0

    def plus(self, change: Change) -> Cost:
        """With one more claim."""
        return Cost(self.changed + 1, self.award_fen + change.award_fen, self.due_fen + change.due_fen)

    def to_json(self) -> dict[str, Any]:
        """Amounts in yuan."""
        award, due = yuan_from_fen(self.award_fen), yuan_from_fen(self.due_fen)
        return {"changed": self.changed, "award_difference": award, "due_difference": due}


@dataclass(slots=True)
class Totals:
    """The sums over all claims so far. `costs` goes by pool and stage; `outcomes` counts the pairs before and after."""

    claims: int = 0
    changed: int = 0
    costs: dict[tuple[str, Stage], Cost] = field(default_factory=dict)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    obstacles: dict[str, list[str]] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """Count a claim in, changed or not."""
        self.claims += 1
        if change.obstacle:
            self.obstacles.setdefault(change.obstacle, []).append(change.claim.number)
        if not change.changed:
            return
        self.changed += 1
        key = (change.claim.pool, change.claim.stage)
        self.costs[key] = self.costs.get(key, Cost()).plus(change)
        if change.before and change.after and change.before.outcome != change.after.outcome:
            self.outcomes[change.before.outcome, change.after.outcome] += 1

    def by_pool(self) -> list[tuple[tuple[str, Stage], Cost]]:
        """The costs pool by pool, each in the order of `STAGES`."""
        return sorted(self.costs.items(), key=lambda entry: (entry[0][0], list(STAGES).index(entry[0][1])))

    @property
    def award_fen(self) -> int:
        """Of all pools and stages."""
        return sum(cost.award_fen for cost in self.costs.values())

    @property
    def due_fen(self) -> int:
        """Of all pools and stages."""
        return sum(cost.due_fen for cost in self.costs.values())

    def to_json(self) -> dict[str, Any]:
        """The head of `schemes replay --json`."""
        costs = [{"pool": pool, "stage": stage, **cost.to_json()} for (pool, stage), cost in self.by_pool()]
        outcomes = [{"before": pair[0], "after": pair[1], "claims": n} for pair, n in sorted(self.outcomes.items())]
        return {
            "claims": self.claims,
            "changed": self.changed,
            "award_difference": yuan_from_fen(self.award_fen),
            "due_difference": yuan_from_fen(self.due_fen),
            "costs": costs,
            "outcomes": outcomes,
            "obstacles": [{"why": why, "claims": numbers} for why, numbers in self.obstacles.items()],
        }


def compare(claim: Claim, before: Result | None, after: Result | None, obstacle: str = "") -> Change:
    """The claim under the older and the newer version; `obstacle` is why a side is None."""
    turned = tuple(_turned(before, after)) if before and after else ()
    return Change(claim, before, after, turned, obstacle)


def _turned(before: Result, after: Result) -> Iterator[Turned]:
    """Findings that come out otherwise, in the newer version's order; checks that pass on their one side are no news.

    Papers are left out: what is missing is told apart.
    """
    old, new = _judged(before), _judged(after)
    for check in dict.fromkeys([*new, *old]):
        was, now = old.get(check), new.get(check)
        if _outcome(was) == _outcome(now) or not any(_bad(side) for side in (was, now)):
            continue
        shown = now or was
        if shown is not None:
            yield Turned(check, shown.clause, _outcome(was), _outcome(now), shown.message)


def _outcome(finding: Finding | None) -> str | None:
    return None if finding is None else finding.outcome


def _judged(result: Result) -> dict[str, Finding]:
    return {finding.check: finding for finding in result.judged}


def _bad(finding: Finding | None) -> bool:
    return finding is not None and finding.outcome in ("fail", "unsure")


def _award(result: Result) -> int:
    return result.award_fen or 0


def _due(result: Result) -> int:
    return 0 if result.outcome == "fail" else _award(result)


def _beyond(one: Result | None, other: Result | None) -> tuple[str, ...]:
    if one is None or other is None:
        return ()
    return tuple(entry for entry in one.missing if entry not in other.missing)


def _side(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    award = None if result.award_fen is None else yuan_from_fen(result.award_fen)
    return {
        "version": result.version,
        "outcome": result.outcome,
        "award": award,
        "special_review": result.special_review,
    }
