"""What bears a reading out, and what speaks against it, apart from the engine's own score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from reviewapp.policy.money import fen_from_words


@dataclass(slots=True)
class Evidence:
    """`borne`: field → who bears it out (`check_digit`, `words`, `sum`, `qr` …). `doubted`: field → what others make
    of it."""

    borne: dict[str, list[str]] = field(default_factory=dict)
    doubted: dict[str, list[str]] = field(default_factory=dict)

    def bear(self, names: Sequence[str], source: str) -> None:
        """`source` agrees with these fields."""
        for name in names:
            self.borne.setdefault(name, []).append(source)

    def doubt(self, name: str, alternative: str | None = None) -> None:
        """Something contradicts the field; `alternative` is what it says instead, to be shown, never taken."""
        self.doubted.setdefault(name, []).extend([alternative] if alternative else [])


def weigh_words(evidence: Evidence, values: Mapping[str, str], words: str, figures: str) -> None:
    """大写 must equal 小写; words whose end was not read bear the figures out, but are not whole themselves."""
    if words not in values or figures not in values:
        return
    amount = fen_from_words(values[words])
    if amount is not None and amount == fen(values[figures]):
        evidence.bear((words, figures) if values[words][-1] in "整正角分" else (figures,), "words")
    else:
        evidence.doubt(words)
        evidence.doubt(figures, None if amount is None else f"{amount // 100}.{amount % 100:02d}")


def weigh_sum(evidence: Evidence, values: Mapping[str, str], parts: Sequence[str], total: str) -> None:
    """The parts must add up to the total; when they do, the total needs no other witness."""
    names = (*parts, total)
    amounts = [fen(values[name]) for name in names if name in values]
    if len(amounts) < len(names) or any(amount is None for amount in amounts):
        return
    known = [amount for amount in amounts if amount is not None]
    if sum(known[:-1]) == known[-1]:
        evidence.bear(names, "sum")
        evidence.doubted.pop(total, None)
        return
    for name in parts if total in evidence.borne else names:
        evidence.doubt(name)


def fen(yuan: str) -> int | None:
    """Whole fen of `128000.00`; None when it is not an amount."""
    try:
        return int(Decimal(yuan) * 100)
    except InvalidOperation:
        return None
