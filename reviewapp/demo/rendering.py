"""Planned files made real, in processes of their own, in the order in which they will be handed in."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from reviewapp.demo.scenario_model import PlannedFile
from reviewapp.specimens import damage
from reviewapp.specimens.papers import render, write_pdf, write_photo, write_text_pdf

_PROCESSES = 2
_NICE = 5


class Renderer:
    """Files on their way to `folder`."""

    def __init__(self, pool: ProcessPoolExecutor, folder: Path) -> None:
        self._pool = pool
        self._folder = folder
        self._files: dict[str, Future[Path]] = {}

    def order(self, files: Iterable[PlannedFile], into: str = "") -> None:
        """Have these rendered next, into a folder of their own where `into` names one."""
        for file in files:
            self._files[file.name] = self._pool.submit(write, file, self._folder / into)

    @property
    def ordered(self) -> int:
        """How many files were ordered."""
        return len(self._files)

    @property
    def rendered(self) -> int:
        """How many of them are there."""
        return sum(future.done() for future in list(self._files.values()))

    def close(self) -> None:
        """Wait for what was ordered and let the processes go."""
        self._pool.shutdown()

    def wait(self, file: PlannedFile) -> Path:
        """Where the file is; waits until it is there. KeyError when it was never ordered."""
        return self._files[file.name].result()


@contextmanager
def renderer(folder: Path) -> Iterator[Renderer]:
    """A pool of rendering processes; ends with the block."""
    pool = ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield Renderer(pool, folder)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Ctrl-C is the first process's business; the workers that read come first, drawing fills their pauses."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)


def write(file: PlannedFile, folder: Path) -> Path:
    """Render one file; where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file.name
    if file.medium == "text_pdf":
        write_text_pdf(file.kind, file.values, path, seed=file.seed)
    elif file.medium == "scan_pdf":
        write_pdf([picture(file)], path)
    else:
        write_photo(picture(file), path)
    return path


def picture(file: PlannedFile) -> Image.Image:
    """The paper as the camera or the scanner saw it."""
    image = render(file.kind, file.values, seed=file.seed)
    if file.medium in ("scan", "scan_pdf"):
        return image
    if file.medium == "tilted":
        return damage.damage(image, ("tilt", "light"), file.seed)
    if file.medium == "turned":
        return damage.damage(image, ("stamp", "turn90"), file.seed)
    if file.medium == "blurred":
        return damage.damage(image, ("half", "blur", "jpeg"), file.seed)
    return damage.phone_photo(image, file.seed)
