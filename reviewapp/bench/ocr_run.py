"""Reading the papers of `bench ocr`, in processes of their own as the workers do, beside the bare engine."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from reviewapp.bench.ocr_judge import JudgedPage, judge
from reviewapp.bench.ocr_pages import Paper, page_of
from reviewapp.machine import resident_megabytes
from reviewapp.ocr import Reader
from reviewapp.ocr.engines import Engine, engine_named
from reviewapp.ocr.engines.replay import RecordingEngine, ReplayEngine
from reviewapp.ocr.prepare import prepare
from reviewapp.pages import PageImage

STEPS = 10
"""How often a long reading tells its memory."""
LONGEST_WAIT = 900
"""Seconds that workers wait for one another before they give up."""
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Equipment:
    """The engine by name with its threads; `record` writes down what it sees, `replay` reads from there instead."""

    engine: str
    threads: int
    record: Path | None = None
    replay: Path | None = None

    def make(self) -> Engine:
        """The engine. Raises EngineMissing or NotRecorded."""
        if self.replay is not None:
            return ReplayEngine(self.replay)
        engine = engine_named(self.engine, self.threads)
        return engine if self.record is None else RecordingEngine(engine, self.record)


def read_all(equipment: Equipment, papers: Sequence[Paper], timed: int, processes: int) -> Iterator[JudgedPage]:
    """Every paper drawn, read and judged; the first `timed` of them by the bare engine too, in turn."""
    tasks = [(equipment, paper, number, number < timed) for number, paper in enumerate(papers)]
    with ProcessPoolExecutor(processes, mp_context=_SPAWN) as pool:
        yield from pool.map(_read, tasks)


def _read(task: tuple[Equipment, Paper, int, bool]) -> JudgedPage:
    equipment, paper, number, timed = task
    engine, reader = _equipped(equipment)
    began = time.perf_counter()
    page = page_of(paper.shot().picture)
    drawing = time.perf_counter() - began
    raw = _raw_seconds(engine, page) if timed and number % 2 else None
    _forget_peak()
    began = time.perf_counter()
    readings = reader.read(page)
    seconds, megabytes = time.perf_counter() - began, _peak_megabytes()
    if timed and not number % 2:
        raw = _raw_seconds(engine, page)
    judged = judge(paper, readings)
    return replace(judged, seconds=seconds, raw_seconds=raw, drawing_seconds=drawing, megabytes=megabytes)


@cache
def _equipped(equipment: Equipment) -> tuple[Engine, Reader]:
    engine = equipment.make()
    engine.warm_up()
    return engine, Reader(engine)


def _raw_seconds(engine: Engine, page: PageImage) -> float:
    """The bare engine on the picture that the reader gives it."""
    grey = prepare(page).grey
    began = time.perf_counter()
    engine.recognise(grey)
    return time.perf_counter() - began


def together(equipment: Equipment, papers: Sequence[Paper], workers: int) -> dict[str, Any]:
    """So many processes at once, each reading all the papers, then the bare engine likewise: pages a second."""
    barrier = _SPAWN.Barrier(workers, timeout=LONGEST_WAIT)
    answers = [_started(equipment, papers, barrier) for _ in range(workers)]
    told = [answer.recv() for answer in answers]
    read, raw = (_per_second(len(papers) * workers, [spans[which] for spans, _ in told]) for which in (0, 1))
    return {
        "workers": workers,
        "pages": len(papers) * workers,
        "pages_per_second": round(read, 3),
        "raw_pages_per_second": round(raw, 3),
        "ratio": round(raw / read, 3),
        "peak_megabytes": max(megabytes for _, megabytes in told),
    }


def _per_second(pages: int, spans: Sequence[tuple[float, float]]) -> float:
    return pages / (max(end for _, end in spans) - min(start for start, _ in spans))


def _started(equipment: Equipment, papers: Sequence[Paper], barrier: Any) -> Any:
    """A worker that is under way: what it will say; EOFError there when it dies."""
    answer, theirs = _SPAWN.Pipe(duplex=False)
    _SPAWN.Process(target=_work, args=(equipment, papers, barrier, theirs), daemon=True).start()
    theirs.close()
    return answer


def _work(equipment: Equipment, papers: Sequence[Paper], barrier: Any, answer: Any) -> None:
    """One worker: reads on a common signal; the clock is the machine's, so that spans of processes can be compared."""
    engine, reader = _equipped(equipment)
    pages = [page_of(paper.shot().picture) for paper in papers]
    spans = []
    _forget_peak()
    barrier.wait()
    start = time.monotonic()
    for page in pages:
        reader.read(page)
    spans.append((start, time.monotonic()))
    megabytes = _peak_megabytes()
    prepared = [prepare(page).grey for page in pages]
    barrier.wait()
    start = time.monotonic()
    for grey in prepared:
        engine.recognise(grey)
    spans.append((start, time.monotonic()))
    answer.send((spans, megabytes))


def memory(equipment: Equipment, papers: Sequence[Paper], count: int) -> list[dict[str, int]]:
    """What one process holds while it reads `count` pages, the papers again and again, told in steps."""
    with ProcessPoolExecutor(1, mp_context=_SPAWN) as pool:
        return pool.submit(_hold, equipment, papers, count).result()


def _hold(equipment: Equipment, papers: Sequence[Paper], count: int) -> list[dict[str, int]]:
    _, reader = _equipped(equipment)
    pages = [page_of(paper.shot().picture) for paper in papers]
    steps = [{"pages": 0, "megabytes": resident_megabytes()}]
    for number in range(1, count + 1):
        reader.read(pages[number % len(pages)])
        if number * STEPS // count > (number - 1) * STEPS // count:
            steps.append({"pages": number, "megabytes": resident_megabytes()})
    return steps


def _forget_peak() -> None:
    """Begin anew with the most that this process has held: what drawing needed is none of the reader's business."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_megabytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024
