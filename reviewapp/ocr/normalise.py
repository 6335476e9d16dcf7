"""Read text to the canonical forms of PAPERS.md, type by type. Every function returns None for what it is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

Parse = Callable[[str], str | None]

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
VIN_LOOKALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "o": "0", "i": "1", "l": "1"})
EDGES = " :：;；,，、|_=-—~'\"“”‘’.。*"
FIRST_YEAR, LAST_YEAR = 1900, 2100

_DATE = re.compile(r"(?<!\d)([12]\d{3})[年./\-—,:·]+(1[0-2]|0?[1-9])[月./\-—,:·]+(3[01]|[12]\d|0?[1-9])(?!\d{3})")
_PLAIN_DATE = re.compile(r"(?<!\d)([12]\d{3})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_RUN_ON = re.compile(r"(?<!\d)([12]\d{3})[年./\-](1[0-2]|0[1-9])[月./\-](3[01]|[12]\d|0[1-9])")
_TIME = re.compile(r"([01]\d|2[0-3])[:.：时]([0-5]\d)(?:[:.：分]([0-5]\d))?(?!\d)")
_MONEY = re.compile(r"\d[\d,.，]*(?![\d%])")


def iso_date(text: str) -> str | None:
    """A calendar day as `2023-12-28`, from 2023年12月28日, 2023.12.28, 20231228 and the like."""
    for pattern in (_DATE, _RUN_ON, _PLAIN_DATE):
        found = pattern.search(text)
        if found is not None:
            return _real_day(*(int(part) for part in found.groups()))
    return None


def _real_day(year: int, month: int, day: int) -> str | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def instant(text: str) -> str | None:
    """A day and a time of Shanghai as `2023-12-28T10:20:30+08:00`; None unless both are there."""
    day = iso_date(re.sub(r"(\d{4}[-./年]\d{2}[-./月]\d{2})日?(\d{2}:)", r"\1 \2", text))
    if day is None:
        return None
    found = _TIME.search(re.sub(r"^.*?\d{4}[-./年]?\d{1,2}[-./月]?\d{2}日?", "", text))
    if found is None:
        return None
    hour, minute, second = found.group(1), found.group(2), found.group(3) or "00"
    return f"{day}T{hour}:{minute}:{second}+08:00"


def money(text: str) -> str | None:
    """Yuan as `128000.00`; the first amount of the text. "129.800.00" is 129,800.00: the last mark before two digits
    is the decimal one. None for an amount of more than two decimals."""
    found = _MONEY.search(re.sub(r"(?<=[\d.,￥¥])[oO](?=[\d.,oO])", "0", text))
    if found is None:
        return None
    digits = found.group().rstrip(".,，").replace("，", ",")
    whole, cents = digits, "00"
    if len(digits) > 3 and digits[-3] in ".,":
        whole, cents = digits[:-3], digits[-2:]
    elif len(digits) > 2 and digits[-2] == ".":
        whole, cents = digits[:-2], digits[-1] + "0"
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and any(len(group) != 3 for group in groups[1:]):
        return None
    try:
        return f"{Decimal(''.join(groups) + '.' + cents):.2f}"
    except InvalidOperation:
        return None


def in_words(text: str) -> str | None:
    """An amount in 大写 as printed: 玖万玖仟捌佰元整."""
    found = re.search(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿圆元角分整正]{3,}", text)
    return found.group() if found else None


def id_number(text: str) -> str | None:
    """18 characters of a citizen's number; the check digit is for the caller."""
    found = re.search(r"(?<![0-9A-Z])([0-9]{17}[0-9X])(?![0-9])", _letters(text))
    return found.group(1) if found else None


def vin(text: str) -> str | None:
    """17 characters; O and Q can only be 0, I only 1 (GB 16735 leaves them out)."""
    for run in re.findall(r"[0-9A-Z]{17,}", _letters(text).translate(VIN_LOOKALIKES)):
        if len(run) == 17 and any(c.isdigit() for c in run) and any(c.isalpha() for c in run):
            return str(run)
    return None


def uscc(text: str) -> str | None:
    """18 characters of a 统一社会信用代码 (no I, O, S, V, Z in it), or an old 15-20 character tax number."""
    for run in re.findall(r"[0-9A-Z]{15,20}", _letters(text)):
        return run.replace("O", "0").replace("I", "1") if len(run) == 18 else str(run)
    return None


def card_number(text: str) -> str | None:
    """16-19 digits, however they are grouped."""
    digits = re.sub(r"[\s.\-]", "", text)
    found = re.search(r"(?<![0-9A-Za-z*])(\d{16,19})(?![0-9A-Za-z*])", digits)
    return found.group(1) if found else None


def masked_card(text: str) -> str | None:
    """`622202******1234`: what is visible, one `*` for every hidden digit as printed."""
    plain = re.sub(r"[xX•●#×]", "*", re.sub(r"[\s\-]", "", text))
    found = re.search(r"(\d{4,10})(\*+)(\d{3,6})", plain)
    return "".join(found.groups()) if found else None


def plate(text: str) -> str | None:
    """A plate: 7 characters, new energy 8 (GA 36); its letters have no I and no O."""
    plain = re.sub(r"[\s.·•・:\-—]", "", text)
    found = re.search(rf"([{PROVINCES}])([A-Z0])([0-9A-Z]{{5,6}})(?![0-9A-Z])", plain)
    if found is None:
        return None
    province, city, tail = found.groups()
    return province + city.replace("0", "O") + tail.replace("O", "0").replace("I", "1")


def digits(least: int, most: int) -> Parse:
    """A reader of a number of `least` to `most` digits."""
    pattern = re.compile(rf"(?<!\d)\d{{{least},{most}}}(?!\d)")

    def read(text: str) -> str | None:
        found = pattern.search(re.sub(r"(?<=\d)[oO](?=\d)", "0", text))
        return found.group() if found else None

    return read


def phone(text: str) -> str | None:
    """11 digits beginning with 1."""
    found = re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)
    return found.group() if found else None


def code(text: str) -> str | None:
    """A number of capital letters, digits and hyphens (engine numbers, certificate numbers), at least 4 characters."""
    found = re.search(r"[0-9A-Z][0-9A-Z\-*/]{3,}", _letters(text, keep="-*/"))
    return found.group().strip("-*/") if found else None


def text(value: str) -> str | None:
    """Any text that is not only punctuation, without stray marks at its ends."""
    plain = value.strip(EDGES)
    return plain if re.search(r"[0-9A-Za-z\u4e00-\u9fff]", plain) else None


def dotted(value: str) -> str:
    """A name of several parts with the middle dot that identity cards print; engines see •, ・ or a full stop."""
    return re.sub(r"(?<=[\u4e00-\u9fff])[•・‧∙⋅.](?=[\u4e00-\u9fff])", "·", value)


def person(value: str) -> str | None:
    """A person's or a firm's name: begins with a Chinese character or a letter, not a number."""
    plain = dotted(text(value) or "").strip("()（）")
    found = re.match(r"[\u4e00-\u9fff·•A-Za-z（）()]{2,}", plain)
    return plain if found and re.search(r"[\u4e00-\u9fff]", plain) else None


def chinese(value: str) -> str | None:
    """A word of Chinese characters, one is enough: 电, 汽油, 非营运."""
    found = re.match(r"[\u4e00-\u9fff/、]+", value.strip(EDGES))
    return found.group() if found else None


def percent(value: str) -> str | None:
    """A rate as printed, `13%`; 免税 and 零税率 as they stand."""
    found = re.search(r"\d{1,2}(?:\.\d+)?%", value) or re.search(r"免税|零税率", value)
    return found.group() if found else None


def small_number(value: str) -> str | None:
    """A whole number of one or two digits: seats."""
    found = re.search(r"(?<!\d)\d{1,2}(?!\d)", value)
    return found.group() if found else None


def _letters(value: str, keep: str = "") -> str:
    return re.sub(rf"[^0-9A-Z{re.escape(keep)}\u4e00-\u9fff]", "", value.upper())
