"""The closed lists of words that scheme files choose from, such as who submits or in which window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from reviewapp.policy import source
from reviewapp.policy.checks import CHECKS
from reviewapp.policy.facts import ROLES, SECTIONS, find_ref
from reviewapp.policy.goods import Catalogue
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.subjects import subjects, values_of_subject
from reviewapp.policy.traits import TRAITS

Words = tuple[str, ...]


def tables() -> tuple[type[source.Table], ...]:
    """The structs of scheme files; other files are read by structs of the same base."""
    found = [entry for entry in vars(source).values() if isinstance(entry, type) and issubclass(entry, source.Table)]
    return tuple(entry for entry in found if entry is not source.Table)


@cache
def lists() -> tuple[Words, ...]:
    """The lists that all schemes share: those of the file's structs and checks, kinds, traits, declared fields."""
    structs = [*tables(), *(spec.params for spec in CHECKS.values())]
    _, components = msgspec.json.schema_components(structs)
    found = [*_enumerations(components), ROLES, tuple(KINDS), tuple(TRAITS), tuple(SECTIONS["declared"])]
    found += [tuple(trait.titles) for trait in TRAITS.values()]
    found += [tuple(values_of_subject(name, Catalogue(()))) for name in subjects(Catalogue(()))]
    return tuple(dict.fromkeys(words for words in found if len(words) > 1))


def lists_of(data: Mapping[str, Any]) -> tuple[Words, ...]:
    """The shared lists, and the names that the scheme (the data of its file) gives: windows, pools and the like."""
    own: list[Words] = []
    for value in data.values():
        if isinstance(value, Mapping) and all(isinstance(entry, Mapping) for entry in value.values()):
            own.append(tuple(value))
        elif isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
            own.append(tuple(str(entry["code"]) for entry in value if "code" in entry))
    return (*(words for words in own if words), *lists())


def next_field(path: str) -> str | None:
    """Another field of the same type, on the same paper where there is one; None when the path names no field."""
    ref = find_ref(path)
    if ref is None:
        return None
    section = path.partition(".")[0]
    named = section.partition("@")[0]
    known = KINDS[named].fields if named in KINDS else SECTIONS[named]
    names = [name for name, field in known.items() if field.type == ref.type]
    if len(names) > 1:
        return f"{section}.{names[(names.index(ref.name) + 1) % len(names)]}"
    return next((other for other in _all_fields() if other != path and _type(other) == ref.type), None)


def _type(path: str) -> str | None:
    ref = find_ref(path)
    return ref.type if ref else None


@cache
def _all_fields() -> Words:
    known: dict[str, Mapping[str, Any]] = {name: kind.fields for name, kind in KINDS.items()}
    return tuple(f"{section}.{name}" for section, names in (known | SECTIONS).items() for name in names)


def _enumerations(schema: Any) -> Iterator[Words]:
    """Every `enum` of words in a JSON Schema."""
    if isinstance(schema, Mapping):
        words = schema.get("enum")
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            yield tuple(words)
        for value in schema.values():
            yield from _enumerations(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _enumerations(value)
