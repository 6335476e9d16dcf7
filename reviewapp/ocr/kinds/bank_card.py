"""银行借记卡: digits over any background, embossed or flat, in groups, on a lying card or an upright one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from reviewapp.ocr import normalise
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line
from reviewapp.policy.identifiers import card_ok

BANK = re.compile(r"[\u4e00-\u9fff]{2,14}(?:银行|信用合作联社|信用社|信用联社|农信|农商行)(?:股份有限公司)?")
ENGLISH = {
    "INDUSTRIALANDCOMMERCIALBANKOFCHINA": "中国工商银行",
    "ICBC": "中国工商银行",
    "AGRICULTURALBANKOFCHINA": "中国农业银行",
    "CHINACONSTRUCTIONBANK": "中国建设银行",
    "BANKOFCOMMUNICATIONS": "交通银行",
    "POSTALSAVINGSBANKOFCHINA": "中国邮政储蓄银行",
    "CHINAMERCHANTSBANK": "招商银行",
    "CHINACITICBANK": "中信银行",
    "CHINAEVERBRIGHTBANK": "中国光大银行",
    "CHINAMINSHENGBANK": "中国民生银行",
    "INDUSTRIALBANK": "兴业银行",
    "HUAXIABANK": "华夏银行",
    "PINGANBANK": "平安银行",
    "SPDBANK": "浦发银行",
    "BANKOFCHINA": "中国银行",
}
"""Banks that print their English name alone; a longer name stands before a shorter one that ends it."""
MOST_WORDS = 60
LIKE_DIGITS = str.maketrans({"O": "0", "o": "0", "D": "0", "I": "1", "l": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})
_DIGITS = re.compile(r"[\dOoDIl|SBZ]{2,19}")
_VALID = re.compile(r"(?<![\d/])(0[1-9]|1[0-2])/(\d{2})(?![\d/])")


def _bank(text: str) -> str | None:
    found = BANK.search(text)
    return found.group() if found else None


def _english(text: str) -> str | None:
    plain = re.sub(r"[^A-Z]", "", text.upper())
    return next((bank for name, bank in ENGLISH.items() if plain == name or (len(name) > 4 and name in plain)), None)


def _valid_thru(text: str) -> str | None:
    """Month and year; of two (valid from, valid thru) the later one."""
    found = max(_VALID.findall(text), key=lambda each: (each[1], each[0]), default=None)
    return "/".join(found) if found else None


def _digit_rows(sheet: Sheet) -> list[tuple[Line, ...]]:
    """Lines of digits only, those of one row together from left to right, the rows from the top."""
    rest = [line for line in sheet.lines if _DIGITS.fullmatch(line.text) and re.search(r"\d", line.text)]
    rows = []
    while rest:
        first = rest[0]
        row = [line for line in rest if abs(sheet.offset(first, line)[1]) < 0.5 * max(first.height, line.height)]
        rest = [line for line in rest if line not in row]
        rows.append(tuple(sorted(row, key=lambda line: line.left)))
    return sorted(rows, key=lambda row: row[0].centre[1])


def _stacks(rows: Sequence[tuple[Line, ...]]) -> Iterator[tuple[Line, ...]]:
    """Rows of digits one under the other at one left edge: the number of an upright card. Only whole stacks: of 19
    digits, one misread, the first 16 pass Luhn once in ten times."""
    rest = list(rows)
    while rest:
        stack = [rest.pop(0)]
        for row in tuple(rest):
            last, unit = stack[-1][0], stack[-1][0].height
            if abs(row[0].left - last.left) < unit and 0.6 * unit < row[0].centre[1] - last.centre[1] < 2.2 * unit:
                stack.append(row)
                rest.remove(row)
        if len(stack) > 1:
            yield tuple(line for row in stack for line in row)


def _number(lines: Sequence[Line]) -> Spot | None:
    text = "".join(line.text for line in lines)
    value = normalise.card_number(text.translate(LIKE_DIGITS) if sum(map(str.isdigit, text)) > 12 else text)
    return Spot(value, tuple(lines)) if value is not None else None


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    rows = _digit_rows(sheet)
    across = [spot for row in rows if (spot := _number(row)) is not None]
    numbers = across or [spot for stack in _stacks(rows) if (spot := _number(stack)) is not None]
    out: dict[str, Spot] = {}
    if numbers:
        out["card_number"] = max(numbers, key=lambda spot: (card_ok(spot.value), spot.score, len(spot.value)))
    for name, parse in (("bank", _bank), ("bank", _english), ("valid_thru", _valid_thru)):
        spot = _first(sheet.lines, parse)
        if spot is not None and name not in out:
            out[name] = spot
    return out


def _first(lines: Sequence[Line], parse: Callable[[str], str | None]) -> Spot | None:
    for line in sorted(lines, key=lambda each: each.centre[1]):
        value = parse(line.text)
        if value is not None:
            return Spot(value, (line,))
    return None


def _score(lines: Sequence[Line]) -> float:
    """A page of few words with a card number in large digits and a bank's name."""
    text = "".join(line.text for line in lines)
    if len(re.findall(r"[\u4e00-\u9fff]", text)) > MOST_WORDS:
        return 0.0
    rows = _digit_rows(Sheet(lines, {}))
    numbers = [spot for each in (*rows, *_stacks(rows)) if (spot := _number(each)) is not None]
    named = BANK.search(text) or any(_english(line.text) for line in lines)
    return 4.0 * any(card_ok(spot.value) for spot in numbers) + 2.0 * bool(named)


FORM = Form(
    kind="bank_card",
    marks={
        "借记卡": 4,
        "储蓄卡": 4,
        "银联": 2,
        "UnionPay": 3,
        "VALIDTHRU": 2,
        "VALID": 1,
        "DEBIT": 2,
        "闪付": 1,
        "ATM": 1,
        "信用卡": 1,
        "签购单": -8,
        "登记表": -8,
        "确认书": -8,
        "回单": -8,
    },
    fields=(
        Field("card_number", (), normalise.card_number, check=card_ok, number=True),
        Field("bank", (), _bank),
        Field("valid_thru", (), _valid_thru, number=True),
    ),
    find=_find,
    score=_score,
    colour=True,
)
