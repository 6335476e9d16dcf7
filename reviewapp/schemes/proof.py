"""A scheme and its cases taken together, to be proved: that the cases hold, leave nothing unshown, and decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from reviewapp.policy import Scheme, parse_scheme, read_toml
from reviewapp.schemes.cases import CaseBook, parse_cases
from reviewapp.schemes.expectations import differences, misplaced
from reviewapp.schemes.shelf import Texts


class Subject(NamedTuple):
    """A scheme as the data of its file and compiled, and what its cases.toml says."""

    data: dict[str, Any]
    scheme: Scheme
    book: CaseBook


def subject(texts: Texts, name: str) -> Subject:
    """What is to be proved; `name` is the scheme's in messages. SchemeError when scheme or cases do not hold."""
    data = read_toml(texts.scheme, name)
    return Subject(data, parse_scheme(texts.scheme, name), parse_cases(texts.cases, f"{name}（用例）"))


def in_folder(file: Path) -> Subject:
    """A scheme file and the cases beside it. FileNotFoundError where there are none; SchemeError as `subject`."""
    beside = file.with_name("cases.toml")
    return subject(Texts(file.read_text("utf-8"), beside.read_text("utf-8")), str(file))


def faults(given: Subject) -> list[str]:
    """Cases that come out otherwise, and numbers that are not as expected, a Chinese sentence each."""
    told = [(case.title, case.run(given.scheme)) for case in given.book.cases]
    found = [f"「{title}」：{'；'.join(wrong)}" for title, wrong in told if wrong]
    return [*found, *differences(given.book.expect, given.data), *misplaced(given.book.expect, given.data)]
