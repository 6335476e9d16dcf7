"""Plates of motor vehicles as GA 36 lays them out: one row or two, blue, yellow, or green for new energy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from reviewapp.specimens.papers.fonts import font
from reviewapp.specimens.papers.form import rounded
from reviewapp.specimens.papers.sheet import Colour

Ground = Literal["blue", "green", "yellow"]

PIXELS_A_MM = 2.4
_WHITE: Colour = (250, 250, 250)
_BLACK: Colour = (20, 20, 22)
_GROUNDS: dict[Ground, tuple[Colour, Colour, Colour]] = {
    "blue": ((24, 74, 168), (20, 62, 150), _WHITE),
    "green": ((236, 246, 240), (72, 186, 122), _BLACK),
    "yellow": ((250, 196, 40), (240, 180, 24), _BLACK),
}
"""Upper and lower shade of the ground, and the characters' colour."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Millimetres: the plate, the left edge of every character, their size, the dot's middle if there is one."""

    size: tuple[int, int]
    lefts: Sequence[float]
    tops: Sequence[float]
    sizes: Sequence[tuple[float, float]]
    dot: tuple[float, float] | None = None


_SEVEN = _Shape(
    (440, 140), (15.5, 72.5, 151.5, 208.5, 265.5, 322.5, 379.5), (25,) * 7, ((45, 90),) * 7, dot=(134.5, 70)
)
_EIGHT = _Shape(
    (480, 140), (15.5, 69.5, 161.5, 213.5, 265.5, 317.5, 369.5, 421.5), (25,) * 8, ((45, 90), *((43, 90),) * 7)
)
_REAR = _Shape(
    (440, 220),
    (110, 250, 27, 107, 187, 267, 347),
    (15, 15, *(90,) * 5),
    ((80, 60), (80, 60), *((65, 110),) * 5),
    dot=(220, 45),
)
_CYCLE = _Shape(
    (220, 140),
    (55, 125, 12, 52, 92, 132, 172),
    (10, 10, *(60,) * 5),
    ((40, 40), (40, 40), *((34, 66),) * 5),
    dot=(110, 30),
)


def plate_image(plate: str, ground: Ground, *, rows: Literal[1, 2] = 1, cycle: bool = False) -> Image.Image:
    """A plate (RGBA, PIXELS_A_MM): of 8 characters when new energy, in two rows at a lorry's rear or on a motorcycle
    (`cycle`)."""
    shape = _EIGHT if len(plate) == 8 else _CYCLE if cycle else _REAR if rows == 2 else _SEVEN
    image = _ground(_pixels(shape.size), ground)
    colour = _GROUNDS[ground][2]
    for character, left, top, size in zip(plate, shape.lefts, shape.tops, shape.sizes, strict=True):
        narrow = (size[0] * 0.62, size[1]) if character == "1" else size
        place = _pixels((left + (size[0] - narrow[0]) / 2, top))
        image.paste(colour, place, _tall(character, _pixels(narrow)))
    if shape.dot is not None:
        (x, y), reach = _pixels(shape.dot), round(5 * PIXELS_A_MM)
        ImageDraw.Draw(image).ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    _bolts(image, shape.size)
    return rounded(image, round(8 * PIXELS_A_MM))


def _pixels(millimetres: tuple[float, float]) -> tuple[int, int]:
    return round(millimetres[0] * PIXELS_A_MM), round(millimetres[1] * PIXELS_A_MM)


def _tall(character: str, size: tuple[int, int]) -> Image.Image:
    """A character's mask stretched into a box, as plates are embossed."""
    face = font("bold", 160)
    left, top, right, bottom = (round(value) for value in face.getbbox(character, anchor="ls"))
    mask = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(mask).text((-left, -top), character, fill=255, font=face, anchor="ls")
    return mask.resize(size, Image.Resampling.LANCZOS)


def _ground(size: tuple[int, int], ground: Ground) -> Image.Image:
    width, height = size
    upper, lower, line = _GROUNDS[ground]
    down = np.linspace(0, 1, height)[:, None, None]
    pixels = np.array(upper) * (1 - down) + np.array(lower) * down
    image = Image.fromarray(np.broadcast_to(pixels, (height, width, 3)).astype(np.uint8))
    edge = round(4 * PIXELS_A_MM)
    ImageDraw.Draw(image).rounded_rectangle(
        (edge, edge, width - edge, height - edge), 2 * edge, outline=line, width=edge // 2
    )
    return image


def _bolts(image: Image.Image, size: tuple[int, int]) -> None:
    """Screws at the upper edge, and at the lower one of long plates."""
    draw, reach = ImageDraw.Draw(image), round(4 * PIXELS_A_MM)
    inset = 60 if size[0] < 300 else 110
    for y in (12, size[1] - 12) if size[0] > 300 else (12,):
        for across in (inset, size[0] - inset):
            x, down = _pixels((across, y))
            draw.ellipse((x - reach, down - reach, x + reach, down + reach), fill=(168, 168, 170), outline=(90, 90, 92))
