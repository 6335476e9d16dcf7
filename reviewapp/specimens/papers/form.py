"""Ruled tables and the small things every paper has: labelled cells, dates as printed, the specimen mark."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from PIL import Image, ImageDraw

from reviewapp.specimens.papers.sheet import BLACK, Colour, Ink, Sheet

SPECIMEN = "样例 非真实证件"
_PAD = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A box of a ruled row: `width` in pixels and the text in it."""

    width: float
    text: str = ""
    size: int = 30
    face: str = "serif"
    align: Literal["left", "centre", "right"] = "left"
    lines: int = 1
    colour: Colour = BLACK
    ink: Ink = "press"
    is_value: bool = False

    def filled(self, size: int, face: str, ink: Ink, colour: Colour) -> "Cell":
        """The same box holding a filled-in value: it drifts with the print of the whole page."""
        return replace(self, size=size, face=face, ink=ink, colour=colour, is_value=True)


Row = tuple[float, Sequence[Cell]]


def table(
    sheet: Sheet,
    x: float,
    y: float,
    rows: Sequence[Row],
    *,
    colour: Colour = BLACK,
    drift: tuple[float, float] = (0, 0),
) -> float:
    """Draw ruled rows from (x, y) down, values shifted by `drift` as print off its lines; returns the lower edge."""
    for height, cells in rows:
        left = x
        for cell in cells:
            sheet.rectangle((left, y, left + cell.width, y + height), outline=colour, width=2)
            dx, dy = drift if cell.is_value else (0.0, 0.0)
            box = (left + _PAD + dx, y + dy, left + cell.width - _PAD + dx, y + height + dy)
            _fill(sheet, box, cell)
            left += cell.width
        y += height
    return y


def _fill(sheet: Sheet, box: tuple[float, float, float, float], cell: Cell) -> None:
    if cell.text:
        sheet.write(
            box,
            cell.text,
            cell.size,
            cell.face,
            colour=cell.colour,
            align=cell.align,
            ink=cell.ink,
            lines=cell.lines,
        )


def specimen(sheet: Sheet, x: float, y: float, *, colour: Colour = (150, 150, 155)) -> None:
    """The mark that tells a rendered paper from a real one, its left end at `x` on the baseline `y`."""
    sheet.text(x, y, SPECIMEN, 24, "sans", colour=colour)


def rounded(image: Image.Image, radius: int) -> Image.Image:
    """The image with its corners cut round (an alpha channel is put in)."""
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, image.width - 1, image.height - 1), radius, fill=255)
    image.putalpha(mask)
    return image


def chinese_date(iso: str) -> str:
    """2023-12-28 as 2023年12月28日."""
    day = date.fromisoformat(iso)
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


def slip_time(iso: str) -> tuple[str, str]:
    """An instant as slips print it: ("2023/12/28", "15:04:05")."""
    moment = datetime.fromisoformat(iso)
    return f"{moment:%Y/%m/%d}", f"{moment:%H:%M:%S}"
