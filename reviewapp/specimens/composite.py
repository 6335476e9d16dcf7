"""Several papers on one picture, as people photograph and scan them, each with its truth and its place."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from reviewapp.specimens.boxes import Box, printed
from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.damage.camera import as_jpeg, laid
from reviewapp.specimens.damage.light import uneven_light
from reviewapp.specimens.damage.pixels import desk, grained
from reviewapp.specimens.damage.shot import Matrix, Pixels, Shot, scaled, shifted
from reviewapp.specimens.papers import FORMS, compose, render
from reviewapp.specimens.papers.sheet import Picture, Sheet

LONG_SIDE = 3200
"""Longer side of a photograph of several papers, in pixels."""
_A4_LONG, _CARD_LONG = 297.0, 85.6
_LONG_SIDES = {
    "id_card": _CARD_LONG,
    "bank_card": _CARD_LONG,
    "vehicle_licence": 132.0,
    "pos_slip": 130.0,
    "voucher_slip": 110.0,
    "vehicle_invoice": 240.0,
    "used_vehicle_invoice": 240.0,
    "product_invoice": 210.0,
    "tax_payment_proof": 240.0,
    "energy_label": 109.0,
}
"""Longer sides in millimetres; every other kind comes on A4."""
_CARDS = frozenset({"id_card", "bank_card"})
"""Drawn on a sheet of copying paper: to be laid on a desk the cards themselves are cut out of it."""
_BACK = ("issuing_authority", "valid_from", "valid_until")


@dataclass(frozen=True)
class Part:
    """One paper of a composite: its truth, the upright box round it, and where its fields are printed."""

    kind: str
    truth: Mapping[str, Any]
    region: Box
    boxes: Mapping[str, tuple[Box, ...]]


@dataclass(frozen=True)
class Composite:
    """A picture (RGB) with the papers on it, in no particular order."""

    picture: Image.Image
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Loose:
    """A paper by itself, ready to be laid somewhere; `long_side` in millimetres."""

    kind: str
    truth: Mapping[str, Any]
    pixels: Pixels
    shape: Pixels
    boxes: Mapping[str, tuple[Box, ...]]
    long_side: float

    def part(self, shot: Shot) -> Part:
        """Where it lies after `shot` took it from its own pixels to those of the composite."""
        height, width = self.shape.shape
        moved = {name: shot.boxes(places) for name, places in self.boxes.items()}
        return Part(self.kind, self.truth, shot.box((0, 0, width, height)), moved)


def on_desk(specimens: Sequence[Specimen], seed: int = 0) -> Composite:
    """The papers photographed together on a desk: sizes as in life, each turned by up to 3 degrees, none on another;
    of an identity card the front.

    Raises ValueError for fewer than one or more than four.
    """
    return _desk([_front(each) if each.kind == "id_card" else _loose(each, each.truth) for each in specimens], seed)


def card_sides(number: int, seed: int = 0) -> Composite:
    """Both sides of an identity card: the card photographed twice into one picture, as two parts."""
    card = _of_purchase("id_card", number)
    back = {name: card.truth[name] for name in _BACK}
    return _desk([_front(card), _loose(card, back)], seed)


def two_pages(left: Specimen, right: Specimen, seed: int = 0) -> Composite:
    """Two pages side by side on one scan, each a little askew, with the dark of the fold between them."""
    rng = random.Random(f"two pages/{seed}")
    papers = [_loose(each, each.truth) for each in (left, right)]
    height = max(paper.pixels.shape[0] for paper in papers)
    edge = 30
    width = sum(paper.pixels.shape[1] for paper in papers) + 4 * edge
    glass = np.full((height + 2 * edge, width, 3), 247, np.uint8)
    parts, x = [], edge
    for paper in papers:
        tall, wide = paper.pixels.shape[:2]
        matrix = _turned(paper, 1.0, math.radians(rng.uniform(-0.5, 0.5)), (x + wide / 2, edge + tall / 2))
        glass = laid(paper.pixels, matrix, glass, shadow=0.0)
        parts.append((paper, matrix))
        x += wide + 2 * edge
    fold = papers[0].pixels.shape[1] + 2 * edge
    glass[:, fold - 3 : fold + 3] //= 2
    return _composite(grained(glass, rng, strength=2), parts)


_TOGETHER = {
    "cards": ("id_card", "bank_card"),
    "slips": ("pos_slip", "voucher_slip"),
    "invoice_and_card": ("vehicle_invoice", "bank_card"),
    "licence_and_slip": ("vehicle_licence", "pos_slip"),
    "three": ("vehicle_licence", "id_card", "pos_slip"),
    "four": ("bank_card", "voucher_slip", "id_card", "pos_slip"),
}


def _of_purchase(kind: str, number: int) -> Specimen:
    return Specimen(kind, FORMS[kind][0], number)


def _desk_of(kinds: Sequence[str]) -> Callable[[int], Composite]:
    return lambda number: on_desk([_of_purchase(kind, number) for kind in kinds], number)


COMPOSITES: Mapping[str, Callable[[int], Composite]] = {
    **{name: _desk_of(kinds) for name, kinds in _TOGETHER.items()},
    "card_sides": lambda number: card_sides(number, number),
    "two_pages": lambda number: two_pages(
        _of_purchase("registration_form", number), _of_purchase("dealer_statement", number), number
    ),
}
"""Ready-made ones of purchase `number`, by name."""


def _front(card: Specimen) -> _Loose:
    return _loose(card, {name: value for name, value in card.truth.items() if name not in _BACK})


def _loose(specimen: Specimen, truth: Mapping[str, Any]) -> _Loose:
    """A specimen by itself; of an identity card only the sides are drawn whose fields are in `truth`."""
    kind, seed, form = specimen.kind, specimen.number, specimen.form
    values = truth if kind == "id_card" else specimen.values
    sheet = compose(kind, values, seed=seed, form=form)
    pixels = np.asarray(render(kind, values, seed=seed, form=form))
    boxes = printed(sheet, truth)
    shape = np.full(pixels.shape[:2], 255, np.uint8)
    if kind in _CARDS:
        left, top, right, bottom = _card(sheet)
        pixels, shape = pixels[top:bottom, left:right], _rounded((right - left, bottom - top))
        cut = Shot(Image.fromarray(pixels), shifted(-left, -top))
        boxes = {name: cut.boxes(places) for name, places in boxes.items()}
    return _Loose(kind, truth, np.ascontiguousarray(pixels), shape, boxes, _LONG_SIDES.get(kind, _A4_LONG))


def _card(sheet: Sheet) -> Box:
    """Round everything that is drawn as a picture: the ground of a card reaches to its edges."""
    grounds = [mark.box for mark in sheet.marks if isinstance(mark, Picture)]
    lefts, tops, rights, bottoms = zip(*grounds, strict=True)
    return (int(min(lefts)), int(min(tops)), int(max(rights)), int(max(bottoms)))


def _rounded(size: tuple[int, int]) -> Pixels:
    shape = Image.new("L", size, 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), min(size) // 20, fill=255)
    return np.asarray(shape)


def _desk(papers: Sequence[_Loose], seed: int) -> Composite:
    if not 1 <= len(papers) <= 4:
        raise ValueError(f"一张合照上放 1 至 4 份材料，不是 {len(papers)} 份")
    rng = random.Random(f"desk/{seed}")
    angles = [math.radians(rng.uniform(-3, 3)) for _ in papers]
    places, (width, height) = _laid_out([_extent(*pair) for pair in zip(papers, angles, strict=True)], rng)
    factor = LONG_SIDE / max(width, height)
    pixels = desk((round(width * factor), round(height * factor)), rng)
    parts = []
    for paper, angle, middle in zip(papers, angles, places, strict=True):
        scale = factor * paper.long_side / max(paper.shape.shape)
        matrix = _turned(paper, scale, angle, (middle[0] * factor, middle[1] * factor))
        pixels = laid(paper.pixels, matrix, pixels, shape=paper.shape)
        parts.append((paper, matrix))
    pixels = cv2.GaussianBlur(uneven_light(pixels, rng), (0, 0), rng.uniform(0.4, 0.8))
    return _composite(as_jpeg(grained(pixels, rng, strength=3), quality=86), parts)


def _composite(pixels: Pixels, parts: Sequence[tuple[_Loose, Matrix]]) -> Composite:
    picture = Image.fromarray(pixels)
    return Composite(picture, tuple(paper.part(Shot(picture, matrix)) for paper, matrix in parts))


def _extent(paper: _Loose, angle: float) -> tuple[float, float]:
    """Millimetres across and down that a turned paper takes up."""
    tall, wide = paper.shape.shape
    scale = paper.long_side / max(tall, wide)
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    return (scale * (wide * cos + tall * sin), scale * (wide * sin + tall * cos))


def _laid_out(
    sizes: Sequence[tuple[float, float]], rng: random.Random
) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    """Middles of the papers and the size of the desk round them, in millimetres: in one row, or in two when that makes
    a better shaped picture."""
    tries = [_in_rows(sizes, per_row, rng) for per_row in range(1, len(sizes) + 1)]
    return min(tries, key=lambda laid_out: abs(math.log(laid_out[1][0] / laid_out[1][1]) - math.log(4 / 3)))


def _in_rows(
    sizes: Sequence[tuple[float, float]], per_row: int, rng: random.Random
) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    places: list[tuple[float, float]] = []
    right, y = 0.0, rng.uniform(8, 20)
    for start in range(0, len(sizes), per_row):
        row = sizes[start : start + per_row]
        tallest = max(height for _, height in row)
        x = rng.uniform(8, 20)
        for width, height in row:
            places.append((x + width / 2, y + height / 2 + rng.uniform(0, 1) * (tallest - height)))
            x += width + rng.uniform(8, 18)
        right, y = max(right, x), y + tallest + rng.uniform(8, 18)
    return places, (right, y)


def _turned(paper: _Loose, scale: float, angle: float, middle: tuple[float, float]) -> Matrix:
    """From the paper's own pixels to its place: enlarged, turned clockwise, its middle at `middle`."""
    tall, wide = paper.shape.shape
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], dtype=np.float64)
    return shifted(*middle) @ turn @ scaled(scale) @ shifted(-wide / 2, -tall / 2)
