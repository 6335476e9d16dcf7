"""Money is whole fen. Here it comes in from yuan strings and from 大写, and goes out again."""

from __future__ import annotations

import re

_YUAN = re.compile(r"(-?)(\d{1,13})(?:\.(\d{1,2}))?", re.ASCII)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_VALUES = {char: value for value, char in enumerate(_DIGITS)} | {"〇": 0, "○": 0, "两": 2}
_VALUES |= {char: value for value, char in enumerate("一二三四五六七八九", start=1)}
_VALUES |= {"貳": 2, "參": 3, "叄": 3, "陸": 6}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000, "十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_FORM = re.compile(
    r"(?:人民币|¥)?(?P<minus>[（(]?负数?[）)]?)?(?:(?P<yuan>[^元圆圓角分整正]+)[元圆圓])?"
    r"(?:[零〇]?(?P<jiao>[^元圆圓角分整正零〇])角|零角)?(?:[零〇]?(?P<fen>[^元圆圓角分整正零〇])分|零分)?[整正]?"
)


def fen_from_yuan(text: str) -> int:
    """Fen of `"99800.00"`. At most two places, no separators. ValueError otherwise."""
    match = _YUAN.fullmatch(text)
    if match is None:
        raise ValueError(f"not an amount in yuan: {text!r}")
    sign, yuan, rest = match.groups()
    fen = int(yuan) * 100 + int((rest or "").ljust(2, "0"))
    return -fen if sign else fen


def yuan_from_fen(fen: int) -> str:
    """`"99800.00"`: the form of facts and results."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def show_yuan(fen: int) -> str:
    """`99,800.00`: the form of sentences and tables, without the currency sign."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def words_from_fen(fen: int) -> str:
    """大写 as invoices print it: 12800050 fen is 壹拾贰万捌仟元伍角. ValueError below zero and from 10^14 yuan."""
    if not 0 <= fen < 10**14:
        raise ValueError(f"no 大写 for {fen} fen")
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    words = f"{words_from_number(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"{words}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return words + (f"{_DIGITS[cent]}分" if cent else "")


def words_from_number(number: int) -> str:
    """大写 of a whole number from zero to below 10^14: 200 is 贰佰."""
    if number == 0:
        return _DIGITS[0]
    words, gap = "", False
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part = number // size % (10**8 if unit == "亿" else 10**4)
        if not part:
            gap = bool(words)
            continue
        gap = bool(words) and (gap or part < 1000)
        inner = words_from_number(part) if part >= 10**4 else _group_words(part)
        words += ("零" if gap else "") + inner + unit
        gap = False
    return words


def fen_from_words(words: str) -> int | None:
    """Fen of a 大写 amount in any usual spelling (圆, 正, 人民币…); None when it is no amount."""
    match = _FORM.fullmatch(re.sub(r"\s", "", words))
    if match is None or not any(match.group("yuan", "jiao", "fen")):
        return None
    yuan = _integer_value(match["yuan"]) if match["yuan"] else 0
    jiao, cent = (_VALUES.get(match[part], -1) if match[part] else 0 for part in ("jiao", "fen"))
    if yuan is None or min(jiao, cent) < 0:
        return None
    fen = yuan * 100 + jiao * 10 + cent
    return -fen if match["minus"] else fen


def _group_words(part: int) -> str:
    words, gap = "", False
    for place, size in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = part // size % 10
        if digit:
            words += ("零" if gap else "") + _DIGITS[digit] + place
            gap = False
        else:
            gap = bool(words)
    return words


def _integer_value(words: str) -> int | None:
    """Whole yuan; None when a character is no figure or figures stand side by side without a place."""
    total = group = digit = 0
    fresh = False
    for char in words:
        if char in _VALUES:
            if fresh and digit:
                return None
            digit, fresh = _VALUES[char], True
        elif char in _PLACES:
            group, digit, fresh = group + (digit or (0 if fresh else 1)) * _PLACES[char], 0, False
        elif char in _GROUPS:
            total = _close_group(total, group + digit, _GROUPS[char])
            group, digit, fresh = 0, 0, False
        else:
            return None
    return total + group + digit


def _close_group(total: int, group: int, size: int) -> int:
    """亿 multiplies all that stood before it, 万 its own group."""
    return (total + group) * size if size == 10**8 else total + group * size
