"""PDF and OFD: page limit before rendering, pages as pixels, and the visible text layer in those pixels."""

from typing import Any

import pypdfium2
from pypdfium2 import raw

from .answer import Refused
from .limits import Limits
from .ofd import as_pdf, first_size
from .pictures import encode
from .text_layer import read

OFD = "application/ofd"
_POINTS_PER_INCH = 72


def inspect(data: bytes, media_type: str, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    """Page count, and the size in pixels the first page would be rendered at."""
    if media_type == OFD:
        count, width, height = first_size(data, limits)
    else:
        document = _open(data, limits)
        count, (width, height) = len(document), document.get_page_size(0)
    scale = _scale(width, height, limits)
    size = {"width": _pixels(width, scale), "height": _pixels(height, scale)}
    return {"outcome": "inspected", "page_count": count, **size}, []


def render(data: bytes, media_type: str, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    """Every page, with filled-in form fields and signature seals drawn as a reader would see them."""
    document = _open(as_pdf(data, limits) if media_type == OFD else data, limits)
    document.init_forms()
    pages: list[dict[str, Any]] = []
    blobs: list[bytes] = []
    for index in range(len(document)):
        page, jpeg = _render_page(document[index], limits)
        pages.append({"number": index + 1, "bytes": len(jpeg), **page})
        blobs.append(jpeg)
    return {"outcome": "opened", "pages": pages}, blobs


def _open(data: bytes, limits: Limits) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as failure:
        if failure.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise Refused("encrypted_pdf") from None
        raise
    count = len(document)
    if count == 0:
        raise Refused("damaged_file", "no pages")
    if count > limits.pages:
        raise Refused("too_many_pages", pages=count)
    return document


def _render_page(page: pypdfium2.PdfPage, limits: Limits) -> tuple[dict[str, Any], bytes]:
    scale = _scale(page.get_width(), page.get_height(), limits)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    picture = bitmap.to_pil()
    layer = read(page, scale, bitmap, picture.convert("L"))
    jpeg = encode(picture, limits)
    described = {"width": bitmap.width, "height": bitmap.height, "lines": layer.lines, "doubted": layer.doubted}
    page.close()
    return described, jpeg


def _scale(width: float, height: float, limits: Limits) -> float:
    """Pixels a point: `pdf_dpi`, less where the long side would pass `long_side`."""
    longest = max(width, height)
    if not longest > 0:
        raise Refused("damaged_file", f"page of {width} x {height} points")
    return min(limits.pdf_dpi / _POINTS_PER_INCH, (limits.long_side - 1) / longest)


def _pixels(points: float, scale: float) -> int:
    return max(1, -int(-points * scale // 1))
