"""Smaller copies of a page's picture for the screen, made of the re-encoded copy that is kept."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from PIL import Image

#: Widths in pixels: a thumbnail, and a page that fills half a screen.
WIDTHS = (240, 1200)
_QUALITY = 80


def sized(picture: BinaryIO, width: int) -> BytesIO:
    """The JPEG in `picture`, at most `width` pixels wide, as a JPEG. ValueError for a width that is not offered."""
    if width not in WIDTHS:
        raise ValueError(f"no copies of {width} pixels")
    with Image.open(picture) as image:
        image.draft("RGB", (width, width * image.height // image.width))
        image.thumbnail((width, image.height), reducing_gap=2.0)
        copy = BytesIO()
        image.convert("RGB").save(copy, "JPEG", quality=_QUALITY)
    copy.seek(0)
    return copy
