"""Tiers against a search by hand."""

from hypothesis import given
from hypothesis import strategies as st

from reviewapp.policy.awards import Table
from reviewapp.policy.money import yuan_from_fen
from reviewapp.policy.tiers import read_tiers

EDGES = st.lists(st.integers(1, 10**8), min_size=1, max_size=5, unique=True).map(sorted)


def tables(edges: list[int], closed: list[bool]) -> list[dict[str, object]]:
    """Tiers between the edges (fen); `closed` says whether an edge belongs to the tier above it."""
    tiers = []
    for at, edge in enumerate(edges):
        tier: dict[str, object] = {"from" if closed[at] else "over": yuan_from_fen(edge), "pays": at + 1}
        if at + 1 < len(edges):
            tier["below" if closed[at + 1] else "up_to"] = yuan_from_fen(edges[at + 1])
        tiers.append(tier)
    return tiers


def by_hand(edges: list[int], closed: list[bool], amount: int) -> int | None:
    reached = [at for at, edge in enumerate(edges) if amount > edge or (amount == edge and closed[at])]
    return (reached[-1] + 1) * 100 if reached else None


@given(EDGES, st.lists(st.booleans(), min_size=5, max_size=5), st.data())
def test_every_amount_falls_where_it_does_by_hand(edges: list[int], closed: list[bool], data: st.DataObject) -> None:
    apart = [edge for at, edge in enumerate(edges) if at == 0 or edge - edges[at - 1] > 1]
    table = Table("fuel", "一", read_tiers(tables(apart, closed), "tiers"))
    near = [edge + step for edge in apart for step in (-1, 0, 1)]
    amount = data.draw(st.sampled_from(near) | st.integers(0, 2 * 10**8))
    assert table.award_fen(amount) == by_hand(apart, closed, amount)
