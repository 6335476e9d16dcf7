"""Recorded engine output: the lines of rendered papers as the real engine saw them, and what the papers say.

`python -m tests.ocr.recordings [KIND …]` records anew, all kinds or those named (needed only when the engine, its
settings or a paper's lay-out change). A file is what `reviewapp.ocr.engines.replay` writes, with kind and truth.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from reviewapp.ocr.engines import engine_named
from reviewapp.ocr.engines.replay import seen_from, told_by
from reviewapp.ocr.lines import Line
from reviewapp.ocr.prepare import prepare
from reviewapp.specimens.damage import phone_photo
from tests.ocr.papers import FORMS_TO_READ, page_of, paper

FOLDER = Path(__file__).parent / "recorded"


@dataclass(frozen=True)
class Recording:
    """One page: its kind, the fields it shows, and the lines in pixels of the upright image."""

    name: str
    kind: str
    truth: dict[str, Any]
    rotation: int
    lines: tuple[Line, ...]


def recordings() -> list[Recording]:
    """All of them, by name."""
    return [load(path) for path in sorted(FOLDER.glob("*.json"))]


def load(path: Path) -> Recording:
    """One recording from its file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Recording(path.stem, data["kind"], data["truth"], data["rotation"], seen_from(data, (0, 0)).lines)


def record(kinds: Collection[str]) -> Iterator[str]:
    """Every form of the kinds (all, when none is named), clean and photographed; the names as they are written."""
    engine = engine_named("rapidocr")
    for kind, form in FORMS_TO_READ:
        if kinds and kind not in kinds:
            continue
        for old in FOLDER.glob(f"{kind}-{form}-*.json"):
            old.unlink()
        number = crc32(f"{kind}/{form}".encode()) % 60
        image, truth = paper(kind, form, number)
        for state, picture in {"clean": image, "phone": phone_photo(image, number)}.items():
            told = told_by(engine.recognise(prepare(page_of(picture)).grey))
            _write(FOLDER / f"{kind}-{form}-{state}.json", {"kind": kind, "truth": truth}, told)
            yield f"{kind}-{form}-{state}"


def _write(path: Path, page: dict[str, Any], told: dict[str, Any]) -> None:
    rows = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in told["lines"])
    head = json.dumps(page | {"rotation": told["rotation"]}, ensure_ascii=False)
    path.write_text(f'{head[:-1]}, "lines": [\n{rows}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    for recorded in record(sys.argv[1:]):
        print(recorded)
