"""Red seals: the round one of a firm or office, the oval one of invoices, the square one of a licence."""

import math
import random

from PIL import Image, ImageDraw

from reviewapp.specimens.papers import ink
from reviewapp.specimens.papers.fonts import font
from reviewapp.specimens.papers.sheet import Colour

RED: Colour = (205, 32, 38)
_SUPERSAMPLE = 2


def round_seal(name: str, seed: int, *, below: str = "", number: str = "", size: int = 330) -> Image.Image:
    """A firm's seal: name along the upper arc, star in the middle, `below` it the purpose, `number` along the foot."""
    side = size * _SUPERSAMPLE
    seal = Image.new("RGBA", (side, side), (*RED, 0))
    draw = ImageDraw.Draw(seal)
    rim = side // 40
    draw.ellipse([rim, rim, side - rim, side - rim], outline=(*RED, 255), width=rim)
    size_name = round(side * min(0.13, 1.45 / max(len(name), 1)))
    _arc(seal, name, radius=side * 0.385, size=size_name, span=min(230 if number else 250, 21 * len(name)))
    star(draw, (side / 2, side * 0.5), side * 0.13)
    if below:
        size_below = round(side * min(0.09, 0.5 / len(below)))
        draw.text((side / 2, side * 0.735), below, font=font("serifbold", size_below), fill=(*RED, 255), anchor="mm")
    if number:
        _arc(seal, number, radius=side * 0.41, size=round(side * 0.055), span=80, foot=True)
    return _press(seal, size, seed)


def oval_seal(top: str, middle: str, bottom: str, seed: int, *, width: int = 330) -> Image.Image:
    """The oval seal printed on invoices: two arcs of text and a line across."""
    height = round(width * 0.68)
    big = (width * _SUPERSAMPLE, width * _SUPERSAMPLE)
    seal = Image.new("RGBA", big, (*RED, 0))
    draw = ImageDraw.Draw(seal)
    side = big[0]
    for inset, thickness in ((0.02, 0.014), (0.045, 0.007)):
        edge = side * inset
        draw.ellipse([edge, edge, side - edge, side - edge], outline=(*RED, 255), width=round(side * thickness))
    _arc(seal, top, radius=side * 0.38, size=round(side * 0.1), span=200)
    draw.text((side / 2, side / 2), middle, font=font("serif", round(side * 0.085)), fill=(*RED, 255), anchor="mm")
    _arc(seal, bottom, radius=side * 0.38, size=round(side * 0.1), span=120, foot=True)
    squeezed = seal.resize((width, height), Image.Resampling.LANCZOS)
    return ink.worn(squeezed, seed, 0.9)


def square_seal(text: str, seed: int, *, size: int = 240, columns: int = 3) -> Image.Image:
    """The square seal of a licence: characters in columns from right to left inside a frame."""
    side = size * _SUPERSAMPLE
    seal = Image.new("RGBA", (side, side), (*RED, 0))
    draw = ImageDraw.Draw(seal)
    draw.rectangle([4, 4, side - 4, side - 4], outline=(*RED, 255), width=side // 36)
    rows = math.ceil(len(text) / columns)
    inner = side * 0.88
    width, height = inner / columns, inner / rows
    face = font("serifbold", round(min(width * 0.86, height * 1.02)))
    for place, character in enumerate(text):
        column, row = divmod(place, rows)
        x = side * 0.94 - width * (column + 0.5)
        y = side * 0.06 + height * (row + 0.5)
        draw.text((x, y), character, font=face, fill=(*RED, 255), anchor="mm")
    return _press(seal, size, seed, turn=0)


def _press(seal: Image.Image, size: int, seed: int, turn: float | None = None) -> Image.Image:
    angle = random.Random(seed).uniform(-12, 12) if turn is None else turn
    turned = seal.rotate(angle, Image.Resampling.BICUBIC)
    return ink.worn(turned.resize((size, size), Image.Resampling.LANCZOS), seed, 0.86)


def _arc(seal: Image.Image, text: str, *, radius: float, size: int, span: float, foot: bool = False) -> None:
    """Characters along a circle round the image's middle; `span` degrees wide, over the top or along the foot."""
    middle = seal.width / 2
    face = font("serifbold", size)
    step = span / max(len(text) - 1, 1)
    for place, character in enumerate(text):
        angle = -span / 2 + step * place
        turn = angle if foot else -angle
        glyph = Image.new("RGBA", (size * 2, size * 2), (*RED, 0))
        ImageDraw.Draw(glyph).text((size, size), character, font=face, fill=(*RED, 255), anchor="mm")
        glyph = glyph.rotate(turn, Image.Resampling.BICUBIC)
        x = middle + radius * math.sin(math.radians(angle))
        y = middle + radius * math.cos(math.radians(angle)) * (1 if foot else -1)
        seal.alpha_composite(glyph, (round(x - size), round(y - size)))


def star(draw: ImageDraw.ImageDraw, middle: tuple[float, float], radius: float, colour: Colour = RED) -> None:
    """A five-pointed star, one point up."""
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.radians(36 * corner)
        points.append((middle[0] + reach * math.sin(angle), middle[1] - reach * math.cos(angle)))
    draw.polygon(points, fill=(*colour, 255))
