"""Rendered pages as the files people send: phone photographs and image-only PDFs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pillow_heif
from PIL import Image

_PDF_DPI = 200


def write_photo(
    image: Image.Image, path: Path, format: Literal["JPEG", "PNG", "WEBP", "HEIC"] = "JPEG", *, quality: int = 88
) -> None:
    """Write one image; `quality` (1-100) is of no effect for PNG. Raises OSError."""
    if format == "HEIC":
        pillow_heif.from_pillow(image).save(path, quality=quality)
    elif format == "PNG":
        image.save(path, "PNG", compress_level=3)
    else:
        image.save(path, format, quality=quality)


def write_pdf(images: Sequence[Image.Image], path: Path, *, quality: int = 88) -> None:
    """Write a PDF with one image a page and no text layer, as scanners do. Raises ValueError without images."""
    if not images:
        raise ValueError("PDF 至少要有一页")
    first, *others = images
    first.save(path, "PDF", save_all=True, append_images=others, resolution=_PDF_DPI, quality=quality)
