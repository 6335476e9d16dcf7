"""Pictures that open and hold nothing to read, or far too much: blank pages, cats, noise, floods of characters."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from functools import cache

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.papers.fonts import font
from tests.pages.samples import saved

Make = Callable[[], bytes]
_LOOK_ALIKES = "己已巳日曰田由甲申土士末未O0oQI1l|8B5S2Z发友犮金全佥拾捨伍五陆六"
CATS = 8


def files() -> dict[str, Make]:
    """All of them, by name."""
    return {**_blank(), **_shapes(), **_scenes(), **_floods(), **_papers()}


@cache
def invoice() -> Image.Image:
    """A paper that reads well, to be spoilt; 1200 pixels long."""
    return Specimen("vehicle_invoice", "paper", 1).picture().resize((1200, 822), Image.Resampling.LANCZOS)


@cache
def other_invoice() -> Image.Image:
    """Another one of the same size."""
    return Specimen("vehicle_invoice", "paper", 2).picture().resize((1200, 822), Image.Resampling.LANCZOS)


def jpeg(image: Image.Image, **options: object) -> bytes:
    """The picture as JPEG."""
    return saved(image, "JPEG", **{"quality": 85, **options})


def _blank() -> dict[str, Make]:
    tones = {"white": 255, "black": 0, "grey": 127, "nearly-white": 254}
    blank = {
        f"blank-{name}.jpg": lambda tone=tone: jpeg(Image.new("RGB", (1240, 1754), (tone,) * 3))
        for name, tone in tones.items()
    }
    gradient = Image.linear_gradient("L").resize((1240, 1754))
    empty_form = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(empty_form)
    for y in range(200, 1600, 90):
        pen.rectangle((100, y, 1140, y + 90), outline="black", width=3)
        pen.line((400, y, 400, y + 90), fill="black", width=3)
    return {
        **blank,
        "blank-gradient.jpg": lambda: jpeg(gradient),
        "blank-form.jpg": lambda: jpeg(empty_form),
        "blank-transparent.png": lambda: saved(Image.new("RGBA", (900, 1200), (0, 0, 0, 0)), "PNG"),
        "blank-one-bit.tiff": lambda: saved(Image.new("1", (1728, 2200), 1), "TIFF", compression="group4"),
    }


def _shapes() -> dict[str, Make]:
    """Impossible sizes."""
    sizes = {"1x1": (1, 1), "2x2": (2, 2), "1x3000": (1, 3000), "3000x1": (3000, 1), "7x7": (7, 7)}
    kinds = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "tiff": "TIFF"}
    small = {
        f"size-{name}.{end}": lambda size=size, kind=kind: saved(Image.new("RGB", size, (200, 30, 30)), kind)
        for name, size in sizes.items()
        for end, kind in kinds.items()
    }
    long = {"60000x10": (60_000, 10), "10x60000": (10, 60_000), "65500x1": (65_500, 1), "30000x60": (30_000, 60)}
    return small | {
        f"size-{name}.{end}": lambda size=size, kind=kind: saved(_bars(size), kind)
        for name, size in long.items()
        for end, kind in (("jpg", "JPEG"), ("png", "PNG"))
    }


def _bars(size: tuple[int, int]) -> Image.Image:
    """Black and white bars along the longer side: something that looks like very long print."""
    along = np.arange(max(size)) // 7 % 2 * 255
    row = along[None, :] if size[0] > size[1] else along[:, None]
    return Image.fromarray(np.broadcast_to(row, size[::-1]).astype(np.uint8)).convert("RGB")


def _scenes() -> dict[str, Make]:
    cats = {f"cat-{number}.jpg": lambda number=number: jpeg(cat(number)) for number in range(CATS)}
    textures = {"grain": 1, "snow": 4, "clouds": 60, "camouflage": 200}
    noise = {f"noise-{name}.jpg": lambda cell=cell: jpeg(_texture(cell)) for name, cell in textures.items()}
    checks = np.indices((1200, 1600)).sum(axis=0) // 24 % 2 * 255
    return {
        **cats,
        **noise,
        "noise-checks.jpg": lambda: jpeg(Image.fromarray(checks.astype(np.uint8))),
        "noise-checks.webp": lambda: saved(_texture(2), "WEBP"),
    }


def cat(seed: int) -> Image.Image:
    """A drawn cat, or what a child would call one: ears, whiskers, stripes like lines of print."""
    rng = random.Random(f"cat/{seed}")
    image = Image.new("RGB", (1600, 1200), tuple(rng.randrange(90, 220) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    fur = tuple(rng.randrange(40, 200) for _ in range(3))
    x, y, size = rng.randrange(500, 1100), rng.randrange(400, 800), rng.randrange(180, 340)
    pen.ellipse((x - size, y, x + size, y + 3 * size), fill=fur)
    for side in (-1, 1):
        ear = [(x + side * size * 0.9, y - size), (x + side * size * 0.2, y - size * 0.7), (x + side * size * 0.9, y)]
        pen.polygon(ear, fill=fur)
        eye = x + side * size * 0.4
        pen.ellipse((eye - 40, y - 60, eye + 40, y + 20), fill=(210, 200, 60))
        pen.ellipse((eye - 10, y - 60, eye + 10, y + 20), fill=(10, 10, 10))
        for whisker in range(3):
            pen.line((x, y + 80, x + side * size * 1.6, y + 20 + whisker * 50), fill=(240, 240, 240), width=4)
    for stripe in range(9):
        top = y + size + stripe * 40
        pen.line((x - size * 0.8, top, x + size * 0.8, top + rng.randrange(-20, 20)), fill=(30, 26, 24), width=14)
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3)))


def _texture(cell: int) -> Image.Image:
    chances = np.random.default_rng(cell).integers(0, 256, (1200 // cell + 2, 1600 // cell + 2, 3), dtype=np.uint8)
    return Image.fromarray(chances).resize((1600, 1200), Image.Resampling.BICUBIC)


def _floods() -> dict[str, Make]:
    """Pages with more on them than any paper has."""
    return {
        "flood-of-characters.jpg": lambda: jpeg(_soup(16, 0)),
        "flood-of-large-characters.jpg": lambda: jpeg(_soup(44, 1)),
        "flood-of-digits.png": lambda: saved(_soup(20, 2, "0123456789X"), "PNG"),
        "flood-of-labels.jpg": lambda: jpeg(_soup(26, 3, "价税合计小写不含税价发票号码代码姓名身份证￥：")),
        "flood-turned.jpg": lambda: jpeg(_soup(24, 4).rotate(37, expand=True)),
        "flood-of-codes.png": _codes,
        "flood-of-bars.png": lambda: saved(_bars((1800, 1200)), "PNG"),
        "one-character.jpg": lambda: jpeg(_one_character()),
    }


def _soup(size: int, seed: int, characters: str = _LOOK_ALIKES) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", (1500, 2000), "white")
    pen, face = ImageDraw.Draw(image), font("sans", size)
    for y in range(10, 1990 - size, size + 4):
        pen.text((10, y), "".join(rng.choices(characters, k=1480 // size)), fill=(20, 20, 20), font=face)
    return image


def _codes() -> bytes:
    page = Image.new("RGB", (1800, 1800), "white")
    for number in range(64):
        stream = io.BytesIO()
        lie = f"01,32,,{number:020d},{number}99999.99,20231301,,A1B2" if number % 2 else "\x00\x1b[31m" * 9
        segno.make_qr(lie).save(stream, kind="png", scale=4, border=2)
        column, row = number % 8, number // 8
        page.paste(Image.open(stream).convert("RGB").resize((200, 200)), (column * 220 + 20, row * 220 + 20))
    return saved(page, "PNG")


def _one_character() -> Image.Image:
    image = Image.new("RGB", (1600, 1600), "white")
    ImageDraw.Draw(image).text((150, -100), "发", fill="black", font=font("bold", 1300))
    return image


def _papers() -> dict[str, Make]:
    """A paper in ways that no longer let it be read, and in modes that must do it no harm."""
    page = invoice()
    modes = {
        "paper-cmyk.jpg": lambda: jpeg(page.convert("CMYK")),
        "paper-palette.png": lambda: saved(page.convert("P"), "PNG"),
        "paper-one-bit.png": lambda: saved(page.convert("1"), "PNG"),
        "paper-16-bit.png": lambda: saved(_deep(page), "PNG"),
        "paper-16-bit.tiff": lambda: saved(_deep(page), "TIFF"),
        "paper-alpha.png": lambda: saved(_ghost(page), "PNG"),
    }
    spoilt = {
        "paper-inverted.jpg": lambda: jpeg(ImageOps.invert(page)),
        "paper-mirrored.jpg": lambda: jpeg(ImageOps.mirror(page)),
        "paper-tiny.jpg": lambda: jpeg(page.resize((90, 62))),
        "paper-one-level.png": lambda: saved(page.point(lambda level: 254 + (level > 160)), "PNG"),
        "paper-over-paper.jpg": lambda: jpeg(Image.blend(page, other_invoice(), 0.5)),
        "paper-cut-to-pieces.jpg": lambda: jpeg(_pieces(page)),
        "paper-wrung.jpg": lambda: jpeg(_wrung(page)),
        "paper-ten-times.jpg": lambda: jpeg(_ten(page)),
    }
    frames = {
        f"frames-{name}": lambda kind=kind: saved(page, kind, save_all=True, append_images=[other_invoice()] * 3)
        for name, kind in (("two-papers.webp", "WEBP"), ("two-papers.png", "PNG"), ("two-papers.gif", "GIF"))
    }
    return {**modes, **spoilt, **frames}


def _deep(page: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(page.convert("L"), dtype=np.uint16) * 257)


def _ghost(page: Image.Image) -> Image.Image:
    """The paper in the colour channels, wholly transparent: nothing is to be seen."""
    ghost = page.copy()
    ghost.putalpha(0)
    return ghost


def _pieces(page: Image.Image) -> Image.Image:
    rng = random.Random("pieces")
    boxes = [(x, y, x + 120, y + 82) for y in range(0, 820, 82) for x in range(0, 1200, 120)]
    shuffled = page.copy()
    for box, place in zip(boxes, rng.sample(boxes, len(boxes)), strict=True):
        shuffled.paste(page.crop(box), place[:2])
    return shuffled


def _wrung(page: Image.Image) -> Image.Image:
    """Every row of pixels shifted on its own: print without a straight stroke."""
    pixels = np.asarray(page)
    rows = [np.roll(row, round(30 * math.sin(number / 6)), axis=0) for number, row in enumerate(pixels)]
    return Image.fromarray(np.stack(rows))


def _ten(page: Image.Image) -> Image.Image:
    wall = Image.new("RGB", (2400, 2055), "white")
    for number in range(10):
        small = page.resize((480, 329), Image.Resampling.LANCZOS)
        wall.paste(small, (number % 5 * 480, number // 5 * 1000))
    return wall
