"""The report of `bench ocr`: one HTML file with the tables, and the worst pages with the places that went wrong."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from reviewapp.bench.ocr_judge import RIGHT, Judged, JudgedPage
from reviewapp.ocr.readings import Box
from reviewapp.policy.kinds import KINDS
from reviewapp.specimens.damage import Shot

WORST_PAGES = 40
CROP_HEIGHT, CROP_MOST = 56, 620
THUMBNAIL = 420
MARGIN = 0.35
"""Of the picture around a place, in heights of it."""


@dataclass(frozen=True)
class Place:
    """A field that went wrong, with a picture of where it stands ("" where nobody knows)."""

    judged: Judged
    label: str
    picture: str


def write(figures: Mapping[str, Any], pages: Sequence[JudgedPage], folder: Path) -> Path:
    """Write `ocr.html` into `folder` (made when it is not there); where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "ocr.html"
    bad = [page for page in pages if any(page.faults)]
    worst = sorted(bad, key=lambda page: page.faults, reverse=True)[:WORST_PAGES]
    environment = Environment(
        loader=PackageLoader("reviewapp.bench", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"percent": _percent, "kind": _kind_label}
    text = environment.get_template("ocr_report.html").render(
        figures=figures, worst=map(_worst, worst), bad=len(bad), written=datetime.now().astimezone()
    )
    target.write_text(text, encoding="utf-8")
    return target


def _worst(page: JudgedPage) -> dict[str, Any]:
    shot = page.paper.shot()
    return {
        "page": page,
        "picture": _jpeg(_upright(shot.picture, page.rotation), THUMBNAIL),
        "places": list(_places(page, shot)),
    }


def _places(page: JudgedPage, shot: Shot) -> Iterator[Place]:
    for judged in page.fields:
        if judged.outcome == RIGHT:
            continue
        box = judged.box or _printed(page, shot, judged.field)
        picture = (
            "" if box is None else _jpeg(_upright(_crop(shot.picture, box), page.rotation), CROP_MOST, CROP_HEIGHT)
        )
        yield Place(judged, _field_label(page.paper.specimen.kind, judged.field), picture)


def _printed(page: JudgedPage, shot: Shot, field: str) -> Box | None:
    """Where the paper says a field that was not found."""
    boxes = page.paper.specimen.boxes().get(field)
    return shot.box(boxes[0]) if boxes else None


def _crop(picture: Image.Image, box: Box) -> Image.Image:
    left, top, right, bottom = box
    margin = round(MARGIN * min(right - left, bottom - top)) + 2
    return picture.crop((left - margin, top - margin, right + margin, bottom + margin))


def _upright(picture: Image.Image, rotation: int) -> Image.Image:
    return picture.rotate(-rotation, expand=True)


def _jpeg(picture: Image.Image, width: int, height: int | None = None) -> str:
    """A data address of the picture, no larger than that."""
    small = picture.convert("RGB")
    if height is not None and small.height < height:
        small = small.resize((max(1, small.width * height // small.height), height), Image.Resampling.BICUBIC)
    small.thumbnail((width, height or 10 * width))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=72)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"


def _kind_label(kind: str) -> str:
    return KINDS[kind].title if kind in KINDS else kind


def _field_label(kind: str, name: str) -> str:
    fields = KINDS[kind].fields
    return fields[name].label if name in fields else name
