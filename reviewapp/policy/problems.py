"""What is wrong with a scheme file or with facts, told so that an office can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands (file, line from 1, key), and in Chinese what is wrong and how to mend it."""

    file: str
    line: int | None
    key: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        key = f"「{self.key}」" if self.key else ""
        return f"{place}{key}：{self.message}。{self.remedy}。"


class _Problems(ValueError):
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SchemeError(_Problems):
    """A scheme file does not hold; `problems` lists every mistake found, in the order of the file."""


class FactsError(_Problems):
    """Facts are malformed (unknown programme, kind, field, impossible date…). Absent facts are findings, never this."""
