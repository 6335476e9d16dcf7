"""Prices just above a tier's edge: many more than below are striking, chance is not."""

from __future__ import annotations

from reviewapp import schemes
from reviewapp.policy.crowding import Crowd, Edge, crowds

EDGE = 10_000_000


def crowd(above: int, below: int) -> Crowd:
    return Crowd(Edge("购买新车", "", EDGE, 100_000), 200_000, above, below)


def test_only_what_chance_hardly_does_is_striking() -> None:
    assert [crowd(*one).striking for one in ((10, 1), (7, 0), (30, 12), (4, 0), (6, 3), (12, 12), (1, 9))] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip


def test_amounts_are_counted_at_the_edges_of_their_own_table() -> None:
    programme = schemes.load("yangcheng-2023").programmes["car"]
    tiers = {table.value: table.tiers for table in programme.award.tables}  # type: ignore[attr-defined]
    (value, edges), *_ = tiers.items()
    edge, step = edges[1].least, edges[1].award_fen - edges[0].award_fen
    inside, width = [edge, edge, edge + edge // 50 - 1, edge - 1], edge // 50
    outside = [edge + width, edge - width - 1]

    (found,) = crowds(programme, [*((value, fen) for fen in inside + outside), ("no such table", edge)])
    assert (found.edge.edge_fen, found.edge.step_fen, found.above, found.below) == (edge, step, 3, 1)
