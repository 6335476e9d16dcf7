"""A page as a picture: what tells a kind of paper that has no words of its own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from reviewapp.ocr.codes import Code, read_codes
from reviewapp.ocr.engines import Pixels, turned
from reviewapp.ocr.lines import Line
from reviewapp.ocr.prepare import reduced_to

WORKING_SIDE = 480
LONG = 0.08
"""Length of an edge that counts, in longer sides of the picture."""
RIM = 0.06
"""The part along each side in which no edge counts: frames, and the ends of a page on a desk."""
LEAN, PARALLEL = 20.0, 5.0
"""How far edges may lean from level or upright, and from each other's middle one, in degrees."""


class Picture:
    """The pixels of a page turned upright (BGR); what is found in them is looked for when first asked."""

    def __init__(self, colour: Pixels, rotation: int) -> None:
        self._given, self.rotation = colour, rotation
        self._codes: dict[str, tuple[Code, ...]] = {}

    @cached_property
    def colour(self) -> Pixels:
        """Upright pixels."""
        return turned(self._given, self.rotation)

    def codes(self, wanted: str) -> tuple[Code, ...]:
        """QR codes, or barcodes of goods."""
        if wanted not in self._codes:
            self._codes[wanted] = read_codes(np.ascontiguousarray(self.colour[:, :, 2]), wanted)
        return self._codes[wanted]

    def share(self, lines: Iterable[Line]) -> float:
        """The part of the picture that lines cover, 0 to 1."""
        height, width = self._given.shape[:2]
        return float(sum(line.width * line.height for line in lines) / (width * height))

    @cached_property
    def edges(self) -> tuple[int, int]:
        """How many long straight edges there are, level ones and upright ones, however weak in their part of the
        picture."""
        height, width = self._small.shape[:2]
        ends = self._segments[_lengths(self._segments) >= LONG * max(height, width)]
        x, y = (ends[:, 0] + ends[:, 2]) / (2 * width), (ends[:, 1] + ends[:, 3]) / (2 * height)
        ends = ends[(np.minimum(x, 1 - x) > RIM) & (np.minimum(y, 1 - y) > RIM)]
        rise = np.degrees(np.arctan2(ends[:, 3] - ends[:, 1], ends[:, 2] - ends[:, 0]))
        return _parallel(_folded(rise)), _parallel(_folded(rise + 90))

    @cached_property
    def strokes(self) -> int:
        """How many short edges there are: print too blurred to read has hundreds, a wall none."""
        return int(np.sum(_lengths(self._segments) < LONG * max(self._small.shape)))

    @cached_property
    def _segments(self) -> npt.NDArray[np.float64]:
        """All straight edges, by the two ends of each."""
        grey = cv2.createCLAHE(3.0, (4, 4)).apply(cv2.cvtColor(self._small, cv2.COLOR_BGR2GRAY))
        found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(cv2.GaussianBlur(grey, (3, 3), 0))[0]
        return np.array([] if found is None else found, np.float64).reshape(-1, 4)

    @cached_property
    def white(self) -> float:
        """The part that is white or pale grey, as paper is, 0 to 1."""
        _, saturation, value = cv2.split(cv2.cvtColor(self._small, cv2.COLOR_BGR2HSV))
        return float(np.mean((saturation < 40) & (value > 180)))

    @cached_property
    def coloured(self) -> float:
        """Mean saturation, 0 to 1: a grey copy has none."""
        return float(np.mean(cv2.cvtColor(self._small, cv2.COLOR_BGR2HSV)[:, :, 1])) / 255

    @cached_property
    def _small(self) -> Pixels:
        return reduced_to(self.colour, WORKING_SIDE)


def _lengths(ends: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]))


def _folded(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Angles between -90 and 90: an edge has no direction."""
    return (degrees + 90) % 180 - 90


def _parallel(lean: npt.NDArray[np.float64]) -> int:
    """How many of the edges that lean little lean alike: made things have parallel edges, hills have not."""
    little = lean[np.abs(lean) <= LEAN]
    return int(np.sum(np.abs(little - np.median(little)) <= PARALLEL)) if len(little) else 0
