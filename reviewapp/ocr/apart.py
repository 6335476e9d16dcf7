"""Several papers on one picture: told by the blank between them and by what stands on either side of it.

Lines are parted at a gap only where both sides are papers in their own right: of two kinds, or of one kind with
the same number, passing its check digit on both, but another one. The two sides of a card and the pages of an open
book therefore stay together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from reviewapp.ocr.classify import classify, score_of
from reviewapp.ocr.extract import extract
from reviewapp.ocr.kinds import FORMS, OTHER
from reviewapp.ocr.labels import contains
from reviewapp.ocr.layout import Sheet
from reviewapp.ocr.lines import Line, quad_box

Rect = tuple[float, float, float, float]

LEAST_GAP = 1.0
"""Blank between two papers, in line heights."""
A_PAPER = 0.75
"""How sure the kind of each side must be."""
NAMED = 6.0
"""Weight of the marks that must be there for a kind to be thought of at all."""


@dataclass(frozen=True)
class Part:
    """The lines of one paper, and its part of the upright picture as (left, top, right, bottom)."""

    lines: tuple[Line, ...]
    rect: Rect

    @cached_property
    def kind(self) -> tuple[str, float]:
        return classify(self.lines)

    @cached_property
    def told(self) -> float:
        """Weight of the words that tell its kind."""
        form = FORMS.get(self.kind[0])
        return 0.0 if form is None else score_of(form, self.lines)

    @cached_property
    def proven(self) -> dict[str, str]:
        """Numbers of the part that pass their check digits, by field."""
        form = FORMS.get(self.kind[0])
        if form is None:
            return {}
        spots = extract(form, Sheet(self.lines, form.labels))
        checks = {field.name: field.check for field in form.fields if field.check is not None and field.name in spots}
        return {name: spots[name].value for name, check in checks.items() if check(spots[name].value)}


def papers_apart(lines: Sequence[Line], width: float, height: float) -> list[Part]:
    """The papers of an upright picture of that size; one part with all lines where there is but one paper."""
    whole = Part(tuple(lines), (0.0, 0.0, width, height))
    return _parted(whole) if _several_kinds(lines) else [whole]


def _several_kinds(lines: Sequence[Line]) -> bool:
    """Whether marks of two kinds, or the name of one twice, are there: nearly all pages are done with here."""
    texts = [line.text for line in lines]
    named = 0
    for form in FORMS.values():
        marks = {phrase: weight for phrase, weight in form.marks.items() if weight > 0 and contains(texts, phrase)}
        if sum(marks.values()) + (form.score(lines) if form.score else 0.0) >= NAMED:
            name = max(form.marks, key=lambda phrase: form.marks[phrase], default="")
            named += 2 if name and sum(name in text for text in texts) > 1 else 1
    return named > 1


def _parted(part: Part) -> list[Part]:
    """The papers of a part: cut where most of the words fall to the paper they tell, at the widest such blank."""
    blanks = [blank for axis in (0, 1) for blank in _blanks(part.lines, axis)]
    cuts = [(width, *_cut(part, axis, at)) for width, axis, at in blanks]
    papers = [cut for cut in cuts if _two_papers(*cut[1:])]
    if not papers:
        return [part]
    _, one, other = max(papers, key=lambda cut: (cut[1].told + cut[2].told, cut[0]))
    return [*_parted(one), *_parted(other)]


def _blanks(lines: Sequence[Line], axis: int) -> Iterator[tuple[float, int, float]]:
    """Width, axis and middle of each blank strip through the whole picture; axis 0: between columns."""
    spans = sorted((quad_box(line.quad)[axis], quad_box(line.quad)[axis + 2]) for line in lines)
    least = LEAST_GAP * median(line.height for line in lines)
    end = spans[0][1]
    for start, stop in spans:
        if start - end >= least:
            yield start - end, axis, (start + end) / 2
        end = max(end, stop)


def _cut(part: Part, axis: int, at: float) -> tuple[Part, Part]:
    before = tuple(line for line in part.lines if line.centre[axis] < at)
    after = tuple(line for line in part.lines if line.centre[axis] >= at)
    return Part(before, _narrowed(part.rect, axis + 2, at)), Part(after, _narrowed(part.rect, axis, at))


def _two_papers(one: Part, other: Part) -> bool:
    (kind, sure), (kind_2, sure_2) = one.kind, other.kind
    if OTHER in (kind, kind_2) or min(sure, sure_2) < A_PAPER:
        return False
    told_twice = one.proven.keys() & other.proven.keys()
    return kind != kind_2 or any(one.proven[name] != other.proven[name] for name in told_twice)


def _narrowed(rect: Rect, side: int, at: float) -> Rect:
    edges = list(rect)
    edges[side] = at
    return (edges[0], edges[1], edges[2], edges[3])
