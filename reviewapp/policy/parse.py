"""A scheme file compiled: every mistake is reported with file, line, key and remedy; then nothing is parsed again."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from reviewapp.policy.award_reading import read_money
from reviewapp.policy.goods import Catalogue
from reviewapp.policy.lines import key_lines
from reviewapp.policy.model import Bands, Interpretation, PoolRule, Scheme, SecondLook, Source, Window
from reviewapp.policy.problems import Problem, SchemeError
from reviewapp.policy.programme import ProgrammeReader, check_reasons
from reviewapp.policy.reading import Collector
from reviewapp.policy.source import (
    InterpretationTable,
    PayoutTable,
    PoolTable,
    SchemeTable,
    SecondLookTable,
    SourceTable,
    WindowTable,
)
from reviewapp.policy.values import CHINA
from reviewapp.policy.voucher_reading import VoucherReader, read_goods

_T = TypeVar("_T")
#: In the place of an end that is none, so that the rules that name the window are still read.
_FAR_PAST, _FAR_FUTURE = (datetime.combine(day, time.min, CHINA) for day in (date.min, date.max))
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REPEATED = re.compile(r"Cannot (overwrite|declare|mutate|redefine)|already")
_AT = re.compile(r"\(at line (\d+)")


def parse_scheme(text: str, source: str) -> Scheme:
    """The scheme in a TOML text. `source` is the file's name for messages. SchemeError with every mistake found."""
    return compile_scheme(read_toml(text, source), source, key_lines(text))


def read_toml(text: str, source: str) -> dict[str, Any]:
    """The data of a TOML text, numbers with a decimal point as Decimal. SchemeError when it is no TOML."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SchemeError([_syntax(source, str(error))]) from None
    except RecursionError:
        raise SchemeError([Problem(source, None, "", "括号套得太深", "请核对方括号和花括号")]) from None


def compile_scheme(given: Mapping[str, Any], source: str, lines: Mapping[str, int]) -> Scheme:
    """The scheme in the data of its file; `lines` tells messages where a key stands. SchemeError as `parse_scheme`."""
    collector = Collector(source, lines)
    scheme = _Reader(collector).scheme(given)
    if scheme is None or collector.problems:
        raise SchemeError(collector.problems)
    return scheme


def _syntax(source: str, error: str) -> Problem:
    at = _AT.search(error)
    line = int(at[1]) if at else None
    if _REPEATED.search(error):
        return Problem(source, line, "", "这个键或表写了两次", "请只保留一处")
    return Problem(source, line, "", "不是合规的 TOML", "请核对这一行的引号、等号和括号")


class _Reader:
    """Reads the parts that all programmes share, then the programmes."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector

    def scheme(self, given: Mapping[str, Any]) -> Scheme | None:
        table = self.collector.convert(given, SchemeTable, "")
        if table is None:
            return None
        self._head(table)
        windows = self._named(table.windows, "windows", self._window)
        pools = self._listed(table.pools, "pools", self._pool, lambda pool: pool.code)
        points = self._listed(table.interpretations, "interpretations", self._point, lambda point: point.id)
        by_code = {pool.code: pool for pool in pools}
        goods = read_goods(table.goods, self.collector)
        reader = ProgrammeReader(self.collector, table, windows, set(by_code), Catalogue(goods))
        return Scheme(
            code=table.code,
            version=str(table.version),
            title=table.title,
            document_number=table.document_number,
            issued_on=table.issued_on,
            county=table.county,
            clauses=table.clauses,
            windows=windows,
            pools=by_code,
            goods=goods,
            programmes=self._named(table.programmes, "programmes", reader.programme),
            vouchers=VoucherReader(self.collector, table, by_code).vouchers(),
            interpretations=tuple(points),
            bands=self._bands(table.payout),
            second_look=self._second_look(table.second_look),
        )

    def _head(self, table: SchemeTable) -> None:
        """What the parts rely on."""
        if not _CODE.fullmatch(table.code):
            self.collector.add("code", f"“{table.code}”不能作编号", "用小写字母、数字和连字符，例如 yangcheng-2023")
        if table.version < 1:
            self.collector.add("version", "版本号应从 1 起", "请写正整数")
        for clause, text in table.clauses.items():
            if not text.strip():
                self.collector.add(f"clauses.{clause}", "是空的", "请写上这一条的摘要")
        check_reasons(self.collector, table.return_reasons, "return_reasons")
        self.collector.clauses = table.clauses

    def _named(self, given: Mapping[str, Any], key: str, read: Callable[[str, Any, str], _T | None]) -> dict[str, _T]:
        found = {name: read(name, entry, f"{key}.{name}") for name, entry in given.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _listed(
        self, given: list[Any], key: str, read: Callable[[Any, str], _T | None], name: Callable[[_T], str]
    ) -> list[_T]:
        found = [value for at, entry in enumerate(given) if (value := read(entry, f"{key}[{at}]")) is not None]
        self.collector.unique([name(value) for value in found], key)
        return found

    def _window(self, name: str, entry: Any, key: str) -> Window | None:
        table = self.collector.convert(entry, WindowTable, key)
        if table is None:
            return None
        self.collector.clause(table.clause, key)
        start = self.collector.moment(table.start, f"{key}.from", last=False) or _FAR_PAST
        until = self.collector.moment(table.until, f"{key}.until", last=True) or _FAR_FUTURE
        if until < start:
            self.collector.add(f"{key}.until", "截止早于开始", "请核对 from 与 until")
        every, lasts = self._rounds(table, key)
        return Window(
            id=name,
            title=table.title,
            start=start,
            until=until,
            clause=table.clause,
            days=not isinstance(table.start, datetime) and not isinstance(table.until, datetime),
            every=every,
            lasts=lasts,
        )

    def _rounds(self, table: WindowTable, key: str) -> tuple[timedelta | None, timedelta | None]:
        """How often the window opens and for how long; twice None for one that is open throughout."""
        days, hours = table.every_days, table.lasts_hours
        if not days and not hours:
            return None, None
        if not days or not hours:
            self.collector.add(key, "every_days 与 lasts_hours 只写了一个", "分轮开放时两个都写，否则都不写")
        elif not (0 < days <= 366 and 0 < hours <= days * 24):
            self.collector.add(key, "轮次不成立", "every_days 写 1 至 366，lasts_hours 写不超过这些天的小时数")
        else:
            return timedelta(days=days), timedelta(hours=hours)
        return None, None

    def _pool(self, entry: Any, key: str) -> PoolRule | None:
        table = self.collector.convert(entry, PoolTable, key)
        if table is None:
            return None
        self.collector.clause(table.clause, key)
        amount = read_money(table.amount, f"{key}.amount", self.collector)
        ceiling = None if table.ceiling is None else read_money(table.ceiling, f"{key}.ceiling", self.collector)
        if ceiling is not None and ceiling < amount:
            self.collector.add(f"{key}.ceiling", "上限低于金额", "请核对 amount 与 ceiling")
        first = self._first_tranche(table, amount, key)
        sources = self._sources(table, amount, key)
        return PoolRule(table.code, table.title, amount, table.clause, ceiling, first, sources)

    def _first_tranche(self, table: PoolTable, amount: int, key: str) -> int | None:
        if table.first_tranche is None:
            return None
        key = f"{key}.first_tranche"
        first = read_money(table.first_tranche, key, self.collector)
        if not 0 < first < amount:
            self.collector.add(key, "首拨不小于金额", "首拨写大于 0、小于 amount 的数；一次拨足的，去掉这个键")
        if table.sources:
            self.collector.add(key, "首拨与 sources 不能同时写", "分次拨付的，各级来源在以后的资金单里写明")
        return first

    def _bands(self, given: Any) -> Bands:
        """No table: two people release every batch."""
        if given is None:
            return Bands()
        if not isinstance(given, dict):
            self.collector.add("payout", "应为一个表", "请写成 [payout] 一段")
            return Bands()
        table = self.collector.convert(given, PayoutTable, "payout")
        return Bands() if table is None else Bands(*(self._band(table, key) for key in ("line_over", "total_over")))

    def _band(self, table: PayoutTable, key: str) -> int | None:
        given = getattr(table, key)
        return None if given is None else read_money(given, f"payout.{key}", self.collector)

    def _second_look(self, given: Any) -> SecondLook:
        """No table: nobody looks a second time."""
        if given is not None and not isinstance(given, dict):
            self.collector.add("second_look", "应为一个表", "请写成 [second_look] 一段")
            return SecondLook()
        table = None if given is None else self.collector.convert(given, SecondLookTable, "second_look")
        if table is None:
            return SecondLook()
        if not 0 <= table.percent <= 100:
            self.collector.add("second_look.percent", "不是百分数", "请写 0 至 100 的整数")
        over = None if table.over is None else read_money(table.over, "second_look.over", self.collector)
        return SecondLook(table.percent, over)

    def _sources(self, table: PoolTable, amount: int, key: str) -> tuple[Source, ...]:
        found = []
        for at, entry in enumerate(table.sources):
            source = self.collector.convert(entry, SourceTable, f"{key}.sources[{at}]")
            if source is not None:
                fen = read_money(source.amount, f"{key}.sources[{at}].amount", self.collector)
                found.append(Source(source.title, fen))
        if found and sum(source.amount_fen for source in found) != amount:
            self.collector.add(f"{key}.sources", "各级资金之和不等于资金池金额", "请核对各级金额")
        return tuple(found)

    def _point(self, entry: Any, key: str) -> Interpretation | None:
        table = self.collector.convert(entry, InterpretationTable, key)
        if table is None:
            return None
        self.collector.clause(table.clause, key)
        return Interpretation(table.id, table.clause, table.text, table.reading)
