"""Names of people and firms, compared as a clerk would: width, spaces, dots and brackets do not matter."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Likeness = Literal["same", "near", "different"]

_IGNORED = re.compile(r"[\s·•‧・･∙⋅.．。'’\-]+")
_SHORTEST_NEAR = 2


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """Half-width, upper case, without spaces and without the dots of minority and foreign names (· • ・ …)."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name)).upper()


def same_name(one: str, other: str) -> Likeness:
    """`same` after folding; `near` when one character is wrong, missing or too many (misread?); else `different`."""
    first, second = fold_name(one), fold_name(other)
    if first == second:
        return "same"
    if min(len(first), len(second)) >= _SHORTEST_NEAR and _one_off(first, second):
        return "near"
    return "different"


def _one_off(one: str, other: str) -> bool:
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
