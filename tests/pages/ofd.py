"""OFDs made on the spot (GB/T 33190), laid out as electronic invoices are: template behind, values before."""

import io
import zipfile
from collections.abc import Iterable, Mapping

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
FOREGROUND = 'ZOrder="Foreground"'


def xml(name: str, inside: str, more: str = "") -> bytes:
    """A file with one root element in the standard's name space."""
    return f'<?xml version="1.0" encoding="UTF-8"?><ofd:{name} {NAMESPACE} {more}>{inside}</ofd:{name}>'.encode()


def text(shown: str, x: float, y: float, size: float = 4.0, more: str = "", run: str = "", inside: str = "") -> str:
    """A text object; (x, y) is the upper left corner of its box in millimetres."""
    return (
        f'<ofd:TextObject ID="9" Boundary="{x} {y} 90 {size * 1.3}" Font="3" Size="{size}" {more}>{inside}'
        f'<ofd:TextCode X="0" Y="{size}" {run}>{shown}</ofd:TextCode></ofd:TextObject>'
    )


def path(data: str, box: str, more: str = "", inside: str = "") -> str:
    """A path object; `data` in the letters of the standard (M L B Q C)."""
    return (
        f'<ofd:PathObject ID="8" Boundary="{box}" {more}>{inside}'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def layer(*objects: str, kind: str = "Body") -> str:
    """A layer of a page."""
    return f'<ofd:Layer ID="2" Type="{kind}">{"".join(objects)}</ofd:Layer>'


def page(*layers: str, uses: str = "", box: str = "") -> bytes:
    """Content of a page; `uses` names templates."""
    area = f"<ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>" if box else ""
    return xml("Page", f"{area}{uses}<ofd:Content>{''.join(layers)}</ofd:Content>")


def package(
    pages: Iterable[bytes],
    files: Mapping[str, bytes] | None = None,
    *,
    common: str = "",
    document: str = "",
    body: str = "",
    box: str = "0 0 210 140",
) -> dict[str, bytes]:
    """The entries: `common` goes into CommonData, `document` beside the pages, `body` beside the document's root."""
    contents = list(pages)
    listed = "".join(f'<ofd:Page ID="{n + 1}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(contents)))
    entries = {
        "OFD.xml": xml("OFD", f"<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{body}</ofd:DocBody>"),
        "Doc_0/Document.xml": xml(
            "Document",
            f"<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea>{common}"
            f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{document}",
        ),
    }
    entries |= {f"Doc_0/Pages/Page_{n}/Content.xml": content for n, content in enumerate(contents)}
    return entries | dict(files or {})


def packed(entries: Mapping[str, bytes]) -> bytes:
    """The file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def small() -> bytes:
    """One page with a line of text."""
    return packed(package([page(layer(text("发票号码：24000000000012345678", 30, 20)))]))
