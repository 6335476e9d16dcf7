"""The form of what a person types: trimmed, normalised, and refused in Chinese where it cannot be what the field holds.

On papers a number is taken as it stands there even when its check digit does not hold: the paper may be wrong, and the
checks say so. The applicant's own identity and card numbers must hold, for money follows them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from reviewapp.policy.identifiers import card_ok, firm_account_ok, id_number_ok, normal_id, phone_ok
from reviewapp.policy.values import CHINA

_LONGEST = 200
_MOST_ROWS = 60
_YES = {"true", "1", "是", "有", "on", "yes"}
_NO = {"false", "0", "否", "无", "off", "no"}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_INSTANT = re.compile(
    r"(?P<day>.+?日|\S+?)[ T]*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?P<zone>[+-]\d{2}:?\d{2}|Z)?"
)
_IDENTIFIER = re.compile(r"[\w*/()+#]{1,40}")
_MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?")
_MOST_YUAN = Decimal(1_000_000_000)


class BadValue(Exception):
    """The text cannot be a value of the field; `remedy` says in Chinese what it should look like."""

    def __init__(self, remedy: str) -> None:
        super().__init__(remedy)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the entries of a list: its name, what it is called, and its value type."""

    name: str
    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Form:
    """How one field is written: its value type (PAPERS.md, and the stricter ones below), the values allowed where there
    is a list, and words that may stand in place of such a value (长期). A list of objects has `parts`.
    """

    type: str = "text"
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


def normalise(form: Form, text: Any) -> Any:
    """The value as it is stored, None for an empty one; BadValue when `text` cannot be one.

    Values that already have their type (True, 3, a list of integers) pass; texts are read as a person writes them.
    """
    if text is None or (isinstance(text, str) and not text.strip()):
        return None
    if form.parts:
        return _rows(form.parts, text)
    if form.choices:
        return _choice(form, text)
    if form.words and _half_width(text) in form.words:
        return _half_width(text)
    return _READERS[form.type](text)


def identifier(text: Any) -> str:
    """Upper case, half width, without spaces, dots and hyphens."""
    value = normal_id(str(text))
    if not _IDENTIFIER.fullmatch(value):
        raise BadValue("只能填写字母、数字和汉字，最多 40 个字。")
    return value


def _choice(form: Form, text: Any) -> Any:
    value = str(text).strip()
    if value not in form.choices:
        raise BadValue("请从列出的选项中选一个。")
    return _READERS[form.type](value) if form.type in ("int", "bool") else value


def _half_width(text: Any) -> str:
    return unicodedata.normalize("NFKC", str(text)).strip()


def _text(text: Any) -> str:
    value = " ".join(str(text).split())
    if len(value) > _LONGEST:
        raise BadValue(f"最多 {_LONGEST} 个字。")
    if not value.isprintable():
        raise BadValue("含有无法显示的字符，请重新填写。")
    return value


def _id_number(text: Any) -> str:
    value = identifier(text)
    if not id_number_ok(value):
        raise BadValue("不是有效的公民身份号码（应为 18 位，且出生日期和校验位相符），请对照身份证核对。")
    return value


def _card(text: Any) -> str:
    value = identifier(text)
    if not card_ok(value):
        raise BadValue("不是有效的银行卡号（应为 16 至 19 位数字，且校验位相符），请对照银行卡核对。")
    return value


def _firm_account(text: Any) -> str:
    value = identifier(text)
    if not firm_account_ok(value):
        raise BadValue("应为 8 至 30 位数字的单位银行账号，请对照开户许可证或银行回单核对。")
    return value


def _phone(text: Any) -> str:
    value = identifier(text)
    if not phone_ok(value):
        raise BadValue("手机号应为 11 位数字，以 1 开头。")
    return value


def _date(text: Any) -> str:
    value = re.sub(r"\s", "", _half_width(text))
    found = _DATE.fullmatch(value)
    if found is None:
        raise BadValue("日期请写成 2024-01-15 这样。")
    try:
        return date(*(int(part) for part in found.groups() if part)).isoformat()
    except ValueError:
        raise BadValue("没有这一天，请核对日期。") from None


def _instant(text: Any) -> str:
    found = _INSTANT.fullmatch(_half_width(text))
    if found is None:
        raise BadValue("时间请写成 2024-01-15 14:05 这样。")
    zone = found["zone"] or "+08:00"
    clock = f"{int(found['hour']):02d}:{found['minute']}:{found['second'] or '00'}"
    try:
        return datetime.fromisoformat(f"{_date(found['day'])}T{clock}{zone}").astimezone(CHINA).isoformat()
    except ValueError:
        raise BadValue("没有这个时间，请核对。") from None


def _money(text: Any) -> str:
    value = re.sub(r"[\s,¥￥元]", "", _half_width(text))
    try:
        amount = Decimal(value) if _MONEY.fullmatch(value) else None
    except InvalidOperation:
        amount = None
    if amount is None or amount >= _MOST_YUAN:
        raise BadValue("金额请写成数字，单位为元，最多两位小数，例如 128000.00。")
    return f"{amount:.2f}"


def _bool(text: Any) -> bool:
    value = str(text).strip().lower()
    if value not in _YES | _NO:
        raise BadValue("请选择“是”或“否”。")
    return value in _YES


def _int(text: Any) -> int:
    value = _half_width(text)
    if not re.fullmatch(r"\d{1,6}", value):
        raise BadValue("请填写整数。")
    return int(value)


def _page_numbers(text: Any) -> list[int]:
    """Page numbers: [1, 2, 3], "1,2,3" or "1-6"."""
    parts = text if isinstance(text, list) else re.split(r"[,、\s]+", _half_width(text))
    numbers: set[int] = set()
    for part in parts:
        ends = re.fullmatch(r"(\d{1,2})(?:[-~](\d{1,2}))?", str(part))
        if ends is None:
            raise BadValue("请写成 1-6 或 1、2、3 这样的页码。")
        numbers.update(range(int(ends[1]), int(ends[2] or ends[1]) + 1))
    return sorted(numbers)


def _rows(parts: Sequence[Part], entries: Any) -> list[dict[str, Any]] | None:
    """A list's entries, each part in its own form; rows left empty are dropped."""
    if not isinstance(entries, list) or len(entries) > _MOST_ROWS:
        raise BadValue(f"应为清单，最多 {_MOST_ROWS} 行。")
    rows = [_row(parts, number, entry) for number, entry in enumerate(entries, 1)]
    return [row for row in rows if row] or None


def _row(parts: Sequence[Part], number: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for part in parts:
        try:
            value = normalise(Form(part.type), entry.get(part.name))
        except BadValue as bad:
            raise BadValue(f"第 {number} 行的{part.label}：{bad.remedy}") from None
        if value is not None:
            row[part.name] = value
    return row


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "id": identifier,
    "id_number": _id_number,
    "card": _card,
    "firm_account": _firm_account,
    "phone": _phone,
    "date": _date,
    "instant": _instant,
    "money": _money,
    "bool": _bool,
    "int": _int,
    "pages": _page_numbers,
}
