"""How much a file may cost before it is refused. Shared by the parent and the limited child; standard library only."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file. Sizes in bytes, times in seconds, sides in pixels."""

    file_bytes: int = 25 * MEGABYTE
    pixels: int = 64_000_000
    pages: int = 20
    wall_seconds: float = 9.0
    cpu_seconds: int = 9
    memory_bytes: int = 512 * MEGABYTE
    answer_bytes: int = 64 * MEGABYTE
    long_side: int = 2400
    pdf_dpi: int = 200
    jpeg_quality: int = 88


DEFAULT = Limits()
