"""What an OFD says is on its pages: layers from below to above, the resources they use, seals on top (GB/T 33190)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .answer import Refused
from .limits import Limits
from .ofd_archive import ENTRY_POINT, Archive, resolve
from .ofd_markup import Node, numbers, parse
from .ofd_seals import pictures_in

Area = tuple[float, float, float, float]

_A4: Area = (0.0, 0.0, 210.0, 297.0)
_LAYERS = ("Background", "Body", "Foreground")
_MOST_SEALS = 40


@dataclass(frozen=True, slots=True)
class Resources:
    """By ID: files of pictures and fonts, drawing parameters, and groups of objects used more than once."""

    media: dict[str, str] = field(default_factory=dict)
    fonts: dict[str, str] = field(default_factory=dict)
    params: dict[str, Node] = field(default_factory=dict)
    units: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layer:
    """Objects in their order; `area` is where an annotation's appearance stands, None for a layer of the page."""

    content: Node
    resources: Resources
    area: Area | None = None


@dataclass(slots=True)
class Sheet:
    """One page, millimetres from its upper left corner; `seals` are pictures (or whole OFDs) and where they stand."""

    area: Area
    layers: list[Layer]
    seals: list[tuple[Area, bytes]] = field(default_factory=list)


class Document:
    """Pages of an OFD, read one after the other; raises Refused for what is no OFD, is encrypted or has too many."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.archive = Archive(data)
        self._parsed: dict[str, Node] = {}
        if ENTRY_POINT not in self.archive:
            raise Refused("encrypted_ofd" if "Encryptions.xml" in self.archive else "not_allowed_type")
        self._pages = list(self._listed())
        if len(self._pages) > limits.pages:
            raise Refused("too_many_pages", pages=len(self._pages))
        if not self._pages:
            raise Refused("damaged_file", "no pages")

    def __len__(self) -> int:
        return len(self._pages)

    def sheet(self, index: int) -> Sheet:
        """The page of this index."""
        body, page = self._pages[index]
        where = resolve(body.path, page.values.get("BaseLoc", ""))
        content = self._xml(where)
        templates = [self._template(body, use) for use in content.all("Template")]
        layers = [layer for order, tpl in templates if order != "Foreground" for layer in tpl]
        layers += self._layers(content, self._with(body.resources, where, content.all("PageRes")))
        layers += [layer for order, tpl in templates if order == "Foreground" for layer in tpl]
        identity = page.values.get("ID", "")
        layers += self._annotations(body, identity)
        return Sheet(_area(content, "Area") or body.area, layers, body.seals.get(identity, []))

    def _listed(self) -> Iterator[tuple["_Body", Node]]:
        for entry in self._xml(ENTRY_POINT).all("DocBody"):
            body = self._body(entry)
            for listed in body.node.all("Pages"):
                yield from ((body, page) for page in listed.all("Page"))

    def _body(self, entry: Node) -> "_Body":
        path = resolve(ENTRY_POINT, entry.said("DocRoot"))
        node = self._xml(path)
        common = node.first("CommonData") or Node("CommonData", {})
        files = [child for child in common.children if child.name in ("PublicRes", "DocumentRes")]
        resources = self._with(Resources(), path, iter(files))
        templates = {child.values.get("ID", ""): child for child in common.all("TemplatePage")}
        body = _Body(path, node, resources, _area(common, "PageArea") or _A4, templates)
        for number, page, area, picture in self._seals(entry):
            if number < _MOST_SEALS:
                body.seals.setdefault(page, []).append((area, picture))
        return body

    def _xml(self, path: str) -> Node:
        if path not in self._parsed:
            self._parsed[path] = parse(self.archive.read(path))
        return self._parsed[path]

    def _layers(self, content: Node, resources: Resources) -> list[Layer]:
        found = [layer for inside in content.all("Content") for layer in inside.all("Layer")]
        found.sort(key=lambda layer: _order(layer.values.get("Type", "Body")))
        return [Layer(layer, resources) for layer in found]

    def _with(self, base: Resources, path: str, files: Iterator[Node]) -> Resources:
        """`base` with what the named resource files add; one that is missing leaves its objects undrawn."""
        found = replace(
            base, media=dict(base.media), fonts=dict(base.fonts), params=dict(base.params), units=dict(base.units)
        )
        for file in files:
            where = resolve(path, file.text)
            if where in self.archive:
                _add(found, where, self._xml(where))
        return found

    def _template(self, body: "_Body", use: Node) -> tuple[str, list[Layer]]:
        """Whether a template lies behind or before the page, and its layers; none where it is not there."""
        named = body.templates.get(use.values.get("TemplateID", ""))
        where = resolve(body.path, named.values.get("BaseLoc", "")) if named is not None else ""
        if named is None or where not in self.archive:
            return "Background", []
        content = self._xml(where)
        resources = self._with(body.resources, where, content.all("PageRes"))
        order = use.values.get("ZOrder") or named.values.get("ZOrder") or "Background"
        return order, self._layers(content, resources)

    def _annotations(self, body: "_Body", page: str) -> list[Layer]:
        listed = resolve(body.path, body.node.said("Annotations"))
        if not body.node.said("Annotations") or listed not in self.archive:
            return []
        layers = []
        for entry in self._xml(listed).all("Page"):
            where = resolve(listed, entry.said("FileLoc"))
            if entry.values.get("PageID") == page and where in self.archive:
                layers += _appearances(self._xml(where), body.resources)
        return layers

    def _seals(self, entry: Node) -> Iterator[tuple[int, str, Area, bytes]]:
        """Each stamp of each signature: its number, its page, its place, and the picture inside the signed value."""
        listed = resolve(ENTRY_POINT, entry.said("Signatures"))
        if not entry.said("Signatures") or listed not in self.archive:
            return
        number = 0
        for signature in self._xml(listed).all("Signature"):
            where = resolve(listed, signature.values.get("BaseLoc", ""))
            if where not in self.archive:
                continue
            signed = self._xml(where)
            picture = self._picture(where, signed)
            for stamp in (signed.first("SignedInfo") or signed).all("StampAnnot"):
                area = numbers(stamp.values.get("Boundary", ""))
                if picture is not None and len(area) == 4:
                    yield number, stamp.values.get("PageRef", ""), (area[0], area[1], area[2], area[3]), picture
                    number += 1

    def _picture(self, where: str, signed: Node) -> bytes | None:
        seal = signed.first("SignedInfo", "Seal")
        files = [signed.said("SignedValue"), *([seal.said("BaseLoc")] if seal is not None else [])]
        for file in files:
            path = resolve(where, file)
            if file and path in self.archive and (picture := pictures_in(self.archive.read(path))):
                return picture
        return None


@dataclass(slots=True)
class _Body:
    """One document of the file."""

    path: str
    node: Node
    resources: Resources
    area: Area
    templates: dict[str, Node]
    seals: dict[str, list[tuple[Area, bytes]]] = field(default_factory=dict)


def _order(kind: str) -> int:
    return _LAYERS.index(kind) if kind in _LAYERS else 1


def _area(node: Node, name: str) -> Area | None:
    found = numbers(node.said(name, "PhysicalBox"))
    if len(found) != 4 or not (found[2] > 0 and found[3] > 0):
        return None
    return found[0], found[1], found[2], found[3]


def _add(resources: Resources, where: str, root: Node) -> None:
    base = resolve(where, root.values.get("BaseLoc", "") + "/") if root.values.get("BaseLoc") else where
    for group in root.children:
        for child in group.children:
            identity = child.values.get("ID", "")
            if child.name == "MultiMedia":
                resources.media[identity] = resolve(base, child.said("MediaFile"))
            elif child.name == "Font" and child.said("FontFile"):
                resources.fonts[identity] = resolve(base, child.said("FontFile"))
            elif child.name == "DrawParam":
                resources.params[identity] = child
            elif child.name == "CompositeGraphicUnit":
                resources.units[identity] = child


def _appearances(root: Node, resources: Resources) -> list[Layer]:
    layers = []
    for annotation in root.all("Annot"):
        look = annotation.first("Appearance")
        if look is None or annotation.values.get("Visible") == "false":
            continue
        area = numbers(look.values.get("Boundary", ""))
        layers.append(Layer(look, resources, (area[0], area[1], area[2], area[3]) if len(area) == 4 else _A4))
    return layers
