"""银行借记卡: embossed or flat digits on grounds of many colours, lying or upright."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from reviewapp.specimens.papers.form import rounded, specimen
from reviewapp.specimens.papers.sheet import Colour, Sheet

CARD = (1500, 946)
MARGIN = 80
_WHITE: Colour = (255, 255, 255)
_HUES: tuple[Colour, ...] = ((28, 92, 150), (150, 36, 44), (26, 116, 96), (96, 74, 140))
_DESKS: tuple[Colour, ...] = ((206, 203, 196), (120, 96, 74), (70, 72, 76), (226, 226, 228))


@dataclass(frozen=True, slots=True)
class Design:
    """One design: the bank's name and its English one, how many digits there are and how they are grouped (0: the last
    group takes the rest), their look and the ground."""

    bank: str
    english: str = ""
    digits: int = 19
    groups: Sequence[int] = (4, 4, 4, 4, 0)
    look: Literal["flat", "embossed", "silver", "dark"] = "flat"
    ground: tuple[Colour, ...] = _HUES
    hills: bool = True
    ink: Colour = _WHITE
    upright: bool = False


DESIGNS: Mapping[str, Design] = {
    "dark": Design(
        "中国样例银行", "BANK OF SPECIMEN", look="silver", ground=((26, 28, 34), (38, 32, 30)), hills=False,
        ink=(206, 206, 210),
    ),
    "gold": Design(
        "测试农商银行", "TEST RURAL BANK", 16, look="embossed", ground=((190, 152, 84), (204, 172, 112)), hills=False,
        ink=(60, 40, 16),
    ),
    "silver": Design(
        "样例储蓄银行", "", 17, (6, 0), look="dark", ground=((186, 190, 196),), hills=False, ink=(30, 40, 60),
    ),
    "picture": Design("范例村镇银行", "", 18, (6, 4, 4, 0), ground=((120, 160, 190), (150, 130, 100), (100, 140, 96))),
    "upright": Design("模拟商业银行", "MODEL BANK", upright=True, ground=((20, 70, 130), (150, 30, 40), (60, 60, 66))),
}  # fmt: skip
PLAIN = {"flat": Design(""), "embossed": Design("", look="embossed")}
"""The designs of the cards that people pay with: bank and number are the buyer's."""


def bank_card(values: Mapping[str, Any], rng: random.Random, design: Design) -> Sheet:
    """A debit card on a desk."""
    width, height = CARD[::-1] if design.upright else CARD
    sheet = Sheet(width + 2 * MARGIN, height + 2 * MARGIN, rng.choice(_DESKS))
    card = sheet.panel(MARGIN, MARGIN)
    hue = rng.choice(design.ground)
    card.picture(rounded(_landscape(hue, rng, (width, height), hills=design.hills), 48), 0, 0)
    if design.upright:
        _upright(card, values, design)
    else:
        _lying(card, values, design)
    return sheet


def _lying(card: Sheet, values: Mapping[str, Any], design: Design) -> None:
    card.text(90, 150, values["bank"], 66, "bold", colour=design.ink)
    if design.english:
        card.text(90, 205, design.english, 34, "sans", colour=design.ink)
    card.text(1410, 150, "借记卡 DEBIT", 44, "sans", colour=design.ink, align="right")
    _chip(card, 110, 300)
    _number(card, (110, 602), _grouped(values["card_number"], design), design.look)
    card.text(560, 745, "有效期 VALID THRU", 28, "sans", colour=design.ink)
    card.text(860, 750, values["valid_thru"], 48, "mono", colour=design.ink)
    _union_mark(card, 1130, 690)
    specimen(card, 90, 890, colour=design.ink)


def _upright(card: Sheet, values: Mapping[str, Any], design: Design) -> None:
    """A card held upright: the number in rows of four."""
    card.text(80, 150, values["bank"], 60, "bold", colour=design.ink)
    card.text(80, 205, design.english, 32, "sans", colour=design.ink)
    _chip(card, 380, 300)
    for row, group in enumerate(_grouped(values["card_number"], design).split()):
        _number(card, (90, 640 + 105 * row), group, design.look)
    card.text(90, 1200, "VALID THRU", 28, "sans", colour=design.ink)
    card.text(290, 1204, values["valid_thru"], 46, "mono", colour=design.ink)
    card.text(90, 1300, "储蓄卡 DEBIT CARD", 38, "sans", colour=design.ink)
    _union_mark(card, 590, 1240)
    specimen(card, 90, 1450, colour=design.ink)


def _grouped(number: str, design: Design) -> str:
    groups, start = [], 0
    for size in design.groups:
        groups.append(number[start : start + size if size else None])
        start += size
    return " ".join(group for group in groups if group)


def _number(card: Sheet, at: tuple[int, int], digits: str, look: str) -> None:
    x, y = at
    if look in ("embossed", "silver"):
        edge, top = ((40, 42, 48), (222, 222, 226)) if look == "embossed" else ((10, 10, 12), (176, 178, 184))
        card.text(x + 3, y + 3, digits, 82, "monobold", colour=edge, spacing=6)
        card.text(x - 2, y - 3, digits, 82, "monobold", colour=top, spacing=6)
    else:
        card.text(x, y, digits, 82, "mono", colour=(28, 30, 36) if look == "dark" else _WHITE, spacing=6)


def _landscape(hue: Colour, rng: random.Random, size: tuple[int, int], *, hills: bool) -> Image.Image:
    """A ground like a printed photograph: one colour, brighter at the foot, hills before it, blurred."""
    width, height = size
    down = np.linspace(0.75, 1.25, height)[:, None, None]
    pixels = np.clip(np.broadcast_to(np.array(hue) * down, (height, width, 3)), 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    for layer in range(4 if hills else 0):
        level = height * (0.42 + 0.14 * layer)
        swing, phase = rng.uniform(30, 80), rng.uniform(0, 6)
        xs = np.arange(0, width + 20, 20)
        ys = level + swing * np.sin(xs / rng.uniform(150, 330) + phase)
        shade = tuple(round(channel * (0.92 - 0.1 * layer)) for channel in hue)
        draw.polygon([(0, height), *zip(xs.tolist(), ys.tolist(), strict=True), (width, height)], fill=shade)
    return image.filter(ImageFilter.GaussianBlur(5))


def _chip(card: Sheet, x: float, y: float) -> None:
    card.rectangle((x, y, x + 190, y + 150), outline=(150, 120, 50), fill=(214, 184, 110), width=4, radius=24)
    for part in (50, 100):
        card.line(x, y + part, x + 190, y + part, 3, (150, 120, 50))
    card.line(x + 95, y, x + 95, y + 150, 3, (150, 120, 50))


def _union_mark(card: Sheet, x: float, y: float) -> None:
    for place, colour in enumerate(((190, 40, 50), (30, 80, 140), (20, 110, 110))):
        left = x + 90 * place
        card.rectangle((left, y, left + 110, y + 170), outline=None, fill=colour, radius=18)
    card.text(x + 145, y + 75, "UnionPay", 46, "bold", colour=_WHITE, align="centre")
    card.text(x + 145, y + 140, "银联", 54, "bold", colour=_WHITE, align="centre")


def _of(design: Design) -> Callable[[Mapping[str, Any], random.Random], Sheet]:
    return lambda values, rng: bank_card(values, rng, design)


COMPOSERS = {form: _of(design) for form, design in {**PLAIN, **DESIGNS}.items()}
