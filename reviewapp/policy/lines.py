"""On which line of a TOML text a key stands; tomllib does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*=""")


def key_lines(text: str) -> dict[str, int]:
    """`programmes.car.checks[2].field` → line from 1, for tables and the keys that begin a line."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = _indexed(_unquoted(header[2]), counts)
            if header[1] == "[[":
                counts[prefix] = counts.get(prefix, -1) + 1
                prefix = f"{prefix}[{counts[prefix]}]"
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            lines.setdefault(f"{prefix}.{_unquoted(key[1])}".lstrip("."), number)
    return lines


def line_of(lines: Mapping[str, int], path: str) -> int | None:
    """The line of the path, or of the nearest table around it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return None


def _unquoted(key: str) -> str:
    return key.replace('"', "").replace("'", "").replace(" ", "")


def _indexed(path: str, counts: dict[str, int]) -> str:
    """The header's path with the index of the last entry for each array of tables on the way."""
    parts: list[str] = []
    names = path.split(".")
    for at, name in enumerate(names):
        parts.append(name)
        here = ".".join(parts)
        if at < len(names) - 1 and here in counts:
            parts[-1] = f"{name}[{counts[here]}]"
    return ".".join(parts)
