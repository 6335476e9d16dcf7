"""Objects of an OFD page as operators of a PDF page: text at its places, paths, pictures, groups."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from .answer import Refused
from .ofd_document import Area, Document, Layer, Resources
from .ofd_markup import Node, numbers
from .ofd_paper import Colour, Paper

_MOST_MARKS = 60_000
_DEEPEST = 6
_BLACK: Colour = (0.0, 0.0, 0.0)
_LINE_WIDTH = 0.353  # millimetres: the default of GB/T 33190
_TURNS = {"0": (1, 0, 0, -1), "90": (0, 1, 1, 0), "180": (-1, 0, 0, 1), "270": (0, -1, -1, 0)}
_WORDS = re.compile(r"[A-Za-z]|[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_STEPS = {"S": (2, "m"), "M": (2, "m"), "L": (2, "l"), "B": (6, "c")}


@dataclass(slots=True)
class Pen:
    """Draws layers into one page's content; millimetres, y downwards.

    `name` sets a seal's files apart from the page's.
    """

    paper: Paper
    document: Document
    name: str = ""
    out: list[bytes] = field(default_factory=list)
    marks: int = 0

    def layer(self, layer: Layer) -> None:
        """All objects of a layer, or of an annotation at its place."""
        self.out.append(b"q")
        if layer.area is not None:
            self.out.append(b"1 0 0 1 %.4f %.4f cm" % layer.area[:2])
        inherited = _params(layer.content, layer.resources, ())
        self._objects(layer.content.children, layer.resources, inherited, 0)
        self.out.append(b"Q")

    def picture(self, name: str, content: bytes, area: Area) -> None:
        """A picture filling an area; `name` is its own."""
        number = self.paper.picture(name, lambda: content)
        if number is not None:
            left, top, width, height = area
            self.out.append(b"q %.4f 0 0 %.4f %.4f %.4f cm" % (width, -height, left, top + height))
            self.out.append(b"/P%d Do Q" % number)

    def _objects(self, nodes: Iterable[Node], resources: Resources, inherited: tuple[Node, ...], depth: int) -> None:
        if depth > _DEEPEST:
            raise Refused("damaged_file", "groups too deep")
        for node in nodes:
            if node.name in ("PageBlock", "Layer"):
                self._objects(node.children, resources, inherited, depth + 1)
            elif node.values.get("Visible") != "false" and (draw := _DRAWN.get(node.name)):
                self._count()
                self.out.append(b"q")
                if self._placed(node):
                    draw(self, node, resources, _params(node, resources, inherited), depth)
                self.out.append(b"Q")

    def _count(self, marks: int = 1) -> None:
        self.marks += marks
        if self.marks > _MOST_MARKS:
            raise Refused("decode_memory", f"more than {_MOST_MARKS} marks")

    def _placed(self, node: Node) -> bool:
        """Move to the object's own coordinates; False when it says nowhere."""
        area = numbers(node.values.get("Boundary", ""))
        if len(area) != 4:
            return False
        matrix = numbers(node.values.get("CTM", ""))
        self.out.append(b"1 0 0 1 %.4f %.4f cm" % (area[0], area[1]))
        if len(matrix) == 6:
            self.out.append(b"%.6f %.6f %.6f %.6f %.6f %.6f cm" % tuple(matrix))
        return True

    def _text(self, node: Node, resources: Resources, params: tuple[Node, ...], depth: int) -> None:
        size = (numbers(node.values.get("Size", "")) or [0.0])[0]
        if not size > 0:
            return
        fill = _colour((node, *params), "FillColor")
        self._paint(*(fill or (_BLACK, 1.0)), node, b"rg")
        stretch = (numbers(node.values.get("HScale", "")) or [1.0])[0]
        a, b, c, d = _TURNS.get(node.values.get("CharDirection", "0"), _TURNS["0"])
        characters = list(self._characters(node, size * stretch))
        self._count(len(characters))
        font, codes = self._coded(node, resources, [character for character, _, _ in characters])
        self.out.append(b"BT /%s 1 Tf" % font)
        for code, (_, x, y) in zip(codes, characters, strict=True):
            place = (size * stretch * a, size * stretch * b, size * c, size * d, x, y)
            self.out.append(b"%.4f %.4f %.4f %.4f %.4f %.4f Tm <" % place + b"%04X> Tj" % code)
        self.out.append(b"ET")

    def _characters(self, node: Node, size: float) -> Iterator[tuple[str, float, float]]:
        """Every character with the place of its origin; a run without a place goes on where the last one ended."""
        x = y = 0.0
        for run in node.all("TextCode"):
            x = (numbers(run.values.get("X", "")) or [x])[0]
            y = (numbers(run.values.get("Y", "")) or [y])[0]
            text = run.text.strip("\r\n\t")
            across, down = (
                _steps(run.values.get("DeltaX", ""), len(text)),
                _steps(run.values.get("DeltaY", ""), len(text)),
            )
            for at, character in enumerate(text):
                if not character.isspace():
                    yield character, x, y
                own = 0.0 if down else self.paper.width(character) * size
                x += across[at] if at < len(across) else own
                y += down[at] if at < len(down) else 0.0

    def _coded(self, node: Node, resources: Resources, characters: list[str]) -> tuple[bytes, list[int]]:
        """Font and codes: the file's own glyphs where it names one for every character, else the machine's typeface."""
        path = resources.fonts.get(node.values.get("Font", ""), "")
        name, glyphs = self.name + path, _glyphs(node)
        if len(glyphs) == len(characters) and path in self.document.archive:
            font = self.paper.font(name, partial(self.document.archive.read, path)) if characters else None
            if font is not None and self.paper.glyphs(name, list(zip(glyphs, characters, strict=True))):
                return font, glyphs
        return b"F", [self.paper.code(character) for character in characters]

    def _path(self, node: Node, resources: Resources, params: tuple[Node, ...], depth: int) -> None:
        chain = (node, *params)
        fill = _colour(chain, "FillColor") if node.values.get("Fill") == "true" else None
        stroke = None
        if node.values.get("Stroke") != "false":
            stroke = _colour(chain, "StrokeColor") or (_BLACK, 1.0)
        drawn = _path_operators(node.said("AbbreviatedData"))
        self._count(len(drawn))
        if not drawn or (fill is None and stroke is None):
            return
        if fill is not None:
            self._paint(*fill, node, b"rg")
        if stroke is not None:
            self._paint(*stroke, node, b"RG")
            width = next((numbers(one.values["LineWidth"]) for one in chain if "LineWidth" in one.values), [])
            self.out.append(b"%.4f w" % (width or [_LINE_WIDTH])[0])
        self.out += drawn
        star = b"*" if node.values.get("Rule") == "Even-Odd" else b""
        self.out.append((b"B" if stroke else b"f") + star if fill else b"S")

    def _image(self, node: Node, resources: Resources, params: tuple[Node, ...], depth: int) -> None:
        path = resources.media.get(node.values.get("ResourceID", ""), "")
        if path not in self.document.archive:
            return
        number = self.paper.picture(self.name + path, partial(self.document.archive.read, path))
        if number is not None:
            if "CTM" not in node.values:
                area = numbers(node.values["Boundary"])
                self.out.append(b"%.4f 0 0 %.4f 0 0 cm" % (area[2], area[3]))
            self._paint(_BLACK, 1.0, node, b"rg")
            self.out.append(b"1 0 0 -1 0 1 cm /P%d Do" % number)

    def _composite(self, node: Node, resources: Resources, params: tuple[Node, ...], depth: int) -> None:
        unit = resources.units.get(node.values.get("ResourceID", ""))
        content = unit.first("Content") if unit is not None else None
        if content is not None:
            self._objects(content.children, resources, params, depth + 1)

    def _paint(self, colour: Colour, alpha: float, node: Node, operator: bytes) -> None:
        own = (numbers(node.values.get("Alpha", "")) or [255.0])[0] / 255
        if alpha * own < 1:
            self.out.append(b"/%s gs" % self.paper.alpha(alpha * own))
        self.out.append(b"%.4f %.4f %.4f " % colour + operator)


_DRAWN = {
    "TextObject": Pen._text,
    "PathObject": Pen._path,
    "ImageObject": Pen._image,
    "CompositeObject": Pen._composite,
}


def _params(node: Node, resources: Resources, inherited: tuple[Node, ...]) -> tuple[Node, ...]:
    """Drawing parameters that apply to an object, the nearest first."""
    found: list[Node] = []
    name = node.values.get("DrawParam", "")
    while (param := resources.params.get(name)) is not None and len(found) < _DEEPEST:
        found.append(param)
        name = param.values.get("Relative", "")
    return (*found, *inherited)


def _colour(chain: Iterable[Node], name: str) -> tuple[Colour, float] | None:
    """Colour (0 to 1) and opacity; grey, RGB or CMYK by the number of its parts. Patterns are not drawn."""
    said = next((found for node in chain if (found := node.first(name)) is not None), None)
    if said is None:
        return None
    alpha = (numbers(said.values.get("Alpha", "")) or [255.0])[0] / 255
    parts = [min(1.0, max(0.0, part / 255)) for part in numbers(said.values.get("Value", ""))]
    if len(parts) == 4:
        c, m, y, k = parts
        return ((1 - c) * (1 - k), (1 - m) * (1 - k), (1 - y) * (1 - k)), alpha
    if len(parts) == 3:
        return (parts[0], parts[1], parts[2]), alpha
    if len(parts) == 1:
        return (parts[0], parts[0], parts[0]), alpha
    return None if said.children else (_BLACK, alpha)


def _steps(text: str, most: int) -> list[float]:
    """Distances between characters; `g n d` stands for n times d."""
    steps: list[float] = []
    words = text.split()
    while words and len(steps) < most:
        word = words.pop(0)
        if word == "g" and len(words) >= 2:
            count, step = numbers(" ".join(words[:2]))
            steps += [step] * min(most, max(0, int(count)))
            words = words[2:]
        else:
            steps += numbers(word)
    return steps


def _glyphs(node: Node) -> list[int]:
    """Glyph numbers for all characters of a text, [] when they are not told one by one."""
    found: list[int] = []
    for part in node.all("CGTransform"):
        numbered = [int(number) for number in numbers(part.said("Glyphs"))]
        if part.values.get("CodeCount", "1") != part.values.get("GlyphCount", "1") or any(
            not 0 <= number <= 0xFFFF for number in numbered
        ):
            return []
        found += numbered
    return found


def _path_operators(data: str) -> list[bytes]:
    """Operators of an abbreviated path; an arc is drawn as its chord, a quadratic curve as a cubic one."""
    out: list[bytes] = []
    words = _WORDS.findall(data)
    here, at = (0.0, 0.0), 0
    while at < len(words) and len(out) < _MOST_MARKS:
        step, at = words[at], at + 1
        count = {"Q": 4, "A": 7, "C": 0}.get(step, _STEPS.get(step, (0, ""))[0])
        values = numbers(" ".join(words[at : at + count]))
        at += count
        if step == "C":
            out.append(b"h")
        elif len(values) == count and count:
            out.append(_step(step, values, here))
            here = (values[-2], values[-1])
    return out


def _step(step: str, values: list[float], here: tuple[float, float]) -> bytes:
    if step == "A":
        return b"%.4f %.4f l" % (values[5], values[6])
    if step == "Q":
        (x0, y0), (x1, y1, x2, y2) = here, values
        values = [
            x0 + (x1 - x0) * 2 / 3,
            y0 + (y1 - y0) * 2 / 3,
            x2 + (x1 - x2) * 2 / 3,
            y2 + (y1 - y2) * 2 / 3,
            x2,
            y2,
        ]
        step = "B"
    return b" ".join(b"%.4f" % value for value in values) + b" " + _STEPS[step][1].encode()
