"""The answer of the reader: pages, their kind, and fields with value, place and how sure the reading is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Value = str | bool | int | list[Any]
Box = tuple[int, int, int, int]

MOST_WHEN_UNSURE = 0.89
"""What is not sure is never called more likely than this."""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field as read.

    `value` has the form PAPERS.md gives the field; `box` is `(left, top, right, bottom)` in pixels of the page as
    given, None when the value stands nowhere in particular (a code, for instance). `sources` names who says so: an
    engine, and every check that bore it out. `unsure` asks a person to look; `alternatives` then holds what another
    reader saw.
    """

    value: Value
    confidence: float
    box: Box | None = None
    sources: tuple[str, ...] = ()
    unsure: bool = False
    alternatives: tuple[str, ...] = ()

    def moved(self, across: int, down: int) -> FieldReading:
        """The same reading with its box at another place."""
        if self.box is None:
            return self
        left, top, right, bottom = self.box
        return replace(self, box=(left + across, top + down, right + across, bottom + down))

    def to_json(self) -> dict[str, Any]:
        """The object of `ocr read` (INTERFACES.md): `unsure`, `box` and `alternatives` only where there is
        something."""
        out: dict[str, Any] = {"value": self.value, "confidence": round(self.confidence, 3)}
        if self.unsure:
            out["unsure"] = True
        if self.alternatives:
            out["alternatives"] = list(self.alternatives)
        if self.box is not None:
            out["box"] = list(self.box)
        out["sources"] = list(self.sources)
        return out

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> FieldReading:
        """The reading whose object this is."""
        box = given.get("box")
        return cls(
            given["value"], given["confidence"], (box[0], box[1], box[2], box[3]) if box else None,
            tuple(given["sources"]), given.get("unsure", False), tuple(given.get("alternatives", ())),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind that a paper may be: what speaks for it (the higher the more), and the words that do."""

    kind: str
    score: float
    words: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The object of `ocr classify`."""
        return {"kind": self.kind, "score": round(self.score, 2), "words": list(self.words)}


@dataclass(frozen=True, slots=True)
class KindReading:
    """The kind of one paper and how sure that is; `guesses` are all kinds that anything speaks for, the best first."""

    page: int
    kind: str
    kind_confidence: float
    guesses: tuple[Guess, ...]
    region: Box | None = None

    def to_json(self) -> dict[str, Any]:
        """The page object of `ocr classify`."""
        out: dict[str, Any] = {
            "page": self.page,
            "kind": self.kind,
            "kind_confidence": round(self.kind_confidence, 3),
            "guesses": [guess.to_json() for guess in self.guesses],
        }
        return out if self.region is None else out | {"region": list(self.region)}


@dataclass(frozen=True, slots=True)
class PageReading:
    """One paper as read off a page. `rotation` is the clockwise turn (0, 90, 180, 270) that makes the page upright;
    `region` its place among several papers on one picture, None when the page is its own."""

    page: int
    kind: str
    kind_confidence: float
    rotation: int = 0
    fields: dict[str, FieldReading] = field(default_factory=dict)
    seconds: float = 0.0
    legible: bool = True
    region: Box | None = None

    def alone(self) -> PageReading:
        """The same reading of the region cut out: boxes in pixels of that cutting."""
        left, top, _, _ = self.region or (0, 0, 0, 0)
        fields = {name: reading.moved(-left, -top) for name, reading in self.fields.items()}
        return replace(self, fields=fields, region=None)

    def to_json(self) -> dict[str, Any]:
        """The page object of `ocr read` (INTERFACES.md)."""
        out: dict[str, Any] = {
            "page": self.page,
            "kind": self.kind,
            "kind_confidence": round(self.kind_confidence, 3),
            "rotation": self.rotation,
            "fields": {name: reading.to_json() for name, reading in self.fields.items()},
        }
        if self.region is not None:
            out["region"] = list(self.region)
        if not self.legible:
            out["legible"] = False
        return out

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> PageReading:
        """The reading of a paper on a page of its own whose object this is; the seconds it took are not in it."""
        fields = {name: FieldReading.from_json(field) for name, field in given["fields"].items()}
        return cls(
            given["page"], given["kind"], given["kind_confidence"], given["rotation"], fields,
            legible=given.get("legible", True),
        )  # fmt: skip
