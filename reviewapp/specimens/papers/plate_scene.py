"""号牌: a plate by itself, laid on a ground or screwed to a vehicle, filling most of the picture."""

import random
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from reviewapp.specimens.papers import ink
from reviewapp.specimens.papers.form import specimen
from reviewapp.specimens.papers.plates import Ground, plate_image
from reviewapp.specimens.papers.sheet import Colour, Sheet

WIDTH, HEIGHT = 1800, 1200
_GROUNDS: tuple[Colour, ...] = ((142, 128, 112), (98, 100, 104), (176, 170, 160), (70, 82, 74), (188, 190, 194))


def plate_photo(
    values: Mapping[str, Any],
    rng: random.Random,
    ground: Ground,
    *,
    place: Literal["floor", "bumper"] = "floor",
    cycle: bool = False,
) -> Sheet:
    """One plate on a floor or a bumper; a motorcycle's has two rows (`cycle`)."""
    plate = plate_image(values["plate"], ground, cycle=cycle)
    width = rng.randint(760, 980) if cycle else rng.randint(1080, 1500)
    plate = plate.resize((width, round(plate.height * width / plate.width)), Image.Resampling.LANCZOS)
    plate = plate.rotate(rng.uniform(-4, 4), Image.Resampling.BICUBIC, expand=True)
    image = _floor(rng) if place == "floor" else _bumper(rng)
    at = (WIDTH // 2 - plate.width // 2 + rng.randint(-90, 90), HEIGHT // 2 - plate.height // 2 + rng.randint(-60, 60))
    _shadow(image, plate, at)
    ink.lay(image, plate, at)
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.picture(image.filter(ImageFilter.GaussianBlur(0.8)), 0, 0)
    sheet.shows((*at, at[0] + plate.width, at[1] + plate.height), values["plate"])
    specimen(sheet, 40, 1170, colour=(200, 200, 200))
    return sheet


def _floor(rng: random.Random) -> Image.Image:
    """Concrete, boards or earth: one tone with soft patches and grains."""
    grains = np.random.default_rng(rng.randrange(1 << 32))
    patches = Image.fromarray((grains.random((12, 18)) * 255).astype(np.uint8))
    depth = np.asarray(patches.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), np.float32)[:, :, None] / 255 - 0.5
    tone = np.array(rng.choice(_GROUNDS), np.float32)
    return Image.fromarray(np.clip(tone + depth * 40, 0, 255).astype(np.uint8))


def _bumper(rng: random.Random) -> Image.Image:
    """Painted metal with the edges of a boot lid above and below."""
    tone = rng.choice(_GROUNDS)
    shade = tuple(round(channel * 0.6) for channel in tone)
    image = Image.new("RGB", (WIDTH, HEIGHT), tone)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 120), fill=shade)
    draw.rounded_rectangle((60, 200, WIDTH - 60, HEIGHT - 180), 80, outline=shade, width=14)
    draw.rectangle((0, HEIGHT - 90, WIDTH, HEIGHT), fill=(30, 30, 32))
    return image.filter(ImageFilter.GaussianBlur(4))


def _shadow(image: Image.Image, plate: Image.Image, at: tuple[int, int]) -> None:
    shadow = plate.getchannel("A").filter(ImageFilter.GaussianBlur(10)).point(lambda value: round(value * 0.5))
    image.paste((14, 14, 14), (at[0] + 10, at[1] + 12), shadow)


COMPOSERS = {
    "blue": lambda values, rng: plate_photo(values, rng, "blue"),
    "green": lambda values, rng: plate_photo(values, rng, "green"),
    "bumper": lambda values, rng: plate_photo(values, rng, "blue", place="bumper"),
    "yellow": lambda values, rng: plate_photo(values, rng, "yellow"),
    "motorcycle": lambda values, rng: plate_photo(values, rng, "yellow", place="bumper", cycle=True),
    "moped": lambda values, rng: plate_photo(values, rng, "blue", cycle=True),
}
