"""XML without what makes XML dangerous: no document type, hence no entities; bounded depth and number of elements."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from .answer import Refused

_DEEPEST = 48
_MOST_ELEMENTS = 200_000
_MOST_BYTES = 32 << 20


@dataclass(slots=True)
class Node:
    """An element by its local name; prefixes differ from writer to writer and are dropped."""

    name: str
    values: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, name: str) -> Iterator["Node"]:
        """Children of this name."""
        return (child for child in self.children if child.name == name)

    def first(self, *path: str) -> "Node | None":
        """The first descendant along a path of names."""
        node: Node | None = self
        for name in path:
            node = next(node.all(name), None) if node is not None else None
        return node

    def said(self, *path: str) -> str:
        """Text of the first descendant along the path, '' when there is none."""
        node = self.first(*path)
        return node.text.strip() if node is not None else ""


class _Builder:
    def __init__(self) -> None:
        self.root = Node("", {})
        self._open = [self.root]
        self._texts: list[list[str]] = [[]]
        self._left = _MOST_ELEMENTS

    def start(self, name: str, values: dict[str, str]) -> None:
        self._left -= 1
        if self._left < 0 or len(self._open) > _DEEPEST:
            raise Refused("decode_memory", "too many or too deep elements")
        node = Node(_local(name), {_local(key): value for key, value in values.items()})
        self._open[-1].children.append(node)
        self._open.append(node)
        self._texts.append([])

    def end(self, name: str) -> None:
        self._open.pop().text = "".join(self._texts.pop())

    def text(self, data: str) -> None:
        self._texts[-1].append(data)


def parse(content: bytes) -> Node:
    """The root element; Refused as damaged_file for no XML or a document type, as decode_memory for too much."""
    if len(content) > _MOST_BYTES:
        raise Refused("decode_memory", f"XML of {len(content)} bytes")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as failure:
        raise Refused("damaged_file", f"XML: {failure}") from None
    return builder.root.children[0]


def numbers(text: str) -> list[float]:
    """Numbers separated by blanks, as GB/T 33190 writes arrays; Refused when one is none or is not finite."""
    try:
        found = [float(part) for part in text.split()]
    except ValueError:
        raise Refused("damaged_file", f"not numbers: {text[:60]}") from None
    if any(not abs(number) < 1e7 for number in found):
        raise Refused("damaged_file", f"not finite: {text[:60]}")
    return found


def _refuse_doctype(*_: object) -> None:
    raise Refused("damaged_file", "document type declaration")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
