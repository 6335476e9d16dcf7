"""What a claim would have been worth had only a part been bought: the rule of its award on the rest. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reviewapp.policy.amounts import Amount, Measured
from reviewapp.policy.awards import PercentAward, TierAward
from reviewapp.policy.facts import Facts, parse_facts
from reviewapp.policy.model import Scheme
from reviewapp.policy.roles import assign


@dataclass(frozen=True, slots=True)
class _Kept(Amount):
    """What is left of the purchase, whatever the papers say."""

    fen: int = 0

    def of(self, facts: Facts) -> Measured:
        """The rest."""
        return Measured(self.fen, tuple(map(facts.slot, self.refs)))


def award_on(scheme: Scheme, facts: Mapping[str, Any], kept_fen: int) -> int | None:
    """The award in fen, 0 below the least; None where it does not follow from the price, or nothing says what was
    bought. Nothing kept is worth nothing. FactsError for malformed facts.
    """
    if kept_fen <= 0:
        return 0
    parsed = parse_facts(facts, scheme.programmes)
    programme = scheme.programmes[parsed.programme]
    award = programme.award
    if not isinstance(award, PercentAward | TierAward):
        return None
    if programme.roles:
        assign(programme.roles, parsed)
    kept = _Kept(award.amount.refs, award.amount.add_up, kept_fen)
    awarded = replace(award, amount=kept).judge(parsed)
    return 0 if awarded.judgement.outcome == "fail" else awarded.fen
