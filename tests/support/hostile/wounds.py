"""Papers whose files are wounded: cut off, bits turned over, scans left out, garbage in their metadata."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from functools import cache

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.pages.samples import saved
from tests.support.hostile.pictures import Make, invoice, jpeg

_KINDS = ("jpg", "png", "webp", "heic", "tiff", "pdf")
_FLIPS, _CUTS, _SCANS = 6, (0.02, 0.3, 0.6, 0.9, 0.99), 4
_START_OF_SCAN = b"\xff\xda"


def files() -> dict[str, Make]:
    """All of them, by name."""
    cut = {
        f"paper-cut-at-{round(share * 100)}.{kind}": lambda kind=kind, share=share: paper(kind)[
            : round(len(paper(kind)) * share)
        ]
        for kind in _KINDS
        for share in _CUTS
    }
    flipped = {
        f"paper-bits-turned-{seed}.{kind}": lambda kind=kind, seed=seed: _flipped(paper(kind), f"{kind}/{seed}", seed)
        for kind in _KINDS
        for seed in range(_FLIPS)
    }
    return {**cut, **flipped, **_scans(), **_metadata()}


@cache
def paper(kind: str) -> bytes:
    """A sound invoice: jpg, progressive, png, webp, heic, tiff or pdf."""
    page = invoice()
    if kind == "progressive":
        return jpeg(page, progressive=True)
    names = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF", "tiff": "TIFF", "pdf": "PDF"}
    return saved(page, names[kind], **({"compression": "tiff_lzw"} if kind == "tiff" else {}))


def _flipped(content: bytes, name: str, grade: int) -> bytes:
    """The file with 10, 100 or 1,000 bits turned over beyond its first bytes."""
    rng, data = random.Random(f"flip/{name}"), bytearray(content)
    for _ in range(10 ** (grade % 3 + 1)):
        data[rng.randrange(32, len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _scans() -> dict[str, Make]:
    """A progressive JPEG that ends after so many of its scans, and one whose scans come in the wrong order."""
    ended = {f"paper-{count}-scans.jpg": lambda count=count: _first_scans(count) for count in range(_SCANS)}
    return {**ended, "paper-scans-backwards.jpg": _backwards}


def _parts() -> list[bytes]:
    """The head of the progressive file, then each scan with the tables before the next one."""
    head, *scans = paper("progressive")[:-2].split(_START_OF_SCAN)
    return [head, *(_START_OF_SCAN + scan for scan in scans)]


def _first_scans(count: int) -> bytes:
    return b"".join(_parts()[: count + 1]) + b"\xff\xd9"


def _backwards() -> bytes:
    head, *scans = _parts()
    return head + b"".join(reversed(scans)) + b"\xff\xd9"


def _metadata() -> dict[str, Make]:
    turns = {f"exif-turn-{turn}.jpg": _exif(lambda turn=turn: _turn(turn)) for turn in (0, 9, 255, 65_535)}
    return {
        **turns,
        "exif-circle.jpg": _exif(lambda: b"II*\0\x08\0\0\0\0\0\x08\0\0\0"),
        "exif-many-entries.jpg": _exif(lambda: b"II*\0\x08\0\0\0\xff\xff" + bytes(3000)),
        "exif-random.jpg": _exif(lambda: b"MM\0*" + random.Random(5).randbytes(60_000)),
        "exif-offsets-outside.jpg": _exif(lambda: b"II*\0\xf0\xff\xff\x7f"),
        "exif-thumbnail.jpg": _exif(lambda: _turn(1) + paper("jpg")[:50_000]),
        "profile-random.jpg": lambda: jpeg(invoice(), icc_profile=random.Random(6).randbytes(9000)),
        "profile-random.png": lambda: saved(invoice(), "PNG", icc_profile=random.Random(7).randbytes(9000)),
        "resolution-none.jpg": lambda: jpeg(invoice(), dpi=(0, 0)),
        "resolution-giant.jpg": lambda: jpeg(invoice(), dpi=(65_000, 1)),
        "text-chunks.png": _many_texts,
    }


def _exif(body: Callable[[], bytes]) -> Make:
    return lambda: jpeg(invoice(), exif=b"Exif\0\0" + body())


def _turn(orientation: int) -> bytes:
    """A directory with nothing but an orientation."""
    return b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)


def _many_texts() -> bytes:
    info = PngInfo()
    for number in range(20_000):
        info.add_text(f"key{number}", "x" * 20)
    stream = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(stream, "PNG", pnginfo=info)
    return stream.getvalue()
