"""When a reading of a specimen counts as right: shared by tests and measurements."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

FOLDED = frozenset({"certificate_number", "engine_number"})
"""Numbers without a check digit in which O and 0, I and 1 look the same: compared folded, by people as by checks."""
_FOLD = str.maketrans("OQI", "001")


def same(field: str, read: Any, truth: Any) -> bool:
    """Equal after NFKC and without spaces; a masked card by its digits (how many stars hide the rest is not content);
    a list of objects entry by entry, field by field."""
    if isinstance(truth, Mapping):
        return (
            isinstance(read, Mapping) and read.keys() == truth.keys() and all(same(k, read[k], truth[k]) for k in truth)
        )
    if isinstance(truth, Sequence) and not isinstance(truth, str):
        listed = isinstance(read, Sequence) and not isinstance(read, str) and len(read) == len(truth)
        return listed and all(same(field, one, other) for one, other in zip(read, truth, strict=True))
    return plain(field, read) == plain(field, truth)


def plain(field: str, value: Any) -> str:
    """What of a single value counts."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value)))
    if field == "card_number_masked":
        return re.sub(r"\*+", "*", text)
    return text.upper().translate(_FOLD) if field in FOLDED else text
