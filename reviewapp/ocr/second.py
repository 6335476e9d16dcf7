"""Second looks at a place of an upright page: by the page's own engine on other pixels, and by Tesseract."""

from __future__ import annotations

from typing import Protocol

from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.layout import Spot
from reviewapp.ocr.prepare import crop
from reviewapp.ocr.trust import Look

WIDE = 0.3
"""Margin of the second look, in line heights."""


class LineReader(Protocol):
    """An engine that can read the picture of a single line."""

    def read_line(self, crop: Pixels, chinese: bool = False) -> str:
        """Text of the line."""


def looks(engine: LineReader, colour: Pixels, grey: Pixels) -> tuple[Look, Look]:
    """Two more looks by the page's own engine: all channels of the picture, then the red one with a wider margin."""
    return _look(engine, colour), _look(engine, grey, WIDE)


def independent(engine: LineReader, grey: Pixels) -> Look:
    """A look by another engine."""
    return _look(engine, grey)


def _look(engine: LineReader, picture: Pixels, margin: float = 0.15) -> Look:
    def read(spot: Spot) -> str:
        chinese = any("\u4e00" <= character <= "\u9fff" for character in spot.text)
        return "".join(engine.read_line(crop(picture, line, margin), chinese) for line in spot.lines)

    return read
