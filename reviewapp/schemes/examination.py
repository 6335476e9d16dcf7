"""What can be said of a version before it is published: does it hold, do its cases come out, what is left open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from reviewapp.policy import Finding, Problem, Result, Scheme, SchemeError, evaluate, parse_scheme, read_toml
from reviewapp.policy.money import yuan_from_fen
from reviewapp.schemes.cases import Case, CaseBook, parse_cases
from reviewapp.schemes.coverage import coverage
from reviewapp.schemes.wording import OUTCOMES

SCHEME_FILE, CASES_FILE = "方案", "用例"


class Run(NamedTuple):
    """A case and, in sentences, what came out otherwise than it expects."""

    case: Case
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """The mistakes of both texts, the cases that could be run, and the digest of the scheme's text."""

    scheme: Scheme | None
    problems: tuple[Problem, ...]
    case_problems: tuple[Problem, ...]
    runs: tuple[Run, ...]
    digest: str

    @property
    def failed(self) -> tuple[Run, ...]:
        """The cases that come out otherwise."""
        return tuple(run for run in self.runs if run.faults)

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What keeps the version from being published, a sentence each; empty when nothing does."""
        found = []
        if self.problems:
            found.append(f"方案有 {len(self.problems)} 处错误，请逐条改正")
        if self.case_problems:
            found.append(f"用例有 {len(self.case_problems)} 处写法错误，请逐条改正")
        elif not self.problems and not self.runs:
            found.append("还没有用例，请至少写一个")
        if self.failed:
            found.append(f"{len(self.runs)} 个用例中有 {len(self.failed)} 个结果不符，请改正方案或用例")
        return tuple(found)


@lru_cache(maxsize=16)
def examine(code: str, version: str, text: str, cases: str) -> Examination:
    """Check the texts as version `version` of `code` and run the cases."""
    scheme, problems = _scheme(code, version, text)
    book, case_problems = _book(cases)
    runs = tuple(_run(case, scheme) for case in book.cases) if scheme and book else ()
    return Examination(scheme, problems, case_problems, runs, digest_of(text))


@lru_cache(maxsize=16)
def gaps(text: str, cases: str) -> tuple[str, ...]:
    """What the cases leave open, a sentence each; for texts whose cases all come out."""
    return coverage(read_toml(text, SCHEME_FILE), parse_cases(cases, CASES_FILE)).gaps


def digest_of(text: str) -> str:
    """SHA-256 of a scheme's text in hex, as `sha256sum` gives it for the file."""
    return hashlib.sha256(text.encode()).hexdigest()


def _scheme(code: str, version: str, text: str) -> tuple[Scheme | None, tuple[Problem, ...]]:
    try:
        scheme = parse_scheme(text, SCHEME_FILE)
    except SchemeError as error:
        return None, error.problems
    wrong = [
        Problem(SCHEME_FILE, _line(text, key), key, f"写的是 {said}，这份草稿是 {meant}", f"请改为 {meant}")
        for key, said, meant in (("code", scheme.code, code), ("version", scheme.version, version))
        if said != meant
    ]
    return (None, tuple(wrong)) if wrong else (scheme, ())


def _line(text: str, key: str) -> int | None:
    return next((at for at, row in enumerate(text.splitlines(), 1) if row.split("=")[0].strip() == key), None)


def _book(cases: str) -> tuple[CaseBook | None, tuple[Problem, ...]]:
    try:
        return parse_cases(cases, CASES_FILE), ()
    except SchemeError as error:
        return None, error.problems


def _run(case: Case, scheme: Scheme) -> Run:
    faults = tuple(case.run(scheme))
    malformed = case.programme not in scheme.programmes or any(fault.startswith("事实写法不对") for fault in faults)
    return Run(case, faults if not faults or malformed else tuple(_explained(case, scheme)) or faults)


def _explained(case: Case, scheme: Scheme) -> Iterator[str]:
    """Why a case fails: what it expects and what came out, check by check, in the words of the findings."""
    result = evaluate(scheme, case.facts)
    award = "无" if result.award_fen is None else yuan_from_fen(result.award_fen)
    if case.outcome != result.outcome:
        yield f"结论应为“{OUTCOMES[case.outcome]}”，得到“{OUTCOMES[result.outcome]}”"
    if (case.award or "无") != award:
        yield f"补贴应为 {case.award or '无'}，得到 {award}"
    yield from _findings(case, scheme, result)
    yield from _papers(case, scheme, result)
    if case.special_review != result.special_review:
        yield "应转专项审核，没有转" if case.special_review else "不应转专项审核，却转了"


def _findings(case: Case, scheme: Scheme, result: Result) -> Iterator[str]:
    """Each check that came out otherwise, with its sentence."""
    programme = scheme.programmes[case.programme]
    titles = {rule.id: rule.title for rule in programme.rules} | {"award": programme.award.title}
    titles |= {paper.finding: paper.title for paper in programme.papers}
    found = {finding.check: finding for finding in result.judged}
    expected = dict.fromkeys(case.fail, "fail") | dict.fromkeys(case.unsure, "unsure")
    for check, finding in found.items():
        wanted = expected.pop(check, None)
        if finding.outcome != wanted and (wanted or finding.outcome in ("fail", "unsure")):
            yield _said(titles.get(check, finding.check), wanted, finding)
    for check, wanted in expected.items():
        yield f"“{check}”应为“{OUTCOMES[wanted]}”，方案没有这项核验"


def _said(title: str, wanted: str | None, finding: Finding) -> str:
    should = f"应为“{OUTCOMES[wanted]}”" if wanted else "用例没有写到"
    return f"{title}（{finding.clause}）{should}，得到“{OUTCOMES[finding.outcome]}”：{finding.message}"


def _papers(case: Case, scheme: Scheme, result: Result) -> Iterator[str]:
    titles = {rule.entry: rule.title for rule in scheme.programmes[case.programme].papers}
    for said, entries in (
        ("应提示缺少材料，没有提示", set(case.missing) - set(result.missing)),
        ("提示缺少材料，用例没有写到", set(result.missing) - set(case.missing)),
    ):
        if entries:
            yield f"{said}：{'、'.join(titles.get(entry, entry) for entry in sorted(entries))}"
