"""From a page's JPEG to pixels an engine likes, and from the engine's places back to pixels of the page."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from reviewapp.errors import ReviewError
from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.lines import Line, Point, Quad
from reviewapp.ocr.readings import Box
from reviewapp.pages import PageImage

LONG_SIDE = 2000


class DamagedPage(ReviewError):
    """The pixels of a page cannot be decoded."""

    code = "damaged_page"
    status = 422


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page's colours (BGR), at most LONG_SIDE pixels long, and the size of the page as given.

    Of a part cut out of a page: the part's colours and size, and where on the page it begins.
    """

    colour: Pixels
    page_width: int
    page_height: int
    origin: tuple[int, int] = (0, 0)

    @property
    def scale(self) -> tuple[float, float]:
        """Prepared pixels a pixel of the page, across and down: on a narrow page rounding makes them differ."""
        height, width = self.colour.shape[:2]
        return width / self.page_width, height / self.page_height

    @property
    def grey(self) -> Pixels:
        """The red channel: what a red seal covers stays readable."""
        return np.ascontiguousarray(self.colour[:, :, 2])


def prepare(page: PageImage) -> Prepared:
    """Decode and reduce a page; raises DamagedPage when the JPEG cannot be decoded."""
    reduced = cv2.IMREAD_REDUCED_COLOR_2 if max(page.width, page.height) >= 2 * LONG_SIDE else cv2.IMREAD_COLOR
    return Prepared(reduced_to(_decoded(page, reduced), LONG_SIDE), page.width, page.height)


def as_given(page: PageImage) -> Prepared:
    """A page that nothing is recognised on, in its own pixels; raises DamagedPage."""
    return Prepared(_decoded(page, cv2.IMREAD_COLOR), page.width, page.height)


def _decoded(page: PageImage, how: int) -> Pixels:
    colour = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), how | cv2.IMREAD_IGNORE_ORIENTATION)
    if colour is None:
        raise DamagedPage(f"第 {page.number} 页的图像已损坏，无法识别。请重新上传。")
    return np.asarray(colour, np.uint8)


def reduced_to(image: Pixels, side: int) -> Pixels:
    """The picture at most `side` pixels long. However thin it is, a row and a column of it remain."""
    height, width = image.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return image
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def page_box(quads: list[Quad], prepared: Prepared, rotation: int) -> Box:
    """The box around quadrilaterals of the upright image, in pixels of the page as given."""
    height, width = prepared.colour.shape[:2]
    points = [_turned_back(point, rotation, width, height) for quad in quads for point in quad]
    across, down = prepared.scale
    xs = [x / across for x, _ in points]
    ys = [y / down for _, y in points]
    x, y = prepared.origin
    return (
        x + max(0, round(min(xs))),
        y + max(0, round(min(ys))),
        x + min(prepared.page_width, round(max(xs))),
        y + min(prepared.page_height, round(max(ys))),
    )


def cut_out(prepared: Prepared, region: Box) -> Prepared:
    """A region of the page, given in pixels of the page, by itself."""
    left, top, right, bottom = region
    across, down = prepared.scale
    rows, columns = slice(round(top * down), round(bottom * down)), slice(round(left * across), round(right * across))
    return Prepared(np.ascontiguousarray(prepared.colour[rows, columns]), right - left, bottom - top, (left, top))


def _turned_back(point: Point, rotation: int, width: int, height: int) -> Point:
    """Where a point of the upright image lay before the turn; width and height are those before it."""
    x, y = point
    if rotation == 90:
        return (y, height - x)
    if rotation == 180:
        return (width - x, height - y)
    if rotation == 270:
        return (width - y, x)
    return point


def crop(image: Pixels, line: Line, margin: float = 0.15) -> Pixels:
    """The picture of one line, straightened, with a margin in line heights."""
    height = max(8, round(line.height * (1 + 2 * margin)))
    width = max(8, round(line.width + 2 * margin * line.height))
    pad = margin * line.height
    source = np.array(line.quad, np.float32)
    inner = np.array([[pad, pad], [width - pad, pad], [width - pad, height - pad], [pad, height - pad]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, inner)
    flat = cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8)
