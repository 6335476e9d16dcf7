"""Engines by name; one of each a process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from reviewapp.ocr.engines.base import Engine, EngineMissing, Pixels, Recognised, turned
from reviewapp.ocr.engines.rapid import OPENVINO, RapidEngine
from reviewapp.ocr.engines.tesseract import TesseractEngine

MAKERS: dict[str, Callable[[int | None], Engine]] = {
    "rapidocr": RapidEngine,
    "openvino": partial(RapidEngine, runtime=OPENVINO),
    "tesseract": TesseractEngine,
}


@cache
def engine_named(name: str, threads: int | None = None) -> Engine:
    """The process's one engine of that name, models not loaded yet; raises EngineMissing for an unknown name."""
    if name not in MAKERS:
        raise EngineMissing(f"没有名为“{name}”的识别引擎，可用的有：{'、'.join(MAKERS)}。")
    return MAKERS[name](threads)


__all__ = ["MAKERS", "Engine", "EngineMissing", "Pixels", "Recognised", "engine_named", "turned"]
