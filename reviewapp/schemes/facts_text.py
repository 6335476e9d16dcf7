"""Facts written as JSON by a person: read strictly, with every mistake told by its line."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from dataclasses import replace
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from reviewapp.policy import FactsError, Problem, Result, Scheme, evaluate
from reviewapp.policy.lines import line_of

SOURCE = "事实"
_SCALAR = re.compile(r"[^\s,\]}]+")
_SPACE = re.compile(r"\s*")


def try_facts(scheme: Scheme, text: str) -> Result:
    """What the scheme says of the facts in a JSON text; FactsError with the line of each mistake."""
    given = _read(text)
    try:
        return evaluate(scheme, given)
    except FactsError as error:
        lines = _Lines(text).found
        raise FactsError(
            replace(problem, file=SOURCE, line=line_of(lines, problem.key)) for problem in error.problems
        ) from None


def _read(text: str) -> Any:
    try:
        given = json.loads(text)
        twice = _Lines(text).twice
    except json.JSONDecodeError as error:
        message, remedy = f"第 {error.colno} 列起不是合规的 JSON", "请核对引号、逗号和括号"
        raise FactsError([Problem(SOURCE, error.lineno, "", message, remedy)]) from None
    except RecursionError:
        raise FactsError([Problem(SOURCE, None, "", "括号套得太深", "请核对括号")]) from None
    if twice:
        raise FactsError(Problem(SOURCE, line, key, "写了两次", "请只保留一处") for key, line in twice)
    return given


class _Lines:
    """On which line each value of a valid JSON text stands, by its key such as `papers[0].fields.total`."""

    def __init__(self, text: str) -> None:
        self.text, self.found = text, dict[str, int]()
        self.twice: list[tuple[str, int]] = []
        self._breaks = [each.start() for each in re.finditer("\n", text)]
        self._value(self._skip(0), "")

    def _skip(self, at: int) -> int:
        """The place of the next character that is no space."""
        space = _SPACE.match(self.text, at)
        return space.end() if space else at

    def _value(self, at: int, key: str) -> int:
        """Note where the value at `at` stands; the place after it."""
        line = bisect_left(self._breaks, at) + 1
        if key in self.found:
            self.twice.append((key, line))
        self.found[key] = line
        first = self.text[at]
        if first == "{":
            return self._object(self._skip(at + 1), key)
        if first == "[":
            return self._array(self._skip(at + 1), key)
        if first == '"':
            return int(scanstring(self.text, at + 1)[1])
        scalar = _SCALAR.match(self.text, at)
        return scalar.end() if scalar else at + 1

    def _object(self, at: int, key: str) -> int:
        while self.text[at] != "}":
            name, at = scanstring(self.text, at + 1)
            at = self._skip(self._skip(at) + 1)
            at = self._skip(self._value(at, f"{key}.{name}".lstrip(".")))
            at = self._skip(at + 1) if self.text[at] == "," else at
        return at + 1

    def _array(self, at: int, key: str) -> int:
        index = 0
        while self.text[at] != "]":
            at = self._skip(self._value(at, f"{key}[{index}]"))
            at, index = self._skip(at + 1) if self.text[at] == "," else at, index + 1
        return at + 1
