"""What a file turned out to hold: pages as pixels, and the text a PDF or OFD already carries."""

from dataclasses import dataclass

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a text layer; box is (left, top, right, bottom) in pixels of the page's jpeg."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page, upright by EXIF, re-encoded without metadata. All boxes anywhere refer to these pixels.

    `doubted_text`: what the jpeg shows may differ from `text_lines` (words over a scan, under a picture, invisible).
    """

    number: int
    width: int
    height: int
    jpeg: bytes
    text_lines: tuple[TextLine, ...] = ()
    doubted_text: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A file opened safely: its media type by content and every page (numbered from 1, in order)."""

    media_type: str
    pages: tuple[PageImage, ...]


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What the header says, without decoding: size in pixels is that of the first page as stored (PDF: as rendered)."""

    media_type: str
    page_count: int
    width: int
    height: int
