"""What a document names for the work beside its rules: small files in a scheme's folder, read as strictly as it.

They are no part of a published version: points move, townships change their names, and no award hangs on them.
"""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from reviewapp import schemes
from reviewapp.policy import Problem, SchemeError, read_toml
from reviewapp.policy.source import BadTable, Table, convert

_Table = TypeVar("_Table", bound=Table)


def codes(name: str) -> tuple[str, ...]:
    """The schemes that have a file of that name."""
    return tuple(sorted(path.parent.name for path in schemes.ROOT.glob(f"*/{name}")))


def text_of(code: str, name: str) -> str | None:
    """The file's text; None where the scheme has none."""
    path = schemes.ROOT / code / name
    return path.read_text("utf-8") if path.exists() else None


def read(code: str, name: str) -> dict[str, Any]:
    """The file's tables, none where the scheme has no such file. SchemeError when it is no TOML."""
    text = text_of(code, name)
    return {} if text is None else read_toml(text, f"{code}/{name}")


def table(given: Any, shape: type[_Table], source: str, key: str) -> _Table:
    """The table at `key` as its struct; SchemeError names file, key and remedy."""
    try:
        return convert(given, shape)
    except BadTable as error:
        refuse(source, f"{key}.{error.key}".rstrip("."), error.message, error.remedy)


def refuse(source: str, key: str, what: str, remedy: str) -> NoReturn:
    """Raise SchemeError: what is wrong at that key of the file, and what to do."""
    raise SchemeError([Problem(source, None, key, what, remedy)])
