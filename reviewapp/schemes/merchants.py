"""How firms come onto a scheme's list: `<code>/merchants.toml` beside the scheme, for what its document says of them.

Operational data: who looks at an application, in which order, under which conditions, and which other activity a firm
may not take part in. Read strictly, as the scheme itself; a scheme without the file leaves it to the bureau alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from reviewapp import schemes
from reviewapp.policy import Scheme, read_toml
from reviewapp.policy.merchant_flow import KINDS, REVIEWERS
from reviewapp.policy.source import BadTable, Table, convert
from reviewapp.policy.values import CHINA
from reviewapp.schemes import beside

FILE = "merchants.toml"
_REMEDY = "请对照文件改正"


class ReviewerTable(Table, frozen=True):
    """Who looks: the role, what the step is called, and the clause that says so."""

    role: Literal["township", "admin"]
    title: str
    clause: str


class ConditionTable(Table, frozen=True):
    """What a firm declares that it meets; with `kinds` only firms of these."""

    id: str
    text: str
    clause: str
    kinds: tuple[str, ...] = ()


class ActivityTable(Table, frozen=True):
    """Another activity that excludes this one. With `scheme` it is one of this system and looked up; else declared."""

    id: str
    title: str
    clause: str
    scheme: str = ""


class MerchantsTable(Table, frozen=True):
    """The whole file. `listed_from` and `listed_until`: validity where it is not the scheme's own days."""

    office: str
    kinds: tuple[str, ...]
    reviewers: tuple[Any, ...]
    conditions: tuple[Any, ...] = ()
    exclusive: tuple[Any, ...] = ()
    townships: tuple[str, ...] = ()
    listed_from: date | None = None
    listed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Merchants:
    """A scheme's rules for firms. `office`: whom firms ask; `listed_from` and `listed_until`: validity by default."""

    office: str
    kinds: tuple[str, ...]
    reviewers: tuple[ReviewerTable, ...]
    conditions: tuple[ConditionTable, ...]
    exclusive: tuple[ActivityTable, ...]
    townships: tuple[str, ...]
    listed_from: date
    listed_until: date

    def conditions_of(self, kind: str) -> tuple[ConditionTable, ...]:
        """What a firm of that kind declares that it meets."""
        return tuple(one for one in self.conditions if not one.kinds or kind in one.kinds)

    @property
    def order(self) -> tuple[str, ...]:
        """The reviewers' roles, in their order."""
        return tuple(one.role for one in self.reviewers)


def load(code: str) -> Merchants:
    """The rules of a scheme that there is; those of the bureau alone where it has no file. SchemeError."""
    scheme = schemes.load(code)
    text = beside.text_of(code, FILE)
    return _bureau_alone(scheme) if text is None else parse(text, f"{code}/{FILE}", scheme)


def parse(text: str, name: str, scheme: Scheme) -> Merchants:
    """The file's text as rules; SchemeError names file, key and remedy."""
    try:
        return _rules(scheme, convert(read_toml(text, name), MerchantsTable))
    except BadTable as error:
        beside.refuse(name, error.key, error.message, error.remedy)


def other_way_round(code: str) -> list[tuple[str, ActivityTable]]:
    """The schemes of this system that exclude the scheme `code`, with the entry that says so."""
    return [
        (other, activity)
        for other in beside.codes(FILE)
        if other != code
        for activity in load(other).exclusive
        if activity.scheme == code
    ]


def townships() -> list[str]:
    """Every township and street that looks at firms under some scheme, by name."""
    return sorted({name for code in beside.codes(FILE) for name in load(code).townships})


def _rules(scheme: Scheme, table: MerchantsTable) -> Merchants:
    reviewers = _each(table.reviewers, ReviewerTable, "reviewers", scheme)
    conditions = _each(table.conditions, ConditionTable, "conditions", scheme)
    exclusive = _each(table.exclusive, ActivityTable, "exclusive", scheme)
    _require_kinds([*table.kinds, *(kind for one in conditions for kind in one.kinds)])
    _require_order([one.role for one in reviewers], table.townships)
    _require_once("conditions", [one.id for one in conditions])
    _require_once("exclusive", [one.id for one in exclusive])
    alone = _bureau_alone(scheme)
    first, last = table.listed_from or alone.listed_from, table.listed_until or alone.listed_until
    if last < first:
        raise BadTable("listed_until", "早于 listed_from", _REMEDY)
    return Merchants(table.office, table.kinds, reviewers, conditions, exclusive, table.townships, first, last)


def _each(given: tuple[Any, ...], shape: type[Any], key: str, scheme: Scheme) -> tuple[Any, ...]:
    rows = []
    for at, row in enumerate(given, start=1):
        try:
            table: Any = convert(row, shape)
        except BadTable as error:
            raise BadTable(f"{key}[{at}].{error.key}".rstrip("."), error.message, error.remedy) from None
        if table.clause not in scheme.clauses:
            raise BadTable(f"{key}[{at}].clause", f"方案里没有条款“{table.clause}”", "请写方案 [clauses] 里有的条款")
        rows.append(table)
    return tuple(rows)


def _require_kinds(kinds: list[str]) -> None:
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise BadTable("kinds", f"没有“{unknown[0]}”这类商户", f"可用：{'、'.join(KINDS)}")


def _require_order(roles: list[str], townships: tuple[str, ...]) -> None:
    """Each looks once, the township before the bureau, which admits."""
    if roles not in (list(REVIEWERS), [REVIEWERS[-1]]):
        raise BadTable("reviewers", "审核的次序只能是乡镇（街道）、主管部门，或只有主管部门", _REMEDY)
    if ("township" in roles) != bool(townships):
        raise BadTable("townships", "有乡镇（街道）初审的才写、也必须写各乡镇（街道）的名称", _REMEDY)


def _require_once(key: str, ids: list[str]) -> None:
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise BadTable(key, f"“{twice}”写了两次", "请只保留一处")


def _bureau_alone(scheme: Scheme) -> Merchants:
    """Listed from the first day of the scheme's windows to the last."""
    windows = scheme.windows.values()
    first = min(window.start for window in windows).astimezone(CHINA).date()
    last = max(window.until for window in windows).astimezone(CHINA).date()
    admin = ReviewerTable("admin", "主管部门审核", "")
    return Merchants("活动主办单位", tuple(KINDS), (admin,), (), (), (), first, last)
