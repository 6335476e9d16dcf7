"""Tiers from a scheme file: ends open or closed, lowest first, without gap or overlap."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

from reviewapp.policy.awards import Tier
from reviewapp.policy.money import fen_from_yuan, show_yuan
from reviewapp.policy.source import BadTable, TierTable, convert

_MOST_FEN = 10**15


def money(value: Any, key: str) -> int:
    """Fen of whole yuan (60000) or of text ("59999.99"); a number with a decimal point is refused."""
    if isinstance(value, Decimal | float | bool):
        raise BadTable(key, "金额写成了小数", '请写成整数元（60000）或带引号的 "59999.99"')
    try:
        fen = value * 100 if isinstance(value, int) else fen_from_yuan(value)
    except (TypeError, ValueError):
        raise BadTable(key, f"“{value}”不是金额", '请写成整数元（60000）或带引号的 "59999.99"') from None
    if fen < 0:
        raise BadTable(key, "金额不能是负数", "请改为 0 或正数")
    if fen > _MOST_FEN:
        raise BadTable(key, "金额太大", "请核对位数，单位是元")
    return int(fen)


def read_tiers(given: list[Any], key: str) -> tuple[Tier, ...]:
    """The tiers; BadTable on a gap, an overlap, two ends of a kind, or a tier after the one without end."""
    tiers = tuple(_tier(entry, f"{key}[{at}]") for at, entry in enumerate(given))
    if not tiers:
        raise BadTable(key, "一档也没有", "请至少写一档")
    for at, (lower, upper) in enumerate(pairwise(tiers), start=1):
        _joined(lower, upper, f"{key}[{at}]")
    return tiers


def _tier(entry: Any, key: str) -> Tier:
    try:
        table = convert(entry, TierTable)
    except BadTable as bad:
        raise BadTable(f"{key}.{bad.key}".rstrip("."), bad.message, bad.remedy) from None
    least = _end(key, ("from", table.least, 0), ("over", table.over, 1))
    most = _end(key, ("up_to", table.up_to, 0), ("below", table.below, -1))
    if least is None:
        raise BadTable(key, "没有下限", "含本数写 from，不含写 over")
    if most is not None and most < least:
        raise BadTable(key, "上限低于下限", "请核对两端")
    return Tier(least, most, money(table.pays, f"{key}.pays"))


def _end(key: str, *ends: tuple[str, Any, int]) -> int | None:
    """The end in fen, included: `over` begins a fen above, `below` ends a fen beneath."""
    given = [(name, value, step) for name, value, step in ends if value is not None]
    if len(given) > 1:
        names = "、".join(name for name, _, _ in ends)
        raise BadTable(key, f"{names} 同时写了", "只留一个")
    if not given:
        return None
    ((name, value, step),) = given
    return money(value, f"{key}.{name}") + step


def _joined(lower: Tier, upper: Tier, key: str) -> None:
    if lower.most is None:
        raise BadTable(key, "前一档没有上限，这一档用不到", "给前一档写上限，或删去这一档")
    if upper.least <= lower.most:
        raise BadTable(
            key, f"与前一档重叠：前一档到 {show_yuan(lower.most)} 为止", "请核对含与不含（from/over，up_to/below）"
        )
    if upper.least > lower.most + 1:
        gap = f"{show_yuan(lower.most + 1)} 至 {show_yuan(upper.least - 1)}"
        raise BadTable(key, f"与前一档之间有空档：{gap}", "请核对含与不含（from/over，up_to/below）")
