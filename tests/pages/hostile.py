"""Hostile files by name: how each is made, and which outcomes are right ('opened' or a refusal's code)."""

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pikepdf
from PIL import Image

from tests.pages.hostile_scans import ofds, tiffs
from tests.pages.samples import many_pages, page_pdf, raw_pdf, saved, scene, sound, stream, text_pdf

OPENED = "opened"
KINDS = ("jpg", "progressive", "png", "webp", "heic", "tiff", "pdf", "ofd")
PAYLOAD = b"<script>alert('payload')</script>"
ANY = frozenset(
    {OPENED, "damaged_file", "not_allowed_type", "too_many_pixels", "too_many_pages", "encrypted_pdf", "encrypted_ofd"}
    | {"decode_memory"}
)
MEGABYTE = 1 << 20
DEEP = 300 * MEGABYTE


@dataclass(frozen=True)
class Hostile:
    """`right`: outcomes that are right; `length`: the file is stretched (sparse) to so many bytes."""

    make: Callable[[], bytes]
    right: frozenset[str]
    length: int = 0


def catalogue(*, cuts: int, mutants: int) -> dict[str, Hostile]:
    """All of them: `cuts` truncations and `mutants` seeded mutations a kind beside the hand-made ones."""
    files = {
        **_strangers(),
        **_sizes(),
        **_bombs(),
        **_pdf_refused(),
        **_pdf_traps(),
        **_polyglots(),
        **_odd(),
        **{name: _made(make, *right) for name, (make, right) in (tiffs() | ofds()).items()},
    }
    for kind in KINDS:
        for index in range(cuts):
            files[f"cut-{index}.{kind}"] = _cut(kind, (index + 1) / (cuts + 1))
        for index in range(mutants):
            files[f"mutant-{index}.{kind}"] = _mutant(kind, index)
    return files


def _one(code: str, content: bytes) -> Hostile:
    return Hostile(lambda: content, frozenset({code}))


def _made(make: Callable[[], bytes], *right: str) -> Hostile:
    return Hostile(make, frozenset(right))


_ARCHIVES_AND_PROGRAMS = {
    "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xml-first.svg": b"<?xml version='1.0'?><svg/>",
    "page.html.jpg": b"<!DOCTYPE html><html>" + PAYLOAD,
    "html-without-doctype.jpg": b"<html><body>" + PAYLOAD,
    "program.exe.jpg": b"MZ\x90\0" + bytes(200),
    "program.elf.png": b"\x7fELF\x02\x01\x01" + bytes(200),
    "empty-archive.zip": b"PK\x05\x06" + bytes(18),
    "archive.rar": b"Rar!\x1a\x07\x01\0" + bytes(50),
    "archive.7z": b"7z\xbc\xaf\x27\x1c" + bytes(50),
    "archive.gz": b"\x1f\x8b\x08" + bytes(50),
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50),
}


def _strangers() -> dict[str, Hostile]:
    """Kinds that are not taken, under names that pretend otherwise."""
    pictures_and_texts = {
        "moving.gif": b"GIF89a" + bytes(50),
        "picture.bmp": b"BM" + bytes(50),
        "film.mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
        "picture.avif": b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf",
        "generic-without-heic.heic": b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf",
        "script.sh.pdf": b"#!/bin/sh\nrm -rf /\n",
        "print.ps": b"%!PS-Adobe-3.0\n",
        "notes.txt": "这是一段文字".encode(),
        "wave.webp": b"RIFF\x24\0\0\0WAVEfmt ",
        "jpeg-2000.jp2": b"\0\0\0\x0cjP  \r\n\x87\n",
        "random.jpg": random.Random(7).randbytes(4096),
        "pdf-too-far-in.pdf": b"x" * 80 + sound("pdf"),
        "zeros.pdf": bytes(5000),
    }
    starts = _ARCHIVES_AND_PROGRAMS | pictures_and_texts
    return {name: _one("not_allowed_type", content) for name, content in starts.items()}


def _sizes() -> dict[str, Hostile]:
    large = frozenset({"too_large"})
    return {
        "nothing.jpg": _one("empty_file", b""),
        "one-byte.jpg": _one("not_allowed_type", b"\xff"),
        "only-magic.jpg": _one("damaged_file", b"\xff\xd8\xff"),
        "only-magic.png": _one("damaged_file", b"\x89PNG\r\n\x1a\n"),
        "only-magic.webp": _one("damaged_file", b"RIFF\0\0\0\0WEBP"),
        "only-magic.tiff": _one("damaged_file", b"II*\0" + bytes(50)),
        "only-magic-big-endian.tiff": _one("damaged_file", b"MM\0*" + bytes(50)),
        "only-magic.ofd": _one("damaged_file", b"PK\x03\x04" + b"OFD.xml" + bytes(200)),
        "only-magic.heic": _one("damaged_file", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        "only-magic.pdf": _one("damaged_file", b"%PDF-1.7\n"),
        "200-megabytes.jpg": Hostile(lambda: sound("jpg"), large, 200 * MEGABYTE),
        "just-too-large.pdf": Hostile(lambda: sound("pdf"), large, 25 * MEGABYTE + 1),
        "just-small-enough.jpg": Hostile(lambda: sound("jpg"), frozenset({OPENED}), 25 * MEGABYTE),
        "just-small-enough.webp": Hostile(lambda: sound("webp"), frozenset({OPENED, "damaged_file"}), 25 * MEGABYTE),
    }


def png(width: int, height: int, data: bytes, *more: tuple[bytes, bytes], depth: int = 1, interlace: int = 0) -> bytes:
    """A grey PNG with this header, whatever the (already deflated) data say; `more` chunks come before the data."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, interlace)
    middle = b"".join(chunk(*extra) for extra in more)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + middle + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@cache
def deflated_zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    block = bytes(MEGABYTE)
    parts = [packer.compress(block[: min(MEGABYTE, size - at)]) for at in range(0, size, MEGABYTE)]
    return b"".join(parts) + packer.flush()


def _bombs() -> dict[str, Hostile]:
    """Small files that ask for a lot of memory or time."""
    lie = "too_many_pixels"
    return {
        "bomb-20000.png": _made(lambda: png(20000, 20000, deflated_zeros(2501 * 20000)), lie),
        "bomb-8001.png": _made(lambda: png(8001, 8000, deflated_zeros(1002 * 8000)), lie),
        "most-pixels.png": _made(lambda: png(8000, 8000, deflated_zeros(1001 * 8000)), OPENED),
        "most-pixels-16-bit.png": _made(lambda: png(8000, 8000, deflated_zeros(16001 * 8000), depth=16), OPENED),
        "most-pixels-interlaced.png": _made(lambda: png(8000, 8000, b"x", interlace=1), "damaged_file"),
        "thin.png": _made(lambda: png(1, 2_000_000, deflated_zeros(4_000_000)), OPENED, "damaged_file"),
        "too-wide.png": _made(lambda: png(2**31 - 1, 1, b"x"), lie),
        "lie-huge.png": _made(lambda: png(2**31 - 1, 2**31 - 1, b"x"), lie, "damaged_file"),
        "zero-wide.png": _made(lambda: png(0, 10, b"x"), "damaged_file"),
        "small-header-deep-data.png": _made(lambda: png(10, 10, deflated_zeros(DEEP)), OPENED, "damaged_file"),
        "text-bomb.png": _made(lambda: png(10, 10, b"x", (b"zTXt", b"a\0\0" + deflated_zeros(DEEP))), "damaged_file"),
        "profile-bomb.png": _made(
            lambda: png(10, 10, b"x", (b"iCCP", b"a\0\0" + deflated_zeros(DEEP))), "damaged_file"
        ),
        "lie.jpg": _made(lambda: _jpeg_lie(65500, 65500), lie),
        "lie-tall.jpg": _made(lambda: _jpeg_lie(8000, 8001), lie),
        "lie-within.jpg": _made(lambda: _jpeg_lie(8000, 8000), "damaged_file", OPENED),
        "scans.jpg": _made(_many_scans, "damaged_file", "decode_timeout", OPENED),
        "lie-extended.webp": _made(lambda: _webp_lie(16384, 16384), lie),
        "lie-memory.webp": _made(lambda: _webp_lie(7900, 7900), "decode_memory"),
        "lie-lossless.webp": _made(lambda: _lossless_lie(16383, 16383), lie),
        "lie.heic": _made(lambda: _heic_lie(60000, 60000), lie, "damaged_file"),
        "lie-within.heic": _made(lambda: _heic_lie(7900, 7900), OPENED, "damaged_file", "decode_memory"),
        "frames.webp": _made(lambda: _frames("WEBP", 200), OPENED),
        "frames.png": _made(lambda: _frames("PNG", 200), OPENED),
    }


def _jpeg_lie(width: int, height: int) -> bytes:
    data = sound("jpg")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def _many_scans() -> bytes:
    """A large progressive JPEG that repeats its last scan: every repetition runs over all coefficients."""
    data = saved(Image.new("L", (7000, 7000), 128), "JPEG", progressive=True, quality=20)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 3000 + b"\xff\xd9"


def _webp_lie(width: int, height: int) -> bytes:
    body = b"\0\0\0\0" + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    chunk = b"VP8X" + struct.pack("<I", len(body)) + body + sound("webp")[12:]
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def _lossless_lie(width: int, height: int) -> bytes:
    data = bytearray(saved(scene(), "WEBP", lossless=True))
    at = data.index(b"VP8L") + 9
    data[at : at + 4] = struct.pack("<I", (width - 1) | (height - 1) << 14)
    return bytes(data)


def _heic_lie(width: int, height: int) -> bytes:
    data = sound("heic")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def _frames(kind: str, count: int) -> bytes:
    frames = [Image.new("RGB", (400, 300), (index % 255, 90, 90)) for index in range(count)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=10)


def _pdf_refused() -> dict[str, Hostile]:
    """PDFs that are refused for what they are, and their neighbours that are not."""

    def locked(strength: int, **passwords: str) -> bytes:
        modern = strength >= 4
        return many_pages(2, encryption=pikepdf.Encryption(R=strength, aes=modern, metadata=modern, **passwords))

    return {
        "locked-rc4.pdf": _made(lambda: locked(3, user="u", owner="o"), "encrypted_pdf"),
        "locked-aes-128.pdf": _made(lambda: locked(4, user="u", owner="o"), "encrypted_pdf"),
        "locked-aes-256.pdf": _made(lambda: locked(6, user="u", owner="o"), "encrypted_pdf"),
        "owner-password-only.pdf": _made(lambda: locked(6, user="", owner="o"), OPENED),
        "400-pages.pdf": _made(lambda: many_pages(400), "too_many_pages"),
        "21-pages.pdf": _made(lambda: many_pages(21), "too_many_pages"),
        "20-pages.pdf": _made(lambda: many_pages(20), OPENED),
        "no-pages.pdf": _made(lambda: many_pages(0), "damaged_file"),
    }


def _trap(make: Callable[[], bytes]) -> Hostile:
    return _made(make, OPENED, "damaged_file", "decode_memory", "decode_timeout", "too_many_pages")


def _image_pdf(width: int, height: int, data: bytes) -> bytes:
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB "
    return page_pdf(
        stream(b"500 0 0 700 0 0 cm /I Do"),
        resources=b"/XObject <</I 6 0 R>>",
        others=(stream(data, head % (width, height) + b"/Filter /FlateDecode "),),
    )


def _pdf_traps() -> dict[str, Hostile]:
    """Streams that cost more than they weigh, and pages of impossible shape."""
    endless = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</X 6 0 R>> >> "
    streams = {
        "nested-streams.pdf": _trap(lambda: page_pdf(stream(bytes(100 * MEGABYTE), deflate=3))),
        "ten-filters.pdf": _trap(lambda: page_pdf(stream(bytes(50 * MEGABYTE), deflate=10))),
        "image-bomb.pdf": _trap(lambda: _image_pdf(30000, 30000, deflated_zeros(DEEP))),
        "image-lie.pdf": _trap(lambda: _image_pdf(2**31 - 1, 2**31 - 1, b"x")),
        "endless-form.pdf": _trap(
            lambda: page_pdf(stream(b"/X Do"), resources=b"/XObject <</X 6 0 R>>", others=(stream(b"/X Do", endless),))
        ),
        "many-strokes.pdf": _trap(lambda: page_pdf(stream(b"0 0 m 595 842 l S\n" * 3_000_000, deflate=1))),
        "much-text.pdf": _trap(lambda: page_pdf(stream(b"BT /F 1 Tf (%s) Tj ET" % (b"a" * 3_000_000), deflate=1))),
        "deep-brackets.pdf": _trap(lambda: page_pdf(stream(b"[" * 500_000))),
        "deep-object.pdf": _trap(lambda: page_pdf(b"[" * 200_000)),
    }
    return streams | _pdf_shapes()


def _pdf_shapes() -> dict[str, Hostile]:
    return {
        "giant-page.pdf": _trap(lambda: text_pdf("x", page=b"/MediaBox [0 0 1e9 1e9] ")),
        "flat-page.pdf": _trap(lambda: text_pdf("x", page=b"/MediaBox [0 0 0 0] ")),
        "thin-page.pdf": _trap(lambda: text_pdf("x", page=b"/MediaBox [0 0 100000 0.01] ")),
        "nan-page.pdf": _trap(lambda: text_pdf("x", page=b"/MediaBox [0 0 nan inf] ")),
        "negative-page.pdf": _trap(lambda: text_pdf("x", page=b"/MediaBox [900 900 -900 -900] ")),
        "script.pdf": _trap(lambda: _with_catalog(b"/OpenAction <</S /JavaScript /JS (while(1){})>>")),
        "launch.pdf": _trap(lambda: _with_catalog(b"/OpenAction <</S /Launch /F (/bin/sh)>>")),
        "page-loop.pdf": _trap(
            lambda: raw_pdf([b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [2 0 R] /Count 9>>"])
        ),
        "count-lie.pdf": _trap(
            lambda: raw_pdf([b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [] /Count 2147483647>>"])
        ),
        "root-is-itself.pdf": _trap(lambda: raw_pdf([b"1 0 R"])),
    }


def _with_catalog(entries: bytes) -> bytes:
    return sound("pdf").replace(b"<</Type /Catalog ", b"<</Type /Catalog " + entries)


def _polyglots() -> dict[str, Hostile]:
    """Two kinds in one file: taken as what it begins with, and nothing of the other is left in the copy."""
    comment = b"\xff\xfe" + struct.pack(">H", len(PAYLOAD) + 2) + PAYLOAD
    text = (b"tEXt", b"a\0" + PAYLOAD)
    row = zlib.compress(bytes(20))
    return {
        "html-in-comment.jpg": _one(OPENED, sound("jpg")[:2] + comment + sound("jpg")[2:]),
        "zip-after.jpg": _one(OPENED, sound("jpg") + b"PK\x03\x04" + PAYLOAD),
        "html-in-text.png": _one(OPENED, png(8, 10, row, text)),
        "html-after.png": _one(OPENED, sound("png") + PAYLOAD),
        "zip-after.webp": _one(OPENED, sound("webp") + b"PK\x03\x04" + PAYLOAD),
        "html-after.heic": _one(OPENED, sound("heic") + b"\0\0\0\x31free" + PAYLOAD),
        "zip-after.pdf": _one(OPENED, sound("pdf") + b"PK\x03\x04" + PAYLOAD),
        "html-before.pdf": _one(OPENED, sound("pdf").replace(b"%PDF-1.7\n", b"%PDF-1.7\n%" + PAYLOAD + b"\n")),
        "jpg-then-pdf.jpg": _one(OPENED, sound("jpg") + sound("pdf")),
        "named-pdf-is.jpg": _one(OPENED, sound("pdf")),
        "named-png-is.heic": _one(OPENED, sound("png")),
    }


def _odd() -> dict[str, Hostile]:
    """Not hostile at all, only unusual: all of them must open."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = PAYLOAD.decode(), 6
    pictures = {
        "cmyk.jpg": lambda: saved(scene(mode="CMYK"), "JPEG"),
        "grey.jpg": lambda: saved(scene(mode="L"), "JPEG"),
        "16-bit.png": lambda: saved(Image.new("I;16", (64, 64), 40000), "PNG"),
        "palette.png": lambda: saved(scene(mode="P"), "PNG"),
        "palette-transparent.png": lambda: saved(scene(mode="P"), "PNG", transparency=0),
        "one-bit.png": lambda: saved(scene(mode="1"), "PNG"),
        "alpha.png": lambda: saved(scene(mode="RGBA"), "PNG"),
        "grey-alpha.png": lambda: saved(scene(mode="LA"), "PNG"),
        "alpha.webp": lambda: saved(scene(mode="RGBA"), "WEBP"),
        "alpha.heic": lambda: saved(scene(mode="RGBA"), "HEIF"),
        "multi.jpg": lambda: saved(scene(), "MPO", save_all=True, append_images=[scene()]),
        "one-pixel.jpg": lambda: saved(scene(8, 8).resize((1, 1)), "JPEG"),
        "strip.jpg": lambda: saved(Image.new("RGB", (20000, 2)), "JPEG"),
        "exif.jpg": lambda: saved(scene(), "JPEG", exif=exif),
        "exif-garbage.jpg": lambda: saved(scene(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(9)),
        "../../etc/passwd.jpg": lambda: sound("jpg"),
        "name\nwith; rm -rf $(HOME).png": lambda: sound("png"),
        "‮gpj.exe.webp": lambda: sound("webp"),
        "-rf.pdf": lambda: sound("pdf"),
    }
    return {name: _made(make, OPENED) for name, make in pictures.items()}


def _cut(kind: str, share: float) -> Hostile:
    return Hostile(lambda: sound(kind)[: int(len(sound(kind)) * share)], ANY)


def _mutant(kind: str, seed: int) -> Hostile:
    """A few bytes changed, doubled or cut out, away from the magic bytes."""

    def make() -> bytes:
        chance, data = random.Random(f"{kind}-{seed}"), bytearray(sound(kind))
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(12, len(data))
            length = chance.choice((0, 1, 1, 1, 4, 30))
            data[at : at + length] = chance.randbytes(chance.choice((length, 1, 4)))
        return bytes(data)

    return Hostile(make, ANY)
