"""PDFs whose text says something other than the page shows, or says it in ways that no paper does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.pages.samples import page_pdf, stream
from tests.support.hostile.pictures import Make, invoice, jpeg

_LINES = ("INVOICE 12345678", "TOTAL 999999.99", "VIN LSVAA4188E2184847", "ID 140522199602061132", "DATE 2023-12-28")
_PICTURE = b"q 595 0 0 408 0 400 cm /I Do Q "


def files() -> dict[str, Make]:
    """All of them, by name."""
    return {**_lying(), **_strange(), **_crowded()}


def _lying() -> dict[str, Make]:
    """Over, under or beside a picture of an invoice: text that says other numbers."""
    white = b"1 1 1 rg "
    layers: Mapping[str, bytes] = {
        "text-under-picture": _text() + _PICTURE,
        "text-invisible-over-picture": _PICTURE + _text(b"3 Tr "),
        "text-over-picture": _PICTURE + _text(),
        "text-pale-over-picture": _PICTURE + _text(b"0.97 g "),
        "text-under-white-box": _text() + white + b"0 0 595 842 re f " + _PICTURE,
        "text-white-on-white": _PICTURE + white + _text(y=300),
        "text-clipped-away": _PICTURE + b"q 0 0 1 1 re W n " + _text() + b"Q",
        "text-outside-page": _PICTURE + _text(x=2000),
        "text-too-small": _PICTURE + _text(size=0.3),
        "text-too-large": _PICTURE + _text(size=900),
        "text-twice": _text() + _text(x=101, shown=tuple(line[::-1] for line in _LINES)) + _PICTURE,
        "text-mirrored": _PICTURE + b"q -1 0 0 1 595 0 cm " + _text(y=300) + b"Q",
        "text-turned": _PICTURE + b"q 0 1 -1 0 400 0 cm " + _text(y=100) + b"Q",
    }
    return {f"lie-{name}.pdf": lambda content=content: _pdf(content) for name, content in layers.items()} | {
        "lie-hidden-layer.pdf": lambda: _pdf(b"/OC /Off BDC " + _text() + b"EMC " + _PICTURE, more=_HIDDEN),
        "lie-digits-by-map.pdf": lambda: _mapped(b"<30> <39> <35>"),
        "lie-letters-by-map.pdf": lambda: _mapped(b"<20> <7e> <4e00>"),
        "lie-map-to-nothing.pdf": lambda: _mapped(b"<20> <7e> <0000>"),
        "lie-map-to-surrogates.pdf": lambda: _mapped(b"<20> <7e> <d800>"),
        "lie-map-turns-writing.pdf": lambda: _mapped(b"<20> <7e> <202e>"),
    }


_HIDDEN = b"/Properties <</Off <</Type /OCG /Name (hidden)>> >> "


def _text(
    operators: bytes = b"", *, x: float = 100, y: float = 700, size: float = 14, shown: tuple[str, ...] = _LINES
) -> bytes:
    lines = b" ".join(b"(%s) Tj 0 -%.1f Td" % (line.encode(), max(size, 1) * 1.5) for line in shown)
    return b"BT %s/F %.2f Tf %.1f %.1f Td %s ET " % (operators, size, x, y, lines)


def _pdf(content: bytes, *, more: bytes = b"") -> bytes:
    page = invoice()
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB "
    picture = stream(jpeg(page), head % page.size + b"/Filter /DCTDecode ")
    return page_pdf(stream(content), resources=b"/XObject <</I 6 0 R>> " + more, others=(picture,))


def _mapped(lines: bytes) -> bytes:
    """A font that draws one thing and says another: its map to Unicode lies."""
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap /CMapName /lie def 1 begincodespacerange <00> <ff> "
        b"endcodespacerange 1 beginbfrange " + lines + b" endbfrange endcmap end"
    )
    font = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R>>"
    content = _text().replace(b"/F ", b"/L ")
    return page_pdf(stream(content), resources=b"", others=(font, stream(cmap))).replace(
        b"/Font <</F 5 0 R>>", b"/Font <</F 5 0 R /L 6 0 R>>"
    )


def _strange() -> dict[str, Make]:
    """Strings and pages as no program writes them."""
    strings: Mapping[str, bytes] = {
        "empty": b"",
        "zero-bytes": b"\\000" * 500,
        "escapes": b"\\(\\)\\\\\\377\\012" * 40,
        "spaces": b" " * 5000,
        "one-line-of-digits": b"0123456789" * 2000,
        "unclosed": b"(((((",
    }
    made: dict[str, Make] = {
        f"string-{name}.pdf": lambda content=content: page_pdf(stream(b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % content))
        for name, content in strings.items()
    }
    pages: Mapping[str, bytes] = {
        "turned-by-45": b"/Rotate 45 ",
        "turned-by-much": b"/Rotate 2147483647 ",
        "crop-outside": b"/CropBox [2000 2000 3000 3000] ",
        "crop-inside-out": b"/CropBox [500 500 100 100] ",
        "user-unit": b"/UserUnit 100000 ",
        "media-of-words": b"/MediaBox [(a) (b) (c) (d)] ",
    }
    return made | {
        f"page-{name}.pdf": lambda entries=entries: page_pdf(stream(_text()), page=entries)
        for name, entries in pages.items()
    }


def _crowded() -> dict[str, Make]:
    def repeated(part: Callable[[int], bytes], count: int) -> bytes:
        return page_pdf(stream(b" ".join(part(number) for number in range(count)), deflate=1))

    return {
        "crowded-one-place.pdf": lambda: repeated(lambda number: _text(), 2000),
        "crowded-single-letters.pdf": lambda: repeated(
            lambda number: b"BT /F 4 Tf %d %d Td (%d) Tj ET" % (number % 140 * 4, number // 140 * 5, number % 10),
            20_000,
        ),
        "crowded-fonts-of-all-sizes.pdf": lambda: repeated(
            lambda number: _text(size=number / 20 + 0.1, y=number % 800), 1500
        ),
    }
