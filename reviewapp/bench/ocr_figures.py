"""From judged pages to figures: how much was read, how much of it falsely believed, and what was taken for what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from reviewapp.bench.ocr_judge import EXTRA, MISSING, RIGHT, WRONG, Judged, JudgedPage
from reviewapp.bench.ocr_pages import CLEAN

BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
MOST_CONFUSIONS = 60


def figures(pages: Sequence[JudgedPage]) -> dict[str, Any]:
    """All figures but those of speed."""
    damages = {page.paper.damage for page in pages}
    groups = {"clean": damages & {CLEAN}, "damaged": damages - {CLEAN}}
    return {
        "all": counts(pages),
        **{name: counts([page for page in pages if page.paper.damage in group]) for name, group in groups.items()},
        "by_kind": _grouped(pages, lambda page: page.paper.specimen.kind),
        "by_form": _grouped(pages, lambda page: f"{page.paper.specimen.kind}/{page.paper.specimen.form}"),
        "by_damage": _grouped(pages, lambda page: page.paper.damage),
        "by_kind_and_damage": _matrix(pages),
        "by_field": _by_field(pages),
        "calibration": calibration([field for page in pages for field in page.fields]),
        "kinds": _kinds(pages),
        "characters": _characters(pages),
    }


def counts(pages: Sequence[JudgedPage]) -> dict[str, Any]:
    """Counts and rates. `recall`: of the fields on the papers, those read right. `certainly_wrong_rate`: of the values
    not marked as doubtful, those that are not right. `doubted_rate`: of the right values, those marked as doubtful."""
    fields = [field for page in pages for field in page.fields]
    told = Counter(field.outcome for field in fields)
    certain = sum(field.certain for field in fields)
    certainly_wrong = sum(field.certainly_wrong for field in fields)
    doubted = sum(field.unsure for field in fields if field.outcome == RIGHT)
    kinds_right = sum(page.kind_right for page in pages)
    return {
        "pages": len(pages),
        "kinds_right": kinds_right,
        "kind_rate": rate(kinds_right, len(pages)),
        "fields": len(fields) - told[EXTRA],
        **{outcome: told[outcome] for outcome in (RIGHT, WRONG, MISSING, EXTRA)},
        "recall": rate(told[RIGHT], len(fields) - told[EXTRA]),
        "certain": certain,
        "certainly_wrong": certainly_wrong,
        "certainly_wrong_rate": rate(certainly_wrong, certain),
        "right_but_doubted": doubted,
        "doubted_rate": rate(doubted, told[RIGHT]),
    }


def rate(part: float, whole: float, digits: int = 4) -> float | None:
    """A share; None of nothing."""
    return round(part / whole, digits) if whole else None


def calibration(fields: Iterable[Judged]) -> list[dict[str, Any]]:
    """What a confidence is worth: by bins of it, how many values are right, and how many of those vouched for."""
    read = [field for field in fields if field.outcome != MISSING]
    out = []
    for low, high in zip(BINS, (*BINS[1:], 2.0), strict=True):
        inside = [field for field in read if low <= field.confidence < high]
        certain = [field for field in inside if field.certain]
        out.append(
            {
                "from": low,
                "values": len(inside),
                "right_rate": rate(sum(field.outcome == RIGHT for field in inside), len(inside)),
                "certain": len(certain),
                "certain_right_rate": rate(sum(field.outcome == RIGHT for field in certain), len(certain)),
            }
        )
    return out


def _grouped(pages: Sequence[JudgedPage], key: Callable[[JudgedPage], str]) -> dict[str, Any]:
    groups: dict[str, list[JudgedPage]] = defaultdict(list)
    for page in pages:
        groups[key(page)].append(page)
    return {name: counts(groups[name]) for name in sorted(groups)}


def _matrix(pages: Sequence[JudgedPage]) -> dict[str, dict[str, dict[str, Any]]]:
    """Kind → damage → pages, recall and values falsely believed; a damage a kind was not read in is left out."""
    kinds = sorted({page.paper.specimen.kind for page in pages})
    told = {
        kind: _grouped([page for page in pages if page.paper.specimen.kind == kind], lambda page: page.paper.damage)
        for kind in kinds
    }
    kept = ("pages", "kinds_right", "fields", "recall", "certainly_wrong")
    return {
        kind: {damage: {name: counted[name] for name in kept} for damage, counted in damages.items()}
        for kind, damages in told.items()
    }


def _by_field(pages: Sequence[JudgedPage]) -> list[dict[str, Any]]:
    """The fields that are not always right, the worst first."""
    told: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for page in pages:
        for field in page.fields:
            counted = told[page.paper.specimen.kind, field.field]
            counted.update({field.outcome: 1, "certainly_wrong": int(field.certainly_wrong)})
    rows = [
        {
            "kind": kind,
            "field": field,
            **{name: count[name] for name in (RIGHT, WRONG, MISSING, EXTRA, "certainly_wrong")},
        }
        for (kind, field), count in told.items()
        if count.total() > count[RIGHT]
    ]
    return sorted(
        rows, key=lambda row: (-row["certainly_wrong"], -row[WRONG] - row[MISSING], row["kind"], row["field"])
    )


def _kinds(pages: Iterable[JudgedPage]) -> list[dict[str, Any]]:
    """Kinds taken for others."""
    taken = Counter((page.paper.specimen.kind, page.kind) for page in pages if not page.kind_right)
    return [{"truth": truth, "read": read, "times": times} for (truth, read), times in taken.most_common()]


def _characters(pages: Iterable[JudgedPage]) -> list[dict[str, Any]]:
    """What was read in place of what, by field."""
    taken = Counter(
        (field.field, truth, read)
        for page in pages
        for field in page.fields
        if field.outcome == WRONG
        for truth, read in _differences(str(field.truth), str(field.read))
    )
    return [
        {"field": field, "truth": truth, "read": read, "times": times}
        for (field, truth, read), times in taken.most_common(MOST_CONFUSIONS)
    ]


def _differences(truth: str, read: str) -> Iterator[tuple[str, str]]:
    for what, a, b, c, d in SequenceMatcher(None, truth, read, autojunk=False).get_opcodes():
        if what == "replace" and b - a == d - c:
            yield from zip(truth[a:b], read[c:d], strict=True)
        elif what != "equal":
            yield truth[a:b], read[c:d]
