"""Read the child's answer without believing it: a decoder taken over by a file could write anything."""

from typing import Annotated

import msgspec

from reviewapp.pages.decoder.limits import Limits
from reviewapp.pages.model import Document, FileInfo, PageImage, TextLine
from reviewapp.pages.refusal import REFUSALS, RefusedFile, refuse

_Size = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
_Coordinate = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
_JPEG_START = b"\xff\xd8\xff"
_LENGTH_BYTES = 4


class _Answer(msgspec.Struct, tag_field="outcome", tag=str.lower, forbid_unknown_fields=True):
    """Common root; `outcome` says which of the three it is."""


class Refused(_Answer):
    code: str
    detail: str
    values: dict[str, int]


class Inspected(_Answer):
    page_count: _Size
    width: _Size
    height: _Size


class Line(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    box: tuple[_Coordinate, _Coordinate, _Coordinate, _Coordinate]


class Page(msgspec.Struct, forbid_unknown_fields=True):
    number: _Size
    width: _Size
    height: _Size
    bytes: _Size
    lines: tuple[Line, ...]
    doubted: bool


class Opened(_Answer):
    pages: tuple[Page, ...]


_HEADER = msgspec.json.Decoder(Refused | Inspected | Opened)


def read_inspected(content: bytes, media_type: str, limits: Limits) -> FileInfo:
    """FileInfo from the answer to 'inspect'; raises RefusedFile as the child said, damaged_file when malformed."""
    header, _ = _split(content, limits)
    if not isinstance(header, Inspected):
        raise _malformed(limits)
    return FileInfo(media_type, header.page_count, header.width, header.height)


def read_opened(content: bytes, media_type: str, limits: Limits) -> Document:
    """Document from the answer to 'open'; raises RefusedFile as the child said, damaged_file when malformed."""
    header, blobs = _split(content, limits)
    if not isinstance(header, Opened) or not 1 <= len(header.pages) <= limits.pages:
        raise _malformed(limits)
    if sum(page.bytes for page in header.pages) != len(blobs):
        raise _malformed(limits)
    pages: list[PageImage] = []
    start = 0
    for page in header.pages:
        pages.append(_page(page, blobs[start : start + page.bytes], limits))
        start += page.bytes
    return Document(media_type, tuple(pages))


def _split(content: bytes, limits: Limits) -> tuple[Inspected | Opened, bytes]:
    end = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "big")
    try:
        header = _HEADER.decode(content[_LENGTH_BYTES:end])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _malformed(limits) from None
    if isinstance(header, Refused):
        code = header.code if header.code in REFUSALS else "damaged_file"
        raise refuse(code, limits, header.detail, header.values)
    return header, content[end:]


def _page(page: Page, jpeg: bytes, limits: Limits) -> PageImage:
    if not jpeg.startswith(_JPEG_START) or max(page.width, page.height) > limits.long_side:
        raise _malformed(limits)
    lines = tuple(TextLine(line.text, line.box) for line in page.lines)
    return PageImage(page.number, page.width, page.height, jpeg, lines, page.doubted)


def _malformed(limits: Limits) -> RefusedFile:
    return refuse("damaged_file", limits, "malformed answer from the decoder")
