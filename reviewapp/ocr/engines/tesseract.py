"""Tesseract: the engine that always works, and an independent second reader of single lines."""

from __future__ import annotations

import os
import shutil
import threading
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from reviewapp.ocr.engines.base import EngineMissing, Pixels, Recognised, turned
from reviewapp.ocr.lines import Line, box_quad, make_line

READING_SIDE = 2400
LINE_HEIGHT = 56
PAGE_CONFIG = "--oem 1 --psm {psm}"
TURNS = (0, 90, 180, 270)
SPARSE, COLUMNS = 11, 4
READABLE_LETTERS, READABLE_SCORE = 30, 0.6


class TesseractEngine:
    """pytesseract with chi_sim; sparse text (psm 11) first, columns (psm 4) when that reads badly."""

    name = "tesseract"
    scores_tell = False

    def __init__(self, threads: int | None = None) -> None:
        os.environ["OMP_THREAD_LIMIT"] = str(threads or 1)
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        _library()

    def recognise(self, image: Pixels) -> Recognised:
        """Lines of the page turned upright; raises EngineMissing without Tesseract or its Chinese data."""
        with self._lock:
            flat = _flat_light(_grey(image))
            lines = _page_lines(flat, SPARSE)
            rotation = 0 if _reads_well(lines) else _rotation(flat)
            upright = turned(flat, rotation)
            if rotation:
                lines = _page_lines(upright, SPARSE)
            if not _reads_well(lines):
                lines = max(lines, _page_lines(upright, COLUMNS), key=_weight)
        return Recognised(lines, rotation, (upright.shape[1], upright.shape[0]))

    def read_line(self, crop: Pixels, chinese: bool = False) -> str:
        """The text of a picture of one line (psm 7); English data unless `chinese`: digits read better with it."""
        grey = _grey(crop)
        scale = LINE_HEIGHT / max(1, grey.shape[0])
        grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
        grey = np.asarray(cv2.copyMakeBorder(grey, 12, 12, 16, 16, cv2.BORDER_REPLICATE), np.uint8)
        text = _library().image_to_string(grey, lang="chi_sim" if chinese else "eng", config="--oem 1 --psm 7")
        return str(text).strip()


def _library() -> Any:
    import pytesseract

    if shutil.which("tesseract") is None:
        raise EngineMissing("缺少识别引擎 tesseract：请安装 tesseract-ocr 与 tesseract-ocr-chi-sim。")
    return pytesseract


def _grey(image: Pixels) -> Pixels:
    return image if image.ndim == 2 else np.ascontiguousarray(image[:, :, 2])


def _rotation(flat: Pixels) -> int:
    """The turn under which a reduced page yields the most confidently read text (its own detection fails half the
    time)."""
    scale = min(1.0, 1100 / max(flat.shape))
    small = np.asarray(cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return max(TURNS, key=lambda turn: _weight(_words(turned(small, turn), SPARSE)))


def _page_lines(flat: Pixels, psm: int) -> tuple[Line, ...]:
    scale = READING_SIDE / max(flat.shape)
    large = np.asarray(cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
    return tuple(_scaled(line, 1 / scale) for line in _words(large, psm))


def _weight(lines: tuple[Line, ...]) -> float:
    """How much was read, and how confidently."""
    return sum(line.score * len(line.text) for line in lines)


def _reads_well(lines: tuple[Line, ...]) -> bool:
    letters = sum(len(line.text) for line in lines)
    return letters >= READABLE_LETTERS and _weight(lines) >= READABLE_SCORE * letters


def _flat_light(grey: Pixels) -> Pixels:
    """The page divided by its own background, so that a shadow does not swallow half of it."""
    size = max(15, max(grey.shape) // 40) | 1
    background = cv2.GaussianBlur(cv2.dilate(grey, np.ones((size, size), np.uint8)), (0, 0), size)
    return np.asarray(cv2.divide(grey, background, scale=255), np.uint8)


def _words(grey: Pixels, psm: int) -> tuple[Line, ...]:
    """Tesseract's words gathered into its lines; a gap wider than two characters starts a new one."""
    data = _library().image_to_data(
        grey,
        lang="chi_sim",
        config=PAGE_CONFIG.format(psm=psm),
        output_type=_library().Output.DICT,
    )
    groups: dict[tuple[int, int, int], list[int]] = {}
    for i, text in enumerate(data["text"]):
        if not text.strip() or float(data["conf"][i]) < 0:
            continue
        groups.setdefault((data["block_num"][i], data["par_num"][i], data["line_num"][i]), []).append(i)
    lines = [_join(data, run) for group in groups.values() for run in _runs(data, group)]
    return tuple(line for line in lines if line.text)


def _runs(data: dict[str, list[Any]], words: list[int]) -> list[list[int]]:
    runs: list[list[int]] = [[words[0]]]
    for before, word in pairwise(words):
        gap = data["left"][word] - data["left"][before] - data["width"][before]
        if gap > 2 * max(data["height"][word], data["height"][before]):
            runs.append([])
        runs[-1].append(word)
    return runs


def _join(data: dict[str, list[Any]], words: list[int]) -> Line:
    left = min(data["left"][i] for i in words)
    top = min(data["top"][i] for i in words)
    right = max(data["left"][i] + data["width"][i] for i in words)
    bottom = max(data["top"][i] + data["height"][i] for i in words)
    text, places, scores = "", [], []
    for i in words:
        word = data["text"][i].strip()
        for n in range(len(word)):
            places.append((data["left"][i] + data["width"][i] * (n + 0.5) / len(word) - left) / max(1, right - left))
            scores.append(float(data["conf"][i]) / 100)
        text += word
    return make_line(text, box_quad((left, top, right, bottom)), places=places, scores=scores)


def _scaled(line: Line, factor: float) -> Line:
    corners = [(x * factor, y * factor) for x, y in line.quad]
    return make_line(line.text, corners, places=line.places, scores=line.scores)
