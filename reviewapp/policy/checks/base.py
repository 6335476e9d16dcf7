"""How a check is written: parameters as a strict struct, a builder that resolves them once, a judge for facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from reviewapp.policy.facts import Ref, Slot, find_ref
from reviewapp.policy.goods import Catalogue
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.model import Late, Window
from reviewapp.policy.values import plain, show


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of a check as they stand in a scheme file."""


class BadRule(Exception):
    """A parameter does not hold; key, what is wrong, remedy."""

    def __init__(self, key: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.key, self.message, self.remedy = key, message, remedy


@dataclass(frozen=True, slots=True)
class Setting:
    """What a builder knows beside its parameters: the rule's title, the scheme's windows and county, the programme."""

    title: str
    county: str
    plate_prefix: str
    windows: Mapping[str, Window]
    scheme: str
    programme: str
    submitters: tuple[str, ...]
    submission: Window
    late: Late
    catalogue: Catalogue

    def window(self, name: str) -> Window:
        """A window of the scheme by name."""
        if name not in self.windows:
            raise BadRule("window", f"没有名为“{name}”的时间窗", f"可用：{'、'.join(self.windows)}")
        return self.windows[name]


Builder = Callable[[Any, Setting], Judge]


Matter = Literal["who", "vehicle", "money", "dates", "limits", "duplicates", "papers"]
"""What a check or a fact helps to decide (`reviewapp.policy.matters`)."""


@dataclass(frozen=True, slots=True)
class Spec:
    """An entry of the vocabulary.

    `decides` is what its findings help to decide, None where that is as its fields say; `alike`: its values ought to be
    the same.
    """

    name: str
    params: type[Params]
    build: Builder
    compares_all: bool
    decides: Matter | None
    alike: bool


CHECKS: dict[str, Spec] = {}


def check(
    name: str,
    params: type[Params],
    *,
    compares_all: bool = False,
    decides: Matter | None = None,
    alike: bool = False,
) -> Callable[[Builder], Builder]:
    """Enter a builder into the vocabulary under `name`; the rest as in `Spec`."""

    def enter(build: Builder) -> Builder:
        CHECKS[name] = Spec(name, params, build, compares_all, decides, alike)
        return build

    return enter


def field(path: str, key: str, *types: str) -> Ref:
    """The field that a parameter names, of one of the value types. BadRule when there is none."""
    ref = find_ref(path)
    if ref is None:
        raise BadRule(key, f"没有“{path}”这个字段", "写成 材料种类.字段名，例如 vehicle_invoice.total")
    if types and ref.type not in types:
        raise BadRule(key, f"“{path}”（{ref.type}）不能用于这项核验", f"请改用 {'、'.join(types)} 类型的字段")
    return ref


def fields(paths: tuple[str, ...], key: str, *types: str) -> tuple[Ref, ...]:
    """Several of them."""
    return tuple(field(path, key, *types) for path in paths)


def paper(kind: str, key: str) -> None:
    """BadRule when there is no such kind of paper."""
    if kind not in KINDS:
        raise BadRule(key, f"没有“{kind}”这种材料", "请改成材料种类的英文名")


def values_of(*slots: Slot) -> dict[str, str]:
    """The first value of each field by name; where two papers have the same field the later one carries its paper."""
    values: dict[str, str] = {}
    for slot in slots:
        if slot.values:
            name = slot.ref.name if slot.ref.name not in values else f"{slot.ref.section}.{slot.ref.name}"
            values[name] = plain(slot.values[0], slot.ref.type)
    return values


def apart(slot: Slot) -> tuple[Slot, ...]:
    """The field of each paper that has it by itself."""
    return tuple(
        Slot(slot.ref, (value,), (place,), slot.doubtful) for value, place in zip(slot.values, slot.refs, strict=True)
    )


def said(slot: Slot) -> str:
    """“开票日期 2024-01-16”."""
    return f"{slot.ref.label} {show(slot.values[0], slot.ref.type)}"


def absent(title: str, *slots: Slot, outcome: Any = "unsure") -> Judgement:
    """Nothing to judge by: the fields that are not there are named."""
    lacking = "、".join(slot.ref.title for slot in slots if not slot.values)
    said = "不核" if outcome == "not_applicable" else "无法核验"
    return Judgement(outcome, f"没有{lacking}，“{title}”{said}", values_of(*slots), slots)
