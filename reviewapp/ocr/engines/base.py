"""The one shape every engine has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from reviewapp.errors import ReviewError
from reviewapp.ocr.lines import Line

Pixels = npt.NDArray[np.uint8]
"""Grey (height, width) or blue-green-red (height, width, 3) pixels."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What an engine saw: the lines in pixels of the *upright* image, and the clockwise turn that made it upright."""

    lines: tuple[Line, ...]
    rotation: int
    size: tuple[int, int]
    """Width and height of the upright image."""


class Engine(Protocol):
    """Text recognition behind one protocol; loaded once a process, on the first use or by `warm_up`."""

    name: str
    scores_tell: bool
    """Whether a high score of the engine's own may settle a reading that nothing else bears out."""

    def warm_up(self) -> None:
        """Load the models and run them once, so that the first page is not the slow one."""

    def recognise(self, image: Pixels) -> Recognised:
        """All lines of `image` (grey, or BGR where colour helps)."""

    def read_line(self, crop: Pixels, chinese: bool = False) -> str:
        """The text of a picture of one line, "" where there is none; `chinese`: there are Chinese characters in it."""


class EngineMissing(ReviewError):
    """The engine asked for is not known or not installed; the message says what to do."""

    code = "engine_missing"
    status = 503


def turned(image: Pixels, rotation: int) -> Pixels:
    """The image after a clockwise turn by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, -rotation // 90))
