"""Plates on photographs: in one line, in two side by side (the dot between them), or in two rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from reviewapp.ocr import normalise
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line

MOST_OTHER_TEXT = 24
BY_ITSELF = 0.09
"""Part of the picture that the characters of a plate photographed by itself cover at least; on a car it is half of that
at most."""
LONGEST_HEAD = 4
_HEAD = re.compile(rf"[{normalise.PROVINCES}][·.•・:-]?[A-Z0][·.•・:-]?")
_TAIL = re.compile(r"[·.•・:-]?[0-9A-Z]{5,6}")
_NEW_ENERGY = re.compile(r".[A-Z](?:[A-K][0-9A-Z]\d{4}|\d{5}[A-K])")


def read(text: str) -> str | None:
    """A plate as `normalise.plate` reads it; a screw over a letter is no accent."""
    return normalise.plate(_bare(text))


def _bare(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def plates(lines: Sequence[Line]) -> list[Spot]:
    """All plates among the lines, the largest first."""
    found = [Spot(value, (line,)) for line in lines if (value := read(line.text))]
    found += list(_joined(lines))
    return sorted(found, key=lambda spot: -sum(line.width * line.height for line in spot.lines))


def _joined(lines: Sequence[Line]) -> Iterator[Spot]:
    tails = [line for line in lines if _TAIL.fullmatch(_bare(line.text))]
    for head in (line for line in lines if _HEAD.match(_bare(line.text)) and len(line.text) <= LONGEST_HEAD):
        for tail in tails:
            value = read(_without_overlap(head, tail) + tail.text)
            if value is not None and (_beside(head, tail) or _under(head, tail)):
                yield Spot(value, (head, tail))


def _without_overlap(head: Line, tail: Line) -> str:
    """The head's text; a third character of one row that both boxes hold is the tail's."""
    shared = head.right - tail.left > 0.4 * tail.height and head.text[-1] == tail.text[0]
    return head.text[:-1] if shared and len(head.text) > 2 and not _under(head, tail) else head.text


def _beside(head: Line, tail: Line) -> bool:
    unit = max(head.height, tail.height)
    return abs(head.centre[1] - tail.centre[1]) < 0.5 * unit and -unit < tail.left - head.right < 1.2 * unit


def _under(head: Line, tail: Line) -> bool:
    """The second row lies close under the first, which stands above its middle."""
    drop = tail.centre[1] - head.centre[1]
    within = tail.left - tail.height < head.centre[0] < tail.right + tail.height
    return within and 0.5 * head.height < drop < 1.2 * (head.height + tail.height)


def find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """The picture's plate: the largest one."""
    largest = plates(sheet.lines)[:1]
    return {"plate": largest[0]} if largest else {}


def crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    """Eight characters are a new-energy plate's, with its letter in place (GA 36)."""
    plate = values.get("plate", "")
    if len(plate) == 8 and not _NEW_ENERGY.fullmatch(plate):
        evidence.doubt("plate")


def alone(lines: Sequence[Line]) -> Spot | None:
    """The plate of a photograph on which hardly anything else is written."""
    found = plates(lines)[:1]
    rest = sum(len(line.text) for line in lines if not any(line in spot.lines for spot in found))
    return found[0] if found and rest <= MOST_OTHER_TEXT else None
