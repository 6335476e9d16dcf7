"""QR codes and barcodes of a page. A bonus: what they say bears the print out; many copies lose them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np

from reviewapp.ocr import normalise
from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.lines import Quad
from reviewapp.ocr.prepare import as_given
from reviewapp.pages import PageImage
from reviewapp.policy.identifiers import ean13_ok

QR, EAN13 = "QR Code", "EAN-13"
"""Formats by the names the library gives them. It is asked for the one a paper carries: looking for all takes ten times
as long."""
MOST_ENLARGED = 4
LARGE = 2000
"""Longer pictures are not enlarged: pages of a digital file, whose codes are drawn and not copied."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its format's name, its text, its corners in pixels of the image."""

    format: str
    text: str
    quad: Quad

    @property
    def source(self) -> str:
        """What a reading that it bears out names as its witness."""
        return "barcode" if self.format == EAN13 else "qr"


def square_codes(page: PageImage) -> tuple[str, ...]:
    """The texts of all QR codes on a page; raises DamagedPage when its JPEG cannot be decoded."""
    return tuple(code.text for code in read_codes(as_given(page).colour, QR))


def read_codes(image: Pixels, wanted: str) -> tuple[Code, ...]:
    """All codes of one format in an image (grey or BGR); tried again at twice the size when there are none."""
    found = _codes(image, wanted)
    if found or max(image.shape[:2]) > LARGE:
        return found
    return _enlarged(image, wanted, 2)


def read_part(image: Pixels, box: tuple[float, float, float, float], wanted: str) -> tuple[Code, ...]:
    """Codes of one format in a part of an image, enlarged until one is read; places are those of the whole image."""
    height, width = image.shape[:2]
    left, top = max(0, round(box[0])), max(0, round(box[1]))
    part = np.ascontiguousarray(image[top : min(height, round(box[3])), left : min(width, round(box[2]))])
    if min(part.shape[:2], default=0) < 8:
        return ()
    for factor in range(1, MOST_ENLARGED + 1):
        found = _enlarged(part, wanted, factor)
        if found:
            return tuple(Code(code.format, code.text, _moved(code.quad, left, top)) for code in found)
    return ()


def _enlarged(image: Pixels, wanted: str, factor: int) -> tuple[Code, ...]:
    larger = np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)
    return _codes(larger, wanted, factor)


def _codes(image: Pixels, wanted: str, factor: int = 1) -> tuple[Code, ...]:
    import zxingcpp

    out = []
    for barcode in zxingcpp.read_barcodes(image, formats=zxingcpp.barcode_formats_from_str(wanted)):
        place = barcode.position
        corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left]
        a, b, c, d = ((point.x / factor, point.y / factor) for point in corners)
        out.append(Code(str(barcode.format), barcode.text, (a, b, c, d)))
    return tuple(out)


def _moved(quad: Quad, across: float, down: float) -> Quad:
    a, b, c, d = ((x + across, y + down) for x, y in quad)
    return (a, b, c, d)


def told(code: Code) -> dict[str, str]:
    """The fields a code tells: those of a tax invoice's QR code, or the number of a commodity's barcode."""
    if code.format == EAN13 and ean13_ok(code.text):
        return {"commodity_code": code.text}
    return invoice_code(code.text)


def invoice_code(text: str) -> dict[str, str]:
    """What a tax invoice's QR code `01,type,code,number,amount,yyyymmdd,check,…` says; empty for any other text.

    Keys: `invoice_code` (fully electronic invoices have none), `invoice_number`, `invoice_date`, and `amount`, which
    is the price before tax on some kinds of invoice and the total on others.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) < 6 or parts[0] != "01" or not re.fullmatch(r"\d{8}|\d{20}", parts[3]):
        return {}
    fields = {
        "invoice_code": parts[2],
        "invoice_number": parts[3],
        "invoice_date": normalise.iso_date(parts[5]),
        "amount": normalise.money(parts[4]),
    }
    return {name: value for name, value in fields.items() if value}
