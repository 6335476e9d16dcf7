"""A PDF being written in memory: pages, pictures and fonts as objects, numbered as they come."""

import io
import unicodedata
import zlib
from collections.abc import Callable, Sequence

from PIL import Image

from .limits import Limits

Colour = tuple[float, float, float]

_TYPEFACE = b"NotoSansCJKsc-Regular"
_STAND_IN = "\u3013"
_FULL, _HALF = 1000, 500
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF")
_MAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Text def 1 begincodespacerange "
    b"<0000> <FFFF> endcodespacerange\n%sendcmap end end"
)
_ENTRIES_A_BLOCK = 100


class Paper:
    """Objects of the PDF. Object 1 is the catalogue, 2 the list of pages, 3 the one typeface for what is not embedded:
    it is not in the file, the renderer takes the machine's own."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._objects: list[bytes] = [b"", b"", b""]
        self._pages: list[int] = []
        self._codes: dict[str, int] = {}
        self._fonts: dict[str, tuple[int, int, dict[int, str]]] = {}
        self._pictures: dict[str, int | None] = {}
        self._alphas: dict[int, int] = {}

    def code(self, character: str) -> int:
        """The code of a character in the machine's typeface; what lies beyond 16 bits is shown as 〓, not left out."""
        character = character if ord(character) <= 0xFFFF else _STAND_IN
        return self._codes.setdefault(character, len(self._codes) + 1)

    def width(self, character: str) -> float:
        """Advance in ems."""
        return _width(character) / 1000

    def glyphs(self, font: str, pairs: Sequence[tuple[int, str]]) -> bool:
        """Note what glyphs of an embedded font stand for; False when one was said to be another character before."""
        known = self._fonts[font][2]
        if any(known.get(number, character) != character for number, character in pairs):
            return False
        known.update(pairs)
        return True

    def font(self, name: str, read: Callable[[], bytes]) -> bytes | None:
        """The name of an embedded font in the resources of every page; None when it is none we can embed."""
        if name not in self._fonts:
            content = read()
            if content[:4] not in (b"\0\1\0\0", b"true", b"OTTO"):
                return None
            outline = self.add(_stream(content, b"/Subtype /OpenType " if content[:4] == b"OTTO" else b""))
            self._fonts[name] = (self.add(b""), outline, {})
        return b"E%d" % self._fonts[name][0]

    def picture(self, name: str, read: Callable[[], bytes]) -> int | None:
        """Object number of a picture, None when it cannot be decoded or is too large."""
        if name not in self._pictures:
            self._pictures[name] = self._decoded(read())
        return self._pictures[name]

    def alpha(self, value: float) -> bytes:
        """Name of the graphics state that paints with this opacity, 0 to 1."""
        level = round(max(0.0, min(1.0, value)) * 255)
        if level not in self._alphas:
            self._alphas[level] = self.add(b"<</ca %.3f /CA %.3f>>" % (level / 255, level / 255))
        return b"A%d" % level

    def add(self, body: bytes) -> int:
        """A further object; its number."""
        self._objects.append(body)
        return len(self._objects)

    def page(self, width: float, height: float, content: bytes) -> None:
        """A page of this size in points."""
        drawn = self.add(_stream(content))
        self._pages.append(
            self.add(
                b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %d 0 R /Resources @>>"
                % (width, height, drawn)
            )
        )

    def written(self) -> bytes:
        """The file."""
        resources = self.add(self._resources())
        self._objects[0] = b"<</Type /Catalog /Pages 2 0 R>>"
        kids = b" ".join(b"%d 0 R" % page for page in self._pages)
        self._objects[1] = b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, len(self._pages))
        for page in self._pages:
            self._objects[page - 1] = self._objects[page - 1].replace(b"@", b"%d 0 R" % resources)
        out = io.BytesIO()
        out.write(b"%PDF-1.7\n")
        places = []
        for number, body in enumerate(self._objects, 1):
            places.append(out.tell())
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        start = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        out.writelines(b"%010d 00000 n \n" % place for place in places)
        out.write(b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start))
        return out.getvalue()

    def _resources(self) -> bytes:
        self._objects[2] = self._typeface()
        fonts = [b"/F 3 0 R"]
        for number, outline, glyphs in self._fonts.values():
            self._objects[number - 1] = self._embedded(outline, glyphs)
            fonts.append(b"/E%d %d 0 R" % (number, number))
        pictures = b" ".join(b"/P%d %d 0 R" % (at, at) for at in self._pictures.values() if at)
        alphas = b" ".join(b"/A%d %d 0 R" % item for item in self._alphas.items())
        return b"<</Font <<%s>> /XObject <<%s>> /ExtGState <<%s>> >>" % (b" ".join(fonts), pictures, alphas)

    def _typeface(self) -> bytes:
        widths = b" ".join(b"%d [%d]" % (code, _width(character)) for character, code in self._codes.items())
        return self._composite(_TYPEFACE, b"", widths, {code: character for character, code in self._codes.items()})

    def _embedded(self, outline: int, glyphs: dict[int, str]) -> bytes:
        widths = b" ".join(b"%d [%d]" % (number, _width(character)) for number, character in glyphs.items())
        is_opentype = b"/OpenType" in self._objects[outline - 1][:60]
        return self._composite(b"Embedded", b"/FontFile%d %d 0 R" % (3 if is_opentype else 2, outline), widths, glyphs)

    def _composite(self, name: bytes, file: bytes, widths: bytes, characters: dict[int, str]) -> bytes:
        described = self.add(
            b"<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 "
            b"/Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 %s>>" % (name, file)
        )
        descendant = self.add(
            b"<</Type /Font /Subtype /CIDFontType%d /BaseFont /%s /CIDSystemInfo <</Registry (Adobe) "
            b"/Ordering (Identity) /Supplement 0>> /DW 1000 /W [%s] /FontDescriptor %d 0 R %s>>"
            % (
                0 if b"FontFile3" in file else 2,
                name,
                widths,
                described,
                b"/CIDToGIDMap /Identity" if b"FontFile2" in file else b"",
            )
        )
        meaning = self.add(_stream(_MAP % _characters(characters)))
        return (
            b"<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] "
            b"/ToUnicode %d 0 R>>" % (name, descendant, meaning)
        )

    def _decoded(self, content: bytes) -> int | None:
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > self._limits.pixels:
                    return None
                shown = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
        except MemoryError:
            raise
        except Exception:  # one picture that cannot be drawn is no reason to refuse the page around it
            return None
        size = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 " % shown.size
        mask = b""
        if shown.mode == "RGBA":
            levels = shown.getchannel("A").tobytes()
            mask = b"/SMask %d 0 R " % self.add(_stream(levels, size + b"/ColorSpace /DeviceGray "))
        return self.add(_stream(shown.convert("RGB").tobytes(), size + b"/ColorSpace /DeviceRGB " + mask))


def _width(character: str) -> int:
    return _FULL if unicodedata.east_asian_width(character) in "WFA" else _HALF


def _characters(of: dict[int, str]) -> bytes:
    """The code table in blocks of a hundred, as the format wants."""
    rows = [b"<%04X> <%s>\n" % (code, character.encode("utf-16-be").hex().encode()) for code, character in of.items()]
    blocks = [rows[at : at + _ENTRIES_A_BLOCK] for at in range(0, len(rows), _ENTRIES_A_BLOCK)]
    return b"".join(b"%d beginbfchar\n%sendbfchar\n" % (len(block), b"".join(block)) for block in blocks)


def _stream(content: bytes, extra: bytes = b"") -> bytes:
    packed = zlib.compress(content, 1)
    return b"<<%s/Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream" % (extra, len(packed), packed)
