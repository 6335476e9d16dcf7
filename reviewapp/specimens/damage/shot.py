"""A picture and where it came from: damages move pixels, and truth boxes move with them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[Any]
"""Rows of RGB pixels in bytes: height × width × 3 (cv2's stubs tell no number type, so none is written here)."""
Matrix = npt.NDArray[Any]
"""3 × 3, for points as columns (x, y, 1)."""
Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels."""
Quad = tuple[tuple[float, float], ...]
"""Four corners, clockwise from the upper left one."""


def same_place() -> Matrix:
    """The matrix that moves nothing."""
    return np.eye(3)


def shifted(x: float, y: float) -> Matrix:
    """The matrix that moves by (x, y) pixels."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], dtype=np.float64)


def scaled(across: float, down: float | None = None) -> Matrix:
    """The matrix that enlarges by a factor, or by one across and one down."""
    return np.diag([across, across if down is None else down, 1.0])


@dataclass(frozen=True)
class Shot:
    """A picture and the 3×3 matrix that takes pixels of the flat paper to pixels of the picture.

    Waves of paper (creases, crumples) move single pixels a few places further than the matrix says.
    """

    picture: Image.Image
    matrix: Matrix = field(default_factory=same_place)

    def then(self, step: Shot) -> Shot:
        """This shot followed by another one, whose matrix begins at this one's pixels."""
        return Shot(step.picture, step.matrix @ self.matrix)

    def quad(self, box: Box) -> Quad:
        """Where the corners of a box of the flat paper lie now."""
        left, top, right, bottom = box
        corners = np.array([[(left, top), (right, top), (right, bottom), (left, bottom)]], dtype=np.float64)
        return tuple((float(x), float(y)) for x, y in cv2.perspectiveTransform(corners, self.matrix)[0])

    def box(self, box: Box) -> Box:
        """The upright box round where a box of the flat paper lies now, cut off at the picture's edges."""
        xs, ys = zip(*self.quad(box), strict=True)
        width, height = self.picture.size
        return (
            max(0, round(min(xs))),
            max(0, round(min(ys))),
            min(width, round(max(xs))),
            min(height, round(max(ys))),
        )

    def boxes(self, boxes: Iterable[Box]) -> tuple[Box, ...]:
        """Several boxes of the flat paper, moved."""
        return tuple(self.box(box) for box in boxes)


Damage = Callable[[Image.Image, random.Random], Shot]
"""Takes an RGB picture and its chances."""


def in_place(change: Callable[[Pixels, random.Random], Pixels]) -> Damage:
    """A damage that moves no pixel, from what it does to them."""

    def damage(image: Image.Image, rng: random.Random) -> Shot:
        return Shot(Image.fromarray(change(np.asarray(image), rng)))

    damage.__doc__ = change.__doc__
    return damage
