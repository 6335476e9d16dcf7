"""Recorded output as an engine: what another engine saw, found again by the pixels it was shown.

For tests, and for measuring a change of the extraction without recognising everything again. A folder holds
`engine.json` (whose output it is) and one file a picture, named by the digest of its pixels.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reviewapp.errors import ReviewError
from reviewapp.ocr.engines.base import Engine, Pixels, Recognised
from reviewapp.ocr.lines import Line, even_places, make_line

ABOUT = "engine.json"
EVEN_ENOUGH = 0.015
"""How far (in lines) characters may stand from even places before their places are written down."""
CERTAIN = 0.995
"""Scores of a line whose characters all reach this are not written down: they count as 1."""


class NotRecorded(ReviewError):
    """The picture, or the folder, was never recorded."""

    code = "not_recorded"
    status = 404


class ReplayEngine:
    """Gives back what was recorded in `folder`; `name` and `scores_tell` are the recorded engine's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NotRecorded(f"文件夹“{folder}”里没有识别记录（{ABOUT}）。请先用 --record 录制。") from error
        self.name: str = about["name"]
        self.scores_tell: bool = about["scores_tell"]

    def warm_up(self) -> None:
        """Nothing to load."""

    def recognise(self, image: Pixels) -> Recognised:
        """The lines recorded for exactly these pixels; raises NotRecorded for others."""
        path = self._folder / f"{digest(image)}.json"
        try:
            return seen_from(json.loads(path.read_text(encoding="utf-8")), image.shape)
        except FileNotFoundError as error:
            raise NotRecorded(f"没有这张图像的识别记录：{path}。请用同样的材料重新录制。") from error

    def read_line(self, crop: Pixels, chinese: bool = False) -> str:
        """The text recorded for exactly this line; raises NotRecorded for others."""
        path = self._folder / f"{digest(crop)}.txt"
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise NotRecorded(f"没有这一行的识别记录：{path}。请用同样的材料重新录制。") from error


class RecordingEngine:
    """Another engine, everything it sees written into `folder` (made when it is not there)."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self.name, self.scores_tell = engine.name, engine.scores_tell
        folder.mkdir(parents=True, exist_ok=True)
        about = {"name": engine.name, "scores_tell": engine.scores_tell}
        (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")

    def warm_up(self) -> None:
        """Load the engine."""
        self._engine.warm_up()

    def recognise(self, image: Pixels) -> Recognised:
        """What the engine sees, and written down."""
        seen = self._engine.recognise(image)
        told = json.dumps(told_by(seen, digits=2), ensure_ascii=False, separators=(",", ":"))
        (self._folder / f"{digest(image)}.json").write_text(told, encoding="utf-8")
        return seen

    def read_line(self, crop: Pixels, chinese: bool = False) -> str:
        """What the engine reads, and written down."""
        text = self._engine.read_line(crop, chinese)
        (self._folder / f"{digest(crop)}.txt").write_text(text, encoding="utf-8")
        return text


def digest(image: Pixels) -> str:
    """Names a picture by shape and pixels."""
    return hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()[:40]


def told_by(seen: Recognised, digits: int = 0) -> dict[str, Any]:
    """Plain values to write down: the turn, and one row a line.

    A row is text, eight corner coordinates, the characters' places in thousandths of the line (None where even) and
    their scores in hundredths (None where all are certain); `digits` are the decimals kept of all of these.
    """
    return {"rotation": seen.rotation, "lines": [_row(line, digits) for line in seen.lines]}


def seen_from(told: Mapping[str, Any], shape: Sequence[int]) -> Recognised:
    """What `told_by` wrote down; `shape` (height, width, …) is that of the picture before it was turned upright."""
    height, width = shape[:2]
    size = (width, height) if told["rotation"] % 180 == 0 else (height, width)
    return Recognised(tuple(_line(*row) for row in told["lines"]), told["rotation"], size)


def _row(line: Line, digits: int) -> list[Any]:
    even = even_places(line.text)
    crooked = digits > 0 or any(abs(a - b) > EVEN_ENOUGH for a, b in zip(line.places, even, strict=True))
    doubted = digits > 0 or line.weakest < CERTAIN
    return [
        line.text,
        [_rounded(v, digits) for point in line.quad for v in point],
        [_rounded(place * 1000, digits) for place in line.places] if crooked else None,
        [_rounded(score * 100, digits) for score in line.scores] if doubted else None,
    ]


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) if digits else round(value)


def _line(text: str, corners: list[float], places: list[float] | None, scores: list[float] | None) -> Line:
    return make_line(
        text,
        [corners[i : i + 2] for i in range(0, 8, 2)],
        places=[place / 1000 for place in places] if places else None,
        scores=[score / 100 for score in scores] if scores else None,
    )
