"""A doubted text layer beside the picture: what is seen decides, and where the two part a person looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewapp.ocr.readings import MOST_WHEN_UNSURE, FieldReading, PageReading
from reviewapp.ocr.trust import same_number


def beside(told: PageReading, seen: Sequence[PageReading]) -> list[PageReading]:
    """What a page is taken to say, of what its text tells and what its picture shows.

    Another kind of paper, or several of them, on the picture: the text tells nothing. Of the same paper a field stays
    as sure as it is where both agree, and is `unsure` with both readings where they differ or only the text has it.
    """
    if len(seen) != 1 or seen[0].kind != told.kind:
        return list(seen)
    (shown,) = seen
    fields = {name: _agreed(reading, shown.fields.get(name)) for name, reading in told.fields.items()}
    return [
        replace(shown, fields=dict(shown.fields) | fields, legible=told.legible, seconds=told.seconds + shown.seconds)
    ]


def _agreed(told: FieldReading, shown: FieldReading | None) -> FieldReading:
    if shown is None:
        return _unsure(told)
    if told.value == shown.value or _alike(told, shown):
        return replace(told, sources=tuple(dict.fromkeys(told.sources + shown.sources)))
    other = (told.value, *told.alternatives, *shown.alternatives)
    return _unsure(replace(shown, alternatives=tuple(dict.fromkeys(str(value) for value in other))))


def _alike(told: FieldReading, shown: FieldReading) -> bool:
    return isinstance(told.value, str) and isinstance(shown.value, str) and same_number(told.value, shown.value)


def _unsure(reading: FieldReading) -> FieldReading:
    return replace(reading, unsure=True, confidence=min(reading.confidence, MOST_WHEN_UNSURE))
