"""What happens to the paper itself: folds, crumples, fading, thumbs, stamps."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
from PIL import Image

from reviewapp.specimens.damage.pixels import Field, generator, grid, lit, soft, veiled, waved
from reviewapp.specimens.damage.shot import Pixels
from reviewapp.specimens.papers import ink, stamps

_FINE = 4
_THERMAL_PAPER = (250, 249, 245)
_SKIN = ((226, 178, 150), (208, 156, 124), (238, 196, 172))


def crease(pixels: Pixels, rng: random.Random) -> Pixels:
    """Folded and opened again: one to three lines across the page, dark beside light, print shifted along them."""
    across, down = grid(pixels, _FINE)
    shape = (down.size, across.size)
    light, right, below = np.ones(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    height, width = pixels.shape[:2]
    upright = rng.random() < 0.4
    for place in sorted(rng.sample((1, 2, 3, 4, 5), rng.randint(1, 3))):
        angle = rng.uniform(-0.02, 0.02) + (0 if upright else math.pi / 2)
        normal = (math.cos(angle), math.sin(angle))
        middle = (place / 6 * width, height / 2) if upright else (width / 2, place / 6 * height)
        away = (across - middle[0]) * normal[0] + (down - middle[1]) * normal[1]
        light += _fold_light(away, rng)
        pull = rng.uniform(2.0, 4.5) * rng.choice((-1, 1)) * (away / 30) * np.exp(0.5 - (away / 42) ** 2)
        right += pull * normal[0]
        below += pull * normal[1]
    return lit(waved(pixels, right, below), np.clip(light, 0.4, 1.2))


def _fold_light(away: Field, rng: random.Random) -> Field:
    """Light at some pixels from a fold: a dark groove, a bright ridge, and one half turned from the lamp."""
    side = rng.choice((-1, 1))
    groove = rng.uniform(0.16, 0.32) * np.exp(-(((away - 4 * side) / 5) ** 2))
    ridge = 0.1 * np.exp(-(((away + 6 * side) / 6) ** 2))
    slope = rng.uniform(0.04, 0.09) * side * np.tanh(away / 60) * np.exp(-np.abs(away) / 300)
    return ridge - groove + slope


def crumple(pixels: Pixels, rng: random.Random) -> Pixels:
    """Crumpled and smoothed out: facets in light and shade, lines of print that wave by a few pixels."""
    height, width = pixels.shape[:2]
    relief = np.zeros_like(soft(pixels, random.Random(0), (2, 2), 8))
    for side, depth in ((520, 30.0), (240, 16.0), (110, 7.0)):
        cells = (max(2, width // side), max(2, height // side))
        relief += depth * np.abs(soft(pixels, rng, cells, 8) - 0.5) * 2
    relief = cv2.GaussianBlur(relief, (0, 0), 1.0)
    down, across = np.gradient(relief)
    angle = rng.uniform(0, 2 * math.pi)
    slope = across * math.cos(angle) + down * math.sin(angle)
    return lit(waved(pixels, 1.6 * across, 1.6 * down), np.clip(0.97 + 0.09 * slope, 0.55, 1.15))


def fade(pixels: Pixels, rng: random.Random) -> Pixels:
    """Thermal paper that lay in the sun: print paler by up to two thirds, in stripes along or across the strip."""
    stripes = (1, rng.randint(9, 16)) if rng.random() < 0.5 else (rng.randint(5, 9), 1)
    veil = 0.18 + 0.46 * soft(pixels, rng, stripes) ** 1.5 + 0.06 * soft(pixels, rng, (7, 7))
    return veiled(pixels, veil, _THERMAL_PAPER)


def weak_toner(pixels: Pixels, rng: random.Random) -> Pixels:
    """A cartridge at its end: pale bands down the page, print with holes in it."""
    veil = 0.2 + 0.42 * soft(pixels, rng, (rng.randint(6, 12), 2)) ** 1.5
    pale = veiled(pixels, veil, (252, 252, 250))
    height, width = pixels.shape[:2]
    tile = np.where(generator(rng).random((256, 256)) < 0.07, 120, 0).astype(np.uint8)
    holes = cv2.GaussianBlur(np.tile(tile, (-(-height // 256), -(-width // 256)))[:height, :width], (3, 3), 0)
    return cv2.add(pale, cv2.merge([holes] * 3))


def finger(pixels: Pixels, rng: random.Random) -> Pixels:
    """A thumb that holds the page: it reaches in from one edge by up to a twentieth of the page, with its shadow."""
    height, width = pixels.shape[:2]
    turn = rng.randrange(4)
    page = np.ascontiguousarray(np.rot90(pixels, turn))
    tall, wide = page.shape[:2]
    thumb = min(wide, tall) * rng.uniform(0.13, 0.17)
    tip = (rng.uniform(0.15, 0.85) * wide, tall - min(height, width) * rng.uniform(0.03, 0.05))
    lean = rng.uniform(-0.35, 0.35)
    held = _thumb(page, tip, thumb, lean, rng)
    return np.ascontiguousarray(np.rot90(held, -turn))


def _thumb(page: Pixels, tip: tuple[float, float], width: float, lean: float, rng: random.Random) -> Pixels:
    """A thumb pointing up to `tip` on the lower edge of `page`; only the part of the page round it is touched."""
    top = max(0, int(tip[1] - width))
    part = page[top:]
    xs = np.arange(part.shape[1], dtype=np.float32)[None, :] - tip[0]
    ys = np.arange(part.shape[0], dtype=np.float32)[:, None] + top - tip[1]
    beside = (xs - lean * ys) / (width / 2)
    round_tip = np.minimum(ys / (width * 0.55) - 1, 0)
    reach = np.sqrt(beside**2 + round_tip**2)
    skin = np.clip((1 - reach) * width / 8, 0, 1)[:, :, None]
    shade = 1 - 0.35 * np.exp(-np.clip(reach - 1, 0, None) * 7)[:, :, None]
    tone = np.array(rng.choice(_SKIN), dtype=np.float32) * (1.06 - 0.3 * np.clip(reach, 0, 1) ** 2)[:, :, None]
    nail = np.exp(-((beside / 0.55) ** 6) - ((round_tip + 0.25) / 0.5) ** 6)[:, :, None] * skin
    tone = tone + nail * (np.array((244, 212, 204), dtype=np.float32) - tone) * 0.6
    touched = page.copy()
    touched[top:] = np.clip(part * shade * (1 - skin) + tone * skin, 0, 255).astype(np.uint8)
    return touched


def stamp(pixels: Pixels, rng: random.Random) -> Pixels:
    """A red seal (与原件一致) pressed over the text somewhere near the middle."""
    image = Image.fromarray(pixels)
    size = min(360, min(image.size) // 2)
    seal = stamps.round_seal("与原件一致样例核对专用", rng.randrange(1 << 30), below="核对章", size=size)
    left = rng.randint(image.width // 4, max(image.width // 4, 3 * image.width // 4 - size))
    top = rng.randint(image.height // 4, max(image.height // 4, 3 * image.height // 4 - size))
    ink.lay(image, seal, (left, top), multiply=True)
    return np.asarray(image)
