"""`reviewapp bench ocr`: how much of drawn papers is read, how much of it falsely believed, and how fast, beside the
bare engine on the same pages in the same run."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reviewapp.bench.ocr_figures import figures, rate
from reviewapp.bench.ocr_judge import JudgedPage
from reviewapp.bench.ocr_pages import Paper, papers
from reviewapp.bench.ocr_run import Equipment, memory, read_all, together

DIFFERENT_PAGES = 40
"""How many pages a long reading goes round."""


@dataclass(frozen=True)
class Plan:
    """What to measure. `pages` takes no more than so many of the papers; `timed` of them are read by the bare engine
    too; `sample` pages go to each worker of `workers` at once; `memory` pages are read in one process (0: none)."""

    equipment: Equipment
    kinds: Sequence[str]
    damages: Sequence[str]
    numbers: Sequence[int]
    seed: int
    pages: int | None
    timed: int
    workers: Sequence[int]
    sample: int
    memory: int

    def papers(self) -> list[Paper]:
        """The papers to read. Raises UnknownChoice."""
        return papers(self.kinds, self.damages, self.numbers, self.seed)[: self.pages]

    def quick(self, pages: int) -> Plan:
        """The same for no more than `pages` pages in all."""
        fewer = min(pages, self.pages or pages)
        return replace(self, pages=fewer, sample=min(self.sample, max(1, fewer // 4)))


Progress = Callable[[int, int], None]


def measure(plan: Plan, progress: Progress = lambda done, of: None) -> tuple[dict[str, Any], list[JudgedPage]]:
    """The figures, and the pages they come from. `progress` is told how many pages of how many are done.

    Raises UnknownChoice, EngineMissing or NotRecorded.
    """
    chosen, pages = plan.papers(), []
    real = plan.equipment.replay is None
    processes = max(plan.workers, default=1)
    for page in read_all(plan.equipment, chosen, plan.timed if real else 0, processes):
        pages.append(page)
        progress(len(pages), len(chosen))
    told = {
        "bench": "ocr",
        "engine": plan.equipment.engine,
        "threads": plan.equipment.threads,
        "seed": plan.seed,
        "numbers": list(plan.numbers),
        "damages": list(plan.damages),
        **figures(pages),
        "python": platform.python_version(),
    }
    return told | (_speed(plan, chosen, pages) if real else {}), pages


def _speed(plan: Plan, chosen: Sequence[Paper], pages: Sequence[JudgedPage]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "speed": seconds(pages),
        "workers": [together(plan.equipment, chosen[: plan.sample], workers) for workers in plan.workers],
    }
    if plan.memory:
        told["memory"] = memory(plan.equipment, chosen[:DIFFERENT_PAGES], plan.memory)
    return told


def seconds(pages: Sequence[JudgedPage]) -> dict[str, Any]:
    """Seconds a page of reader and bare engine on the pages that both read, and their ratio."""
    both = [(page.seconds, page.raw_seconds) for page in pages if page.raw_seconds is not None]
    ours, raw = sum(one for one, _ in both), sum(other for _, other in both)
    return {
        "pages": len(both),
        "seconds_a_page": rate(ours, len(both)),
        "raw_seconds_a_page": rate(raw, len(both)),
        "ratio": rate(ours, raw, 3),
        "drawing_seconds_a_page": rate(sum(page.drawing_seconds for page in pages), len(pages)),
        "peak_megabytes": max((page.megabytes for page in pages), default=0),
    }
