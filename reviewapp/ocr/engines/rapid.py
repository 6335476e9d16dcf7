"""PP-OCR through rapidocr, on onnxruntime (the default engine) or OpenVINO, in the configuration that measured best.

Detection looks at 1280 pixels, recognition at the full picture; the page is turned upright once instead of asking a
classifier line by line (which costs accuracy on small print); two lines a batch are faster than six on a CPU.
No keyword is ever passed to the library's calls: it keeps them for all later ones.
"""

from __future__ import annotations

import math
import threading
import unicodedata
from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from reviewapp.machine import give_back_memory
from reviewapp.ocr.engines.base import EngineMissing, Pixels, Recognised
from reviewapp.ocr.lines import Line, make_line

LINES_TO_ASK = 12
WORST_LINE = 0.4
HELD_MEGABYTES = 600
"""What may be left lying of earlier pages (10 ms to return, then a few more for having to ask for it anew)."""
LINE_ALONE = 24
"""Widths over heights above which a line is recognised by itself: two such at once can take half a gigabyte."""
WIDTH_STEP = 64
"""Pixels by which the widths of lines (48 high) differ on OpenVINO."""
FEW_LINES = 3
"""So few lines are read both ways up: a vote of one or two plates is often wrong."""
ONNXRUNTIME, OPENVINO = "onnxruntime", "openvino"
Boxes = npt.NDArray[np.float32]
Batch = npt.NDArray[np.float32]
_INSTEAD = {
    ONNXRUNTIME: "改用 tesseract",
    OPENVINO: "改用 rapidocr（设置 OCR_ENGINE=rapidocr，或去掉 --engine openvino）",
}


class RapidEngine:
    """rapidocr; `threads` are the runtime's threads for one operation (None: what the machine has)."""

    scores_tell = True

    def __init__(self, threads: int | None = None, runtime: str = ONNXRUNTIME) -> None:
        self.name = "rapidocr" if runtime == ONNXRUNTIME else runtime
        self._runtime = runtime
        self._threads = threads
        self._loaded: Any = None
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        page = np.full((240, 640), 255, np.uint8)
        cv2.putText(page, "0123456789", (40, 140), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 0, 4)
        self.recognise(page)

    def recognise(self, image: Pixels) -> Recognised:
        """Lines of the page turned upright; raises EngineMissing when rapidocr or its runtime is not installed."""
        give_back_memory(over=HELD_MEGABYTES)
        with self._lock:
            upright, boxes, rotation = self._upright(_three_channels(image))
            lines = self._read(upright, boxes)
            if len(boxes) <= FEW_LINES:
                upright, lines, rotation = self._either_way_up(upright, boxes, lines, rotation)
        return Recognised(lines, rotation, (upright.shape[1], upright.shape[0]))

    def read_line(self, crop: Pixels, chinese: bool = False) -> str:
        """The text of a picture of one line."""
        with self._lock:
            (text,) = self._engine().recognize_txt([_three_channels(crop)]).txts
        return unicodedata.normalize("NFKC", text or "").replace(" ", "")

    def _engine(self) -> Any:
        if self._loaded is None:
            self._loaded = _load(self._runtime, self._threads)
        return self._loaded

    def _detect(self, image: Pixels) -> Boxes:
        """Quadrilaterals of text lines, shape (n, 4, 2)."""
        found = self._engine()._load_det_model()(image).boxes
        return np.asarray(found if found is not None else np.zeros((0, 4, 2)), np.float32)

    def _upright(self, image: Pixels) -> tuple[Pixels, Boxes, int]:
        boxes = self._detect(image)
        rotation = 0
        if _runs_down(boxes):
            rotation = 90
            image = np.ascontiguousarray(np.rot90(image, -1))
            boxes = self._detect(image)
        if len(boxes) and self._upside_down(image, boxes):
            rotation += 180
            image = np.ascontiguousarray(np.rot90(image, 2))
            boxes = _turned_half(boxes, image.shape[1], image.shape[0])
        return image, boxes, rotation

    def _either_way_up(
        self, image: Pixels, boxes: Boxes, lines: tuple[Line, ...], rotation: int
    ) -> tuple[Pixels, tuple[Line, ...], int]:
        """The same lines read the other way up too, and the way that reads better."""
        half = np.ascontiguousarray(np.rot90(image, 2))
        other = self._read(half, _turned_half(boxes, image.shape[1], image.shape[0]))
        if _certainty(other) > _certainty(lines):
            return half, other, (rotation + 180) % 360
        return image, lines, rotation

    def _upside_down(self, image: Pixels, boxes: Boxes) -> bool:
        longest = sorted(boxes, key=_long_edge, reverse=True)[:LINES_TO_ASK]
        _, answer = self._engine().cls_and_rotate(self._engine().crop_text_regions(image, np.array(longest)))
        votes = sum(float(score) if label == "180" else -float(score) for label, score in answer.cls_res)
        return votes > 0

    def _read(self, image: Pixels, boxes: Boxes) -> tuple[Line, ...]:
        if not len(boxes):
            return ()
        crops = self._engine().crop_text_regions(image, boxes)
        wide = {at for at, crop in enumerate(crops) if crop.shape[1] > LINE_ALONE * crop.shape[0]}
        together = [at for at in range(len(crops)) if at not in wide]
        read: dict[int, Line] = {}
        for group in (together, *([at] for at in wide)):
            if group:
                found = self._engine().recognize_txt([crops[at] for at in group])
                rows = zip(group, found.txts, found.scores, found.word_results, strict=True)
                read |= {at: _line(text, score, words, boxes[at]) for at, text, score, words in rows}
        lines = (read[at] for at in range(len(crops)))
        return tuple(line for line in lines if line.text and line.score >= WORST_LINE)


def _load(runtime: str, threads: int | None) -> Any:
    missing = [package for package in ("rapidocr", runtime) if find_spec(package) is None]
    if missing:
        raise EngineMissing(f"缺少识别引擎的软件包 {'、'.join(missing)}：请安装它，或{_INSTEAD[runtime]}。")
    from rapidocr import RapidOCR

    if threads is not None:
        cv2.setNumThreads(threads)
    loaded: Any = RapidOCR(params=_parameters(runtime, threads))
    if runtime == OPENVINO:
        recogniser = loaded._load_rec_model()
        recogniser.session = _WidthsInSteps(recogniser.session)
    return loaded


class _WidthsInSteps:
    """A recogniser's session that sees widths in steps of WIDTH_STEP only: OpenVINO prepares itself, and keeps what it
    prepared, for every width that it has not met before."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def __call__(self, batch: Batch) -> Batch:
        """Probabilities, shape (lines, columns, characters), for pictures of shape (lines, 3, 48, width)."""
        width = batch.shape[-1]
        spare = -width % WIDTH_STEP
        answer = self._session(np.pad(batch, ((0, 0), (0, 0), (0, 0), (0, spare))))
        return np.asarray(answer[:, : math.ceil(answer.shape[1] * width / (width + spare))], np.float32)


def _parameters(runtime: str, threads: int | None) -> dict[str, Any]:
    from rapidocr import EngineType

    parts = {f"{part}.engine_type": EngineType(runtime) for part in ("Det", "Cls", "Rec")}
    return parts | {
        "Global.log_level": "error",
        "Global.use_preprocess_img": False,
        "Global.use_vertical_padding": False,
        "Global.return_word_box": True,
        "Det.limit_type": "max",
        "Det.limit_side_len": 1280,
        "Rec.rec_batch_num": 2,
        "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "EngineConfig.openvino.inference_num_threads": threads or -1,
        # Pinned, all processes of a machine would stand on its first core.
        "EngineConfig.openvino.enable_cpu_pinning": False,
    }


def _line(text: str, score: float, words: Any, box: Boxes) -> Line:
    """A line from the recogniser's answer, with the column and score of every character where it tells them."""
    columns = [c for word in words.word_cols for c in word]
    scores = list(words.confs)
    shown = [i for i, char in enumerate(text) if not char.isspace()]
    if not text or len(columns) != len(shown) or len(scores) != len(text) or not words.line_txt_len:
        return make_line(text, box.tolist(), score)
    places = [min(1.0, (c + 0.5) / words.line_txt_len) for c in columns]
    return make_line("".join(text[i] for i in shown), box.tolist(), score, places, [scores[i] for i in shown])


def _certainty(lines: tuple[Line, ...]) -> float:
    return sum(sum(line.scores) for line in lines)


def _runs_down(boxes: Boxes) -> bool:
    """Whether the lines run up or down the picture: long edges vote by length (boxes' width and height do not: their
    corners swap on tilted vertical lines)."""
    balance = 0.0
    for box in boxes:
        dx, dy = _long_edge_vector(box)
        if _long_edge(box) > 1.5 * _short_edge(box):
            balance += math.hypot(dx, dy) * (1 if abs(dy) > abs(dx) else -1)
    return balance > 0


def _long_edge_vector(box: Boxes) -> tuple[float, float]:
    first, second = box[1] - box[0], box[2] - box[1]
    longer = first if np.hypot(*first) >= np.hypot(*second) else second
    return float(longer[0]), float(longer[1])


def _long_edge(box: Boxes) -> float:
    return math.hypot(*_long_edge_vector(box))


def _short_edge(box: Boxes) -> float:
    return float(min(np.hypot(*(box[1] - box[0])), np.hypot(*(box[2] - box[1]))))


def _turned_half(boxes: Boxes, width: int, height: int) -> Boxes:
    """The boxes after half a turn, corners again in reading order and lines from the top."""
    turned = np.array([width, height], np.float32) - boxes
    return np.roll(turned, 2, axis=1)[::-1]


def _three_channels(image: Pixels) -> Pixels:
    return image if image.ndim == 3 else np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
