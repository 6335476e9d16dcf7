"""Do prices crowd just above the edge of an award's tier? Chance puts as many a little above as a little below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import comb
from typing import NamedTuple

from reviewapp.policy.awards.tiers import Table, TierAward
from reviewapp.policy.model import Programme

#: How far from the edge is "just above", in parts of the edge: ¥2,000 at ¥100,000.
NEAR = 50
#: Fewer are no crowd, and chance alone must be this unlikely.
_FEWEST, _UNLIKELY = 5, 0.01


class Edge(NamedTuple):
    """Where a tier begins: titles of programme and table (may be ""), the edge and what it adds, in fen."""

    programme: str
    table: str
    edge_fen: int
    step_fen: int


class Crowd(NamedTuple):
    """How many amounts lie within `width_fen` above the edge (included) and below it."""

    edge: Edge
    width_fen: int
    above: int
    below: int

    @property
    def striking(self) -> bool:
        """True when chance would put so many above the edge less than once in a hundred times."""
        return self.above >= _FEWEST and _at_least(self.above, self.above + self.below) < _UNLIKELY


def crowds(programme: Programme, amounts: Iterable[tuple[str, int]]) -> tuple[Crowd, ...]:
    """The edges of a programme paid in tiers that amounts lie near to; none for other awards.

    `amounts` are (value of the trait that chooses the table, "" for all; fen).
    """
    if not isinstance(programme.award, TierAward):
        return ()
    known = list(amounts)
    return tuple(
        crowd
        for table in programme.award.tables
        for crowd in _of_table(programme.title, programme.award, table, [fen for by, fen in known if by == table.value])
        if crowd.above or crowd.below
    )


def _of_table(title: str, award: TierAward, table: Table, amounts: Sequence[int]) -> Iterable[Crowd]:
    name = award.trait.titles[table.value] if award.trait else ""
    before = 0
    for tier in table.tiers:
        edge, width = tier.least, max(tier.least // NEAR, 1)
        above = sum(edge <= fen < edge + width for fen in amounts)
        below = sum(edge - width <= fen < edge for fen in amounts)
        if edge:
            yield Crowd(Edge(title, name, edge, tier.award_fen - before), width, above, below)
        before = tier.award_fen


def _at_least(heads: int, throws: int) -> float:
    return sum(comb(throws, count) for count in range(heads, throws + 1)) / 2.0**throws
