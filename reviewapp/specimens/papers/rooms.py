"""商品照片: furniture and appliances as they stand in a home, with hardly any text."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from reviewapp.specimens.papers.fonts import font
from reviewapp.specimens.papers.form import specimen
from reviewapp.specimens.papers.sheet import Colour, Sheet

WIDTH, HEIGHT = 1500, 1900
_FLOOR = 1450
_WALLS: tuple[Colour, ...] = ((214, 204, 188), (190, 202, 208), (206, 190, 176), (178, 186, 170))
_BOARDS: tuple[Colour, ...] = ((150, 112, 78), (176, 152, 124), (126, 110, 98))
_METALS: tuple[Colour, ...] = ((188, 192, 196), (70, 74, 80), (206, 198, 180), (226, 228, 230))
_CLOTHS: tuple[Colour, ...] = ((122, 132, 140), (150, 104, 74), (86, 108, 92), (186, 170, 150))
_WOODS: tuple[Colour, ...] = ((134, 92, 58), (168, 128, 86), (92, 66, 50))
_BRANDS = ("", "", "SPECIMEN", "测试电器")
Draw = ImageDraw.ImageDraw


def room(rng: random.Random, goods: Callable[[Draw, random.Random], None]) -> Sheet:
    """A corner of a room with one thing in it, daylight from one side."""
    image = Image.new("RGB", (WIDTH, HEIGHT), rng.choice(_WALLS))
    draw = ImageDraw.Draw(image)
    _walls(draw, rng)
    goods(draw, rng)
    image = _lit(image.filter(ImageFilter.GaussianBlur(1.4)), rng)
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.picture(image, 0, 0)
    specimen(sheet, 40, HEIGHT - 30, colour=(205, 200, 195))
    return sheet


def _walls(draw: Draw, rng: random.Random) -> None:
    boards = rng.choice(_BOARDS)
    draw.rectangle((0, _FLOOR, WIDTH, HEIGHT), fill=boards)
    for x in range(-400, WIDTH + 400, 190):
        draw.line((x, HEIGHT, 750 + (x - 750) * 0.7, _FLOOR), fill=_shade(boards, 0.86), width=4)
    draw.rectangle((0, _FLOOR - 46, WIDTH, _FLOOR), fill=(238, 236, 230), outline=(190, 188, 182), width=3)
    corner = rng.choice((120, 1380))
    draw.line((corner, 0, corner, _FLOOR), fill=(160, 156, 148), width=4)
    if rng.random() < 0.5:
        x = rng.choice((180, 1060))
        draw.rectangle((x, 160, x + 260, 520), fill=_shade(rng.choice(_CLOTHS), 1.2), outline=(110, 84, 60), width=16)


def fridge(draw: Draw, rng: random.Random) -> None:
    """A tall fridge of two or three doors."""
    metal = rng.choice(_METALS)
    left, right, top = 440, 1060, rng.randint(260, 340)
    draw.polygon([(right, top), (right + 90, top + 40), (right + 90, 1500), (right, 1560)], fill=_shade(metal, 0.6))
    draw.rectangle((left, top, right, 1560), fill=metal, outline=_shade(metal, 0.55), width=6)
    for y in (top + 620, top + 860)[: rng.randint(1, 2)]:
        draw.line((left, y, right, y), fill=_shade(metal, 0.45), width=12)
    draw.rounded_rectangle((left + 40, top + 200, left + 66, top + 560), 12, fill=_shade(metal, 0.5))
    _badge(draw, rng, (left + 230, top + 90), metal)


def washer(draw: Draw, rng: random.Random) -> None:
    """A drum washing machine with its panel."""
    metal = rng.choice(_METALS)
    box = (400, 760, 1100, 1580)
    draw.rectangle(box, fill=metal, outline=_shade(metal, 0.55), width=6)
    draw.rectangle((400, 760, 1100, 900), fill=_shade(metal, 0.9), outline=_shade(metal, 0.55), width=4)
    draw.rectangle((430, 785, 640, 875), outline=_shade(metal, 0.6), width=5)
    draw.ellipse((700, 785, 790, 875), fill=_shade(metal, 0.7), outline=_shade(metal, 0.4), width=6)
    draw.ellipse((500, 950, 1000, 1450), fill=(44, 48, 54), outline=(150, 152, 156), width=40)
    draw.ellipse((600, 1050, 820, 1270), fill=(70, 78, 88))
    draw.rectangle((420, 1480, 1080, 1560), outline=_shade(metal, 0.7), width=5)
    _badge(draw, rng, (850, 845), metal)


def television(draw: Draw, rng: random.Random) -> None:
    """A television on a low cupboard."""
    wood = rng.choice(_WOODS)
    draw.rectangle((130, 1180, 1370, 1560), fill=wood, outline=_shade(wood, 0.6), width=8)
    for x in (540, 950):
        draw.line((x, 1180, x, 1560), fill=_shade(wood, 0.6), width=8)
    for x in (330, 740, 1150):
        draw.ellipse((x - 14, 1350, x + 14, 1378), fill=_shade(wood, 0.4))
    draw.rectangle((240, 430, 1260, 1040), fill=(20, 22, 26), outline=(52, 54, 58), width=18)
    draw.polygon([(300, 470), (700, 470), (480, 1000), (300, 1000)], fill=(38, 44, 54))
    draw.polygon([(560, 1040), (940, 1040), (1000, 1176), (500, 1176)], fill=(40, 42, 46))


def sofa(draw: Draw, rng: random.Random) -> None:
    """A sofa of three seats."""
    cloth = rng.choice(_CLOTHS)
    draw.ellipse((100, 1500, 1400, 1660), fill=(70, 60, 52))
    draw.rounded_rectangle((150, 850, 1350, 1380), 60, fill=_shade(cloth, 0.9), outline=_shade(cloth, 0.6), width=5)
    for place in range(3):
        left = 260 + place * 330
        draw.rounded_rectangle((left, 880, left + 320, 1220), 40, fill=cloth, outline=_shade(cloth, 0.7), width=5)
        draw.rounded_rectangle(
            (left, 1200, left + 320, 1400), 36, fill=_shade(cloth, 1.1), outline=_shade(cloth, 0.7), width=5
        )
    for left in (120, 1250):
        draw.rounded_rectangle((left, 1030, left + 130, 1560), 46, fill=cloth, outline=_shade(cloth, 0.6), width=5)
    draw.rectangle((250, 1400, 1250, 1550), fill=_shade(cloth, 0.8), outline=_shade(cloth, 0.6), width=5)


def table(draw: Draw, rng: random.Random) -> None:
    """A dining table with chairs."""
    wood = rng.choice(_WOODS)
    for left in (170, 1130):
        draw.rectangle((left, 760, left + 200, 800), fill=_shade(wood, 0.8))
        for x in (left + 10, left + 170):
            draw.rectangle((x, 760, x + 24, 1600), fill=_shade(wood, 0.7))
        for y in (860, 940):
            draw.rectangle((left + 10, y, left + 190, y + 26), fill=_shade(wood, 0.8))
        draw.rectangle((left - 10, 1240, left + 210, 1286), fill=_shade(wood, 0.9))
    draw.polygon([(320, 1020), (1180, 1020), (1330, 1170), (170, 1170)], fill=_shade(wood, 1.15))
    draw.rectangle((170, 1170, 1330, 1216), fill=_shade(wood, 0.9))
    for x in (220, 1240):
        draw.rectangle((x, 1216, x + 44, 1680), fill=_shade(wood, 0.75))


def _badge(draw: Draw, rng: random.Random, at: tuple[int, int], metal: Colour) -> None:
    ink = (210, 210, 212) if sum(metal) < 300 else (60, 62, 66)
    draw.text(at, rng.choice(_BRANDS), fill=ink, font=font("bold", 34), anchor="ls")


def _lit(image: Image.Image, rng: random.Random) -> Image.Image:
    """Daylight falling off to one side, more shade at the foot, colours of a telephone's sensor."""
    across = np.linspace(-0.5, 0.5, WIDTH, dtype=np.float32)[None, :, None] * rng.choice((-1, 1))
    down = np.linspace(-0.5, 0.5, HEIGHT, dtype=np.float32)[:, None, None]
    light = (0.94 + 0.22 * across - 0.12 * down) * np.array((1.02, 1.0, 0.96), np.float32)
    return Image.fromarray(np.clip(np.asarray(image, np.float32) * light, 0, 255).astype(np.uint8))


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, round(channel * factor)) for channel in colour)
    return red, green, blue


def _of(goods: Callable[[Draw, random.Random], None]) -> Callable[[Mapping[str, Any], random.Random], Sheet]:
    return lambda values, rng: room(rng, goods)


COMPOSERS = {name.__name__: _of(name) for name in (fridge, washer, television, sofa, table)}
