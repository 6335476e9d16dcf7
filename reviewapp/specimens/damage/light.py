"""Light: lamps, shadows, gloss, darkness, screens."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np

from reviewapp.specimens.damage.pixels import Field, generator, grained, grid, lit, toned, veiled
from reviewapp.specimens.damage.shot import Pixels


def uneven_light(pixels: Pixels, rng: random.Random) -> Pixels:
    """A lamp at one side: brightness falls to about 55% across the page, with a soft hand's shadow."""
    height, width = pixels.shape[:2]
    across, down = grid(pixels)
    angle = rng.uniform(0, 2 * math.pi)
    slope = (across / width - 0.5) * math.cos(angle) + (down / height - 0.5) * math.sin(angle)
    middle = (rng.uniform(0, width), rng.uniform(0, height))
    reach = (max(width, height) * rng.uniform(0.25, 0.4)) ** 2
    shadow = np.exp(-((across - middle[0]) ** 2 + (down - middle[1]) ** 2) / reach)
    return lit(pixels, np.clip(0.86 + 0.38 * slope - 0.18 * shadow, 0.5, 1.08))


def shadow(pixels: Pixels, rng: random.Random) -> Pixels:
    """The shadow of the phone that takes the picture: an oblong with nearly hard edges, half as bright."""
    height, width = pixels.shape[:2]
    cell = 4
    mask = np.zeros((max(2, height // cell), max(2, width // cell)), dtype=np.uint8)
    long = 0.62 * max(mask.shape)
    middle = (mask.shape[1] * rng.uniform(0.1, 0.9), mask.shape[0] * rng.uniform(0.55, 1.1))
    corners = cv2.boxPoints((middle, (long * rng.uniform(0.45, 0.6), long * 1.1), rng.uniform(-25, 25)))
    cv2.fillConvexPoly(mask, corners.astype(np.int32), 255)
    edge = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.8, 2.5)).astype(np.float32) / 255
    return lit(pixels, 1.04 - rng.uniform(0.35, 0.5) * edge)


def glare(pixels: Pixels, rng: random.Random) -> Pixels:
    """A lamp mirrored in plastic: one or two bright slanting bands that wash out what lies below."""
    height, width = pixels.shape[:2]
    across, down = grid(pixels)
    veil = np.zeros((down.size, across.size), dtype=np.float32)
    for _ in range(rng.randint(1, 2)):
        angle = rng.uniform(0.2, 1.2) * rng.choice((-1, 1))
        middle = (rng.uniform(0.15, 0.85) * width, rng.uniform(0.15, 0.85) * height)
        along = (across - middle[0]) * math.cos(angle) + (down - middle[1]) * math.sin(angle)
        beside = (down - middle[1]) * math.cos(angle) - (across - middle[0]) * math.sin(angle)
        spot = np.exp(-((along / (0.5 * width)) ** 2) - (beside / (rng.uniform(0.04, 0.09) * height)) ** 2)
        veil = np.maximum(veil, rng.uniform(0.5, 0.72) * spot)
    return veiled(pixels, veil, (255, 254, 250))


def low_light(pixels: Pixels, rng: random.Random) -> Pixels:
    """Evening without a lamp: a third of the light, a yellow cast, the sensor's noise turned up with it."""
    cast = np.array([[[1.0, rng.uniform(0.88, 0.95), rng.uniform(0.68, 0.8)]]], dtype=np.float32)
    dim = lit(pixels, np.repeat(cast * rng.uniform(0.34, 0.46), 2, axis=0))
    return grained(cv2.GaussianBlur(dim, (0, 0), 0.7), rng, strength=rng.uniform(6, 9))


def screen(pixels: Pixels, rng: random.Random) -> Pixels:
    """A monitor photographed: its grid of coloured pixels, slanting moiré bands, a cold tint, a soft reflection."""
    across, down = grid(pixels)
    angle, period = rng.uniform(0, math.pi), rng.uniform(90, 220)
    wave = (across * math.cos(angle) + down * math.sin(angle)) * (2 * math.pi / period)
    bands = np.stack([1 + 0.045 * np.sin(wave + phase) for phase in (0.0, 2.1, 4.2)], axis=2)
    tint = np.array([0.93, 0.97, 1.04], dtype=np.float32)
    glowing = lit(_through_grid(pixels, rng), bands * tint)
    return veiled(toned(glowing, (22, 132, 246)), _reflection(pixels, rng), (226, 232, 240))


def _through_grid(pixels: Pixels, rng: random.Random) -> Pixels:
    """Lines of the monitor's pixels, each column shifted a little in colour, out of step with the camera's."""
    height, width = pixels.shape[:2]
    pitch = rng.uniform(2.6, 3.6)
    columns = np.arange(width, dtype=np.float32)[:, None] * (2 * np.pi / pitch)
    stripes = 26 * (1 + np.sin(columns + np.array([0.0, 2.1, 4.2], dtype=np.float32))) / 2
    rows = 18 * (1 + np.sin(np.arange(height, dtype=np.float32) * (2 * np.pi / pitch))) / 2
    dark = np.rint(stripes).astype(np.uint8)[None, :, :] + np.rint(rows).astype(np.uint8)[:, None, None]
    return cv2.subtract(pixels, dark)


def _reflection(pixels: Pixels, rng: random.Random) -> Field:
    height, width = pixels.shape[:2]
    across, down = grid(pixels)
    middle = (rng.uniform(0, 1) * width, rng.uniform(0, 1) * height)
    reach = (0.3 * max(width, height)) ** 2
    spot: Field = np.exp(-((across - middle[0]) ** 2 + (down - middle[1]) ** 2) / reach)
    return rng.uniform(0.12, 0.3) * spot


def dirt(pixels: Pixels, rng: random.Random, count: int) -> Pixels:
    """Specks of toner and dust, `count` of them, up to three pixels wide."""
    height, width = pixels.shape[:2]
    chances = generator(rng)
    spotted = pixels.copy()
    xs, ys, sizes = (chances.integers(0, most, count).tolist() for most in (width, height, 3))
    for x, y, size in zip(xs, ys, sizes, strict=True):
        cv2.circle(spotted, (x, y), size, (40, 40, 44), -1)
    return spotted
