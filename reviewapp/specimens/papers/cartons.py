"""13 位国标码: an EAN-13 barcode printed on a carton, a label or a plastic bag, photographed from near by."""

import random
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from reviewapp.specimens.papers.form import specimen
from reviewapp.specimens.papers.sheet import BLACK, Colour, Sheet

WIDTH, HEIGHT = 1700, 1200
_CARTON: Colour = (196, 158, 112)
_LEFT_ODD = [
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011",
]  # fmt: skip
_PARITY = ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"]
_GOODS = ("三门电冰箱 BCD-325", "滚筒洗衣机 XQG100", "实木餐桌 1.4米", "布艺沙发 三人位", "电热水器 60升")


def carton(values: Mapping[str, Any], rng: random.Random, place: Literal["carton", "label", "bare"]) -> Sheet:
    """A barcode with its digits below: printed on cardboard, on a white label with the goods' name, or by itself."""
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.picture(_cardboard(rng, _CARTON if place == "carton" else (214, 212, 208)), 0, 0)
    module = rng.choice((7, 8, 9))
    left, top = (WIDTH - 113 * module) // 2, 380 if place != "bare" else 300
    if place != "carton":
        sheet.rectangle((left - 60, 140, left + 113 * module + 60, 1100), outline=(160, 160, 160), fill=(252, 252, 250))
    if place != "bare":
        name = rng.choice(_GOODS)
        sheet.text(left, 250, name, 52, "bold")
        sheet.text(left, 330, f"数量:1  颜色:{rng.choice(('星光银', '胡桃木色', '雅白'))}", 36, "sans")
    _bars(sheet, values["commodity_code"], (left + 11 * module, top), module)
    specimen(sheet, left, 1080, colour=(120, 110, 100))
    return sheet


def _bars(sheet: Sheet, code: str, at: tuple[int, int], module: int) -> None:
    """Bars of an EAN-13 (ISO/IEC 15420) and its digits: one before them, six under each half."""
    x, y = at
    height = 52 * module
    for place, bit in enumerate(modules(code)):
        guard = place < 3 or 45 <= place < 50 or place >= 92
        if bit == "1":
            left = x + place * module
            foot = y + height + (5 * module if guard else 0)
            sheet.rectangle((left, y, left + module - 1, foot), outline=None, fill=BLACK)
    size, base = round(9.4 * module), y + height + round(9.2 * module)
    sheet.text(x - 4 * module, base, code[0], size, "mono", align="right")
    for start, digits in ((3, code[1:7]), (50, code[7:])):
        for place, digit in enumerate(digits):
            sheet.text(x + (start + 7 * place + 3.5) * module, base, digit, size, "mono", align="centre")


def modules(code: str) -> str:
    """The 95 modules of an EAN-13 as ones (bars) and zeros."""
    parity = _PARITY[int(code[0])]
    left = "".join(_symbol(digit, kind) for digit, kind in zip(code[1:7], parity, strict=True))
    right = "".join(_symbol(digit, "R") for digit in code[7:])
    return f"101{left}01010{right}101"


def _symbol(digit: str, kind: str) -> str:
    odd = _LEFT_ODD[int(digit)]
    turned = "".join("1" if bit == "0" else "0" for bit in odd)
    return {"L": odd, "R": turned, "G": turned[::-1]}[kind]


def _cardboard(rng: random.Random, tone: Colour) -> Image.Image:
    """Corrugated board: faint even stripes, a fold, uneven light."""
    xs = np.arange(WIDTH, dtype=np.float32)[None, :, None]
    ys = np.arange(HEIGHT, dtype=np.float32)[:, None, None]
    stripes = 3 * np.sin(xs / 6.5) + 0 * ys
    light = 1 + 0.1 * (xs / WIDTH - 0.5) * rng.choice((-1, 1)) + 0.06 * (ys / HEIGHT - 0.5)
    image = Image.fromarray(np.clip(np.array(tone, np.float32) * light + stripes, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    fold = rng.randint(40, 110)
    draw.line((0, fold, WIDTH, fold), fill=tuple(round(channel * 0.72) for channel in tone), width=8)
    return image.filter(ImageFilter.GaussianBlur(1.5))


COMPOSERS = {
    "carton": lambda values, rng: carton(values, rng, "carton"),
    "label": lambda values, rng: carton(values, rng, "label"),
    "bare": lambda values, rng: carton(values, rng, "bare"),
}
