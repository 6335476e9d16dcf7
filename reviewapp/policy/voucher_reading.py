"""Vouchers, their rounds and the goods of a scheme file, compiled. Every mistake goes to the collector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from reviewapp.policy.award_reading import read_money, read_share
from reviewapp.policy.goods import Goods, plain_names
from reviewapp.policy.model import PoolRule
from reviewapp.policy.money import show_yuan
from reviewapp.policy.reading import Collector
from reviewapp.policy.source import (
    FaceTable,
    GoodsTable,
    LeverageTable,
    LimitsTable,
    RoundsTable,
    SchemeTable,
    ShareTable,
    VoucherTable,
)
from reviewapp.policy.vouchers import Face, Limits, Rounds, Share, Voucher

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = "一二三四五六日"


def read_goods(given: list[Any], collector: Collector) -> tuple[Goods, ...]:
    """The groups; a name in two groups is refused."""
    found = []
    for at, entry in enumerate(given):
        table = collector.convert(entry, GoodsTable, f"goods[{at}]")
        if table is not None:
            collector.clause(table.clause, f"goods[{at}]")
            names = tuple(plain_names(name) for name in table.names)
            found.append(Goods(table.code, table.title, table.clause, names))
    collector.unique([goods.code for goods in found], "goods")
    collector.unique([alias for goods in found for kind in goods.names for alias in kind], "goods.names")
    return tuple(found)


class VoucherReader:
    """Reads rounds and vouchers against the scheme's pools."""

    def __init__(self, collector: Collector, table: SchemeTable, pools: Mapping[str, PoolRule]) -> None:
        self.collector, self.pools = collector, pools
        self.leverage = self._leverage(table.leverage)
        rounds = {name: self._rounds(name, entry, f"rounds.{name}") for name, entry in table.rounds.items()}
        self.rounds = {name: value for name, value in rounds.items() if value is not None}
        self.tables = table.vouchers

    def vouchers(self) -> dict[str, Voucher]:
        """The kinds by code."""
        read = [self._voucher(entry, f"vouchers[{at}]") for at, entry in enumerate(self.tables)]
        found = [voucher for voucher in read if voucher is not None]
        self.collector.unique([voucher.code for voucher in found], "vouchers")
        for rounds in self.rounds.values():
            self._within_pools(rounds, {voucher.pool for voucher in found if voucher.rounds is rounds})
        return {voucher.code: voucher for voucher in found}

    def _leverage(self, given: dict[str, Any] | None) -> int:
        table = self.collector.convert(given, LeverageTable, "leverage") if given is not None else None
        if table is None:
            return 1
        self.collector.clause(table.clause, "leverage")
        return table.times

    def _rounds(self, name: str, entry: Any, key: str) -> Rounds | None:
        table = self.collector.convert(entry, RoundsTable, key)
        if table is None:
            return None
        self.collector.clause(table.clause, key)
        first = self.collector.moment(table.start, f"{key}.from", last=False)
        last = self.collector.moment(table.until, f"{key}.until", last=False)
        if first is None or last is None:
            return None
        if not (0 < table.every_days <= 366 and 0 < table.lasts_hours <= 366 * 24):
            self.collector.add(key, "every_days、lasts_hours 应为正数，不超过一年", "请核对间隔天数与有效小时数")
            return None
        amount = None if table.amount is None else read_money(table.amount, f"{key}.amount", self.collector)
        every, lasts = timedelta(days=table.every_days), timedelta(hours=table.lasts_hours)
        rounds = Rounds(name, table.title, table.clause, first, last, every, lasts, amount)
        self._on_days(rounds, table, key)
        return rounds

    def _on_days(self, rounds: Rounds, table: RoundsTable, key: str) -> None:
        """The last round falls on a round's day, all on the weekday named, and there are as many as the document
        says.
        """
        if rounds.last < rounds.first:
            self.collector.add(f"{key}.until", "最后一轮早于第一轮", "请核对 from 与 until")
        elif (rounds.last - rounds.first) % rounds.every:
            self.collector.add(f"{key}.until", "最后一轮不在轮次的日子上", f"每 {rounds.every.days} 天一轮，请核对日期")
        for name, day in (("from", rounds.first), ("until", rounds.last)):
            if table.weekday is not None and _WEEKDAYS[day.weekday()] != table.weekday:
                said = f"{day:%Y-%m-%d} 是星期{_DAYS[day.weekday()]}"
                wanted = _DAYS[_WEEKDAYS.index(table.weekday)]
                self.collector.add(f"{key}.{name}", f"{said}，不是星期{wanted}", "请核对日期")
        if table.count is not None and table.count != rounds.count:
            said = f"按日期共 {rounds.count} 轮，写的是 {table.count} 轮"
            self.collector.add(f"{key}.count", said, "请核对起止日期与轮数")

    def _within_pools(self, rounds: Rounds, pools: set[str]) -> None:
        total = sum(self.pools[pool].amount_fen for pool in pools if pool in self.pools)
        asked = (rounds.amount_fen or 0) * rounds.count
        if pools and asked > total:
            said = f"{rounds.count} 轮共 {show_yuan(asked)}，超过资金池合计 {show_yuan(total)}"
            self.collector.add(f"rounds.{rounds.id}.amount", said, "请核对每轮金额与资金池")

    def _voucher(self, entry: Any, key: str) -> Voucher | None:
        table = self.collector.convert(entry, VoucherTable, key)
        if table is None:
            return None
        self.collector.clause(table.clause, key)
        if table.pool not in self.pools:
            self.collector.add(f"{key}.pool", f"没有“{table.pool}”这个资金池", f"可写：{'、'.join(self.pools)}")
        if table.rounds and table.rounds not in self.rounds:
            self.collector.add(f"{key}.rounds", f"没有名为“{table.rounds}”的轮次", f"可用：{'、'.join(self.rounds)}")
        if bool(table.faces) == (table.share is not None):
            self.collector.add(key, "faces 与 share 应恰好写一个", "定额面值写 faces，按比例写 share")
        limits = self.collector.convert(table.limits, LimitsTable, f"{key}.limits")
        return Voucher(
            code=table.code,
            title=table.title,
            clause=table.clause,
            pool=table.pool,
            handed_out=table.handed_out,
            faces=self._faces(table, key),
            share=None if table.share is None else self._share(table.share, f"{key}.share"),
            limits=Limits(*(getattr(limits, name) for name in Limits._fields)) if limits else Limits(*[None] * 4),
            rounds=self.rounds.get(table.rounds),
            refund=table.refund,
            good_until=self._good_until(table.good_until, f"{key}.good_until"),
            position=table.position,
        )

    def _faces(self, table: VoucherTable, key: str) -> tuple[Face, ...]:
        read: Callable[[Any, str], Face | None] = self._face
        found = [read(entry, f"{key}.faces[{at}]") for at, entry in enumerate(table.faces)]
        faces = tuple(face for face in found if face is not None)
        self.collector.unique([str(face.off_fen) for face in faces], f"{key}.faces")
        handed_out = sum(face.off_fen * (face.stock or 1) for face in faces)
        pool = self.pools.get(table.pool)
        if pool is not None and handed_out > pool.amount_fen:
            said = f"面值合计 {show_yuan(handed_out)}，超过资金池 {show_yuan(pool.amount_fen)}"
            self.collector.add(f"{key}.faces", said, "请核对面值、张数与资金池")
        return faces

    def _face(self, entry: Any, key: str) -> Face | None:
        table = self.collector.convert(entry, FaceTable, key)
        if table is None:
            return None
        spend, off = (read_money(getattr(table, name), f"{key}.{name}", self.collector) for name in ("spend", "off"))
        if spend and spend < off * self.leverage:
            said = f"满 {show_yuan(spend)} 减 {show_yuan(off)}，最低消费不到面值的 {self.leverage} 倍"
            self.collector.add(f"{key}.spend", said, f"最低消费应不低于 {show_yuan(off * self.leverage)}")
        return Face(spend, off, table.stock)

    def _share(self, given: dict[str, Any], key: str) -> Share | None:
        table = self.collector.convert(given, ShareTable, key)
        if table is None:
            return None
        share = read_share(table.percent, f"{key}.percent", self.collector)
        if share * self.leverage > 10_000:
            said = f"比例使最低消费不到面值的 {self.leverage} 倍"
            self.collector.add(f"{key}.percent", said, "请核对比例与杠杆倍数")
        return Share(share, None if table.most is None else read_money(table.most, f"{key}.most", self.collector))

    def _good_until(self, value: Any, key: str) -> datetime | None:
        return None if value is None else self.collector.moment(value, key, last=True)
