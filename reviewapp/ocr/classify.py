"""Which kind of paper a page is, by the words printed on it, and by the picture where words do not tell. What is not
known well enough is `other`."""

from __future__ import annotations

from collections.abc import Sequence

from reviewapp.ocr.form import Form
from reviewapp.ocr.kinds import FORMS, OTHER
from reviewapp.ocr.labels import contains
from reviewapp.ocr.lines import Line
from reviewapp.ocr.picture import Picture
from reviewapp.ocr.readings import Guess

ENOUGH = 4.0
CERTAIN = 9.0


def classify(lines: Sequence[Line], picture: Picture | None = None) -> tuple[str, float]:
    """The kind and how sure that is (0..1)."""
    scores = scores_of(lines, picture)
    (best, kind), (second, _) = sorted(((score, kind) for kind, score in scores.items()), reverse=True)[:2]
    if best < ENOUGH:
        return OTHER, round(1 - max(best, 0.0) / (2 * ENOUGH), 3)
    return kind, confidence(best, second)


def scores_of(lines: Sequence[Line], picture: Picture | None = None) -> dict[str, float]:
    """What speaks for each kind. The picture is looked at only where the words leave the kind open."""
    scores = {form.kind: score_of(form, lines) for form in FORMS.values()}
    if picture is not None and max(scores.values()) < CERTAIN:
        for form in FORMS.values():
            if form.sight is not None:
                scores[form.kind] += form.sight(lines, picture)
    return scores


def guesses(lines: Sequence[Line], picture: Picture | None = None) -> tuple[Guess, ...]:
    """All kinds that something speaks for, the best first, each with the words on the page that do."""
    scores = sorted(((score, kind) for kind, score in scores_of(lines, picture).items() if score > 0), reverse=True)
    texts = [line.text for line in lines]
    return tuple(Guess(kind, score, _words(FORMS[kind], texts)) for score, kind in scores)


def _words(form: Form, texts: Sequence[str]) -> tuple[str, ...]:
    """The form's marks among the texts, the weightiest first."""
    telling = sorted(((weight, phrase) for phrase, weight in form.marks.items() if weight > 0), reverse=True)
    return tuple(phrase for _, phrase in telling if contains(texts, phrase))


def confidence_in(kind: str, lines: Sequence[Line], picture: Picture | None = None) -> float:
    """How well the page bears out a kind that a person gave (0..1)."""
    form = FORMS.get(kind)
    if form is None:
        return 0.0
    seen = form.sight(lines, picture) if form.sight is not None and picture is not None else 0.0
    return confidence(score_of(form, lines) + seen, 0.0)


def score_of(form: Form, lines: Sequence[Line]) -> float:
    """Weight of the form's marks found on the page, and its own score where it has one."""
    texts = [line.text for line in lines]
    marks = sum(weight for phrase, weight in form.marks.items() if contains(texts, phrase))
    return marks + (form.score(lines) if form.score is not None else 0.0)


def confidence(best: float, second: float) -> float:
    """Near 1 when the best kind has much to show and the next one little."""
    if best <= 0:
        return 0.0
    margin = (best - max(second, 0.0)) / best
    return round(min(0.99, min(1.0, best / CERTAIN) * (0.6 + 0.4 * min(1.0, 2 * margin))), 3)
