"""Size of a WebP picture from its header: the library allocates the whole canvas before Pillow can be asked."""

_CHUNK = 12  # RIFF, size, WEBP
_DATA = _CHUNK + 8  # chunk name, chunk size
_SIMPLE_START = b"\x9d\x01\x2a"


def canvas(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels as the first chunk states it (RFC 9649), None when that is not readable."""
    kind, body = data[_CHUNK : _CHUNK + 4], data[_DATA : _DATA + 10]
    if len(body) < 10:
        return None
    if kind == b"VP8X":
        return _little(body[4:7]) + 1, _little(body[7:10]) + 1
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = _little(body[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == _SIMPLE_START:
        return _little(body[6:8]) & 0x3FFF, _little(body[8:10]) & 0x3FFF
    return None


def _little(raw: bytes) -> int:
    return int.from_bytes(raw, "little")
