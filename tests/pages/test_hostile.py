"""Hostile files (RELIABILITY: 0 crashes, each refused with a clear message or safely re-encoded, < 512 MB, < 10 s)."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from reviewapp.pages import DEFAULT
from tests.pages.hostile import OPENED, PAYLOAD, Hostile, catalogue

PROJECT = Path(__file__).resolve().parents[2]
BATCHES = 12
SHORT = catalogue(cuts=2, mutants=2)
LONG = catalogue(cuts=20, mutants=60)
# Starting and ending the process comes on top of the wall clock's ten seconds.
MOST_SECONDS = DEFAULT.wall_seconds + 1.0


def test_there_are_enough() -> None:
    assert len(SHORT) >= 120
    assert len(LONG) >= 500


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_short_form(batch: int, tmp_path: Path) -> None:
    _examine(_share(SHORT, batch), tmp_path)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("batch", range(BATCHES))
def test_long_form(batch: int, tmp_path: Path) -> None:
    _examine(_share({name: file for name, file in LONG.items() if name not in SHORT}, batch), tmp_path)


def _share(files: dict[str, Hostile], batch: int) -> dict[str, Hostile]:
    return dict(list(files.items())[batch::BATCHES])


def _examine(files: dict[str, Hostile], folder: Path) -> None:
    """Open all of them in one measured process, then hold each outcome against what is right for it."""
    pictures = folder / "pictures"
    pictures.mkdir()
    paths = [_write(folder, number, name, file) for number, (name, file) in enumerate(files.items())]
    command = [sys.executable, "-m", "tests.pages.measured", str(pictures), *map(str, paths)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    wrong = [
        f"{name}: {result}"
        for (name, file), result in zip(files.items(), report["files"], strict=True)
        if not _is_right(file, result)
    ]
    assert not wrong, "\n".join(wrong)
    assert report["child_peak"] < 512 << 20
    assert report["web_growth"] < 50 << 20
    for picture in pictures.iterdir():
        _check_copy(picture.read_bytes())


def _write(folder: Path, number: int, name: str, file: Hostile) -> Path:
    """Names are a stranger's: only what no path can hold is taken out of them here."""
    path = folder / f"{number}{name.replace('/', '∕')}"
    path.write_bytes(file.make())
    if file.length:
        with path.open("r+b") as stream:
            stream.truncate(file.length)
    return path


def _is_right(file: Hostile, result: dict[str, object]) -> bool:
    outcome, message = result["outcome"], str(result["message"])
    told = outcome == OPENED or bool(re.search(r"[\u4e00-\u9fff].*请.*。$", message))
    quick = max(float(str(result["seconds"])), float(str(result["inspect_seconds"]))) < MOST_SECONDS
    return outcome in file.right and told and quick


def _check_copy(jpeg: bytes) -> None:
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as copy:
        copy.load()
        assert not copy.getexif()
        assert max(copy.size) <= DEFAULT.long_side
    assert PAYLOAD not in jpeg
