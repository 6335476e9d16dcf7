"""What damages are made of: soft fields of chance, light and veils laid over a page, grains, desks.

Fields are worked out small and enlarged as bytes: a page has millions of pixels, and no lamp shines that finely.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from reviewapp.specimens.damage.shot import Pixels

Field = npt.NDArray[Any]
"""Small: rows of numbers (or of three numbers, one a channel) that are stretched over a page."""
Colour = tuple[int, int, int]
COARSE = 16
"""Pixels of a page to one cell of a coarse field."""
_BRIGHTEST = 1.25
_TILE = 512
_DESK_TONES = ((121, 96, 72), (164, 150, 132), (92, 94, 98), (176, 158, 128))


def generator(rng: random.Random) -> np.random.Generator:
    """Chances for arrays, decided by `rng`."""
    return np.random.default_rng(rng.randrange(1 << 32))


def grid(pixels: Pixels, cell: int = COARSE) -> tuple[Field, Field]:
    """Across and down in pixels of the page, at the middle of each cell of a field for it: (1, columns), (rows, 1)."""
    height, width = pixels.shape[:2]
    rows, columns = max(2, height // cell), max(2, width // cell)
    across = (np.arange(columns, dtype=np.float32) + 0.5) * (width / columns)
    down = (np.arange(rows, dtype=np.float32) + 0.5) * (height / rows)
    return across[None, :], down[:, None]


def soft(pixels: Pixels, rng: random.Random, cells: tuple[int, int], cell: int = COARSE) -> Field:
    """A field of soft patches between 0 and 1: chances in `cells` (across, down), smoothed."""
    height, width = pixels.shape[:2]
    size = (max(2, width // cell), max(2, height // cell))
    chances = generator(rng).random(cells[::-1], dtype=np.float32)
    return np.clip(cv2.resize(chances, size, interpolation=cv2.INTER_CUBIC), 0, 1)


def lit(pixels: Pixels, light: Field) -> Pixels:
    """Every pixel times the light on it (0 to 1.25)."""
    return cv2.multiply(pixels, _spread(light / _BRIGHTEST, pixels), scale=_BRIGHTEST / 255)


def veiled(pixels: Pixels, veil: Field, colour: Colour) -> Pixels:
    """The page seen through a veil of one colour: 0 shows the page alone, 1 the veil alone."""
    below = lit(pixels, 1 - veil)
    return cv2.add(below, _spread(veil[:, :, None] * (np.array(colour, dtype=np.float32) / 255), pixels))


def grained(pixels: Pixels, rng: random.Random, strength: float) -> Pixels:
    """With grey noise of `strength` levels. One patch of noise is laid over and over: nobody sees it repeat."""
    height, width = pixels.shape[:2]
    patch = generator(rng).standard_normal((_TILE, _TILE), dtype=np.float32) * strength
    tiles = np.tile(np.rint(patch).astype(np.int16), (-(-height // _TILE), -(-width // _TILE)))[:height, :width]
    return cv2.add(pixels, cv2.merge([tiles] * 3), dtype=cv2.CV_8U)


def waved(pixels: Pixels, across: Field, down: Field) -> Pixels:
    """Every pixel taken from a place so many pixels further across and down, as paper that is not flat shows it."""
    height, width = pixels.shape[:2]
    xs = cv2.resize(across, (width, height)) + np.arange(width, dtype=np.float32)[None, :]
    ys = cv2.resize(down, (width, height)) + np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(pixels, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def desk(size: tuple[int, int], rng: random.Random) -> Pixels:
    """A wooden or laminated desk (width, height): long soft streaks along one direction."""
    width, height = size
    tone = np.array(rng.choice(_DESK_TONES), dtype=np.float32)
    depth = generator(rng).random((max(8, height // 12), 5, 1), dtype=np.float32) - 0.5
    streaks = np.clip(tone + depth * 24, 0, 255).astype(np.uint8)
    return cv2.resize(streaks, (width, height), interpolation=cv2.INTER_CUBIC)


def toned(pixels: Pixels, levels: Sequence[float]) -> Pixels:
    """Every level replaced by the one that `levels` gives for it: a curve through evenly spaced points, in 0 to 255."""
    curve = np.interp(np.arange(256), np.linspace(0, 255, len(levels)), levels)
    return cv2.LUT(pixels, np.clip(np.rint(curve), 0, 255).astype(np.uint8))


def grey(pixels: Pixels) -> Pixels:
    """The page in grey: height × width."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _spread(field: Field, pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    levels = np.clip(np.rint(field * 255), 0, 255).astype(np.uint8)
    wide: Pixels = cv2.resize(levels, (width, height), interpolation=cv2.INTER_LINEAR)
    return wide if wide.ndim == 3 else cv2.merge([wide] * 3)
