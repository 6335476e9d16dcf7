"""A sheet of paper as a list of marks: painted to pixels with Pillow, or typeset as a PDF that keeps its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw

from reviewapp.specimens.papers import ink
from reviewapp.specimens.papers.fonts import font, text_width

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
Ink = Literal["press", "dots", "hand"]

MIN_SIZE = 24
"""Smallest type a value or label may be shrunk to, in pixels: its glyphs stay 20 px high."""
BLACK: Colour = (28, 28, 30)
_LEADING = 1.24
_NEVER_FIRST = "，。、：；）"


class LayoutOverflow(ValueError):
    """A text does not fit the box the form gives it, even in the smallest type."""


@dataclass(frozen=True, slots=True)
class Text:
    """Characters on a baseline: `x` is the left end, `y` the baseline, both in pixels of the sheet."""

    x: float
    y: float
    text: str
    size: int
    face: str
    colour: Colour
    ink: Ink
    spacing: float

    @property
    def box(self) -> Box:
        """The inked rectangle, to tell overlaps."""
        left, top, right, bottom = font(self.face, self.size).getbbox(self.text, anchor="ls")
        extra = self.spacing * (len(self.text) - 1)
        return (self.x + left, self.y + top, self.x + right + extra, self.y + bottom)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight rule."""

    start: tuple[float, float]
    end: tuple[float, float]
    width: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box with optional rounded corners; outline, fill or both."""

    box: Box
    outline: Colour | None
    fill: Colour | None
    width: int
    radius: int


@dataclass(frozen=True, slots=True)
class Picture:
    """An image at a place; `multiply` lets what lies below show through, as stamping ink does."""

    image: Image.Image
    x: int
    y: int
    multiply: bool

    @property
    def box(self) -> Box:
        """The image's edges."""
        return (self.x, self.y, self.x + self.image.width, self.y + self.image.height)


Mark = Text | Line | Rectangle | Picture


class Sheet:
    """Marks in painting order. A panel draws on its parent's sheet from an origin of its own."""

    def __init__(self, width: int, height: int, background: Colour = (255, 255, 255)) -> None:
        self.width, self.height, self.background = width, height, background
        self.marks: list[Mark] = []
        self.shown: list[tuple[Box, str]] = []
        self._origin = (0.0, 0.0)

    def panel(self, x: float, y: float) -> "Sheet":
        """A view of this sheet whose (0, 0) lies at (x, y)."""
        view = Sheet(self.width, self.height, self.background)
        view.marks, view.shown = self.marks, self.shown
        view._origin = (self._origin[0] + x, self._origin[1] + y)
        return view

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: int = 30,
        face: str = "sans",
        *,
        colour: Colour = BLACK,
        align: Literal["left", "centre", "right"] = "left",
        ink: Ink = "press",
        spacing: float = 0,
    ) -> None:
        """One line on the baseline `y`; `x` is its left end, middle or right end as `align` says."""
        shift = {"left": 0.0, "centre": 0.5, "right": 1.0}[align] * text_width(text, face, size, spacing)
        left, top = self._origin
        self.marks.append(Text(left + x - shift, top + y, text, size, face, colour, ink, spacing))

    def write(
        self,
        box: Box,
        text: str,
        size: int = 30,
        face: str = "sans",
        *,
        colour: Colour = BLACK,
        align: Literal["left", "centre", "right"] = "left",
        ink: Ink = "press",
        lines: int = 1,
    ) -> None:
        """Set `text` in a box, middle of its height, in at most `lines` lines, shrunk to fit; raises LayoutOverflow."""
        left, top, right, bottom = box
        size, rows = fit(text, face, size, right - left, bottom - top, lines)
        leading = size * _LEADING
        baseline = (top + bottom) / 2 - leading * (len(rows) - 1) / 2 + size * 0.37
        x = {"left": left, "centre": (left + right) / 2, "right": right}[align]
        for row in rows:
            self.text(x, baseline, row, size, face, colour=colour, align=align, ink=ink)
            baseline += leading

    def line(self, x0: float, y0: float, x1: float, y1: float, width: int = 3, colour: Colour = BLACK) -> None:
        """A rule from one point to the other."""
        left, top = self._origin
        self.marks.append(Line((left + x0, top + y0), (left + x1, top + y1), width, colour))

    def rectangle(
        self, box: Box, outline: Colour | None = BLACK, fill: Colour | None = None, width: int = 3, radius: int = 0
    ) -> None:
        """A box, outlined, filled or both."""
        x, y = self._origin
        placed = (x + box[0], y + box[1], x + box[2], y + box[3])
        self.marks.append(Rectangle(placed, outline, fill, width, radius))

    def picture(self, image: Image.Image, x: float, y: float, *, multiply: bool = False) -> None:
        """Put an image (its alpha is kept) with its top left corner at (x, y)."""
        self.marks.append(Picture(image, round(self._origin[0] + x), round(self._origin[1] + y), multiply))

    def shows(self, box: Box, text: str) -> None:
        """Say that `text` can be read at a place of a picture (the plate of a car), or that a field named so is true
        by what stands there (`has_signature`); nothing is drawn."""
        left, top = self._origin
        self.shown.append(((left + box[0], top + box[1], left + box[2], top + box[3]), text))

    def texts(self) -> tuple[Text, ...]:
        """Every text on the sheet, for checks of the layout."""
        return tuple(mark for mark in self.marks if isinstance(mark, Text))

    def paint(self) -> Image.Image:
        """The sheet as an RGB image of its own size."""
        image = Image.new("RGB", (self.width, self.height), self.background)
        for mark in self.marks:
            _paint(image, mark)
        return image


def fit(text: str, face: str, size: int, width: float, height: float, lines: int) -> tuple[int, Sequence[str]]:
    """Largest type up to `size` in which `text` fits, and its rows; raises LayoutOverflow below MIN_SIZE."""
    for trial in range(size, min(size, MIN_SIZE) - 1, -1):
        rows = wrap(text, face, trial, width)
        if len(rows) <= lines and trial * (1 + _LEADING * (len(rows) - 1)) <= height + trial * 0.2:
            return trial, rows
    raise LayoutOverflow(f"“{text}”放不进 {width:.0f}×{height:.0f} 像素、{lines} 行的格子")


def wrap(text: str, face: str, size: int, width: float) -> list[str]:
    """Break at line ends of the text and wherever a row is full, as forms do; words of Latin letters are not kept."""
    rows = []
    for paragraph in text.split("\n"):
        row = ""
        for character in paragraph:
            if row and character not in _NEVER_FIRST and text_width(row + character, face, size) > width:
                rows.append(row)
                row = ""
            row += character
        rows.append(row)
    return rows


def _paint(image: Image.Image, mark: Mark) -> None:
    draw = ImageDraw.Draw(image)
    match mark:
        case Line():
            draw.line([mark.start, mark.end], fill=mark.colour, width=mark.width)
        case Rectangle():
            draw.rounded_rectangle(mark.box, mark.radius, fill=mark.fill, outline=mark.outline, width=mark.width)
        case Picture():
            ink.lay(image, mark.image, (mark.x, mark.y), multiply=mark.multiply)
        case Text(ink="hand"):
            ink.handwrite(image, mark.text, (mark.x, mark.y), font(mark.face, mark.size), mark.colour, mark.spacing)
        case Text(ink="dots"):
            ink.dot_print(image, mark.text, (mark.x, mark.y), font(mark.face, mark.size), mark.colour)
        case Text(spacing=0):
            draw.text((mark.x, mark.y), mark.text, fill=mark.colour, font=font(mark.face, mark.size), anchor="ls")
        case Text():
            _paint_spaced(draw, mark)


def _paint_spaced(draw: ImageDraw.ImageDraw, mark: Text) -> None:
    x, face = mark.x, font(mark.face, mark.size)
    for character in mark.text:
        draw.text((x, mark.y), character, fill=mark.colour, font=face, anchor="ls")
        x += face.getlength(character) + mark.spacing
