"""Red seals of a page: found by colour and shape, their ring unrolled and read, and compared with who should have
pressed them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.labels import distance
from reviewapp.ocr.layout import Parse
from reviewapp.ocr.lines import Line, Quad, box_quad, quad_box
from reviewapp.ocr.readings import FieldReading
from reviewapp.ocr.view import Look, View

LEAST_SHARE, MOST_SHARE = 0.05, 0.6
WORKING_SIDE = 1000
MOST_INK = 0.55
"""A thumb leaves a full patch of ink, a seal mostly paper."""
LEAST_RIM = 0.35
"""Share of its outline that a seal leaves at least; writing in red has none."""
RING = (0.93, 0.5)
"""Where the name stands, outside and inside, in radii."""
STRIP_HEIGHT, STRIP_MARGIN = 96, 40
LEAST_TEXT, CLEAR_TEXT = 5, 0.8
"""Characters and score of a seal's text that may contradict the paper."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A red seal and its place; `confidence` grows with how round, large and red it is. What is less than DOUBTFUL may
    be a thumb or a mark."""

    quad: Quad
    confidence: float


DOUBTFUL = 0.7


def look(view: View) -> dict[str, FieldReading]:
    """`has_seal`: whether the page bears a red seal; a grey copy shows none, so its absence is for a person."""
    return {"has_seal": _presence(view, find_seals(view.colour))}


def look_for(field: str, parse: Parse) -> Look:
    """`has_seal` of a seal that must be that of `field`'s firm, shop or village.

    The seal's own text bears it out or, where it clearly names somebody else, leaves it to a person. Where the paper
    does not name the field, what `parse` makes of the seal is shown for it, as doubtful.
    """

    def with_text(view: View) -> dict[str, FieldReading]:
        seals = find_seals(view.colour)
        presence = _presence(view, seals)
        texts = [text for seal in seals if (text := seal_text(view, seal))]
        named = view.spots.get(field)
        if named is not None:
            return {"has_seal": _compared(presence, named.value, texts)}
        values = [value for text in texts if (value := parse(text)) is not None]
        if not values:
            return {"has_seal": presence}
        told = FieldReading(values[0], DOUBTFUL, presence.box, ("seal_text",), unsure=True)
        return {"has_seal": presence, field: told}

    return with_text


def find_seal(colour: Pixels) -> Seal | None:
    """The most seal-like red mark of a BGR image; None when there is none (or the page is a grey copy)."""
    return next(iter(find_seals(colour)), None)


def find_seals(colour: Pixels) -> list[Seal]:
    """All red marks of a BGR image that may be seals, the likeliest first."""
    factor = min(1.0, WORKING_SIDE / max(colour.shape[:2]))
    small = np.asarray(cv2.resize(colour, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    side = max(small.shape[:2])
    ink = red(small)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side // 40,) * 2))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    seals = [_seal(ink, (x, y, w, h), area, factor) for x, y, w, h, area in stats[1:]]
    return sorted((seal for seal in seals if seal is not None), key=lambda seal: -seal.confidence)


def red(colour: Pixels) -> Pixels:
    """255 where a pixel is stamping-ink red, also faint."""
    hue, saturation, value = cv2.split(cv2.cvtColor(colour, cv2.COLOR_BGR2HSV))
    return np.asarray(np.where(((hue < 10) | (hue > 165)) & (saturation > 60) & (value > 70), 255, 0), np.uint8)


def seal_text(view: View, seal: Seal) -> str:
    """The name round a seal, Chinese characters only; empty where it cannot be read well enough to say anything."""
    lines = sorted(view.again(unrolled(view.colour, seal)), key=lambda line: line.left)
    text = "".join(re.sub(r"[^\u4e00-\u9fff]", "", line.text) for line in lines)
    return text if len(text) >= LEAST_TEXT and _score(lines) >= CLEAR_TEXT else ""


def unrolled(colour: Pixels, seal: Seal) -> Pixels:
    """The ring of a seal as a straight strip of dark print on white (grey), cut where its text has the widest gap."""
    left, top, right, bottom = quad_box(seal.quad)
    outside, inside = RING
    width = round(2 * np.pi * (outside + inside) / 2 / (outside - inside) * STRIP_HEIGHT)
    turn = np.linspace(0, 2 * np.pi, width, dtype=np.float32)[None, :]
    reach = np.linspace(outside, inside, STRIP_HEIGHT, dtype=np.float32)[:, None]
    xs = (left + right) / 2 - (right - left) / 2 * reach * np.sin(turn)
    ys = (top + bottom) / 2 + (bottom - top) / 2 * reach * np.cos(turn)
    ring = cv2.remap(colour, xs.astype(np.float32), ys.astype(np.float32), cv2.INTER_CUBIC, borderValue=(255,) * 3)
    blue, green, redness = (ring[:, :, channel].astype(np.int16) for channel in range(3))
    ink = np.clip((redness - np.maximum(blue, green)) * 2, 0, 255).astype(np.uint8)
    strip = np.roll(255 - ink, -_widest_gap(ink), axis=1)
    padding = (STRIP_MARGIN,) * 4
    return np.asarray(cv2.copyMakeBorder(strip, *padding, cv2.BORDER_CONSTANT, value=(255,)), np.uint8)


def _widest_gap(ink: Pixels) -> int:
    """Middle of the widest run of columns without ink, round the ring."""
    width = ink.shape[1]
    empty = (ink > 90).mean(axis=0) < 0.04
    best, run = (0, 0), 0
    for column in range(2 * width):
        run = run + 1 if empty[column % width] else 0
        best = max(best, (min(run, width), column))
    length, end = best
    return int((end - length // 2) % width)


def _presence(view: View, seals: Sequence[Seal]) -> FieldReading:
    if not seals:
        return FieldReading(False, 0.6, None, ("colour",), unsure=True)
    best = seals[0]
    return FieldReading(True, best.confidence, view.place([best.quad]), ("colour",), unsure=best.confidence < DOUBTFUL)


def _compared(presence: FieldReading, name: str, texts: Sequence[str]) -> FieldReading:
    """The presence of a seal after its text was held against the name on the paper."""
    verdicts = [(same_name(text, name), text) for text in texts]
    if any(verdict for verdict, _ in verdicts):
        sources = (*presence.sources, "seal_text")
        return FieldReading(presence.value, presence.confidence, presence.box, sources, presence.unsure)
    if verdicts and all(verdict is False for verdict, _ in verdicts):
        others = tuple(text for _, text in verdicts)
        return FieldReading(presence.value, DOUBTFUL, presence.box, presence.sources, True, others)
    return presence


def same_name(text: str, name: str) -> bool | None:
    """Whether the text of a seal names whom the paper names; None when a character or two leave that open.

    The place before a village may be left out on either: 凤城镇坪头村 is 坪头村 on its seal.
    """
    core = re.sub(r"^.*?[县市区镇乡](?=.{2})", "", name)
    while (shorter := re.sub(r"^.*?[县市区镇乡](?=.{2})", "", core)) != core:
        core = shorter
    if name in text or core in text:
        return True
    allowed = max(1, len(core) // 4)
    windows = (text[start : start + len(core)] for start in range(max(1, len(text) - len(core) + 1)))
    return None if any(distance(window, core, allowed) <= allowed for window in windows) else False


def _score(lines: Sequence[Line]) -> float:
    scores = [score for line in lines for score in line.scores]
    return sum(scores) / len(scores) if scores else 0.0


def _seal(ink: Pixels, box: tuple[int, int, int, int], area: int, factor: float) -> Seal | None:
    x, y, w, h = box
    side = max(ink.shape[:2])
    share, shape, filled = max(w, h) / side, min(w, h) / max(w, h), area / (w * h)
    if not (LEAST_SHARE <= share <= MOST_SHARE and shape > 0.55 and filled > 0.15):
        return None
    certainty = min(0.99, 0.6 + 0.25 * shape + min(0.15, share))
    own = ink[y : y + h, x : x + w] > 0
    if own.mean() > MOST_INK or _rim(own) < LEAST_RIM:
        certainty = min(certainty, DOUBTFUL - 0.05)
    return Seal(box_quad((x / factor, y / factor, (x + w) / factor, (y + h) / factor)), float(certainty))


def _rim(own: np.typing.NDArray[np.bool_]) -> float:
    """Share of the directions from the middle in which there is ink at the outline: an ellipse's or a frame's."""
    h, w = own.shape
    turn = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    best = 0.0
    for stretch in (1.0, 1 / np.maximum(np.abs(np.sin(turn)), np.abs(np.cos(turn)))):
        hit = np.zeros(turn.shape, bool)
        for reach in np.linspace(0.86, 1.0, 8):
            xs = np.clip(((1 + reach * stretch * np.cos(turn)) * w / 2).astype(int), 0, w - 1)
            ys = np.clip(((1 + reach * stretch * np.sin(turn)) * h / 2).astype(int), 0, h - 1)
            hit |= own[ys, xs]
        best = max(best, float(hit.mean()))
    return best
