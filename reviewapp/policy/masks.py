"""What may be shown of names and numbers, and whether a card fits the few digits a slip shows."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_MASK_CHARS = re.compile(r"[*×xX•·.#]+")


def mask_name(name: str) -> str:
    """测试甲 → 测*甲, 王五 → 王*; firms and long names keep first and last character."""
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """13800000001 → 138****0001."""
    return _keep(phone, 3, 4)


def mask_id_number(number: str) -> str:
    """140522199001019895 → 1405**********9895."""
    return _keep(number, 4, 4)


def mask_card(number: str) -> str:
    """6217 **** **** 0016, whatever the length: first and last four digits."""
    return f"{number[:4]} **** **** {number[-4:]}" if len(number) > 8 else "*" * len(number)


def masked_card_matches(masked: str, number: str) -> Literal["yes", "no", "unknown"]:
    """Whether `number` fits the digits that `6222****1234` shows; the stars stand for any number of digits.

    `unknown` when nothing is visible or the text is not a masked card.
    """
    plain = masked if masked.isascii() else unicodedata.normalize("NFKC", masked)
    text = _MASK_CHARS.sub("*", "".join(plain.split()))
    if text.isascii() and text.isdigit():
        return "yes" if text == number else "no"
    parts = text.split("*")
    if len(parts) == 1 or not any(parts) or not all(part.isascii() and part.isdigit() for part in parts if part):
        return "unknown"
    return "yes" if _fits(parts, number) else "no"


def _fits(parts: list[str], number: str) -> bool:
    """Whether the number begins with the first part, ends with the last and has the others between, in this order."""
    first, *middle, last = parts
    if not (number.startswith(first) and number.endswith(last)):
        return False
    at, end = len(first), len(number) - len(last)
    for part in middle:
        found = number.find(part, at, max(end, at))
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


def _keep(text: str, head: int, tail: int) -> str:
    """The first `head` and last `tail` characters; a text too short to hide anything is starred whole."""
    hidden = len(text) - head - tail
    return f"{text[:head]}{'*' * hidden}{text[-tail:]}" if hidden > 0 else "*" * len(text)
