"""In which letters values differ that ought to be the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring letters of a value: `differs` when the value it is compared with has others, or none, there.

    `remark` says what eyes overlook: 全角 for full-width letters, 空格 for spaces, "" otherwise.
    """

    text: str
    differs: bool
    remark: str = ""


def marked(texts: Sequence[str]) -> list[tuple[Run, ...]]:
    """Each text in runs, the first compared with the first that differs from it, the others with the first."""
    if not texts:
        return []
    first = texts[0]
    other = next((text for text in texts[1:] if text != first), first)
    return [_runs(first, other), *(_runs(text, first) for text in texts[1:])]


def _runs(text: str, other: str) -> tuple[Run, ...]:
    runs: list[Run] = []
    for tag, start, end, _, _ in SequenceMatcher(None, text, other, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(Run(text[start:end], False))
        elif start < end:
            runs += _overlooked(text[start:end])
    return tuple(runs)


def _overlooked(text: str) -> list[Run]:
    """Differing letters, cut where one kind of remark ends and another begins."""
    runs: list[Run] = []
    for letter in text:
        remark = _remark(letter)
        if runs and runs[-1].remark == remark:
            letter = runs.pop().text + letter
        runs.append(Run(letter, True, remark))
    return runs


def _remark(letter: str) -> str:
    if letter.isspace():
        return "空格"
    folded = unicodedata.normalize("NFKC", letter)
    return "全角" if folded != letter and folded.isascii() else ""
