"""Awards of a scheme file, compiled. Every mistake goes to the collector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, NamedTuple

from reviewapp.policy.amounts import Amount, find_amount
from reviewapp.policy.awards import (
    AgeAward,
    Award,
    Band,
    FaceAward,
    FlatAward,
    PercentAward,
    Rate,
    ScrapAge,
    Table,
    Tier,
    TierAward,
)
from reviewapp.policy.facts import Ref, find_ref
from reviewapp.policy.reading import Collector
from reviewapp.policy.source import (
    AgeAwardTable,
    AwardTable,
    BandTable,
    FaceAwardTable,
    FlatAwardTable,
    PercentAwardTable,
    RateTable,
    ScrapTable,
    TierAwardTable,
    TiersTable,
)
from reviewapp.policy.tiers import money, read_tiers
from reviewapp.policy.traits import TRAITS, Trait


def read_award(given: dict[str, Any], key: str, collector: Collector) -> Award | None:
    """The award, None (and problems) when it does not hold."""
    named = given.get("form", "")
    form = _FORMS.get(named) if isinstance(named, str) else None
    if form is None:
        known = "、".join(_FORMS)
        collector.add(f"{key}.form", f"没有“{named}”这种算法", f"请写 form，可写：{known}")
        return None
    table = collector.convert(given, form.shape, key)
    before = len(collector.problems)
    award = form.read(table, key, collector) if table is not None else None
    if table is not None and award is None and len(collector.problems) == before:
        collector.add(key, "一档也没有", "请至少写一档")
    return award if len(collector.problems) == before else None


def _tiers(table: TierAwardTable, key: str, collector: Collector) -> Award | None:
    amount, trait = _amount(table.amount, f"{key}.amount", collector), _trait(table.by, key, collector)
    tables = [_tier_table(entry, f"{key}.tables[{at}]", collector) for at, entry in enumerate(table.tables)]
    found = tuple(entry for entry in tables if entry is not None)
    if trait is not None or not table.by:
        _values([entry.value for entry in found], trait, f"{key}.tables", collector)
    return None if amount is None or not found else TierAward(table.title, amount, trait, found)


def _tier_table(entry: Any, key: str, collector: Collector) -> Table | None:
    table = collector.convert(entry, TiersTable, key)
    if table is None:
        return None
    collector.clause(table.clause, key)
    none: tuple[Tier, ...] = ()
    tiers = collector.attempt(lambda: read_tiers(table.tiers, f"{key}.tiers"), none)
    return Table(table.value, table.clause, tiers) if tiers else None


def _percent(table: PercentAwardTable, key: str, collector: Collector) -> Award | None:
    amount, trait = _amount(table.amount, f"{key}.amount", collector), _trait(table.by, key, collector)
    rates = [_rate(entry, f"{key}.rates[{at}]", collector) for at, entry in enumerate(table.rates)]
    found = tuple(rate for rate in rates if rate is not None)
    if trait is not None or not table.by:
        _values([rate.value for rate in found], trait, f"{key}.rates", collector)
    least = read_money(table.least, f"{key}.least", collector)
    cap = None if table.most is None else read_money(table.most, f"{key}.most", collector)
    if cap is not None and least > cap:
        collector.add(f"{key}.least", "保底高于封顶", "请核对 least 与 most")
    unit = read_money(table.round_to, f"{key}.round_to", collector)
    if unit == 0:
        collector.add(f"{key}.round_to", "不能取整到 0", '精确到分写 "0.01"，到元写 1')
    if amount is None or not found:
        return None
    return PercentAward(table.title, amount, trait, found, least, cap, unit, table.rounding)


def _rate(entry: Any, key: str, collector: Collector) -> Rate | None:
    table = collector.convert(entry, RateTable, key)
    if table is None:
        return None
    collector.clause(table.clause, key)
    return Rate(table.value, table.clause, read_share(table.percent, f"{key}.percent", collector))


def read_share(value: Any, key: str, collector: Collector) -> int:
    """Hundredths of a percent of `6` or `"5.5"`; above 0 and at most 100."""
    try:
        share = Decimal(value) * 100 if isinstance(value, int | str) and not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        share = Decimal("NaN")
    if share.is_finite() and 0 < share <= 10_000 and share == share.to_integral_value():
        return int(share)
    collector.add(key, f"“{value}”不是百分比", '请写成整数 6，或带引号、最多两位小数的 "5.5"，大于 0、不超过 100')
    return 1


def _flat(table: FlatAwardTable, key: str, collector: Collector) -> Award:
    collector.clause(table.clause, key)
    return FlatAward(table.title, table.clause, read_money(table.pays, f"{key}.pays", collector), table.at_most)


def _face(table: FaceAwardTable, key: str, collector: Collector) -> Award | None:
    collector.clause(table.clause, key)
    amount = _amount(table.amount, f"{key}.amount", collector)
    allowed = tuple(read_money(face, f"{key}.allowed[{at}]", collector) for at, face in enumerate(table.allowed))
    if amount is None:
        return None
    return FaceAward(table.title, table.clause, Amount(amount.refs, table.add_up), allowed)


def _age(table: AgeAwardTable, key: str, collector: Collector) -> Award | None:
    refs = [
        _day(getattr(table, name), f"{key}.{name}", collector) for name in ("made_on", "registered_on", "handed_in_on")
    ]
    made, registered, handed_in = refs
    scrap = collector.convert(table.scrap, ScrapTable, f"{key}.scrap")
    bands = _bands(table.bands, f"{key}.bands", collector)
    if scrap is None or made is None or registered is None or handed_in is None or not bands:
        return None
    collector.clause(scrap.clause, f"{key}.scrap")
    for name in ("two_wheels", "three_wheels", "late_registration"):
        if getattr(scrap, name) < 1:
            collector.add(f"{key}.scrap.{name}", "年数应为正整数", "请核对年数")
    pays = read_money(scrap.pays, f"{key}.scrap.pays", collector)
    age = ScrapAge(pays, scrap.clause, scrap.two_wheels, scrap.three_wheels, scrap.late_registration)
    return AgeAward(table.title, made, registered, handed_in, age, bands)


def _bands(given: list[Any], key: str, collector: Collector) -> tuple[Band, ...]:
    """From 0 years on, lowest first, joined without gap or overlap, the last one without end."""
    bands = []
    for at, entry in enumerate(given):
        table = collector.convert(entry, BandTable, f"{key}[{at}]")
        if table is not None:
            collector.clause(table.clause, f"{key}[{at}]")
            pays = read_money(table.pays, f"{key}[{at}].pays", collector)
            bands.append(Band(table.least, table.below, pays, table.clause))
    joined = all(lower.below == upper.least for lower, upper in pairwise(bands))
    rising = all(band.below is None or band.least < band.below for band in bands)
    if not bands or bands[0].least != 0 or bands[-1].below is not None or not joined or not rising:
        collector.add(key, "车龄分档有空档、重叠或没有到头", "从不满几年的一档写起，首尾相接，最后一档不写 below")
    return tuple(bands)


def read_money(value: Any, key: str, collector: Collector) -> int:
    """Fen; 0 (and a problem) for what is no money."""
    return collector.attempt(lambda: money(value, key), 0)


def _amount(paths: str, key: str, collector: Collector) -> Amount | None:
    amount = find_amount(paths)
    if amount is None:
        collector.add(key, f"“{paths}”不是金额字段", "例如 vehicle_invoice.total")
    return amount


def _day(path: str, key: str, collector: Collector) -> Ref | None:
    ref = find_ref(path)
    if ref is None or ref.type != "date":
        collector.add(key, f"“{path}”不是日期字段", "例如 registration_certificate.made_on|declared.made_on")
        return None
    return ref


def _trait(name: str, key: str, collector: Collector) -> Trait | None:
    if name and name not in TRAITS:
        collector.add(f"{key}.by", f"没有“{name}”这项特征", f"可写：{'、'.join(TRAITS)}")
    return TRAITS.get(name)


def _values(values: list[str], trait: Trait | None, key: str, collector: Collector) -> None:
    """Each table stands for a value of the trait; without one there is a single table."""
    known: Mapping[str, str] = trait.titles if trait else {"": ""}
    collector.unique(values, key)
    for at, value in enumerate(values):
        if value not in known:
            remedy = f"可写：{'、'.join(known)}" if trait else "不分类的只写一个，不写 value"
            collector.add(f"{key}[{at}].value", f"没有“{value}”这个取值", remedy)


class _Form(NamedTuple):
    shape: type[AwardTable]
    read: Callable[[Any, str, Collector], Award | None]


_FORMS = {
    "tiers": _Form(TierAwardTable, _tiers),
    "percent": _Form(PercentAwardTable, _percent),
    "flat": _Form(FlatAwardTable, _flat),
    "face": _Form(FaceAwardTable, _face),
    "age": _Form(AgeAwardTable, _age),
}
