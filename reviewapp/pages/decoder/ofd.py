"""OFD (GB/T 33190): a ZIP of XML, brought into the form of a PDF in memory, so that one renderer and one set of checks
serve both. Nothing is unpacked to disk, and only what the pages refer to is read at all."""

from .answer import Refused
from .limits import Limits
from .ofd_document import Document, Sheet
from .ofd_drawing import Pen
from .ofd_paper import Paper

_POINTS_A_MILLIMETRE = 72 / 25.4
_OFD_START = b"PK\x03\x04"


def first_size(data: bytes, limits: Limits) -> tuple[int, float, float]:
    """Number of pages, and width and height of the first one in points."""
    document = Document(data, limits)
    _, _, width, height = document.sheet(0).area
    return len(document), width * _POINTS_A_MILLIMETRE, height * _POINTS_A_MILLIMETRE


def as_pdf(data: bytes, limits: Limits) -> bytes:
    """The same pages, in a PDF that the machine's Chinese typeface is drawn from."""
    document = Document(data, limits)
    paper = Paper(limits)
    for index in range(len(document)):
        sheet = document.sheet(index)
        pen = Pen(paper, document)
        left, top, width, height = sheet.area
        k = _POINTS_A_MILLIMETRE
        pen.out.append(b"%.6f 0 0 %.6f %.4f %.4f cm" % (k, -k, -left * k, (top + height) * k))
        _draw(pen, sheet, limits, f"{index}", seals=True)
        paper.page(width * k, height * k, b"\n".join(pen.out))
    return paper.written()


def _draw(pen: Pen, sheet: Sheet, limits: Limits, name: str, *, seals: bool) -> None:
    for layer in sheet.layers:
        pen.layer(layer)
    for number, (area, picture) in enumerate(sheet.seals if seals else ()):
        if picture.startswith(_OFD_START):
            _draw_nested(pen, picture, area, limits, f"{name}-{number}")
        else:
            pen.picture(f"seal-{name}-{number}", picture, area)


def _draw_nested(pen: Pen, seal: bytes, area: tuple[float, float, float, float], limits: Limits, name: str) -> None:
    """A seal that is an OFD itself: its first page, scaled into its place. Its own seals are not drawn; one that
    cannot be read leaves the page without it."""
    try:
        inner = Document(seal, limits)
        sheet = inner.sheet(0)
    except Refused:
        return
    left, top, width, height = sheet.area
    across, down = area[2] / width, area[3] / height
    within = Pen(pen.paper, inner, name, marks=pen.marks)
    within.out.append(b"q %.6f 0 0 %.6f %.4f %.4f cm" % (across, down, area[0] - left * across, area[1] - top * down))
    _draw(within, sheet, limits, name, seals=False)
    pen.out += [*within.out, b"Q"]
    pen.marks = within.marks
