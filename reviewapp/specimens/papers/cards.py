"""居民身份证: face and back."""

import random
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import rounded, specimen
from reviewapp.specimens.papers.sheet import Colour, Sheet, fit

CARD = (1500, 946)
_MARGIN = 80
_LABEL: Colour = (60, 110, 170)
_INK: Colour = (25, 25, 28)


def id_card(values: Mapping[str, Any], rng: random.Random, *, beside: bool = False) -> Sheet:
    """Front above or beside the back on one copy; only the side whose fields are there is drawn."""
    sides = [draw for key, draw in (("id_number", _id_front), ("issuing_authority", _id_back)) if key in values]
    scale = 0.68 if beside and len(sides) > 1 else 1
    width, height = (round(side * scale) for side in CARD)
    across, down = (len(sides), 1) if beside else (1, len(sides))
    sheet = Sheet(_MARGIN + (width + _MARGIN) * across, _MARGIN + (height + _MARGIN) * down, (246, 246, 244))
    for place, draw in enumerate(sides):
        x, y = (place, 0) if beside else (0, place)
        draw(_Card(sheet.panel(_MARGIN + x * (width + _MARGIN), _MARGIN + y * (height + _MARGIN)), scale), values, rng)
    return sheet


class _Card:
    """One side of a card; all measures at full size."""

    def __init__(self, sheet: Sheet, scale: float) -> None:
        self.sheet, self.scale = sheet, scale

    def text(self, x: float, y: float, text: str, size: int, face: str, **more: Any) -> None:
        """Characters on a baseline."""
        more["spacing"] = more.get("spacing", 0) * self.scale
        self.sheet.text(x * self.scale, y * self.scale, text, round(size * self.scale), face, **more)

    def picture(self, image: Image.Image, x: float, y: float) -> None:
        """An image shrunk with the card."""
        size = (round(image.width * self.scale), round(image.height * self.scale))
        self.sheet.picture(image.resize(size), x * self.scale, y * self.scale)

    def mark(self, x: float, y: float) -> None:
        """The specimen mark."""
        specimen(self.sheet, x * self.scale, y * self.scale)


def _id_front(card: _Card, values: Mapping[str, Any], rng: random.Random) -> None:
    card.picture(rounded(_guilloche(rng), 48), 0, 0)
    born = date.fromisoformat(values["birth_date"])
    card.text(90, 150, "姓名", 44, "sans", colour=_LABEL)
    card.text(240, 153, values["name"], 58, "sans", colour=_INK, spacing=8)
    card.text(90, 270, "性别", 44, "sans", colour=_LABEL)
    card.text(240, 272, values["sex"], 50, "sans", colour=_INK)
    card.text(400, 270, "民族", 44, "sans", colour=_LABEL)
    card.text(550, 272, values["ethnicity"], 50, "sans", colour=_INK)
    card.text(90, 390, "出生", 44, "sans", colour=_LABEL)
    for x, text, unit in ((240, f"{born.year}", "年"), (460, f"{born.month}", "月"), (610, f"{born.day}", "日")):
        card.text(x, 392, text, 50, "sans", colour=_INK)
        card.text(x + (140 if unit == "年" else 80), 390, unit, 40, "sans", colour=_LABEL)
    card.text(90, 510, "住址", 44, "sans", colour=_LABEL)
    _, rows = fit(values["address"], "sans", 50, 580, 300, 4)
    for place, row in enumerate(rows):
        card.text(240, 512 + 72 * place, row, 50, "sans", colour=_INK)
    card.text(90, 850, "公民身份号码", 44, "sans", colour=_LABEL)
    card.text(450, 853, values["id_number"], 62, "monobold", colour=_INK, spacing=10)
    card.picture(_portrait(rng), 1000, 110)
    card.mark(1060, 760)


def _id_back(card: _Card, values: Mapping[str, Any], rng: random.Random) -> None:
    card.picture(rounded(_guilloche(rng), 48), 0, 0)
    card.picture(_emblem(), 90, 80)
    card.text(860, 200, "中华人民共和国", 72, "sans", colour=_INK, align="centre", spacing=18)
    card.text(860, 360, "居民身份证", 104, "sans", colour=_INK, align="centre", spacing=40)
    start = values["valid_from"].replace("-", ".")
    end = values["valid_until"].replace("-", ".")
    for y, label, value in ((690, "签发机关", values["issuing_authority"]), (800, "有效期限", f"{start}-{end}")):
        card.text(390, y, label, 46, "sans", colour=_INK)
        card.text(630, y, value, 50, "sans", colour=_INK)
    card.mark(1120, 900)


def _guilloche(rng: random.Random) -> Image.Image:
    """Pale wavy lines on a blue-green to pink ground."""
    width, height = CARD
    across = np.linspace(0, 1, width)[None, :, None]
    ground = np.array((222, 238, 242)) * (1 - across) + np.array((246, 232, 236)) * across
    image = Image.fromarray(np.broadcast_to(ground, (height, width, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    phase = rng.uniform(0, 6)
    xs = np.arange(0, width, 12)
    for offset in range(-60, height + 60, 22):
        ys = offset + 26 * np.sin(xs / 130 + phase + offset / 90)
        draw.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=(206, 226, 232), width=2)
    return image


def _portrait(rng: random.Random) -> Image.Image:
    """A faceless head and shoulders."""
    image = Image.new("RGBA", (400, 500), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    hair = rng.choice(((40, 36, 36), (60, 52, 48), (84, 80, 80)))
    draw.ellipse((20, 340, 380, 760), fill=rng.choice(((70, 84, 110), (96, 96, 100), (120, 70, 74))))
    draw.rectangle((165, 280, 235, 370), fill=(222, 190, 168))
    draw.ellipse((105, 60, 295, 320), fill=(230, 200, 178))
    draw.chord((98, 40, 302, 300), 180, 360, fill=hair)
    return image


def _emblem() -> Image.Image:
    """A plain red disc with a star where the real card bears the national emblem."""
    image = Image.new("RGBA", (260, 260), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((8, 8, 252, 252), fill=(196, 60, 60), outline=(170, 120, 60), width=10)
    stamps.star(draw, (130, 130), 80, (226, 178, 92))
    return image


def beside(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """Front and back side by side."""
    return id_card(values, rng, beside=True)


COMPOSERS: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    "copy": id_card,
    "beside": beside,
    "front": id_card,
    "back": id_card,
}
