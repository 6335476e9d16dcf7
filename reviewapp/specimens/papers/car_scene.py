"""车牌与汽车合照: a drawn car on a road with its plate; a photo, not a paper."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from reviewapp.specimens.papers.form import specimen
from reviewapp.specimens.papers.plates import Ground, plate_image
from reviewapp.specimens.papers.sheet import Box, Colour, Sheet

WIDTH, HEIGHT = 2000, 1500
_BODIES: tuple[Colour, ...] = ((232, 232, 235), (52, 58, 66), (140, 30, 34), (44, 70, 120), (150, 156, 160))
_GLASS: Colour = (58, 72, 84)
_Affine = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Scene:
    """How a car is photographed: from which end, what it is, where it stands, and how far the picture is turned
    (degrees) and drawn near (1 = the whole car)."""

    rear: bool = False
    body: Literal["saloon", "van", "lorry"] = "saloon"
    place: Literal["street", "yard", "garage"] = "street"
    turn: float = 0.0
    near: float = 1.0


def car_photo(values: Mapping[str, Any], rng: random.Random, scene: Scene) -> Sheet:
    """A car with its plate: blue or a lorry's yellow of 7 characters, or new-energy green of 8."""
    image = _backdrop(rng, scene.place)
    draw = ImageDraw.Draw(image)
    draw.ellipse((330, 1210, 1670, 1350), fill=(48, 48, 50))
    body = rng.choice(_BODIES)
    if scene.body == "saloon":
        _saloon(draw, body, rear=scene.rear)
    else:
        _box_car(draw, body, rear=scene.rear, lorry=scene.body == "lorry")
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    plate = _screw_on(image, values["plate"], scene)
    frame = _frame(rng, scene)
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.picture(image.transform(image.size, Image.Transform.AFFINE, frame, Image.Resampling.BICUBIC), 0, 0)
    sheet.shows(_framed(plate, frame), values["plate"])
    specimen(sheet, 40, 1470, colour=(190, 190, 190))
    return sheet


def _screw_on(image: Image.Image, number: str, scene: Scene) -> Box:
    """Put the plate on the car; where it is."""
    ground: Ground = "green" if len(number) == 8 else "yellow" if scene.body == "lorry" else "blue"
    plate = plate_image(number, ground, rows=2 if scene.body == "lorry" and scene.rear else 1)
    width = 500 if scene.body == "saloon" else 440
    plate = plate.resize((width, round(plate.height * width / plate.width)), Image.Resampling.LANCZOS)
    left, top = 1000 - width // 2, 1080 - plate.height // 2
    image.paste(plate, (left, top), plate)
    return (left, top, left + width, top + plate.height)


def _frame(rng: random.Random, scene: Scene) -> _Affine:
    """What the camera sees, as from the picture's pixels to the scene's: turned, drawn near, the car not quite in the
    middle; nothing beyond the edges of the scene is seen."""
    lean = abs(math.radians(scene.turn))
    zoom = max(scene.near, math.cos(lean) + math.sin(lean) * WIDTH / HEIGHT)
    spare = (1 - 1 / zoom) / 2
    x = WIDTH / 2 + rng.uniform(-0.5, 0.5) * spare * WIDTH * (lean == 0)
    y = HEIGHT / 2 + (spare * HEIGHT * 0.7 if lean == 0 else 0)
    cos, sin = math.cos(math.radians(scene.turn)) / zoom, math.sin(math.radians(scene.turn)) / zoom
    return (
        cos, -sin, x - cos * WIDTH / 2 + sin * HEIGHT / 2,
        sin, cos, y - sin * WIDTH / 2 - cos * HEIGHT / 2,
    )  # fmt: skip


def _framed(box: Box, frame: _Affine) -> Box:
    """Round where a box of the scene is seen in the picture."""
    cos, _, x, sin, _, y = frame
    scale = cos**2 + sin**2
    corners = [(left - x, top - y) for left in box[::2] for top in box[1::2]]
    xs = [(cos * across + sin * down) / scale for across, down in corners]
    ys = [(cos * down - sin * across) / scale for across, down in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _backdrop(rng: random.Random, place: str) -> Image.Image:
    upper, lower = {
        "street": ((150, 190, 225), (225, 230, 230)),
        "yard": ((176, 150, 132), (196, 176, 156)),
        "garage": ((58, 60, 64), (96, 98, 100)),
    }[place]
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    shades = np.array(upper) * (1 - down) + np.array(lower) * down
    image = Image.fromarray(np.broadcast_to(shades, (HEIGHT, WIDTH, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range({"street": 9, "yard": 4, "garage": 6}[place]):
        x, height = rng.randint(-100, WIDTH), rng.randint(150, 420)
        tone = rng.randint(150, 205) if place != "garage" else rng.randint(70, 120)
        draw.rectangle((x, 760 - height, x + rng.randint(160, 380), 770), fill=(tone, tone - 6, tone - 14))
    ground = {"street": (112, 112, 114), "yard": (150, 140, 124), "garage": (84, 92, 88)}[place]
    draw.rectangle((0, 760, WIDTH, HEIGHT), fill=ground)
    draw.polygon([(0, 1400), (0, 1370), (WIDTH, 1290), (WIDTH, 1320)], fill=(206, 206, 200))
    return image.filter(ImageFilter.GaussianBlur(6))


def _saloon(draw: ImageDraw.ImageDraw, body: Colour, *, rear: bool) -> None:
    shade = _darker(body)
    for x in (440, 1380):
        draw.rounded_rectangle((x, 1080, x + 190, 1310), 40, fill=(26, 26, 28))
    draw.polygon([(620, 420), (1380, 420), (1540, 720), (460, 720)], fill=body)
    draw.polygon([(660, 455), (1340, 455), (1470, 700), (530, 700)], fill=_GLASS)
    draw.polygon([(700, 455), (840, 455), (700, 700), (560, 700)], fill=(98, 114, 126))
    draw.rounded_rectangle((400, 690, 1600, 1200), 90, fill=body)
    draw.rounded_rectangle((430, 985, 1570, 1215), 50, fill=shade)
    for x in (350, 1560):
        draw.rounded_rectangle((x, 640, x + 90, 710), 26, fill=shade)
    _lamps(draw, (430, 1330), 770, rear=rear)
    if rear:
        draw.rectangle((680, 815, 1320, 830), fill=(196, 198, 200))
    else:
        _grille(draw, (740, 790, 1260, 930))


def _box_car(draw: ImageDraw.ImageDraw, body: Colour, *, rear: bool, lorry: bool) -> None:
    """A van, or a small lorry with its load bed behind the cab."""
    shade = _darker(body)
    for x in (470, 1370):
        draw.rounded_rectangle((x, 1060, x + 160, 1310), 30, fill=(26, 26, 28))
    if lorry:
        draw.rectangle((430, 340, 1570, 900), fill=(74, 96, 120), outline=(50, 64, 82), width=10)
    draw.rounded_rectangle((500, 330, 1500, 1180), 70, fill=body)
    if rear:
        draw.line((1000, 350, 1000, 960), fill=shade, width=6)
        for x in (560, 1030):
            draw.rounded_rectangle((x, 400, x + 410, 650), 24, fill=_GLASS)
    else:
        draw.rounded_rectangle((545, 390, 1455, 690), 50, fill=_GLASS)
        draw.polygon([(620, 400), (760, 400), (660, 680), (560, 680)], fill=(98, 114, 126))
        _grille(draw, (760, 780, 1240, 880))
    _lamps(draw, (520, 1240), 770, rear=rear)
    draw.rounded_rectangle((490, 960, 1510, 1200), 30, fill=shade)


def _lamps(draw: ImageDraw.ImageDraw, lefts: tuple[int, int], top: int, *, rear: bool) -> None:
    fill, rim = ((168, 26, 30), (90, 14, 16)) if rear else ((236, 240, 244), (120, 124, 130))
    for x in lefts:
        draw.rounded_rectangle((x, top, x + 240, top + 110), 38, fill=fill, outline=rim, width=5)


def _grille(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
    draw.rounded_rectangle(box, 30, fill=(36, 38, 42))
    for y in range(box[1] + 20, box[3], 26):
        draw.line((box[0] + 20, y, box[2] - 20, y), fill=(110, 112, 116), width=5)


def _darker(colour: Colour) -> Colour:
    red, green, blue = (round(channel * 0.78) for channel in colour)
    return red, green, blue


def _of(scene: Scene) -> Callable[[Mapping[str, Any], random.Random], Sheet]:
    return lambda values, rng: car_photo(values, rng, scene)


COMPOSERS = {
    "rear": _of(Scene(rear=True)),
    "front": _of(Scene()),
    "yard": _of(Scene(body="van", place="yard", near=1.3)),
    "van_rear": _of(Scene(rear=True, body="van", turn=-3)),
    "garage": _of(Scene(rear=True, place="garage", turn=4)),
    "lorry": _of(Scene(body="lorry", place="yard")),
    "lorry_rear": _of(Scene(rear=True, body="lorry", place="street", near=1.35)),
}
