"""Collects the mistakes of a scheme file while it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

import msgspec

from reviewapp.policy.lines import line_of
from reviewapp.policy.problems import Problem
from reviewapp.policy.source import BadTable, convert
from reviewapp.policy.values import CHINA

_Struct = TypeVar("_Struct", bound=msgspec.Struct)
_Read = TypeVar("_Read")


class Collector:
    """The problems so far, and the clauses that rules may cite."""

    def __init__(self, source: str, lines: Mapping[str, int]) -> None:
        self.source, self.lines = source, lines
        self.problems: list[Problem] = []
        self.clauses: Mapping[str, str] = {}

    def add(self, key: str, message: str, remedy: str) -> None:
        """Note a mistake at a key such as `programmes.car.checks[2].field`."""
        self.problems.append(Problem(self.source, line_of(self.lines, key), key, message, remedy))

    def convert(self, given: Any, shape: type[_Struct], key: str) -> _Struct | None:
        """The table as its struct, None (and a problem) when it has not the shape."""
        try:
            return convert(given, shape)
        except BadTable as bad:
            self.add(".".join(part for part in (key, bad.key) if part), bad.message, bad.remedy)
            return None

    def attempt(self, read: Callable[[], _Read], otherwise: _Read) -> _Read:
        """What `read` gives; a BadTable that it raises, with its whole key, is a mistake and gives `otherwise`."""
        try:
            return read()
        except BadTable as bad:
            self.add(bad.key, bad.message, bad.remedy)
            return otherwise

    def moment(self, value: Any, key: str, *, last: bool) -> datetime | None:
        """An instant in Asia/Shanghai; a day stands for its last, or first, microsecond. None for what is neither."""
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=CHINA)
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time.max if last else time.min, CHINA)
        self.add(key, "不是日期或时间", "写成 2023-12-27 或 2023-12-27T10:00:00，不加引号和时区")
        return None

    def clause(self, clause: str, key: str) -> None:
        """Every rule cites a clause of the document."""
        if clause not in self.clauses:
            self.add(f"{key}.clause", f"[clauses] 里没有“{clause}”", "请在 [clauses] 补上这一条的摘要，或改正条号")

    def unique(self, names: Iterable[str], key: str) -> None:
        """No id twice."""
        seen: set[str] = set()
        for at, name in enumerate(names):
            if name in seen:
                self.add(f"{key}[{at}]", f"“{name}”写了两次", "请改名，或只保留一处")
            seen.add(name)
