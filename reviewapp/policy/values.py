"""Values: from JSON to what is compared and back to what a clerk reads. Parsers raise ValueError in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from reviewapp.policy.identifiers import fold_vin, normal_id
from reviewapp.policy.kinds import LONG_TERM
from reviewapp.policy.money import fen_from_yuan, show_yuan, yuan_from_fen
from reviewapp.policy.names import Likeness, fold_name, same_name

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Asia/Shanghai has kept this offset without summer time since 1991."""
FOREVER = date.max
"""An ID card that is valid 长期."""

_YEARS = (1900, 2999)
_BROKEN = re.compile("[\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Parse = Callable[[Any], Any]


def _string(value: Any) -> str:
    if type(value) is not str and not isinstance(value, str):
        raise ValueError("应为带引号的文字")
    text = value.strip()
    if not text:
        raise ValueError("是空的；没有的内容不要写出来")
    if not text.isascii() and _BROKEN.search(text):
        raise ValueError("含有不成字的编码")
    return text


def parse_date(value: Any) -> date:
    """`2023-12-28`."""
    text = _string(value)
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is not None and _YEARS[0] <= day.year <= _YEARS[1]:
            return day
    raise ValueError(f"“{text}”不是 2023-12-28 这样的日期")


def parse_instant(value: Any) -> datetime:
    """`2024-01-10T09:30:00+08:00`, as Asia/Shanghai."""
    text = _string(value)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    zoned = instant is not None and instant.tzinfo is not None and _DATE.match(text)
    if instant is None or not zoned or not _YEARS[0] <= instant.year <= _YEARS[1]:
        raise ValueError(f"“{text}”不是 2024-01-10T09:30:00+08:00 这样带时区的时间")
    return instant.astimezone(CHINA)


def parse_money(value: Any) -> int:
    """`"99800.00"` to fen."""
    text = _string(value)
    try:
        return fen_from_yuan(text)
    except ValueError:
        raise ValueError(f"“{text}”不是 99800.00 这样的金额") from None


def parse_id(value: Any) -> str:
    """Identifiers without regard to width, spaces and case."""
    if type(value) is str and value.isascii() and value.isalnum():  # nearly always
        return value.upper()
    return normal_id(_string(value))


def parse_bool(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError("应为 true 或 false")
    return value


def parse_int(value: Any) -> int:
    """A whole number, also as digits in quotes."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("应为整数")
    return value


def parse_list(value: Any) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise ValueError("应为列表")
    return value


def list_of(entries: str | Mapping[str, str]) -> Parse:
    """A parser for a list of values of one form, or of objects with these parts; a part may be absent."""
    parse = PARSERS[entries] if isinstance(entries, str) else _object_of(entries)

    def parse_entries(value: Any) -> tuple[Any, ...]:
        found = []
        for at, entry in enumerate(parse_list(value), start=1):
            try:
                found.append(parse(entry))
            except ValueError as error:
                raise ValueError(f"第 {at} 项：{error}") from None
        return tuple(found)

    return parse_entries


def _object_of(parts: Mapping[str, str]) -> Parse:
    def parse(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError("应为 JSON 对象")
        found = {}
        for name, part in value.items():
            if name not in parts:
                raise ValueError(f"没有“{name}”这一项，可写：{'、'.join(parts)}")
            if part is not None:
                found[name] = _part(name, part, PARSERS[parts[name]])
        return found

    return parse


def _part(name: str, value: Any, parse: Parse) -> Any:
    try:
        return parse(value)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def parse_names(value: Any) -> tuple[str, ...]:
    """A list of names."""
    return tuple(_string(entry) for entry in parse_list(value))


PARSERS: dict[str, Parse] = {
    "date": parse_date,
    "instant": parse_instant,
    "money": parse_money,
    "id": parse_id,
    "text": _string,
    "bool": parse_bool,
    "int": parse_int,
    "list": parse_list,
}


def or_word(parse: Parse, words: tuple[str, ...]) -> Parse:
    """The parser, with 长期 taken for a day that never comes."""
    return lambda value: FOREVER if value in words else parse(value)


def one_of(*allowed: Any) -> Parse:
    """A parser that knows a closed list."""

    def parse(value: Any) -> Any:
        if value not in allowed or isinstance(value, bool):
            raise ValueError(f"“{value}”不在可选值之内（{'、'.join(str(entry) for entry in allowed)}）")
        return value

    return parse


_AS_WRITTEN = frozenset(("text", "id", "int", "bool"))


def show(value: Any, kind: str) -> str:
    """The value in a sentence: money with separators, instants to the second, 长期 as printed."""
    if kind in _AS_WRITTEN:
        return str(value)
    if value is FOREVER:
        return LONG_TERM
    if kind == "money":
        return show_yuan(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")[:19]
    if isinstance(value, tuple):
        return "、".join(_show_entry(entry) for entry in value)
    return str(value)


def _show_entry(entry: Any) -> str:
    """A product by its name, anything else as it is."""
    return str(entry.get("name", "")) if isinstance(entry, dict) else str(entry)


def plain(value: Any, kind: str) -> str:
    """The value in a finding's `values`: the form in which facts are written."""
    if kind in _AS_WRITTEN:
        return str(value)
    if value is FOREVER:
        return LONG_TERM
    if kind == "money":
        return yuan_from_fen(value)
    if isinstance(value, tuple):
        return show(value, kind)
    return value.isoformat() if isinstance(value, date) else str(value)


def likeness(one: Any, other: Any, kind: str, *, vin: bool = False) -> Likeness:
    """Texts as names; VINs with O, I, Q folded only where the check digit fails; everything else must be equal."""
    if kind == "text":
        return same_name(one, other)
    if one == other or (vin and fold_vin(one) == fold_vin(other)):
        return "same"
    return "different"


def folded(value: Any, kind: str) -> Any:
    """The value in the form in which equal values are equal."""
    if kind == "text":
        return fold_name(value)
    return repr(value) if kind == "list" else value
