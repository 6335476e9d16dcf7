"""Sound files of every allowed kind, made on the spot; the hostile ones are built out of them."""

import io
import zlib
from functools import cache

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw

from tests.pages import ofd

pillow_heif.register_heif_opener()

PICTURE_KINDS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF", "tiff": "TIFF"}


def scene(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """A picture that looks different in each corner: red top left, green top right, blue bottom left, white else."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    w, h = width // 4, height // 4
    draw.rectangle((0, 0, w, h), fill=(220, 30, 30))
    draw.rectangle((width - w, 0, width, h), fill=(30, 160, 30))
    draw.rectangle((0, height - h, w, height), fill=(30, 30, 220))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def sound(kind: str) -> bytes:
    """A small sound file: jpg, progressive, png, webp, heic, tiff, pdf or ofd."""
    if kind == "pdf":
        return text_pdf("发票 INVOICE 12800")
    if kind == "ofd":
        return ofd.small()
    if kind == "progressive":
        return saved(scene(), "JPEG", progressive=True)
    return saved(scene(), PICTURE_KINDS[kind])


def raw_pdf(objects: list[bytes], root: int = 1) -> bytes:
    """A PDF of the given object bodies (numbered from 1), with a right cross-reference table."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer <</Size %d /Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start))
    return out.getvalue()


def stream(content: bytes, extra: bytes = b"", *, deflate: int = 0) -> bytes:
    """A stream object's body, deflated any number of times."""
    for _ in range(deflate):
        content = zlib.compress(content, 9)
    filters = b"/Filter [%s] " % (b"/FlateDecode " * deflate) if deflate else b""
    return b"<<%s%s/Length %d>>\nstream\n%s\nendstream" % (extra, filters, len(content), content)


def page_pdf(content: bytes, *, page: bytes = b"", resources: bytes = b"", others: tuple[bytes, ...] = ()) -> bytes:
    """A one-page PDF; `content` is object 4 (the page's stream), `others` are objects 6 and up (5 is Helvetica)."""
    box = b"" if b"/MediaBox" in page else b"/MediaBox [0 0 595 842] "
    return raw_pdf(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
            b"<</Type /Page /Parent 2 0 R %s%s/Contents 4 0 R /Resources <</Font <</F 5 0 R>> %s>> >>"
            % (box, page, resources),
            content,
            b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
            *others,
        ]
    )


def text_pdf(text: str, *, operators: bytes = b"", page: bytes = b"") -> bytes:
    """One line of 24 pt Helvetica at (100, 700) points; characters outside ASCII are dropped."""
    shown = text.encode("ascii", "ignore")
    return page_pdf(stream(b"BT %s /F 24 Tf 100 700 Td (%s) Tj ET" % (operators, shown)), page=page)


def many_pages(count: int, **save_options: object) -> bytes:
    """A PDF of `count` blank pages; options go to pikepdf (encryption…)."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(count):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out, **save_options)
    return out.getvalue()
