"""What the scheme pages share: the blueprint, who reads, and a version of a scheme with all that pages show of it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint

from reviewapp import clock, schemes
from reviewapp.errors import NotFound
from reviewapp.policy import Scheme, SchemeError, read_toml
from reviewapp.schemes import Texts, parse_cases
from reviewapp.schemes.cases import CaseBook
from reviewapp.schemes.reading import ClauseReading, by_clause
from reviewapp.web.schemes.timeline import Timeline, timeline

blueprint = Blueprint("schemes", __name__, url_prefix="/office")

#: Those who answer for schemes write them; those who apply and audit them read.
WRITERS = ("admin",)
READERS = ("admin", "lead", "auditor")
_NO_CASES = CaseBook((), {}, {}, ())


@dataclass(frozen=True, slots=True)
class Reading:
    """A scheme as an office reads it."""

    scheme: Scheme
    clauses: tuple[ClauseReading, ...]
    timeline: Timeline | None

    @property
    def without_rule(self) -> tuple[ClauseReading, ...]:
        """Clauses that nothing rests on."""
        return tuple(clause for clause in self.clauses if not clause.entries)


def reading(scheme: Scheme, texts: Texts) -> Reading:
    """The scheme beside its document; `texts` are those it was compiled from."""
    data = read_toml(texts.scheme, scheme.code)
    return Reading(scheme, by_clause(scheme, data, book(texts).elsewhere), timeline(scheme, clock.now()))


def book(texts: Texts) -> CaseBook:
    """The cases, none where they do not hold: their mistakes are told on the draft's page."""
    try:
        return parse_cases(texts.cases, "用例") if texts.cases else _NO_CASES
    except SchemeError:
        return _NO_CASES


def found(code: str, version: str | None = None) -> tuple[Scheme, Texts]:
    """A published version with its texts; NotFound when there is none."""
    try:
        scheme = schemes.load(code, version or None)
        return scheme, schemes.texts(code, scheme.version)
    except LookupError:
        raise NotFound("没有这个活动方案或这一版。请从方案列表重新进入。") from None
