"""Where the value of a label stands: in the same line, to its right, below it, on a page that may be tilted."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reviewapp.ocr.labels import Piece, cut
from reviewapp.ocr.lines import Line

Parse = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Spot:
    """A value found: the text as parsed, and the lines it was read from (one, or several for a wrapped text)."""

    value: str
    lines: tuple[Line, ...]

    @property
    def score(self) -> float:
        return min(line.score for line in self.lines)

    @property
    def weakest(self) -> float:
        """Score of the least certain character that carries meaning: not stars, marks and the 年月日 of a date."""
        return min(
            (s for line in self.lines for c, s in zip(line.text, line.scores, strict=True) if _means(c)), default=0.0
        )

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)


class Sheet:
    """The lines of an upright page, cut at the labels of one form.

    `labels` maps a printed label to the field it names (None: it only ends another value). Distances are in line
    heights.
    """

    def __init__(self, lines: Sequence[Line], labels: Mapping[str, str | None]) -> None:
        self.lines = tuple(lines)
        self.pieces = cut(self.lines, labels)
        self.height = float(np.median([line.height for line in lines])) if lines else 1.0

    @cached_property
    def _slopes(self) -> tuple[float, float, float]:
        """Slope of the print as `a + b·x + c·y`: a photograph taken at an angle has rows that fan out."""
        long = [line for line in self.lines if line.width > 5 * line.height and abs(line.angle) < 0.6]
        if not long:
            return (0.0, 0.0, 0.0)
        slopes = np.array([math.tan(line.angle) for line in long])
        if len(long) < 8:
            return (float(np.median(slopes)), 0.0, 0.0)
        weights = np.array([line.width for line in long])
        rows = np.array([[1.0, *line.centre] for line in long]) * weights[:, None]
        a, b, c = np.linalg.lstsq(rows, slopes * weights, rcond=None)[0]
        return (float(a), float(b), float(c))

    def slope(self, x: float, y: float) -> float:
        """How much the rows fall per pixel to the right, around a point of the page."""
        a, b, c = self._slopes
        return max(-0.6, min(0.6, a + b * x + c * y))

    def offset(self, label: Line, value: Line) -> tuple[float, float]:
        """From a label to a value: gap along the row from the label's right end to the value's left end, and distance
        across rows, both in pixels; positive to the right and down."""
        (lx, ly), (vx, vy) = label.centre, value.centre
        slope = self.slope((lx + vx) / 2, (ly + vy) / 2)
        return value.left - label.right, vy - ly - slope * (vx - lx)

    def labels(self, field: str) -> list[Piece]:
        """The label pieces of a field, best read first, then from the top."""
        found = [p for p in self.pieces if p.hit is not None and p.hit.field == field]
        return sorted(found, key=lambda p: (p.hit.mistakes if p.hit else 0, p.line.centre[1]))

    def right_of(self, label: Piece, reach: float, wordings: Collection[str] = ()) -> list[Piece]:
        """Text pieces of the same row to the right of a label up to the next label, nearest row first. `wordings`:
        labels of the same field, which do not end its value."""
        unit = max(self.height, label.line.height)
        row: list[tuple[float, float, Piece]] = []
        for piece in self.pieces:
            gap, drop = self.offset(label.line, piece.line)
            if piece is not label and gap > -0.6 * unit and abs(drop) <= reach * unit:
                row.append((gap, abs(drop), piece))
        fence = min((gap for gap, drop, p in row if _ends(wordings, p) and drop < 0.6 * unit), default=math.inf)
        texts = [(gap, drop, p) for gap, drop, p in row if p.hit is None and gap <= fence]
        return [p for gap, drop, p in sorted(texts, key=lambda t: t[1] / unit + max(0.0, t[0]) / (8 * unit))]

    def below(self, label: Piece, reach: float, wordings: Collection[str] = ()) -> list[Piece]:
        """Text pieces under a label, nearest first, no further than the next label in that column."""
        unit = max(self.height, label.line.height)
        column: list[tuple[float, Piece]] = []
        for piece in self.pieces:
            _, drop = self.offset(label.line, piece.line)
            shift = self.slope(*label.line.centre) * drop
            overlap = min(label.line.right, piece.line.right + shift) - max(label.line.left, piece.line.left + shift)
            if piece is not label and 0.5 * unit < drop <= reach * unit and overlap > -unit:
                column.append((drop, piece))
        fence = min((drop for drop, p in column if _ends(wordings, p)), default=math.inf)
        return [p for drop, p in sorted(column, key=lambda t: t[0]) if p.hit is None and drop < fence]

    def block(self, label: Piece, piece: Piece, most: int) -> list[Piece]:
        """A wrapped text from one of its lines: the lines below with the same left (or right) edge and no label,
        `most` of them; those above too where the text is centred on its label and the line lies under the label's
        row."""
        found = [piece]
        low = self.offset(label.line, piece.line)[1] > 0.15 * label.line.height
        for down in (False, True) if low else (True,):
            edge = found[-1] if down else found[0]
            while len(found) <= most and (neighbour := self._neighbour(label, piece, edge, down=down)) is not None:
                found.insert(len(found) if down else 0, neighbour)
                edge = neighbour
        return found

    def _neighbour(self, label: Piece, first: Piece, edge: Piece, *, down: bool) -> Piece | None:
        own = {label.hit.label} if label.hit is not None else set()
        unit = edge.line.height
        for piece in self.pieces:
            if piece.hit is not None or piece.row == edge.row:
                continue
            _, drop = self.offset(edge.line, piece.line)
            step = drop if down else -drop
            shift = self.slope(*edge.line.centre) * drop
            if not 0.5 * unit < step < 1.7 * unit:
                continue
            if abs(piece.line.left + shift - first.line.left) < unit:
                return None if self.labelled(piece, own) else piece
            if abs(piece.line.right + shift - first.line.right) < 0.5 * unit:
                return None if self.labelled(piece, own, reach=math.inf) else piece
        return None

    def labelled(self, piece: Piece, wordings: Collection[str] = (), reach: float = 3) -> bool:
        """Whether a label, other than `wordings`, stands to the left of a piece in the same line or row, at most
        `reach` line heights away."""
        for other in self.pieces:
            if not _ends(wordings, other):
                continue
            gap, drop = self.offset(other.line, piece.line)
            if -0.6 * self.height < gap < reach * self.height and abs(drop) < 0.6 * self.height:
                return True
        return False


def _means(char: str) -> bool:
    return char.isalnum() and char not in "年月日元"


def _ends(labels: Collection[str], other: Piece) -> bool:
    """Whether another label ends a value; a second wording of the same field (English under Chinese) does not."""
    return other.hit is not None and other.hit.label not in labels
