"""A stratified sample that anybody can draw again: of every stratum a share, rounded up, chosen by a seed. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

#: Upper bounds of the bands of amounts in fen, and what they are called.
BANDS = ((200_000, "2000 元及以下"), (500_000, "2000–5000 元"), (None, "5000 元以上"))


def band(amount_fen: int) -> str:
    """What the band of an amount is called."""
    return next(label for bound, label in BANDS if bound is None or amount_fen <= bound)


def draw(population: Mapping[str, str], percent: int, seed: str) -> list[str]:
    """The sampled ones of `population` (name → stratum), by stratum and name; the order of the population is no matter.

    Of a stratum of n the ⌈n·percent/100⌉ whose SHA-256 of seed and name is least.
    """
    strata: dict[str, list[str]] = {}
    for name, stratum in population.items():
        strata.setdefault(stratum, []).append(name)
    drawn = []
    for _, names in sorted(strata.items()):
        names.sort(key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest())
        drawn += sorted(names[: -(-len(names) * percent // 100)])
    return drawn
