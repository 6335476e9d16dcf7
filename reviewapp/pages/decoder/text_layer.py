"""Lines of a PDF page's text layer, as a reader sees them: text nobody can see decides nothing.

A scanner's own guess lies over its picture as invisible text; worse, a line could be hidden on purpose. Where the text
and what is seen may part, the page is marked as doubted, and whoever reads it looks at the picture too.
"""

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any, cast

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from .covers import Cover, Covers, Rect, differs, in_pixels
from .digits import Digits

_MOST_CHARACTERS = 20_000
_LEAST_CONTRAST = 24  # of 255 grey levels between the darkest and the lightest pixel of a line
_MOST_PAIRS = 300_000
_MUCH_OF_PAGE = 0.25
_AS_HIGH = 2.0
_WIDEST_GAP = 0.8  # of the character height; a wider one separates two cells of a table


@dataclass(frozen=True, slots=True)
class Layer:
    """`lines`: text (as written, not normalised) and box [l, t, r, b] in page pixels. `doubted`: what is seen may be
    something else, or more."""

    lines: list[dict[str, Any]]
    doubted: bool


@dataclass(slots=True)
class _Line:
    """Characters that follow each other; `row` is the height of the font there, `ink` what is really drawn."""

    text: str
    row: Rect
    ink: list[Rect] = field(default_factory=list)

    def continues_with(self, row: Rect) -> bool:
        """True when the next character stands on the same line, close behind the last one."""
        height = min(self.row[3] - self.row[1], row[3] - row[1])
        overlap = min(self.row[3], row[3]) - max(self.row[1], row[1])
        gap = row[0] - self.row[2]
        return overlap >= height / 2 and -height / 2 <= gap <= height * _WIDEST_GAP

    def add(self, text: str, row: Rect, ink: Rect) -> None:
        self.text += text
        self.row = row
        self.ink.append(ink)

    def share_seen(self, page: Image.Image, bare: Image.Image) -> float:
        """How many of its characters the page owes to them: it looks otherwise without its text."""
        cells = [_bounding([ink], *page.size) for ink in self.ink]
        return sum(cell is not None and differs(page, bare, cell) for cell in cells) / len(cells)


def read(page: pypdfium2.PdfPage, scale: float, bitmap: pypdfium2.PdfBitmap, grey: Image.Image) -> Layer:
    """Lines in the order of the file; `grey` is the rendered page.

    A line that leaves no mark on it (white on white, outside the page, under a picture) is left out.
    """
    to_pixels = bitmap.get_posconv(page)
    text = page.get_textpage()
    lines, hidden = _lines(text, to_pixels)
    boxed = [(line, box) for line in lines if (box := _bounding(line.ink, *grey.size)) is not None]
    seen = [(line, box) for line, box in boxed if _has_contrast(grey, box)]
    doubted = hidden > 0 or len(seen) < len(boxed) or _lies(seen, grey)
    covers = Covers(page, to_pixels)
    if len(covers.found) * len(seen) > _MOST_PAIRS:
        return _layer(seen, doubted=True)
    doubted = doubted or any(_is_suspect(box, covers.found, grey.size) for _, box in seen)
    if any(cover.meets(box) for cover in covers.found for _, box in seen):
        bare = covers.without_text(scale)
        shares = [line.share_seen(grey, bare) for line, _ in seen]
        doubted = doubted or min(shares) < 1
        seen = [line for line, share in zip(seen, shares, strict=True) if share > 1 / 2]
    return _layer(seen, doubted=doubted)


def _layer(seen: list[tuple[_Line, tuple[int, int, int, int]]], *, doubted: bool) -> Layer:
    return Layer([{"text": line.text, "box": box} for line, box in seen], doubted)


def _lies(seen: list[tuple[_Line, tuple[int, int, int, int]]], grey: Image.Image) -> bool:
    """Whether a digit looks like another. Characters that make a line together stand upright, others are not judged."""
    digits = Digits(grey)
    for line, _ in seen:
        if len(line.ink) > 1:
            for character, ink in zip(line.text.replace(" ", ""), line.ink, strict=True):
                if cell := _bounding([ink], *grey.size):
                    digits.look(character, cell)
    return digits.lie


def _is_suspect(box: Rect, covers: list[Cover], page: tuple[int, int]) -> bool:
    """Text on a picture that is much of the page (a scan with words over it), or with a picture as high as the line
    on it or beside it (a digit put in)."""
    height = box[3] - box[1]
    near = (box[0] - height, box[1], box[2] + height, box[3])
    for cover in covers:
        if not cover.is_picture or not cover.meets(near):
            continue
        across, down = cover.box[2] - cover.box[0], cover.box[3] - cover.box[1]
        if across * down >= _MUCH_OF_PAGE * page[0] * page[1] or down <= height * _AS_HIGH:
            return True
    return False


def _lines(text: pypdfium2.PdfTextPage, to_pixels: pypdfium2.PdfPosConv) -> tuple[list[_Line], int]:
    """Characters joined while they follow each other closely on one row, and how many are drawn invisibly."""
    lines: list[_Line] = []
    hidden = 0
    line: _Line | None = None
    space = ""
    for character, row, ink in _characters(text, to_pixels):
        if character.isspace():
            space = " "
            line = None if character in "\r\n" else line
            continue
        if row is None or ink is None:
            hidden += 1
            continue
        if line is None or not line.continues_with(row):
            line = _Line("", row)
            lines.append(line)
        line.add((space if line.text else "") + character, row, ink)
        space = ""
    return lines, hidden


def _has_contrast(grey: Image.Image, box: tuple[int, int, int, int]) -> bool:
    darkest, lightest = cast(tuple[int, int], grey.crop(box).getextrema())
    return lightest - darkest >= _LEAST_CONTRAST


def _characters(
    text: pypdfium2.PdfTextPage, to_pixels: pypdfium2.PdfPosConv
) -> Iterator[tuple[str, Rect | None, Rect | None]]:
    """Each character with its row box and its ink box, in pixels; blanks and what is drawn invisibly have none."""
    for index in range(min(text.count_chars(), _MOST_CHARACTERS)):
        character = _printable(raw.FPDFText_GetUnicode(text, index))
        if character.isspace() or (character and _is_invisible(text, index)):
            yield character, None, None
        elif character:
            row, ink = _row_box(text, index), _ink_box(text, index)
            if row is not None and ink is not None:
                yield character, in_pixels(row, to_pixels), in_pixels(ink, to_pixels)


def _printable(code: int) -> str:
    """The character, or '' for control codes, direction marks, lone surrogates and what has no meaning."""
    if not 0 < code <= 0x10FFFF:
        return ""
    character = chr(code)
    if character.isspace():
        return character
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn") else character


def _is_invisible(text: pypdfium2.PdfTextPage, index: int) -> bool:
    drawn = raw.FPDFText_GetTextObject(text, index)
    return bool(drawn) and raw.FPDFTextObj_GetTextRenderMode(drawn) == raw.FPDF_TEXTRENDERMODE_INVISIBLE


def _row_box(text: pypdfium2.PdfTextPage, index: int) -> Rect | None:
    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, index, box):
        return None
    return box.left, box.top, box.right, box.bottom


def _ink_box(text: pypdfium2.PdfTextPage, index: int) -> Rect | None:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not raw.FPDFText_GetCharBox(text, index, left, right, bottom, top):
        return None
    return left.value, top.value, right.value, bottom.value


def _bounding(boxes: list[Rect], width: int, height: int) -> tuple[int, int, int, int] | None:
    """Smallest box around all, inside the page; None for text that lies outside it."""
    left, top = max(0, min(box[0] for box in boxes)), max(0, min(box[1] for box in boxes))
    right, bottom = min(width, max(box[2] for box in boxes)), min(height, max(box[3] for box in boxes))
    return (int(left), int(top), ceil(right), ceil(bottom)) if left < right and top < bottom else None
