"""Proof that the cases of a scheme decide: one value of the file is changed at a time, and some case must disagree.

Changed are numbers, days, instants, ends of ranges (included or not), words from closed lists, fields, booleans;
entries of lists and keys are taken away, lists of words widened. Titles, hints, ids, citations and the texts of clauses
and open points stay. A change with which the file no longer holds counts as noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from reviewapp.policy import SchemeError, compile_scheme
from reviewapp.policy.kinds import KINDS
from reviewapp.schemes.cases import Case, CaseBook, Equivalent
from reviewapp.schemes.expectations import differences, name_of
from reviewapp.schemes.vocabulary import Words, lists_of, next_field

_PROSE = frozenset(
    (
        *("title", "hint", "text", "reading", "label", "clause", "clauses", "interpretations"),
        *("id", "code", "check", "version", "document_number"),
    )
)
_ENDS: Mapping[str, Words] = {
    "from": ("over",),
    "over": ("from", "at_least"),
    "at_least": ("over",),
    "up_to": ("below",),
    "below": ("up_to",),
}
_UPPER, _LOWER = {"below": "up_to", "up_to": "below"}, {"from": "over", "over": "from"}
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_BRACKETED = re.compile(r"\[([^\]]+)\]")
_REMOVED = "去掉"


class Change(NamedTuple):
    """One change: `key` within the value, what is done in words, the changed copy, and whether a number was changed."""

    key: str
    said: str
    value: Any
    number: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """How many changes were tried, those that no case notices, and declared equivalents that are none."""

    tried: int
    survivors: tuple[Change, ...]
    stale: tuple[Equivalent, ...]


def mutants(data: Mapping[str, Any]) -> Iterator[Change]:
    """Every change of a scheme (the data of its file), with the changed file as `value`."""
    words = lists_of(data)
    for change in _of_table(data, words):
        yield change._replace(key=change.key.lstrip("."))


def is_amount(change: Change) -> bool:
    """Whether a change of an award is one of what it pays (a share, a cap), not of where a tier begins or ends."""
    return change.number and change.key.rpartition(".")[2] not in _ENDS


def mutate(data: Mapping[str, Any], book: CaseBook) -> Report:
    """Try every change against the expectations and the cases."""
    jury, tried, alive = Jury(book), 0, []
    for change in mutants(data):
        tried += 1
        if not jury.notices(change):
            alive.append(change)
    excused = {(one.key, one.change) for one in book.equivalent}
    survivors = tuple(change for change in alive if (change.key, change.said) not in excused)
    left = {(change.key, change.said) for change in alive}
    return Report(tried, survivors, tuple(one for one in book.equivalent if (one.key, one.change) not in left))


class Jury:
    """The cases of a scheme, those most likely to notice a change first: those that expect something of the check or
    paper that was changed, then those that noticed the last changes, as neighbours are often theirs too.
    """

    def __init__(self, book: CaseBook) -> None:
        self.expect, self.order = book.expect, list(book.cases)

    def notices(self, change: Change) -> bool:
        """Whether the changed file is refused, or differs from the expectations, or a case comes out otherwise."""
        try:
            scheme = compile_scheme(change.value, "", {})
        except SchemeError:
            return True
        if differences(self.expect, change.value):
            return True
        for case in self._asked(change.key):
            if case.run(scheme):
                self.order.remove(case)
                self.order.insert(0, case)
                return True
        return False

    def _asked(self, key: str) -> Sequence[Case]:
        """A change within one programme is none of the others' business."""
        parts, named = key.split("."), set(_BRACKETED.findall(key))
        within = parts[1] if parts[0] == "programmes" and len(parts) > 2 else None
        asked = [case for case in self.order if within in (None, case.programme)]
        return sorted(asked, key=lambda case: named.isdisjoint((*case.fail, *case.unsure, *case.missing)))


def _of_table(table: Mapping[str, Any], words: Sequence[Words]) -> Iterator[Change]:
    for key, value in table.items():
        if key in _PROSE:
            continue
        if key != "choices":
            for change in _of_value(value, words):
                yield change._replace(key=f".{key}{change.key}", value={**table, key: change.value})
        else:
            yield from _labels(table, value)
        yield Change(f".{key}", _REMOVED, {name: entry for name, entry in table.items() if name != key})
        for other in _ENDS.get(key, ()) if _is_number(value) else ():
            renamed = {other if name == key else name: entry for name, entry in table.items()}
            yield Change(f".{key}", f"{key} → {other}", renamed)


def _labels(table: Mapping[str, Any], choices: Mapping[str, str]) -> Iterator[Change]:
    """What may be chosen counts, how it is called does not."""
    for word in choices:
        left = {name: label for name, label in choices.items() if name != word}
        yield Change(f".choices.{word}", _REMOVED, {**table, "choices": left})


def _of_value(value: Any, words: Sequence[Words]) -> Iterator[Change]:
    if isinstance(value, Mapping):
        yield from _of_table(value, words)
    elif isinstance(value, list):
        yield from _of_list(value, words)
    else:
        number = _is_number(value)
        for other in _instead(value, words):
            yield Change("", f"{_shown(value)} → {_shown(other)}", other, number)


def _of_list(entries: list[Any], words: Sequence[Words]) -> Iterator[Change]:
    for at, entry in enumerate(entries):
        key = f"[{entry if isinstance(entry, str) else name_of(entry, at)}]"
        before, after = entries[:at], entries[at + 1 :]
        yield Change(key, _REMOVED, before + after)
        if not isinstance(entry, str) or _is_known(entry, words):
            for change in _of_value(entry, words):
                yield change._replace(key=key + change.key, value=[*before, change.value, *after])
    yield from _wider(entries, words)
    yield from _moved_borders(entries)


def _wider(entries: list[Any], words: Sequence[Words]) -> Iterator[Change]:
    """One more word of the closed list that all entries come from."""
    known = next((each for each in words if entries and all(entry in each for entry in entries)), ())
    for word in known:
        if word not in entries:
            yield Change("", f"加上 {word}", [*entries, word])


def _moved_borders(entries: list[Any]) -> Iterator[Change]:
    """Where one tier ends and the next begins: both moved together, and the border given to the other tier."""
    for at, (lower, upper) in enumerate(pairwise(entries)):
        if not (isinstance(lower, Mapping) and isinstance(upper, Mapping)):
            continue
        ends = [
            (end, start) for end in _UPPER for start in _LOWER if _number(lower.get(end)) == _number(upper.get(start))
        ]
        for end, start in [(end, start) for end, start in ends if end in lower and start in upper]:
            before, after, key = entries[:at], entries[at + 2 :], f"[{at}].{end}=[{at + 1}].{start}"
            for value in _around(lower[end]):
                said = f"{_shown(lower[end])} → {_shown(value)}"
                yield Change(key, said, [*before, {**lower, end: value}, {**upper, start: value}, *after])
            given = [_renamed(lower, end, _UPPER[end]), _renamed(upper, start, _LOWER[start])]
            yield Change(key, f"{end}/{start} → {_UPPER[end]}/{_LOWER[start]}", [*before, *given, *after])


def _renamed(table: Mapping[str, Any], key: str, other: str) -> dict[str, Any]:
    return {other if name == key else name: value for name, value in table.items()}


def _instead(value: Any, words: Sequence[Words]) -> Iterator[Any]:
    """Other values that might have been written."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, datetime):
        yield from (value - timedelta(seconds=1), value + timedelta(seconds=1))
    elif isinstance(value, date):
        yield from (value - timedelta(days=1), value + timedelta(days=1))
    elif isinstance(value, time):
        minute = (value.minute + 1) % 60
        yield value.replace(minute=minute)
    elif _is_number(value):
        yield from _around(value)
    elif isinstance(value, str):
        yield from _other_words(value, words)


def _around(value: Any) -> Iterator[Any]:
    """One unit less and more; of whole numbers also a hundredth, the fen of a yuan."""
    if isinstance(value, int):
        yield from (value - 1, value + 1, f"{value}.01")
        if value > 0:
            yield f"{value - 1}.99"
        return
    number = Decimal(value)
    step = Decimal(1).scaleb(int(number.as_tuple().exponent))
    for other in (number - step, number + step):
        yield str(other) if isinstance(value, str) else other


def _other_words(value: str, words: Sequence[Words]) -> Iterator[str]:
    ways = value.split("|")
    if len(ways) > 1:
        yield from ("|".join(ways[:at] + ways[at + 1 :]) for at in range(len(ways)))
        return
    parts = value.split("+")
    if len(parts) > 1:
        yield from ("+".join(parts[:at] + parts[at + 1 :]) for at in range(len(parts)))
        return
    if "@" in value:
        yield re.sub(r"@\w+", "", value)
    lists = [known for known in words if value in known]
    yield from dict.fromkeys(known[(known.index(value) + 1) % len(known)] for known in lists if len(known) > 1)
    other = next_field(value)
    if other is not None:
        yield other
    elif not lists:
        yield f"{value}改"


def _is_known(entry: str, words: Sequence[Words]) -> bool:
    """Whether a text is a word of a closed list, a number, or built of fields or kinds; else it is somebody's prose."""
    plain = re.split(r"[|+@.]", entry)[0]
    return (
        _is_number(entry) or plain in KINDS or any(entry in known for known in words) or next_field(entry) is not None
    )


def _is_number(value: Any) -> bool:
    return _number(value) is not None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | time) else str(value)
