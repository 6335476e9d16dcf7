"""Identifiers of people, firms, cars and cards: normal form and check digits (PAPERS.md)."""

from __future__ import annotations

import re
import unicodedata

from stdnum import ean, luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN = re.compile(r"[0-9A-HJ-NPR-Z]{17}")
_VIN_MISREAD = str.maketrans("OIQ", "010")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z](?:[0-9A-HJ-NP-Z]{{4}}[0-9A-HJ-NP-Z学警港澳挂]|[0-9A-HJ-NP-Z]{{6}})")
_ID_NUMBER = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)[0-9]{15}[0-9X]")
_SPACES = re.compile(r"[\s·•‧・.\-]+")


def normal_id(text: str) -> str:
    """Half-width, upper case, without spaces, dots and hyphens: the form in which identifiers are compared."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()


def id_number_ok(text: str) -> bool:
    """公民身份号码: 18 characters, province, real birth date, check digit (GB 11643, ISO 7064 MOD 11-2).

    Which county codes existed when the person was born says nothing: many numbers were given out years later.
    """
    if not _ID_NUMBER.fullmatch(text):
        return False
    try:
        ric.get_birth_date(text)
    except ValidationError:
        return False
    return bool(text[-1] == ric.calc_check_digit(text))


def uscc_ok(text: str) -> bool:
    """统一社会信用代码: 18 characters and check digit (GB 32100)."""
    return bool(uscc.is_valid(text))


def card_ok(text: str) -> bool:
    """银行卡号: 16 to 19 digits and the Luhn check digit."""
    return 16 <= len(text) <= 19 and text.isascii() and text.isdigit() and bool(luhn.is_valid(text))


def firm_account_ok(text: str) -> bool:
    """单位银行账号: 8 to 30 digits, not all the same.

    Every bank numbers firms' accounts in its own way; no check digit holds for all, and Luhn would refuse good ones.
    """
    return 8 <= len(text) <= 30 and text.isascii() and text.isdigit() and len(set(text)) > 1


def ean13_ok(text: str) -> bool:
    """13 位国标码: 13 digits and check digit, whatever the country prefix."""
    return len(text) == 13 and bool(ean.is_valid(text))


def vin_ok(text: str) -> bool:
    """车辆识别代号: 17 characters without I, O and Q (GB 16735). Says nothing about the check digit."""
    return _VIN.fullmatch(text) is not None


def vin_check_digit_ok(text: str) -> bool:
    """Place 9 is the ISO 3779 check digit; makers outside North America and China may not use it (warn, not fail)."""
    if not vin_ok(text):
        return False
    rest = sum(_VIN_VALUES[char] * weight for char, weight in zip(text, _VIN_WEIGHTS, strict=True)) % 11
    return text[8] == ("X" if rest == 10 else str(rest))


def fold_vin(text: str) -> str:
    """The VIN as read where it holds; else with O, I, Q taken for 0, 1, 0 (they occur in no VIN)."""
    return text if vin_check_digit_ok(text) else text.translate(_VIN_MISREAD)


def plate_ok(text: str) -> bool:
    """号牌: 7 characters, 8 for new energy (GA 36)."""
    return _PLATE.fullmatch(text) is not None


def phone_ok(text: str) -> bool:
    """手机号: 11 digits beginning 1."""
    return len(text) == 11 and text.isascii() and text.isdigit() and text.startswith("1")
