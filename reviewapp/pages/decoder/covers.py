"""What may stand between the text of a PDF page and its reader: pictures, fillings and annotations."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pypdfium2
from PIL import Image, ImageChops
from pypdfium2 import raw

Rect = tuple[float, float, float, float]

_MOST_OBJECTS = 20_000
_DEEPEST = 5
_LEAST_SIDE = 6  # pixels; a filling thinner than that is a rule of a table
_LEAST_CONTRAST = 24  # of 255 grey levels


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture, or something filled over text that was drawn before; the box in pixels of the page."""

    box: Rect
    is_picture: bool

    def meets(self, box: Rect) -> bool:
        """Whether the boxes have any point in common."""
        return self.box[0] < box[2] and box[0] < self.box[2] and self.box[1] < box[3] and box[1] < self.box[3]


class Covers:
    """All of a page, found once; the page with and without its text tells which text can be seen."""

    def __init__(self, page: pypdfium2.PdfPage, to_pixels: pypdfium2.PdfPosConv) -> None:
        self._page = page
        self._to_pixels = to_pixels
        self._texts: list[pypdfium2.PdfObject] = []
        self._left = _MOST_OBJECTS
        self.found = [*self._objects(None, pypdfium2.PdfMatrix(), 0), *self._annotations()]

    def without_text(self, scale: float) -> Image.Image:
        """The page in grey as it looks when its text objects are not drawn."""
        for text in self._texts:
            raw.FPDFPageObj_SetIsActive(text, False)
        bare: Image.Image = self._page.render(scale=scale, rev_byteorder=True).to_pil()
        return bare.convert("L")

    def _objects(self, form: pypdfium2.PdfObject | None, matrix: pypdfium2.PdfMatrix, depth: int) -> Iterator[Cover]:
        for one in self._page.get_objects(form=form, max_depth=1):
            self._left -= 1
            if self._left < 0:
                return
            if one.type == raw.FPDF_PAGEOBJ_TEXT:
                self._texts.append(one)
            elif one.type == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                yield from self._objects(one, one.get_matrix().multiply(matrix), depth + 1)
            elif one.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
                yield Cover(in_pixels(matrix.on_rect(*one.get_bounds()), self._to_pixels), is_picture=True)
            elif self._texts and one.type == raw.FPDF_PAGEOBJ_PATH and _is_filled(one):
                cover = Cover(in_pixels(matrix.on_rect(*one.get_bounds()), self._to_pixels), is_picture=False)
                if min(cover.box[2] - cover.box[0], cover.box[3] - cover.box[1]) >= _LEAST_SIDE:
                    yield cover

    def _annotations(self) -> Iterator[Cover]:
        for index in range(min(raw.FPDFPage_GetAnnotCount(self._page), _MOST_OBJECTS)):
            annotation = raw.FPDFPage_GetAnnot(self._page, index)
            box = raw.FS_RECTF()
            if not annotation:
                continue
            is_drawn = raw.FPDFAnnot_GetSubtype(annotation) != raw.FPDF_ANNOT_LINK
            if is_drawn and raw.FPDFAnnot_GetRect(annotation, box):
                rect = (box.left, box.bottom, box.right, box.top)
                yield Cover(in_pixels(rect, self._to_pixels), is_picture=False)
            raw.FPDFPage_CloseAnnot(annotation)


def in_pixels(box: Rect, to_pixels: pypdfium2.PdfPosConv) -> Rect:
    """Page points (y upwards, page perhaps turned) to bitmap pixels, edges put in order again."""
    x1, y1 = to_pixels.to_bitmap(box[0], box[1])
    x2, y2 = to_pixels.to_bitmap(box[2], box[3])
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def differs(page: Image.Image, bare: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether the page looks different there without its text: then the text can be seen."""
    _, most = cast(tuple[int, int], ImageChops.difference(page.crop(box), bare.crop(box)).getextrema())
    return most >= _LEAST_CONTRAST


def _is_filled(path: pypdfium2.PdfObject) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    return bool(fill.value != raw.FPDF_FILLMODE_NONE)
