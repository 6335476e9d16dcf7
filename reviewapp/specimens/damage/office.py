"""Machines between the paper and the office: copiers and faxes."""

from __future__ import annotations

import random

import cv2
import numpy as np
from PIL import Image

from reviewapp.specimens.damage.light import dirt
from reviewapp.specimens.damage.pixels import generator, grained, grey, toned
from reviewapp.specimens.damage.shot import Pixels, Shot, scaled

FAX_SIDE = 1728
"""Dots in a line of a fax (ITU-T T.4, 215 mm)."""


def photocopy(pixels: Pixels, rng: random.Random) -> Pixels:
    """A black-and-white copy: no colour, hard contrast, dirt, a streak down the page, a dark edge."""
    width = pixels.shape[1]
    dark, bright = rng.uniform(20, 60), rng.uniform(196, 226)
    copied = toned(grey(pixels), (dark, dark + 14, 108, bright, 252, 255))
    streak = rng.randrange(width)
    copied[:, streak : streak + 2] //= 2
    margin = rng.randint(8, 26)
    copied[:, : margin // 2] = 40
    copied[:margin] //= 2
    return dirt(grained(cv2.merge([copied] * 3), rng, strength=4), rng, count=rng.randint(60, 220))


def fax(image: Image.Image, rng: random.Random) -> Shot:
    """Black dots or none, at a fax's resolution, with a few torn lines."""
    factor = min(1.0, FAX_SIDE / min(image.size), FAX_SIDE * 1.42 / max(image.size))
    size = (round(image.width * factor), round(image.height * factor))
    page = cv2.resize(grey(np.asarray(image)), size, interpolation=cv2.INTER_AREA)
    local = cv2.blur(page, (61, 61)).astype(np.int16)
    chances = generator(rng)
    rough = chances.integers(-6, 7, (256, 256), dtype=np.int16)
    rough = np.tile(rough, (-(-size[1] // 256), -(-size[0] // 256)))[: size[1], : size[0]]
    dots = np.where(page < local - 22 + rough, 0, 255).astype(np.uint8)
    for row in chances.integers(0, size[1], rng.randint(2, 6)):
        dots[row : row + 1] = 255
    return Shot(Image.fromarray(cv2.merge([dots] * 3)), scaled(size[0] / image.width, size[1] / image.height))
