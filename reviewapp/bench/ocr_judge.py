"""What a reader made of a specimen, beside what the specimen says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reviewapp.bench.ocr_pages import Paper
from reviewapp.ocr import PageReading
from reviewapp.ocr.readings import Box
from reviewapp.specimens.compare import same

RIGHT, WRONG, MISSING, EXTRA = "right", "wrong", "missing", "extra"


@dataclass(frozen=True, slots=True)
class Judged:
    """One field: as read (None when missing), the truth (None when extra), and what came of it."""

    field: str
    outcome: str
    read: Any
    truth: Any
    confidence: float = 0.0
    unsure: bool = False
    sources: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    box: Box | None = None

    @property
    def certain(self) -> bool:
        """Whether the reader vouched for a value."""
        return self.outcome != MISSING and not self.unsure

    @property
    def certainly_wrong(self) -> bool:
        """What costs money: a value that is wrong and not marked as doubtful."""
        return self.certain and self.outcome != RIGHT


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """One page: the kind read and every field. `seconds` and `raw_seconds` (None when not measured) are what reader and
    bare engine took, `drawing_seconds` the corpus for the page; `megabytes` is the most that the process held while it
    was read."""

    paper: Paper
    kind: str
    kind_confidence: float
    rotation: int
    fields: tuple[Judged, ...]
    seconds: float = 0.0
    raw_seconds: float | None = None
    drawing_seconds: float = 0.0
    megabytes: int = 0

    @property
    def kind_right(self) -> bool:
        """Whether the kind was told."""
        return self.kind == self.paper.specimen.kind

    @property
    def faults(self) -> tuple[int, int, int, int]:
        """How bad the page is: certainly wrong fields, wrong kind, wrong fields, missing ones."""
        outcomes = [each.outcome for each in self.fields]
        return (
            sum(each.certainly_wrong for each in self.fields),
            int(not self.kind_right),
            outcomes.count(WRONG) + outcomes.count(EXTRA),
            outcomes.count(MISSING),
        )


def judge(paper: Paper, readings: Sequence[PageReading]) -> JudgedPage:
    """Compare; where the picture was taken for several papers, the one of the right kind, or the surest, counts."""
    best = max(readings, key=lambda one: (one.kind == paper.specimen.kind, one.kind_confidence))
    truth, shown = paper.specimen.truth, paper.specimen.values
    fields = [_field(name, best, truth[name]) for name in truth]
    fields += [_field(name, best, None) for name in best.fields if name not in shown]
    return JudgedPage(paper, best.kind, best.kind_confidence, best.rotation, tuple(fields))


def _field(name: str, reading: PageReading, truth: Any) -> Judged:
    read = reading.fields.get(name)
    if read is None:
        return Judged(name, MISSING, None, truth)
    told = RIGHT if same(name, read.value, truth) else WRONG
    outcome = EXTRA if truth is None else told
    return Judged(
        name, outcome, read.value, truth, read.confidence, read.unsure, read.sources, read.alternatives, read.box
    )
