"""`reviewapp ocr corrections`: what people corrected of what was read, counted and, on demand, exported."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy.orm import Session

from reviewapp import create_app
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.models import Page
from reviewapp.pages import PageImage, cut
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.values import CHINA
from reviewapp.queries.corrections import Corrections, FieldHistory, histories
from reviewapp.storage import MissingFile, Storage

_TOUCHED = frozenset({"confirmed", "corrected", "silent"})
_NOTE = """本文件夹由“reviewapp ocr corrections --export”生成，内容是个人信息：
材料图片的局部（crops），以及识别结果和人工更正（corrections.jsonl）。

只供在本机改进识别使用。不要上传、转发或提交到代码库；用完请整个删除。
"""
_LEAST_MARGIN = 12


@click.command(
    help="统计人工对识别结果的确认和更正，按材料种类和字段列出；可导出局部图片和前后两个值，数据不离开本机。"
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="只算这一天起的，例如 2024-01-15")
@click.option("--kind", type=click.Choice(sorted(KINDS)), metavar="KIND", help="只算一种材料")
@click.option("--export", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="导出到这个新文件夹")
def corrections(since: datetime | None, kind: str | None, folder: Path | None) -> None:
    """Print one JSON object: totals, and the figures of every kind and field; with FOLDER, export as well."""
    if folder is not None:
        _make(folder)
    start = None if since is None else since.replace(tzinfo=CHINA)
    with create_app().app_context():
        found = histories(db.session, kind=kind, since=start)
        if folder is not None:
            found = _exported(db.session, current_app.extensions["storage"], folder, found)
        report = _report(found)
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    if folder is not None:
        click.echo(f"已导出到“{folder}”。里面是个人信息：只在本机使用，用完请删除。", err=True)


def _report(found: Iterable[FieldHistory]) -> dict[str, Any]:
    counts: dict[tuple[str, str], Corrections] = defaultdict(Corrections)
    for history in found:
        counts[history.kind, history.field] += history.counted
    rows = [{"kind": kind, "field": field, **_figures(count)} for (kind, field), count in sorted(counts.items())]
    return {"total": _figures(sum(counts.values(), Corrections())), "fields": rows}


def _figures(count: Corrections) -> dict[str, int]:
    return {
        "read": count.read,
        "confirmed": count.confirmed,
        "corrected": count.corrected,
        "silent_wrong": count.silent,
        "entered": count.entered,
    }


def _make(folder: Path) -> None:
    """A folder that nobody else can look into; raises InvalidValue when something is in it already."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InvalidValue(f"文件夹“{folder}”里已有文件。请换一个不存在的或空的文件夹。")
        folder.chmod(0o700)
        (folder / "crops").mkdir(mode=0o700)
        (folder / "请先读我.txt").write_text(_NOTE, encoding="utf-8")
    except OSError as error:
        raise InvalidValue(f"不能写入文件夹“{folder}”（{error.strerror}）。请换一个位置。") from None


def _exported(
    session: Session, storage: Storage, folder: Path, found: Iterable[FieldHistory]
) -> Iterator[FieldHistory]:
    """Pass all on; of what a person confirmed or corrected write the crop and a line with both values."""
    with (folder / "corrections.jsonl").open("w", encoding="utf-8") as lines:
        for number, history in enumerate(found, 1):
            if history.outcome in _TOUCHED:
                name = f"crops/{number:06d}.jpg"
                crop = _crop(session, storage, history)
                if crop is not None:
                    (folder / name).write_bytes(crop)
                lines.write(json.dumps(_line(history, name if crop else None), ensure_ascii=False) + "\n")
            yield history


def _line(history: FieldHistory, crop: str | None) -> dict[str, Any]:
    return {
        "kind": history.kind,
        "field": history.field,
        "outcome": "silent_wrong" if history.outcome == "silent" else history.outcome,
        "read": history.read,
        "corrected": history.left,
        "crop": crop,
    }


def _crop(session: Session, storage: Storage, history: FieldHistory) -> bytes | None:
    """The field's place on the page with a margin, JPEG; None where no place is known or the copy is gone."""
    page = session.get(Page, history.page_id) if history.page_id is not None and history.box is not None else None
    if page is None or history.box is None:
        return None
    left, top, right, bottom = history.box
    margin = max(_LEAST_MARGIN, (bottom - top) // 2)
    region = (
        max(0, left - margin), max(0, top - margin), min(page.width, right + margin), min(page.height, bottom + margin)
    )  # fmt: skip
    try:
        with storage.open(page.view_sha256) as file:
            image = PageImage(page.number, page.width, page.height, file.read())
    except MissingFile:
        return None
    return cut(image, region).jpeg if region[0] < region[2] and region[1] < region[3] else None
