"""Taken by hand: turned, tilted, seen at an angle, out of focus, shaken; and the whole phone photograph."""

from __future__ import annotations

import io
import math
import random

import cv2
import numpy as np
from PIL import Image

from reviewapp.specimens.damage.light import uneven_light
from reviewapp.specimens.damage.pixels import desk, grained
from reviewapp.specimens.damage.shot import Damage, Matrix, Pixels, Shot, scaled, shifted

PHONE_SIDE = 2400
"""Longer side of a phone photograph, in pixels."""
_SHADOW_CELL = 8
_TURNS = {
    1: (Image.Transpose.ROTATE_270, ((0, -1), (1, 0))),
    2: (Image.Transpose.ROTATE_180, ((-1, 0), (0, -1))),
    3: (Image.Transpose.ROTATE_90, ((0, 1), (-1, 0))),
}


def turned(times: int) -> Damage:
    """Turned clockwise by so many quarters."""
    method, ((a, b), (c, d)) = _TURNS[times]

    def damage(image: Image.Image, rng: random.Random) -> Shot:
        picture = image.transpose(method)
        back = shifted(-image.width / 2, -image.height / 2)
        forth = shifted(picture.width / 2, picture.height / 2)
        turn = np.array([[a, b, 0], [c, d, 0], [0, 0, 1]], dtype=np.float64)
        return Shot(picture, forth @ turn @ back)

    return damage


def tilt(image: Image.Image, rng: random.Random) -> Shot:
    """Turned by 2 to 6 degrees either way, on a desk."""
    angle = math.radians(rng.choice((-1, 1)) * rng.uniform(2, 6))
    size = _grown(image.size, 1.16)
    turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    matrix = shifted(size[0] / 2, size[1] / 2) @ turn @ shifted(-image.width / 2, -image.height / 2)
    return Shot(Image.fromarray(laid(np.asarray(image), matrix, desk(size, rng), shadow=0)), matrix)


def perspective(image: Image.Image, rng: random.Random, side: int | None = None) -> Shot:
    """Seen at an angle: each corner moved by up to 4% of the sides, on a desk; `side` pixels long."""
    width, height = image.size
    size = _grown(image.size, 1.18)
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    moved = [(x + rng.uniform(-0.04, 0.04) * width, y + rng.uniform(-0.04, 0.04) * height) for x, y in corners]
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(moved, dtype=np.float32))
    if side is not None:
        factor = side / max(size)
        size, matrix = _grown(size, factor), scaled(factor) @ matrix
    return Shot(Image.fromarray(laid(np.asarray(image), matrix, desk(size, rng))), matrix)


def laid(
    paper: Pixels,
    matrix: Matrix,
    below: Pixels,
    *,
    shadow: float = 0.4,
    shape: Pixels | None = None,
) -> Pixels:
    """A paper laid on `below` (written over) where `matrix` puts it, with a soft shadow; `shape` is what of it there
    is (255 where there is paper), for cards with round corners."""
    size = (below.shape[1], below.shape[0])
    whole = np.full(paper.shape[:2], 255, np.uint8) if shape is None else shape
    if shadow:
        _cast(below, matrix, paper.shape[:2], shadow)
    seen = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(whole, matrix, size, flags=cv2.INTER_LINEAR)
    cv2.copyTo(seen, cv2.threshold(mask, 127, 255, cv2.THRESH_BINARY)[1], below)
    return below


def _cast(below: Pixels, matrix: Matrix, paper: tuple[int, int], depth: float) -> None:
    """Darken `below` round a paper, more to the lower right."""
    height, width = below.shape[:2]
    corners = Shot(Image.new("1", (1, 1)), shifted(10, 14) @ matrix).quad((0, 0, paper[1], paper[0]))
    mask = np.zeros((height // _SHADOW_CELL + 1, width // _SHADOW_CELL + 1), np.uint8)
    cv2.fillConvexPoly(mask, (np.array(corners) / _SHADOW_CELL).astype(np.int32), round(255 * depth))
    dark = cv2.resize(cv2.bitwise_not(cv2.GaussianBlur(mask, (0, 0), 14 / _SHADOW_CELL)), (width, height))
    cv2.multiply(below, cv2.merge([dark] * 3), dst=below, scale=1 / 255)


def blur(pixels: Pixels, rng: random.Random) -> Pixels:
    """Out of focus or moved a little."""
    return cv2.GaussianBlur(pixels, (0, 0), rng.uniform(1.4, 2.2))


def motion(pixels: Pixels, rng: random.Random) -> Pixels:
    """Shaken while the shutter was open: smeared along a line of 5 to 9 pixels."""
    length, angle = rng.randint(5, 9), rng.uniform(0, math.pi)
    kernel = np.zeros((length, length), np.float32)
    middle, reach = (length - 1) / 2, (length - 1) / 2
    for step in np.linspace(-1, 1, 4 * length):
        kernel[round(middle + step * reach * math.sin(angle)), round(middle + step * reach * math.cos(angle))] += 1
    return cv2.filter2D(pixels, -1, kernel / kernel.sum())


def noise(pixels: Pixels, rng: random.Random) -> Pixels:
    """A small sensor in poor light."""
    return grained(pixels, rng, strength=11)


def low_jpeg(pixels: Pixels, rng: random.Random) -> Pixels:
    """Sent through a chat programme: JPEG quality 25 to 40."""
    return as_jpeg(pixels, quality=rng.randint(25, 40))


def half(image: Image.Image, rng: random.Random) -> Shot:
    """Half the resolution."""
    small = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return Shot(small, scaled(small.width / image.width, small.height / image.height))


def phone(image: Image.Image, rng: random.Random) -> Shot:
    """Photographed by hand on a desk: perspective, uneven light, slight blur, JPEG; PHONE_SIDE pixels long."""
    seen = perspective(image, rng, PHONE_SIDE)
    pixels = cv2.GaussianBlur(uneven_light(np.asarray(seen.picture), rng), (0, 0), rng.uniform(0.4, 0.9))
    return Shot(Image.fromarray(as_jpeg(grained(pixels, rng, strength=3), quality=82)), seen.matrix)


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """The pixels after they were a JPEG of `quality`."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


def _grown(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return round(size[0] * factor), round(size[1] * factor)
