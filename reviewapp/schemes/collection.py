"""`<code>/collection.toml`: where motorcycles are handed in, and from how many on they are fetched.

What a document names for the work beside its rules: its collection points, the number at which a point calls for the
truck, and the sorts of papers by which its register tells motorcycles apart. Read as strictly as a scheme.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from reviewapp.policy.kinds import KINDS
from reviewapp.policy.lines import key_lines
from reviewapp.policy.parse import read_toml
from reviewapp.policy.problems import SchemeError
from reviewapp.policy.reading import Collector
from reviewapp.policy.source import Table
from reviewapp.schemes import beside

FILE = "collection.toml"


class PointTable(Table, frozen=True):
    """A collection point; `note` is what the document remarks on it."""

    name: str
    address: str
    clause: str
    note: str = ""


class CaseTable(Table, frozen=True):
    """A sort of motorcycle by the papers that came with it."""

    title: str
    clause: str
    papers: list[str]


class PickupTable(Table, frozen=True):
    """From how many motorcycles on a point calls for the truck."""

    clause: str
    call_at: int


class CollectionTable(Table, frozen=True):
    """The whole file."""

    scheme: str
    clauses: dict[str, str]
    pickup: Any
    cases: list[Any]
    points: list[Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """The points of a scheme in the order of its list; `cases` are tried in order, the first that is whole counts."""

    scheme: str
    clauses: dict[str, str]
    pickup: PickupTable
    cases: tuple[CaseTable, ...]
    points: tuple[PointTable, ...]

    def point_named(self, name: str) -> PointTable | None:
        """The point of that name, None when the list has none."""
        return next((point for point in self.points if point.name == name), None)

    def case_of(self, kinds: set[str]) -> str:
        """The title of the first case all of whose papers are there, else of the first that has any; "" for none."""
        whole = (case for case in self.cases if kinds.issuperset(case.papers))
        begun = (case for case in self.cases if kinds.intersection(case.papers))
        found = next(whole, None) or next(begun, None)
        return found.title if found else ""


@cache
def load(code: str) -> Collection | None:
    """The collection of a scheme, None where it has no such file. SchemeError when the file does not hold."""
    text = beside.text_of(code, FILE)
    return None if text is None else read(text, f"{code}/{FILE}", code)


def codes() -> tuple[str, ...]:
    """The schemes that have collection points."""
    return beside.codes(FILE)


def read(text: str, source: str, code: str) -> Collection:
    """The collection in a TOML text, that of scheme `code`; `source` names the file in messages.

    SchemeError with file, line, key and remedy of every mistake found.
    """
    collector = Collector(source, key_lines(text))
    table = collector.convert(read_toml(text, source), CollectionTable, "")
    if table is None:
        raise SchemeError(collector.problems)
    collector.clauses = table.clauses
    if table.scheme != code:
        collector.add("scheme", f"文件在 {code} 的文件夹里，内容却是 {table.scheme}", "请改正 scheme，或移动文件")
    pickup = _cited(collector, table.pickup, PickupTable, "pickup")
    cases, points = (
        _listed(collector, table.cases, CaseTable, "cases"),
        _listed(collector, table.points, PointTable, "points"),
    )
    _look_over(collector, pickup, cases, points)
    if collector.problems or pickup is None:
        raise SchemeError(collector.problems)
    return Collection(table.scheme, table.clauses, pickup, tuple(cases), tuple(points))


_Cited = TypeVar("_Cited", PointTable, CaseTable, PickupTable)


def _cited(collector: Collector, given: Any, shape: type[_Cited], key: str) -> _Cited | None:
    """A table that cites a clause."""
    if not isinstance(given, dict):
        collector.add(key, "应为一个表", f"请写成 [{key}] 一段")
        return None
    table = collector.convert(given, shape, key)
    if table is not None:
        collector.clause(table.clause, key)
    return table


def _listed(collector: Collector, given: list[Any], shape: type[_Cited], key: str) -> list[_Cited]:
    found = (_cited(collector, entry, shape, f"{key}[{at}]") for at, entry in enumerate(given))
    return [table for table in found if table is not None]


def _look_over(
    collector: Collector, pickup: PickupTable | None, cases: list[CaseTable], points: list[PointTable]
) -> None:
    """What the shape of the tables does not say."""
    if pickup is not None and pickup.call_at < 1:
        collector.add("pickup.call_at", "不是辆数", "请写 1 以上的整数")
    for at, case in enumerate(cases):
        for kind in (kind for kind in case.papers if kind not in KINDS):
            collector.add(f"cases[{at}].papers", f"没有“{kind}”这种材料", "材料的名称见 docs/scheme-guide.md")
    collector.unique([case.title for case in cases], "cases")
    collector.unique([point.name for point in points], "points")
