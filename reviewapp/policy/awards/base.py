"""What every form of award has: what it is worth at most, how it is judged, and how an office reads it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from reviewapp.policy.facts import Facts, Slot
from reviewapp.policy.judgement import Judgement
from reviewapp.policy.money import show_yuan, yuan_from_fen


class ShownTable(NamedTuple):
    """A part of an award as a table: `rows` are (condition, what it pays); `measure` heads the conditions."""

    caption: str
    clause: str
    measure: str
    rows: tuple[tuple[str, str], ...]


class Awarded(NamedTuple):
    """The award in fen (None when none follows from the facts), the clause used, and the judgement on it."""

    fen: int | None
    clause: str
    judgement: Judgement


class Award(Protocol):
    """A form of award."""

    @property
    def title(self) -> str:
        """What it is called in sentences: 补贴金额."""

    @property
    def most_fen(self) -> int | None:
        """The most it can be, what a claim reserves while its award is unsure; None where the document sets no cap."""

    @property
    def sentence(self) -> str:
        """How it is worked out, in one Chinese sentence without full stop."""

    @property
    def shown(self) -> tuple[ShownTable, ...]:
        """Its tables."""

    def judge(self, facts: Facts) -> Awarded:
        """What these facts are worth."""


def worth(title: str, how: str, fen: int, values: dict[str, str], used: tuple[Slot, ...]) -> Judgement:
    """The judgement of an award that follows."""
    return Judgement("pass", f"{how}，{title} {show_yuan(fen)}", values | {"award": yuan_from_fen(fen)}, used)
