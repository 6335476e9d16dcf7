"""Awards that are a share of an amount, with a floor, a cap and a rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from reviewapp.policy.amounts import Amount
from reviewapp.policy.awards.base import Awarded, ShownTable, worth
from reviewapp.policy.facts import Facts
from reviewapp.policy.judgement import Judgement
from reviewapp.policy.money import show_yuan, yuan_from_fen
from reviewapp.policy.traits import Trait

Rounding = Literal["half_up", "down", "up"]
ROUNDINGS: dict[str, str] = {"half_up": "四舍五入", "down": "舍去尾数", "up": "尾数进位"}
_WHOLE = 10_000


class Rate(NamedTuple):
    """`share` hundredths of a percent of the amount, for claims whose trait has `value`; "" for all claims."""

    value: str
    clause: str
    share: int

    @property
    def shown(self) -> str:
        """`6%`."""
        return f"{(Decimal(self.share) / 100).normalize():f}%"


@dataclass(frozen=True, slots=True)
class PercentAward:
    """A share of `amount`, never under `least_fen` nor over `cap_fen`, rounded to whole `unit_fen`."""

    title: str
    amount: Amount
    trait: Trait | None
    rates: tuple[Rate, ...]
    least_fen: int
    cap_fen: int | None
    unit_fen: int
    rounding: Rounding

    @property
    def most_fen(self) -> int | None:
        """The cap."""
        return self.cap_fen

    @property
    def sentence(self) -> str:
        """One sentence."""
        floor = f"，不足 {show_yuan(self.least_fen)} 的按 {show_yuan(self.least_fen)} 计" if self.least_fen else ""
        cap = "" if self.cap_fen is None else f"，合计最高 {show_yuan(self.cap_fen)}"
        return f"按{self.amount.label}的比例{floor}{cap}，{ROUNDINGS[self.rounding]}到 {show_yuan(self.unit_fen)} 元"

    @property
    def shown(self) -> tuple[ShownTable, ...]:
        """One table of the rates."""
        rows = tuple((self._who(rate) or self.amount.label, rate.shown) for rate in self.rates)
        return (ShownTable(self.title, self.rates[0].clause, self.trait.ref.label if self.trait else "计算依据", rows),)

    def judge(self, facts: Facts) -> Awarded:
        """The share of the amount."""
        rate, measured = self._rate(facts), self.amount.of(facts)
        if rate is None or measured.fen is None:
            return Awarded(None, (rate or self.rates[0]).clause, self._unknown(facts, rate))
        share = self._rounded(measured.fen * rate.share)
        award = max(share, self.least_fen)
        if self.cap_fen is not None:
            award = min(award, self.cap_fen)
        values = {self.amount.name: yuan_from_fen(measured.fen), "rate": rate.shown}
        who = f"{self._who(rate)}，" if self.trait else ""
        how = f"{who}{self.amount.label} {show_yuan(measured.fen)} 的 {rate.shown}"
        if award != share:
            how += f" 为 {show_yuan(share)}，{'不足最低额' if award > share else '超过最高额'}"
        stated = (facts.slot(self.trait.ref),) if self.trait else ()
        return Awarded(award, rate.clause, worth(self.title, how, award, values, (*measured.used, *stated)))

    def _rounded(self, ten_thousandths: int) -> int:
        unit = _WHOLE * self.unit_fen
        add = {"half_up": unit // 2, "down": 0, "up": unit - 1}[self.rounding]
        return (ten_thousandths + add) // unit * self.unit_fen

    def _rate(self, facts: Facts) -> Rate | None:
        if self.trait is None:
            return self.rates[0]
        value = self.trait.value(facts)
        return next((rate for rate in self.rates if rate.value == value), None)

    def _who(self, rate: Rate) -> str:
        return self.trait.titles[rate.value] if self.trait else ""

    def _unknown(self, facts: Facts, rate: Rate | None) -> Judgement:
        measured = self.amount.of(facts)
        if measured.fen is None or self.trait is None:
            return self.amount.unknown(self.title, measured)
        return Judgement("unsure", f"没有{self.trait.ref.label}，{self.title}无法算出", {}, measured.used)
