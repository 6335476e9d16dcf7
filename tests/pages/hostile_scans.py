"""Hostile TIFFs and OFDs by name: how each is made, and the outcomes that are right for it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from tests.pages import ofd
from tests.pages.samples import saved, scene

OPENED, DAMAGED, MEMORY, PAGES, PIXELS = (
    "opened", "damaged_file", "decode_memory", "too_many_pages", "too_many_pixels"
)  # fmt: skip
Files = dict[str, tuple[Callable[[], bytes], tuple[str, ...]]]
MEGABYTE = 1 << 20


def tiffs() -> Files:
    """Pages without end, headers that lie, data that unpack to more than they say."""
    return {
        "20-pages.tiff": (lambda: _many(20), (OPENED,)),
        "21-pages.tiff": (lambda: _many(21), (PAGES,)),
        "400-pages.tiff": (lambda: _many(400), (PAGES,)),
        "pages-in-a-circle.tiff": (_circle, (OPENED, DAMAGED)),
        "huge.tiff": (lambda: tiff(60_000, 60_000, b""), (PIXELS,)),
        "wide.tiff": (lambda: tiff(60_000, 10, bytes(600_000)), (OPENED,)),
        "lie-within.tiff": (lambda: tiff(8000, 8000, b"x"), (OPENED, DAMAGED)),
        "second-page-huge.tiff": (_second_huge, (PIXELS,)),
        "deflate-bomb.tiff": (lambda: tiff(100, 100, zlib.compress(bytes(300 * MEGABYTE)), 8), (OPENED, DAMAGED)),
        "zero-wide.tiff": (lambda: tiff(0, 10, b""), (DAMAGED,)),
        "deep-samples.tiff": (lambda: tiff(10, 10, bytes(100), bits=64), (DAMAGED,)),
        "unknown-packing.tiff": (lambda: tiff(10, 10, bytes(100), 34_712), (DAMAGED,)),
        "long-tag.tiff": (lambda: tiff(10, 10, bytes(100), more=[(270, 2, 2**31 - 1, 8)]), (OPENED, DAMAGED)),
        "squeezed.tiff": (lambda: saved(scene(), "TIFF", dpi=(1, 10_000)), (OPENED,)),
        "cmyk.tiff": (lambda: saved(scene(mode="CMYK"), "TIFF"), (OPENED,)),
        "16-bit.tiff": (lambda: saved(Image.new("I;16", (64, 64), 40_000), "TIFF"), (OPENED,)),
        "fax.tiff": (lambda: saved(scene(mode="1"), "TIFF", compression="group4"), (OPENED,)),
    }


def tiff(width: int, height: int, data: bytes, packing: int = 1, *, bits: int = 8, more: object = ()) -> bytes:
    """A grey TIFF with this header, whatever the data say; `more` are further (tag, type, count, value)."""
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits), (259, 3, 1, packing), (262, 3, 1, 1)]
    entries += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, len(data)), *more]  # type: ignore[misc]
    directory = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(entries)) + directory + bytes(4)


def _many(count: int) -> bytes:
    return saved(scene(60, 40), "TIFF", save_all=True, append_images=[scene(60, 40)] * (count - 1))


def _circle() -> bytes:
    data = tiff(10, 10, bytes(100))
    return data[:-4] + data[4:8]


def _second_huge() -> bytes:
    """The first page is sound; the second one claims 60,000 × 60,000 pixels."""
    first, at = tiff(10, 10, bytes(100)), len(tiff(10, 10, bytes(100)))
    return first[:-4] + struct.pack("<I", at + 0) + tiff(60_000, 60_000, b"")[8:]


def ofds() -> Files:
    """Archives that are none, bombs of every sort, paths that lead elsewhere, pages that never end."""
    return _archives() | _bombs() | _paths() | _pages()


def _archives() -> Files:
    word = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}
    no_end = ofd.small().replace(b"PK\x05\x06", b"PK\x00\x00")
    return {
        "archive.zip": (lambda: ofd.packed({"a.txt": b"text"}), ("not_allowed_type",)),
        "letter.docx": (lambda: ofd.packed(word), ("not_allowed_type",)),
        "encrypted.ofd": (lambda: ofd.packed({"Encryptions.xml": b"<a/>", "Doc_0/x.dat": b"x"}), ("encrypted_ofd",)),
        "password.ofd": (_password, ("encrypted_ofd",)),
        "no-directory.ofd": (lambda: no_end, (DAMAGED,)),
        "zip64.ofd": (lambda: _with_locator(ofd.small()), (DAMAGED,)),
        "html-before-end.ofd": (lambda: ofd.small() + b"<script>", (OPENED, DAMAGED)),
    }


def _bombs() -> Files:
    laughs = b'<!DOCTYPE a [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    outside = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return {
        "bomb.ofd": (lambda: _with_page(b"<Page>" + bytes(300 * MEGABYTE)), (MEMORY,)),
        "bomb-picture.ofd": (lambda: _with_picture(bytes(200 * MEGABYTE)), (MEMORY,)),
        "bomb-of-entries.ofd": (lambda: ofd.packed({f"{n}": b"" for n in range(30_000)}), (MEMORY,)),
        "bomb-nested.ofd": (lambda: _with_picture(ofd.packed({"b": bytes(MEGABYTE)})), (OPENED,)),
        "laughs.ofd": (lambda: _with_page(laughs + b"]><a>&j;</a>"), (DAMAGED,)),
        "outside.ofd": (lambda: _with_page(outside + b"<a>&x;</a>"), (DAMAGED,)),
        "deep.ofd": (lambda: _with_page(b"<a>" * 100_000 + b"</a>" * 100_000), (MEMORY,)),
        "wide.ofd": (lambda: _with_page(b"<a>" + b"<b/>" * 300_000 + b"</a>"), (MEMORY,)),
        "much-text.ofd": (lambda: _with_page(ofd.page(ofd.layer(ofd.text("x" * 100_000, 9, 9)))), (MEMORY,)),
        "much-path.ofd": (lambda: _with_page(ofd.page(ofd.layer(ofd.path("L 1 1 " * 90_000, "0 0 9 9")))), (MEMORY,)),
        "long-step.ofd": (
            lambda: _with_page(ofd.page(ofd.layer(ofd.text("abc", 9, 9, run='DeltaX="g 999999999 1 g 9999999 2"')))),
            (OPENED, DAMAGED),
        ),
    }


def _paths() -> Files:
    def rooted(path: str) -> bytes:
        return ofd.packed({"OFD.xml": ofd.xml("OFD", f"<ofd:DocBody><ofd:DocRoot>{path}</ofd:DocRoot></ofd:DocBody>")})

    climbing = {"../../../tmp/evil.xml": b"x", "/etc/evil": b"x", "C:\\evil": b"x"}
    return {
        "root-outside.ofd": (lambda: rooted("../../../../etc/passwd"), (DAMAGED,)),
        "root-absolute.ofd": (lambda: rooted("/etc/passwd"), (DAMAGED,)),
        "root-is-itself.ofd": (lambda: rooted("OFD.xml"), (DAMAGED,)),
        "climbing-entries.ofd": (
            lambda: ofd.packed(ofd.package([ofd.page(ofd.layer(ofd.text("ok", 9, 9)))], climbing)), (OPENED,)
        ),
    }  # fmt: skip


def _pages() -> Files:
    blank = ofd.page(ofd.layer())
    res = ofd.xml(
        "Res",
        '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="7"><ofd:Content>'
        '<ofd:CompositeObject Boundary="0 0 9 9" ResourceID="7"/><ofd:CompositeObject Boundary="0 0 9 9" '
        'ResourceID="7"/></ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>',
    )
    endless = '<ofd:CompositeObject Boundary="0 0 9 9" ResourceID="7"/>'
    common = "<ofd:PublicRes>Res.xml</ofd:PublicRes>"
    return {
        "20-pages.ofd": (lambda: ofd.packed(ofd.package([blank] * 20)), (OPENED,)),
        "21-pages.ofd": (lambda: ofd.packed(ofd.package([blank] * 21)), (PAGES,)),
        "no-pages.ofd": (lambda: ofd.packed(ofd.package([])), (DAMAGED,)),
        "endless-group.ofd": (
            lambda: ofd.packed(ofd.package([ofd.page(ofd.layer(endless))], {"Doc_0/Res.xml": res}, common=common)),
            (DAMAGED,),
        ),
        "giant-page.ofd": (lambda: ofd.packed(ofd.package([blank], box="0 0 900000 900000")), (OPENED, DAMAGED)),
        "flat-page.ofd": (lambda: ofd.packed(ofd.package([blank], box="0 0 0 0")), (OPENED, DAMAGED)),
        "thin-page.ofd": (lambda: ofd.packed(ofd.package([blank], box="0 0 100000 0.01")), (OPENED, DAMAGED)),
        "nan-page.ofd": (lambda: ofd.packed(ofd.package([blank], box="0 0 nan inf")), (DAMAGED,)),
        "words-for-numbers.ofd": (lambda: ofd.packed(ofd.package([blank], box="a b c d")), (DAMAGED,)),
    }


def _with_page(content: bytes) -> bytes:
    return ofd.packed(ofd.package([content]))


def _with_picture(content: bytes) -> bytes:
    res = ofd.xml(
        "Res",
        '<ofd:MultiMedias><ofd:MultiMedia ID="5"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia>'
        "</ofd:MultiMedias>",
    )
    shown = ofd.page(ofd.layer('<ofd:ImageObject Boundary="9 9 50 50" CTM="50 0 0 50 0 0" ResourceID="5"/>'))
    files = {"Doc_0/Res.xml": res, "Doc_0/a.png": content}
    return ofd.packed(ofd.package([shown], files, common="<ofd:PublicRes>Res.xml</ofd:PublicRes>"))


def _password() -> bytes:
    """Every entry says that it is encrypted."""
    data = bytearray(ofd.small())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        places = [entry.header_offset + 6 for entry in archive.infolist()]
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        places.append(at + 8)
        at = data.find(b"PK\x01\x02", at + 4)
    for place in places:
        data[place] |= 1
    return bytes(data)


def _with_locator(data: bytes) -> bytes:
    at = data.rindex(b"PK\x05\x06")
    return data[:at] + b"PK\x06\x07" + bytes(16) + data[at:]
