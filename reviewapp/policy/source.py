"""The shape of a scheme file: strict structs for its tables, and msgspec's refusals in the words of an office."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal, TypeVar

import msgspec


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a scheme file; keys that are not listed are refused."""


class SchemeTable(Table, frozen=True):
    """The whole file."""

    code: str
    version: int
    title: str
    document_number: str
    issued_on: date
    county: str
    plate_prefix: str
    clauses: dict[str, str]
    windows: dict[str, Any]
    pools: list[Any]
    programmes: dict[str, Any]
    interpretations: list[Any] = []
    goods: list[Any] = []
    rounds: dict[str, Any] = {}
    leverage: dict[str, Any] | None = None
    vouchers: list[Any] = []
    payout: Any = None
    return_reasons: dict[str, str] = {}
    second_look: Any = None


class WindowTable(Table, frozen=True, rename={"start": "from"}):
    """`from` and `until`: days, or instants without offset in Asia/Shanghai. `every_days`, `lasts_hours`: rounds."""

    title: str
    start: Any
    until: Any
    clause: str
    every_days: int = 0
    lasts_hours: int = 0


class PoolTable(Table, frozen=True):
    """`amount` and `ceiling` (how far it may be raised) in yuan; `first_tranche`: how much of the amount comes at the
    start, the rest by use; `sources`: who brings how much of it.
    """

    code: str
    title: str
    amount: Any
    clause: str
    ceiling: Any = None
    first_tranche: Any = None
    sources: list[Any] = []


class PayoutTable(Table, frozen=True):
    """A batch with a line, or a total, over so many yuan is released by a third person as well."""

    line_over: Any = None
    total_over: Any = None


class SecondLookTable(Table, frozen=True):
    """`percent` of each reviewer's decisions, and every claim over so many yuan, is looked at by a second person."""

    percent: int = 0
    over: Any = None


class SourceTable(Table, frozen=True):
    """A level of government and its yuan."""

    title: str
    amount: Any


class GoodsTable(Table, frozen=True):
    """`names`: each kind of goods by its printed name and, after `|`, the others it goes by."""

    code: str
    title: str
    clause: str
    names: list[str]


class RoundsTable(Table, frozen=True, rename={"start": "from"}):
    """Releases from `from` to `until` every `every_days`, on `weekday` where named; each good for `lasts_hours`."""

    title: str
    start: Any
    until: Any
    every_days: int
    lasts_hours: int
    clause: str
    count: int | None = None
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None = None
    amount: Any = None


class LeverageTable(Table, frozen=True):
    """The least spend is at least `times` the face value."""

    times: int
    clause: str


class VoucherTable(Table, frozen=True):
    """`faces` or `share`. `good_until`: a day. `position`: where the phone must be to receive it."""

    code: str
    title: str
    clause: str
    pool: str
    handed_out: Literal["grab", "shop", "point", "programme"]
    faces: list[Any] = []
    share: dict[str, Any] | None = None
    limits: dict[str, Any] = {}
    rounds: str = ""
    refund: Literal["in_proportion", "whole"] | None = None
    good_until: Any = None
    position: str = ""


class FaceTable(Table, frozen=True):
    """`off` yuan off a purchase of at least `spend`; `stock` of them."""

    off: Any
    spend: Any = 0
    stock: int | None = None


class ShareTable(Table, frozen=True):
    """`percent` of the price, at most `most` yuan a voucher."""

    percent: Any
    most: Any = None


class LimitsTable(Table, frozen=True):
    """How many one person may have."""

    per_user: int | None = None
    per_day: int | None = None
    per_face: int | None = None
    per_grab: int | None = None


class InterpretationTable(Table, frozen=True):
    """An open point (`text`) and the reading in use (`reading`)."""

    id: str
    clause: str
    text: str
    reading: str


class PaperTable(Table, frozen=True):
    """`kinds`: `a`, or alternatives `a+b|c`."""

    kinds: str
    clause: str
    title: str = ""
    hint: str = ""
    when: dict[str, list[str]] = {}


class DeclaredTable(Table, frozen=True):
    """`choices`: value → label."""

    field: str
    clause: str
    choices: dict[str, str] = {}
    hint: str = ""


class TierTable(Table, frozen=True, rename={"least": "from"}):
    """Lower end `from` (included) or `over`; upper end `up_to` (included), `below` or none; all in yuan."""

    pays: Any
    least: Any = None
    over: Any = None
    below: Any = None
    up_to: Any = None


class RoleTable(Table, frozen=True):
    """`paper`: `vehicle_licence@新车`; `where`: its fields and the fields that they agree with. `main`: what the kind
    alone means.
    """

    paper: str
    where: dict[str, str]
    main: bool = False


class AwardTable(Table, frozen=True, tag_field="form"):
    """What every form of award has: `form` tells which it is."""

    title: str


class TierAwardTable(AwardTable, frozen=True, tag="tiers"):
    """`amount`: the field that the tiers divide; `by`: the trait that chooses the table."""

    amount: str
    tables: list[Any]
    by: str = ""


class TiersTable(Table, frozen=True):
    """The tiers for one value of the trait."""

    clause: str
    tiers: list[Any]
    value: str = ""


class PercentAwardTable(AwardTable, frozen=True, tag="percent"):
    """A share of `amount`: `rates` by the trait `by`; `least` and `most` in yuan; rounded to whole `round_to` yuan."""

    amount: str
    rates: list[Any]
    by: str = ""
    least: Any = 0
    most: Any = None
    round_to: Any = "0.01"
    rounding: Literal["half_up", "down", "up"] = "half_up"


class RateTable(Table, frozen=True):
    """`percent`: a whole number, or text such as "5.5"."""

    percent: Any
    clause: str
    value: str = ""


class FlatAwardTable(AwardTable, frozen=True, tag="flat"):
    """`pays` yuan for every claim; `at_most`: up to, a reviewer may approve less."""

    pays: Any
    clause: str
    at_most: bool = False


class FaceAwardTable(AwardTable, frozen=True, tag="face"):
    """What the voucher's face says in `amount`. `allowed`: the faces there are. `add_up`: of all vouchers together."""

    amount: str
    clause: str
    allowed: list[Any] = []
    add_up: bool = False


class AgeAwardTable(AwardTable, frozen=True, tag="age"):
    """By full years from `made_on` to `handed_in_on` (else the day of submission), scrap age counted by `scrap`."""

    made_on: str
    registered_on: str
    handed_in_on: str
    scrap: dict[str, Any]
    bands: list[Any]


class ScrapTable(Table, frozen=True):
    """Years until scrap age, and years after manufacture from which a registration does not count any more."""

    pays: Any
    clause: str
    two_wheels: int
    three_wheels: int
    late_registration: int


class BandTable(Table, frozen=True, rename={"least": "from"}):
    """Full years: from `from` (included) to `below`."""

    pays: Any
    clause: str
    least: int = 0
    below: int | None = None


class CheckTable(Table, frozen=True):
    """What every check has; its own parameters stand beside it. `otherwise`: what it is when it does not hold; `unsure`
    where the document does not say so itself, and a person decides.
    """

    id: str
    check: str
    title: str
    clause: str
    when: dict[str, list[str]] = {}
    otherwise: Literal["fail", "unsure"] = "fail"


class ProgrammeTable(Table, frozen=True):
    """One programme."""

    title: str
    pool: str
    submitters: list[Literal["claimant", "dealer", "shop", "point"]]
    submission: str
    payee: Literal["claimant", "dealer", "shop", "voucher"]
    correction_days: int
    publication_days: int
    late: Literal["refuse", "special_review"]
    papers: list[Any]
    award: dict[str, Any]
    checks: list[Any]
    roles: list[Any] = []
    declared: list[Any] = []
    review_from: date | None = None
    correction_unit: Literal["days", "workdays"] = "days"
    return_reasons: dict[str, str] = {}


_Struct = TypeVar("_Struct", bound=msgspec.Struct)
_TYPES = {
    "str": "文字",
    "int": "整数",
    "bool": "true 或 false",
    "array": "列表",
    "object": "表",
    "date": "日期（2023-12-27，不加引号）",
    "float": "小数",
    "decimal": "小数",
    "null": "空值",
    "datetime": "时间",
}
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_MISSING = re.compile(r"missing required field `(.+?)`")
_EXPECTED = re.compile(r"Expected `(.+?)`, got `(.+?)`")
_ENUM = re.compile(r"Invalid enum value '?(.+?)'?(?: -|$)")
_PLACE = re.compile(r"at `(?:key in )?\$(.*?)`")


class BadTable(Exception):
    """A table has not the shape; `key` is relative to it."""

    def __init__(self, key: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.key, self.message, self.remedy = key, message, remedy


def convert(given: Any, shape: type[_Struct]) -> _Struct:
    """The table as its struct; BadTable names the first key that does not fit, is empty, or says a thing twice."""
    try:
        table = msgspec.convert(given, shape, strict=True, builtin_types=(date,))
    except msgspec.ValidationError as error:
        raise _explain(str(error), shape) from None
    for key, value in given.items():
        _said_once(str(key), value)
    return table


def _said_once(key: str, value: Any) -> None:
    """What is written has contents, and a list names nothing twice."""
    if value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
        raise BadTable(key, "是空的", "请写上内容，或去掉这一项")
    if isinstance(value, list):
        words = [entry for entry in value if isinstance(entry, str)]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise BadTable(key, f"“{twice}”写了两次", "请只保留一处")


def _explain(error: str, shape: type[msgspec.Struct]) -> BadTable:
    place = _PLACE.search(error)
    key = place[1].replace("[...]", "").lstrip(".") if place else ""
    if found := _UNKNOWN.search(error):
        known = "、".join(shape.__struct_encode_fields__)
        return BadTable(found[1], f"没有“{found[1]}”这个键", f"可用的键：{known}")
    if found := _MISSING.search(error):
        return BadTable(key, f"缺少“{found[1]}”", f"请补上 {found[1]} = …")
    if found := _EXPECTED.search(error):
        expected, got = (_typed(name) for name in found.groups())
        return BadTable(key, f"应为{expected}，写成了{got}", f"请改为{expected}")
    if found := _ENUM.search(error):
        return BadTable(key, f"不能写“{found[1]}”", "请改成 docs/scheme-guide.md 列出的值之一")
    return BadTable(key, "写法不对", "请对照 docs/scheme-guide.md")


def _typed(names: str) -> str:
    return "或".join(_TYPES.get(name.strip(), name.strip()) for name in names.split("|"))
