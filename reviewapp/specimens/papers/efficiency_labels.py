"""能效标识 and 水效标识 as stuck on appliances: a ladder of coloured bars and an arrow that names the grade."""

import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter

from reviewapp.specimens.papers.form import specimen
from reviewapp.specimens.papers.sheet import Colour, Sheet

WIDTH, HEIGHT = 1300, 1900
_EDGE = 110
_BLUE: Colour = (0, 92, 170)
_WHITE: Colour = (255, 255, 255)
_LADDER: tuple[Colour, ...] = ((0, 146, 69), (140, 198, 63), (252, 220, 30), (247, 147, 30), (220, 40, 40))
_WATER: tuple[Colour, ...] = ((0, 84, 160), (0, 134, 200), (80, 180, 220), (130, 200, 230), (170, 215, 235))
_BODIES: tuple[Colour, ...] = ((226, 228, 230), (198, 202, 206), (60, 64, 70), (180, 160, 130), (240, 240, 238))


@dataclass(frozen=True, slots=True)
class Design:
    """One printing of the label.

    `arrow`: how the grade is shown at the ladder's right: a black or coloured arrow with the number, or only beside the
    words 能效等级 above. `steps` of the ladder: 5, or 3 on some goods. `rows`: what the goods use, as printed.
    """

    rows: Sequence[tuple[str, str]]
    standard: str
    water: bool = False
    steps: int = 5
    arrow: Literal["black", "coloured"] = "black"
    suffix: str = "级"
    names: tuple[str, str, str] = ("生产者名称", "规格型号", "备案号")
    framed: bool = True


_FRIDGE = Design(
    (("综合耗电量(kW·h/24h)", "0.58"), ("冷藏室容积(L)", "216"), ("冷冻室容积(L)", "118")), "GB 12021.2-2015"
)
_COOLER = Design(
    (("全年能源消耗效率(APF)", "5.27"), ("额定制冷量(W)", "3510"), ("额定制热量(W)", "5010")),
    "GB 21455-2019",
    arrow="coloured",
    names=("生产者名称", "规格型号", "能效备案号"),
)
_WASHER = Design(
    (("耗电量(kW·h/工作周期)", "0.62"), ("用水量(L/工作周期)", "56"), ("洗净比", "1.05")),
    "GB 12021.4-2013",
    suffix="",
)
_TELEVISION = Design(
    (("能源效率(cd/W)", "2.9"), ("能效指数", "1.8"), ("被动待机功率(W)", "0.45")),
    "GB 24850-2020",
    steps=3,
    framed=False,
    names=("生产者", "型号", "能效标识备案号"),
)
_HEATER = Design((("24h固有能耗系数", "0.58"), ("热水输出率(%)", "75")), "GB 21519-2008", arrow="coloured", suffix="")
_TOILET = Design(
    (("平均用水量(L)", "3.9"), ("全冲用水量(L)", "4.8"), ("半冲用水量(L)", "3.4")),
    "GB 25502-2017",
    water=True,
    steps=3,
    names=("生产者名称", "规格型号", "水效备案号"),
)


def efficiency_label(values: Mapping[str, Any], rng: random.Random, design: Design) -> Sheet:
    """The label on an appliance; `grade` 1 (best) to 5 as a string."""
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.picture(_appliance(rng), 0, 0)
    label = sheet.panel(_EDGE, _EDGE)
    width, height = WIDTH - 2 * _EDGE, HEIGHT - 2 * _EDGE
    label.rectangle((0, 0, width, height), outline=_BLUE, fill=_WHITE if design.framed else (236, 246, 252), width=10)
    _head(label, design, width)
    for y, name, value in ((330, design.names[0], "maker"), (410, design.names[1], "model")):
        label.text(50, y, name, 38, "sans")
        label.write((320, y - 50, width - 40, y + 18), values[value], 40, "bold")
    label.line(30, 450, width - 30, 450, 4, _BLUE)
    _ladder(label, int(values["grade"]), design, width)
    label.line(30, 1150, width - 30, 1150, 4, _BLUE)
    for place, (name, value) in enumerate(design.rows):
        label.text(50, 1220 + 74 * place, name, 36, "sans")
        label.text(width - 60, 1222 + 74 * place, value, 44, "bold", align="right")
    _foot(label, values, design, width)
    return sheet


def _head(label: Sheet, design: Design, width: int) -> None:
    name, english = (
        ("中国水效标识", "CHINA WATER EFFICIENCY LABEL") if design.water else ("中国能效标识", "CHINA ENERGY LABEL")
    )
    ink = _WHITE if design.framed else _BLUE
    if design.framed:
        label.rectangle((0, 0, width, 250), outline=None, fill=_BLUE)
    label.text(width / 2, 130, name, 96, "bold", colour=ink, align="centre", spacing=12)
    label.text(width / 2, 210, english, 46, "bold", colour=ink, align="centre", spacing=2)


def _ladder(label: Sheet, grade: int, design: Design, width: int) -> None:
    colours = _WATER if design.water else _LADDER
    step = 560 / design.steps
    best, worst = ("节水", "耗水") if design.water else ("耗能低", "耗能高")
    label.text(50, 510, best, 34, "sans")
    label.text(width - 60, 510, "水效等级" if design.water else "能效等级", 40, "bold", align="right")
    for place in range(design.steps):
        top = 535 + place * step
        reach = 300 + place * (340 / design.steps)
        colour = colours[place * 2 if design.steps == 3 else place]
        label.picture(_bar((round(reach), round(step * 0.82)), colour, left=False), 50, top)
        label.text(80, top + step * 0.41 + 24, str(place + 1), 64, "bold", colour=_WHITE)
    label.text(50, 1132, worst, 34, "sans")
    middle = 535 + (grade - 1) * step + step * 0.41
    tone = colours[(grade - 1) * 2 if design.steps == 3 else grade - 1] if design.arrow == "coloured" else (24, 24, 26)
    label.picture(_bar((270, 110), tone, left=True), width - 330, middle - 55)
    label.text(
        width - 170, middle + 30, f"{grade}{design.suffix}", 80, "bold", colour=_WHITE, align="centre", spacing=6
    )


def _foot(label: Sheet, values: Mapping[str, Any], design: Design, width: int) -> None:
    y = 1450
    label.line(30, y - 28, width - 30, y - 28, 4, _BLUE)
    label.text(50, y + 40, f"依据国家标准:{design.standard}", 32, "sans")
    label.write((50, y + 60, 760, y + 110), f"{design.names[2]}:{values['record_number']}", 32, "sans")
    label.text(50, y + 170, "水效信息码" if design.water else "能效信息码", 32, "sans")
    stream = io.BytesIO()
    segno.make_qr(f"http://www.example.org/label?n={values['record_number']}", error="m").save(
        stream, kind="png", scale=5, border=1
    )
    label.picture(Image.open(stream).convert("RGB"), width - 230, y - 10)
    specimen(label, 400, y + 200)


def _bar(size: tuple[int, int], colour: Colour, *, left: bool) -> Image.Image:
    """A bar that ends in a point, to the left or to the right."""
    width, height = size
    image = Image.new("RGBA", size, (*colour, 0))
    tip = height // 2
    points = [(0, 0), (width - tip, 0), (width - 1, height / 2), (width - tip, height - 1), (0, height - 1)]
    if left:
        points = [(width - 1 - x, y) for x, y in points]
    ImageDraw.Draw(image).polygon(points, fill=(*colour, 255))
    return image


def _appliance(rng: random.Random) -> Image.Image:
    """The door the label is stuck on: painted or brushed metal, a lamp's reflection across it."""
    tone = np.array(rng.choice(_BODIES), np.float32)
    across = np.linspace(-0.5, 0.5, WIDTH, dtype=np.float32)[None, :, None]
    down = np.linspace(-0.5, 0.5, HEIGHT, dtype=np.float32)[:, None, None]
    gloss = np.exp(-(((across - rng.uniform(-0.4, 0.4)) + 0.3 * down) ** 2) / 0.02)
    pixels = np.clip(tone * (1 + 0.12 * down) + 26 * gloss, 0, 255)
    return Image.fromarray(pixels.astype(np.uint8)).filter(ImageFilter.GaussianBlur(2))


COMPOSERS = {
    "fridge": lambda values, rng: efficiency_label(values, rng, _FRIDGE),
    "air_conditioner": lambda values, rng: efficiency_label(values, rng, _COOLER),
    "washer": lambda values, rng: efficiency_label(values, rng, _WASHER),
    "television": lambda values, rng: efficiency_label(values, rng, _TELEVISION),
    "water_heater": lambda values, rng: efficiency_label(values, rng, _HEATER),
    "toilet": lambda values, rng: efficiency_label(values, rng, _TOILET),
}
STEPS = {"television": 3, "toilet": 3}
"""Grades there are on labels that do not have five."""
