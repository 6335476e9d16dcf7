"""Worked cases beside a scheme: a base set of facts, what each case changes of it, and what must come out.

Beside them stand what no claim can show (`expect`), clauses and open points that are settled elsewhere, and changes of
the file that make no difference (`equivalent`): see the chapter “Cases” of docs/scheme-guide.md.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from reviewapp.policy import FactsError, Problem, Result, Scheme, SchemeError, evaluate
from reviewapp.policy.money import yuan_from_fen


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of cases.toml."""


class _CaseTable(_Table, frozen=True):
    """`set`: path → value; `drop`: paths or paper kinds; `add`: further papers. `about`: open points (ids) or clauses
    that the case is for. The rest is expected.
    """

    title: str
    base: str
    outcome: Literal["pass", "unsure", "fail"]
    award: str
    set: dict[str, Any] = {}
    drop: list[str] = []
    add: list[dict[str, Any]] = []
    fail: list[str] = []
    unsure: list[str] = []
    missing: list[str] = []
    special_review: bool = False
    about: list[str] = []


class Equivalent(_Table, frozen=True):
    """A change that the mutation test makes and that changes nothing: its `key`, `change`, and why."""

    key: str
    change: str
    reason: str


class _File(_Table, frozen=True):
    """`bases`: complete facts by name. `elsewhere`: clause or id of an open point → where it is settled."""

    bases: dict[str, dict[str, Any]]
    cases: list[_CaseTable]
    expect: dict[str, Any] = {}
    elsewhere: dict[str, str] = {}
    equivalent: list[Equivalent] = []


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case: facts in; outcome, award ("" for none), failing and unsure checks, missing papers out."""

    title: str
    facts: Mapping[str, Any]
    outcome: str
    award: str
    fail: tuple[str, ...]
    unsure: tuple[str, ...]
    missing: tuple[str, ...]
    special_review: bool
    about: tuple[str, ...]

    @property
    def programme(self) -> str:
        """The programme that is claimed."""
        return str(self.facts.get("programme"))

    @property
    def submitted_at(self) -> datetime | None:
        """When the claim came in; None when the case does not say."""
        at = self.facts.get("submitted_at")
        return datetime.fromisoformat(at) if isinstance(at, str) else None

    def run(self, scheme: Scheme) -> list[str]:
        """What came out otherwise than expected, each in a Chinese phrase; empty when all is as it should be."""
        try:
            result = evaluate(scheme, self.facts)
        except FactsError as error:
            return [f"事实写法不对，「{problem.key}」{problem.message}" for problem in error.problems]
        wanted = {
            "结论": (self.outcome, result.outcome),
            "补贴": (self.award or "无", "无" if result.award_fen is None else yuan_from_fen(result.award_fen)),
            "不符合": (sorted(self.fail), _having(result, "fail")),
            "需核实": (sorted(self.unsure), _having(result, "unsure")),
            "缺少": (sorted(self.missing), sorted(result.missing)),
            "专项审核": (self.special_review, result.special_review),
        }
        return [f"{name}应为 {want}，得到 {got}" for name, (want, got) in wanted.items() if want != got]


@dataclass(frozen=True, slots=True)
class CaseBook:
    """A whole cases.toml: the cases, and what is said of the scheme beside them."""

    cases: tuple[Case, ...]
    expect: Mapping[str, Any]
    elsewhere: Mapping[str, str]
    equivalent: tuple[Equivalent, ...]


def _having(result: Result, outcome: str) -> list[str]:
    """Checks with the outcome; those that fail for a missing paper are told by `missing`."""
    return sorted(finding.check for finding in result.judged if finding.outcome == outcome)


def read_cases(path: Path) -> CaseBook:
    """What a cases.toml says. SchemeError when it has not the shape or a case names what is not there."""
    return parse_cases(path.read_text("utf-8"), str(path))


def parse_cases(text: str, source: str) -> CaseBook:
    """What the text of a cases.toml says; `source` is its name in messages. SchemeError as `read_cases`."""
    try:
        given = msgspec.convert(tomllib.loads(text), _File, strict=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise SchemeError([_fault(source, _line_of(text, str(error)), f"用例写法不对：{error}")]) from None
    cases, faults = [], []
    for table in given.cases:
        try:
            cases.append(_case(given, table))
        except LookupError as error:
            line = next((at for at, row in enumerate(text.splitlines(), 1) if f'"{table.title}"' in row), None)
            faults.append(_fault(source, line, f"用例写法不对：“{table.title}”写到的 {error} 在 bases 里没有"))
    if faults:
        raise SchemeError(faults)
    return CaseBook(tuple(cases), given.expect, given.elsewhere, tuple(given.equivalent))


def _fault(source: str, line: int | None, message: str) -> Problem:
    return Problem(source, line, "", message, "请对照 docs/scheme-guide.md 的“Cases”一节")


def _line_of(text: str, error: str) -> int | None:
    """Where the mistake is: tomllib names the line, msgspec the number of the case from 0."""
    if at := re.search(r"at line (\d+)", error):
        return int(at[1])
    if entry := re.search(r"\$\.cases\[(\d+)\]", error):
        starts = [line for line, row in enumerate(text.splitlines(), 1) if re.match(r"\s*\{|\[\[cases\]\]", row)]
        return starts[int(entry[1])] if int(entry[1]) < len(starts) else None
    return None


def _case(given: _File, table: _CaseTable) -> Case:
    facts = copy.deepcopy(given.bases[table.base])
    for path in table.drop:
        _drop(facts, path)
    for path, value in table.set.items():
        _put(facts, path, value)
    facts["papers"].extend(copy.deepcopy(table.add))
    return Case(
        title=table.title,
        facts=facts,
        outcome=table.outcome,
        award=table.award,
        fail=tuple(table.fail),
        unsure=tuple(table.unsure),
        missing=tuple(table.missing),
        special_review=table.special_review,
        about=tuple(table.about),
    )


_NTH = re.compile(r"(\w+)\[(\d+)\]")


def _paper(facts: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The first paper of a kind; `vehicle_licence[2]` is the second one."""
    named = _NTH.fullmatch(name)
    kind, at = (named[1], int(named[2]) - 1) if named else (name, 0)
    papers = [paper for paper in facts["papers"] if paper["kind"] == kind]
    return papers[at] if at < len(papers) else None


def _place(facts: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """The object and key of a path such as `vehicle_invoice.total`, `vehicle_invoice.doubtful`, `submitted_at`."""
    section, _, name = path.partition(".")
    if not name:
        return facts, section
    paper = _paper(facts, section)
    if paper is None:
        return facts.setdefault(section, {}), name
    return (paper, name) if name == "doubtful" else (paper["fields"], name)


def _put(facts: dict[str, Any], path: str, value: Any) -> None:
    holder, name = _place(facts, path)
    holder[name] = value


def _drop(facts: dict[str, Any], path: str) -> None:
    paper = _paper(facts, path)
    if paper is not None:
        facts["papers"].remove(paper)
        return
    holder, name = _place(facts, path)
    del holder[name]
