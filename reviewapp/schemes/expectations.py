"""`[expect]` of cases.toml: what no claim can show, such as pools and deadlines, stated a second time.

It has the shape of the scheme file. A table is compared key by key, and keys that it leaves out are not looked at;
entries of a list of tables are named by their id, code or field; a list against tables compares their names; all else
is equal or not. What cases can show may not stand here: a number written twice is no proof that it decides rightly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SHOWN_BY_CASES = ("papers", "award", "checks")
_REVIEWERS_CHOICE = {"at_most": True}
"""Of an award no claim shows that a reviewer may approve less."""
_NAMES = ("id", "code", "field", "kinds", "paper", "value", "title")


def differences(expect: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """Where the scheme (the data of its file) says otherwise than expected, each in a Chinese phrase."""
    return list(_compare(expect, data, ""))


def misplaced(expect: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """What cases can show and yet stands in `expect`: papers, award, checks, and the windows that claims fall into."""
    places = [
        f"programmes.{name}.{key}"
        for name, programme in expect.get("programmes", {}).items()
        for key in _SHOWN_BY_CASES
        if programme.get(key, _REVIEWERS_CHOICE) != _REVIEWERS_CHOICE
    ]
    used = set(_windows(data.get("programmes", {})))
    places += [f"windows.{name}" for name in expect.get("windows", {}) if name in used]
    return [f"[expect] 里的 {place} 应由用例证明，请去掉，改写用例" for place in places]


def name_of(entry: Any, at: int) -> str:
    """How an entry of a list is called: by its id, code or field, else by its place from 0."""
    found = [entry[key] for key in _NAMES if key in entry] if isinstance(entry, Mapping) else []
    return str(found[0]) if found else str(at)


def _compare(expected: Any, actual: Any, key: str) -> Iterator[str]:
    if isinstance(expected, Mapping):
        entries = _entries(actual)
        for name, value in expected.items():
            place = f"{key}.{name}" if key else name
            if name in entries:
                yield from _compare(value, entries[name], place)
            else:
                yield f"{place} 应为 {value}，方案里没有"
    elif expected != (found := _comparable(expected, actual)):
        yield f"{key} 应为 {expected}，方案里是 {found}"


def _entries(actual: Any) -> Mapping[str, Any]:
    if isinstance(actual, list):
        return {name_of(entry, at): entry for at, entry in enumerate(actual)}
    return actual if isinstance(actual, Mapping) else {}


def _comparable(expected: Any, actual: Any) -> Any:
    """The names of tables where a list is expected."""
    tables = isinstance(actual, Mapping) or (isinstance(actual, list) and any(isinstance(one, dict) for one in actual))
    return list(_entries(actual)) if isinstance(expected, list) and tables else actual


def _windows(value: Any) -> Iterator[str]:
    """The windows that programmes name."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if key in ("window", "submission") and isinstance(entry, str):
                yield entry
            else:
                yield from _windows(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _windows(entry)
