"""Printed pages: a form set by typst with what it is given, and crops of pictures for it. A leaf: it knows no office.

Forms are the `.typ` files beside this one; they read their data from JSON, so that nothing in it can be taken for
markup. Chinese is set in Noto Sans CJK SC, which the set-up installs.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from PIL import Image

_FORMS = Path(__file__).parent
#: Pixels kept around a box, and the widest a crop is stored.
_MARGIN, _WIDEST = 8, 600

Box = tuple[int, int, int, int]


def pdf(form: str, data: Mapping[str, Any], pictures: Mapping[str, bytes], at: datetime) -> bytes:
    """The form (`decision`, `register`, `slip`, …: a `.typ` file here) filled with `data`, all JSON; `pictures` are
    JPEGs by their name there.

    The same arguments give the same bytes.
    """
    with TemporaryDirectory(prefix="printing-") as folder:
        place = Path(folder)
        (place / "main.typ").write_text((_FORMS / f"{form}.typ").read_text(encoding="utf-8"), encoding="utf-8")
        (place / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        for name, content in pictures.items():
            (place / f"{name}.jpg").write_bytes(content)
        made_at = at.astimezone(UTC).replace(microsecond=0)
        made: bytes = typst.compile(str(place / "main.typ"), root=folder, format="pdf", timestamp=made_at)
        return made


def crops(jpeg: bytes, boxes: Sequence[Box], rotation: int) -> list[bytes]:
    """What lies in each box (pixels) of a page, turned upright (clockwise by `rotation` degrees), as JPEG."""
    with Image.open(io.BytesIO(jpeg)) as opened:
        page = opened.convert("RGB")
    return [_jpeg(page.crop(_around(box, page.size)).rotate(-rotation, expand=True)) for box in boxes]


def _around(box: Box, size: tuple[int, int]) -> Box:
    left, top, right, bottom = box
    return max(left - _MARGIN, 0), max(top - _MARGIN, 0), min(right + _MARGIN, size[0]), min(bottom + _MARGIN, size[1])


def _jpeg(cut: Image.Image) -> bytes:
    cut.thumbnail((_WIDEST, _WIDEST))
    out = io.BytesIO()
    cut.save(out, "JPEG", quality=80)
    return out.getvalue()
