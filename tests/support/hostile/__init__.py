"""Files to break a reader with: what no decoder should open, and what opens well and holds nothing to read.

They stand with the tests: they are built with pikepdf, which the product itself does not need.
`python -m tests.support.hostile FOLDER` writes them all. Each is made from its name alone, the same bytes every time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.pages.hostile import Hostile, catalogue
from tests.support.hostile import pdfs, pictures, wounds

Make = Callable[[], bytes]
_CUTS, _MUTANTS = 4, 6
_LONGEST_NAME = 80


def hostile_files() -> dict[str, Hostile | Make]:
    """More than 300 files by name: those of the decoder's tests (with what is right for each), and those that reach
    the reader."""
    files: dict[str, Hostile | Make] = {}
    for part in (catalogue(cuts=_CUTS, mutants=_MUTANTS), pictures.files(), wounds.files(), pdfs.files()):
        doubled = files.keys() & part.keys()
        if doubled:
            raise ValueError(f"two hostile files have the same name: {sorted(doubled)}")
        files |= part
    return files


def write_hostile(folder: Path, files: Mapping[str, Hostile | Make] | None = None) -> list[Path]:
    """Write these (None: all of `hostile_files`) into `folder`, made when it is not there; their paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = hostile_files() if files is None else files
    return [_write(folder, number, name, file) for number, (name, file) in enumerate(chosen.items())]


def _write(folder: Path, number: int, name: str, file: Hostile | Make) -> Path:
    """A name is a stranger's: only what no path can hold is taken out of it."""
    path = folder / f"{number:03d}-{name.replace('/', '∕')[-_LONGEST_NAME:]}"
    path.write_bytes(file.make() if isinstance(file, Hostile) else file())
    if isinstance(file, Hostile) and file.length:
        with path.open("r+b") as stream:
            stream.truncate(file.length)
    return path
