"""What of a scheme no case shows: clauses without a rule, open points, checks, papers, amounts and outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from reviewapp.policy import Programme, Result, Scheme, compile_scheme, evaluate
from reviewapp.schemes.cases import Case, CaseBook
from reviewapp.schemes.mutation import Jury, is_amount, mutants


class Part(NamedTuple):
    """One sort of thing to be shown, such as checks: how many there are, and a sentence for each that is not shown."""

    title: str
    total: int
    gaps: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.title} {self.total - len(self.gaps)}/{self.total}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The parts, and references of cases.toml to what the scheme does not have."""

    parts: tuple[Part, ...]
    strays: tuple[str, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """Everything that is to be mended, a Chinese sentence each."""
        return (*(gap for part in self.parts for gap in part.gaps), *self.strays)


class _Run(NamedTuple):
    """A case and what came out."""

    case: Case
    result: Result


def coverage(data: Mapping[str, Any], book: CaseBook) -> Coverage:
    """How far the cases show the scheme (the data of its file). SchemeError and FactsError as `evaluate`."""
    scheme = compile_scheme(data, str(data.get("code", "")), {})
    runs = [_Run(case, evaluate(scheme, case.facts)) for case in book.cases]
    programmes = list(scheme.programmes.values())
    parts = (
        _part("条款", scheme.clauses, _uncited(scheme, data, book)),
        _part("未明事项", scheme.interpretations, _untold(scheme, book)),
        _part("核验", _each(programmes, "rules"), _unproved(programmes, runs)),
        _part("材料", _each(programmes, "papers"), _never_missing(programmes, runs)),
        _amounts(data, book),
        _part("结论与逾期", [*programmes] * 4, _outcomes(programmes, runs)),
    )
    return Coverage(parts, tuple(_strays(scheme, data, book)))


def _part(title: str, things: Iterable[Any], gaps: Iterable[str]) -> Part:
    return Part(title, len(list(things)), tuple(gaps))


def _each(programmes: Iterable[Programme], name: str) -> list[Any]:
    return [entry for programme in programmes for entry in getattr(programme, name)]


def _cited(value: Any) -> Iterator[str]:
    """Every clause that something in the file cites."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if key == "clause" and isinstance(entry, str):
                yield entry
            elif key != "clauses":
                yield from _cited(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _cited(entry)


def _told(book: CaseBook) -> set[str]:
    return {name for case in book.cases for name in case.about}


def _uncited(scheme: Scheme, data: Mapping[str, Any], book: CaseBook) -> Iterator[str]:
    shown = {*_cited(data), *_told(book), *book.elsewhere}
    for clause in scheme.clauses:
        if clause not in shown:
            yield f"条款“{clause}”没有规则引用。请补上规则，或在 cases.toml 的 [elsewhere] 写明由什么落实"


def _untold(scheme: Scheme, book: CaseBook) -> Iterator[str]:
    shown = {*_told(book), *book.elsewhere}
    for point in scheme.interpretations:
        if point.id not in shown:
            yield f'未明事项“{point.id}”没有用例。请给说明它的用例写 about = ["{point.id}"]，或写进 [elsewhere]'


def _unproved(programmes: Iterable[Programme], runs: list[_Run]) -> Iterator[str]:
    """Each check passes in one case and fails or is unsure in another; where it does not apply it shows nothing."""
    seen = {
        (run.result.programme, finding.check, finding.outcome == "pass")
        for run in runs
        for finding in run.result.findings
        if finding.outcome != "not_applicable"
    }
    for programme in programmes:
        for rule in programme.rules:
            lacking = [word for good, word in _OUTCOMES.items() if (programme.id, rule.id, good) not in seen]
            if lacking:
                yield f"核验 {programme.id}/{rule.id} 没有{'、'.join(lacking)}的用例。请补上"


_OUTCOMES = {True: "符合", False: "不符合或需核实"}


def _never_missing(programmes: Iterable[Programme], runs: list[_Run]) -> Iterator[str]:
    """Each paper is missing once."""
    missing = {
        (run.result.programme, finding.check)
        for run in runs
        for finding in run.result.findings
        if finding.outcome == "fail"
    }
    for programme in programmes:
        for rule in programme.papers:
            if (programme.id, f"paper_{rule.id}") not in missing:
                yield f"材料 {programme.id}/{rule.id} 没有缺件的用例。请补上"


def _amounts(data: Mapping[str, Any], book: CaseBook) -> Part:
    """Each amount of an award decides in some case: were it another, the case would come out otherwise."""
    jury = Jury(book)
    found: dict[str, bool] = {}
    for change in mutants(data):
        if _in_award(change.key) and is_amount(change):
            found[change.key] = found.get(change.key, False) or jury.notices(change)
    gaps = tuple(f"{key} 没有用例用到。请补一个得到这笔金额的用例" for key, noticed in found.items() if not noticed)
    return Part("金额", len(found), gaps)


def _in_award(key: str) -> bool:
    parts = key.split(".")
    return parts[0] == "programmes" and len(parts) > 2 and parts[2].startswith("award")


def _outcomes(programmes: Iterable[Programme], runs: list[_Run]) -> Iterator[str]:
    """Each programme comes out in all three ways, and a claim comes too late."""
    for programme in programmes:
        own = [run.result for run in runs if run.result.programme == programme.id]
        for outcome in ("pass", "unsure", "fail"):
            if all(result.outcome != outcome for result in own):
                yield f"补贴项目 {programme.id} 没有结论为 {outcome} 的用例。请补上"
        if programme.late == "special_review":
            if not any(result.special_review for result in own):
                yield f"补贴项目 {programme.id} 没有逾期转专项审核的用例。请补上"
        elif not any(_late(run, programme) for run in runs):
            yield f"补贴项目 {programme.id} 没有逾期提交的用例。请补上"


def _late(run: _Run, programme: Programme) -> bool:
    until, at = programme.submission.until, run.case.submitted_at
    return run.result.programme == programme.id and at is not None and at > until


def _strays(scheme: Scheme, data: Mapping[str, Any], book: CaseBook) -> Iterator[str]:
    """Names that the scheme does not have, and [elsewhere] for what a rule or case shows."""
    points = {point.id for point in scheme.interpretations}
    for name in sorted((_told(book) | book.elsewhere.keys()) - points - scheme.clauses.keys()):
        yield f"cases.toml 写到“{name}”，方案里没有这个条款或未明事项。请改正"
    for name in sorted(book.elsewhere.keys() & (_told(book) | set(_cited(data)))):
        yield f"“{name}”已有规则引用或用例说明。请从 [elsewhere] 去掉"
