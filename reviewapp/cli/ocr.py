"""`reviewapp ocr`: read papers from files and print what was read as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from reviewapp.cli import Entry, LazyGroup
from reviewapp.errors import ReviewError
from reviewapp.ocr import Reader
from reviewapp.ocr.engines import MAKERS
from reviewapp.pages import PageImage, open_file
from reviewapp.policy.kinds import KINDS

_ENGINE = click.option(
    "--engine", envvar="OCR_ENGINE", default="rapidocr", show_default=True, metavar="NAME",
    help=f"识别引擎：{'、'.join(MAKERS)}",
)  # fmt: skip


_MORE = {
    "corrections": Entry("reviewapp.cli.ocr_corrections:corrections", "统计人工对识别结果的确认和更正，可导出"),
}


@click.group(cls=LazyGroup, lazy=_MORE, help="识别材料：每个文件输出一个 JSON 对象。")
def ocr() -> None:
    """The group; its commands take files and share how they are opened."""


@ocr.command(
    help="识别文件（JPEG、PNG、WebP、HEIC、TIFF、PDF、OFD），输出材料种类和字段。"
    "读不了的文件输出原因，退出码为 2，其余照常识别。"
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(sorted(KINDS)), metavar="KIND", help="已知的材料种类，不再自动判断")
@_ENGINE
@click.option("--jsonl", is_flag=True, help="每个文件一行，不缩进")
def read(files: tuple[Path, ...], kind: str | None, engine: str, jsonl: bool) -> None:
    """Print one object a file (INTERFACES.md); exit 2 when any could not be read."""
    reader = _reader(engine)
    _each(files, jsonl, lambda page: [reading.to_json() for reading in reader.read(page, kind)])


@ocr.command(help="只判断材料种类：输出每页的种类、把握，以及其他可能的种类和各自依据的文字。")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@_ENGINE
@click.option("--jsonl", is_flag=True, help="每个文件一行，不缩进")
def classify(files: tuple[Path, ...], engine: str, jsonl: bool) -> None:
    """Print one object a file: kind, confidence and runners-up of every page; exit 2 when any could not be read."""
    reader = _reader(engine)
    _each(files, jsonl, lambda page: [reading.to_json() for reading in reader.guess(page)])


Look = Callable[[PageImage], list[dict[str, Any]]]


def _each(files: tuple[Path, ...], jsonl: bool, look: Look) -> None:
    """One JSON object a file on standard output, then the end of the process: status 2 when any could not be read."""
    failed = False
    for path in files:
        answer = _read(path, look)
        failed = failed or "error" in answer
        click.echo(json.dumps(answer, ensure_ascii=False, indent=None if jsonl else 2))
    sys.exit(2 if failed else 0)


def _reader(engine: str) -> Reader:
    """The reader, its models loaded so that they do not count for the first file; a missing engine is a usage error."""
    try:
        reader = Reader(engine)
        reader.warm_up()
    except ReviewError as error:
        raise click.UsageError(error.message) from error
    return reader


def _read(path: Path, look: Look) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        document = open_file(path)
        pages = [told for page in document.pages for told in look(page)]
    except ReviewError as error:
        return _error(path, error.code, error.message)
    except FileNotFoundError:
        return _error(path, "not_found", f"找不到文件“{path}”。请检查文件名。")
    except OSError:
        return _error(path, "not_readable", f"打不开文件“{path}”。请确认它是文件而不是文件夹，并且有权读取。")
    return {"file": str(path), "seconds": round(time.perf_counter() - started, 3), "pages": pages}


def _error(path: Path, code: str, message: str) -> dict[str, Any]:
    return {"file": str(path), "error": {"code": code, "message": message}}
