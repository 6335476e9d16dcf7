"""What is drawn on a white sheet: how much of it, and how far it goes."""

import io
from dataclasses import dataclass

from PIL import Image

from reviewapp.pages.model import PageImage

#: Grey level (0 black, 255 white) below which a pixel is ink.
_DARK = 128


@dataclass(frozen=True, slots=True)
class Ink:
    """`share` of the pixels that are dark (0 to 1); `width` and `height` in pixels of the box around them."""

    share: float
    width: int
    height: int


def ink(page: PageImage) -> Ink:
    """The ink on a page; a blank one has none."""
    with Image.open(io.BytesIO(page.jpeg)) as picture:
        dark = picture.convert("L").point(lambda level: 255 * (level < _DARK))
    box = dark.getbbox()
    if box is None:
        return Ink(0.0, 0, 0)
    return Ink(dark.histogram()[255] / (dark.width * dark.height), box[2] - box[0], box[3] - box[1])
