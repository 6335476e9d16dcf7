"""Finding printed labels in lines that may be slightly misread, and cutting lines at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reviewapp.ocr.lines import Line

EXACT_UP_TO = 3
LETTERS_A_MISTAKE = 4
LEADING = "¥￥*-"
"""Marks a value may begin with; any other before it is a rule, a tick or a speck."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters `start:end` of a text are the label of `field` (None: a label that only bounds other values)."""

    field: str | None
    label: str
    start: int
    end: int
    mistakes: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line: either a label or text between labels. `row` is the number of the line it came from."""

    line: Line
    row: int
    hit: Hit | None = None


def find_labels(text: str, labels: Mapping[str, str | None]) -> list[Hit]:
    """Labels in `text`, left to right, none overlapping; exact ones first, then the longest, then near misses."""
    hits: list[Hit] = []
    ordered = sorted(labels, key=len, reverse=True)
    for label in ordered:
        hits += [hit for hit in _exact(text, label, labels[label]) if not _overlaps(hit, hits)]
    for label in ordered:
        near = _nearest(text, label, labels[label])
        if near is not None and not _overlaps(near, hits):
            hits.append(near)
    return sorted(hits, key=lambda hit: hit.start)


def cut(lines: Sequence[Line], labels: Mapping[str, str | None]) -> list[Piece]:
    """All lines as pieces: labels, and what stands before, between and after them."""
    pieces: list[Piece] = []
    for row, line in enumerate(lines):
        done = 0
        for hit in find_labels(line.text, labels):
            pieces += _plain(line, row, done, hit.start)
            pieces.append(Piece(line.piece(hit.start, hit.end), row, hit))
            done = hit.end
        pieces += _plain(line, row, done, len(line.text))
    return pieces


def contains(texts: Iterable[str], phrase: str) -> bool:
    """Whether a phrase stands in one of the texts, one misread character in four allowed."""
    page = tuple(texts)
    joined, letters = _joined(page)
    if phrase in joined:
        return True
    if sum(map(letters.__contains__, phrase)) < len(phrase) - len(phrase) // LETTERS_A_MISTAKE:
        return False
    return any(_nearest(text, phrase, None) is not None for text in page)


@lru_cache(maxsize=8)
def _joined(texts: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The texts as one, and its characters: hundreds of phrases are looked for on the same page."""
    joined = "\n".join(texts)
    return joined, frozenset(joined)


def _plain(line: Line, row: int, start: int, end: int) -> list[Piece]:
    while start < end and not line.text[start].isalnum() and line.text[start] not in LEADING:
        start += 1
    return [Piece(line.piece(start, end), row)] if start < end else []


def _exact(text: str, label: str, field: str | None) -> list[Hit]:
    hits = []
    at = text.find(label)
    while at >= 0:
        hits.append(Hit(field, label, at, at + len(label)))
        at = text.find(label, at + len(label))
    return hits


@lru_cache(maxsize=60_000)
def _nearest(text: str, label: str, field: str | None) -> Hit | None:
    """The best near miss of a label of four or more characters; None when nothing is near enough.

    Kept for a while: the lines of one page are asked again for each part of it that may be a paper of its own.
    """
    allowed = len(label) // LETTERS_A_MISTAKE
    if len(label) <= EXACT_UP_TO or len(text) < len(label) - allowed:
        return None
    if sum(map(text.__contains__, label)) < len(label) - allowed:  # nearly every text of a page ends here
        return None
    best: Hit | None = None
    for start in range(len(text)):
        if text[start] not in label[:2]:
            continue
        for length in range(len(label) - allowed, len(label) + allowed + 1):
            window = text[start : start + length]
            mistakes = distance(window, label, allowed)
            if mistakes <= allowed and (best is None or mistakes < best.mistakes):
                best = Hit(field, label, start, start + len(window), mistakes)
    return best


def _overlaps(hit: Hit, others: Iterable[Hit]) -> bool:
    return any(hit.start < other.end and other.start < hit.end for other in others)


def distance(a: str, b: str, most: int) -> int:
    """Edit distance of two short strings; `most` + 1 stands for anything greater."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        now = [i]
        for j, y in enumerate(b, 1):
            now.append(min(before[j] + 1, now[-1] + 1, before[j - 1] + (x != y)))
        if min(now) > most:
            return most + 1
        before = now
    return min(before[-1], most + 1)
