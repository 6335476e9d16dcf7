"""A sheet as PDF with a real text layer, set by typst."""

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from reviewapp.specimens.papers.fonts import FACES
from reviewapp.specimens.papers.sheet import Colour, Line, Mark, Picture, Rectangle, Sheet, Text

_POINTS = 0.42
"""Points a pixel: a sheet of 2000 px becomes 840 pt wide, landscape A4."""
_MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)


def sheet_pdf(sheet: Sheet, path: Path) -> None:
    """Write `sheet` as a one-page PDF: texts stay text, pictures images. The same sheet gives the same bytes."""
    head = (
        f"#set page(width: {_pt(sheet.width)}, height: {_pt(sheet.height)}, margin: 0pt, "
        f"fill: {_rgb(sheet.background)})\n"
        '#set text(top-edge: "baseline", bottom-edge: "baseline", lang: "zh", region: "cn", cjk-latin-spacing: none)\n'
    )
    with TemporaryDirectory(prefix="typeset-") as folder:
        source = Path(folder) / "main.typ"
        source.write_text(head + "\n".join(_mark(mark, Path(folder)) for mark in sheet.marks), encoding="utf-8")
        typst.compile(str(source), output=str(path), format="pdf", timestamp=_MADE_AT)


def _mark(mark: Mark, folder: Path) -> str:
    match mark:
        case Text():
            return _place(mark.x, mark.y, _text(mark))
        case Line():
            (x0, y0), (x1, y1) = mark.start, mark.end
            stroke = f"{_pt(mark.width)} + {_rgb(mark.colour)}"
            return _place(0, 0, f"line(start: ({_pt(x0)}, {_pt(y0)}), end: ({_pt(x1)}, {_pt(y1)}), stroke: {stroke})")
        case Rectangle():
            return _place(mark.box[0], mark.box[1], _rectangle(mark))
        case Picture():
            return _place(mark.x, mark.y, _picture(mark, folder))


def _text(mark: Text) -> str:
    family, style = FACES[mark.face]
    weight = "bold" if style == "Bold" else "regular"
    options = f"font: {json.dumps(family)}, weight: {json.dumps(weight)}, size: {_pt(mark.size)}"
    options += f", fill: {_rgb(mark.colour)}, tracking: {_pt(mark.spacing)}"
    return f"box(text({options}, {json.dumps(mark.text, ensure_ascii=False)}))"


def _rectangle(mark: Rectangle) -> str:
    left, top, right, bottom = mark.box
    fill = _rgb(mark.fill) if mark.fill else "none"
    stroke = f"{_pt(mark.width)} + {_rgb(mark.outline)}" if mark.outline else "none"
    size = f"width: {_pt(right - left)}, height: {_pt(bottom - top)}"
    return f"rect({size}, fill: {fill}, stroke: {stroke}, radius: {_pt(mark.radius)})"


def _picture(mark: Picture, folder: Path) -> str:
    name = f"{sum(1 for _ in folder.iterdir())}.png"
    mark.image.save(folder / name)
    return f'image("{name}", width: {_pt(mark.image.width)})'


def _place(x: float, y: float, content: str) -> str:
    return f"#place(top + left, dx: {_pt(x)}, dy: {_pt(y)}, {content})"


def _pt(pixels: float) -> str:
    return f"{pixels * _POINTS:.3f}pt"


def _rgb(colour: Colour) -> str:
    return "rgb({}, {}, {})".format(*colour)
