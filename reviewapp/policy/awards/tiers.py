"""Awards in tiers of an amount. Tiers are kept in whole fen with both ends included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from reviewapp.policy.amounts import Amount
from reviewapp.policy.awards.base import Awarded, ShownTable, worth
from reviewapp.policy.facts import Facts
from reviewapp.policy.judgement import Judgement
from reviewapp.policy.money import show_yuan, yuan_from_fen
from reviewapp.policy.traits import Trait


class Tier(NamedTuple):
    """Amounts from `least` to `most` fen, both included (`most` None: no end), are worth `award_fen`."""

    least: int
    most: int | None
    award_fen: int

    def covers(self, amount_fen: int) -> bool:
        """Whether the amount lies in the tier."""
        return amount_fen >= self.least and (self.most is None or amount_fen <= self.most)

    @property
    def shown(self) -> str:
        """`6 万元（含）至 10 万元（不含）`: the ends as the document writes them, open ends being a fen off."""
        over, below = self.least % 100 == 1, self.most is not None and self.most % 100 == _LAST_FEN
        least = f"{_round(self.least - over)}（{'不含' if over else '含'}）"
        if self.most is None:
            return f"{least}以上"
        return f"{least}至 {_round(self.most + below)}（{'不含' if below else '含'}）"


_LAST_FEN = 99
_TEN_THOUSAND = 1_000_000


def _round(fen: int) -> str:
    return f"{fen // _TEN_THOUSAND} 万元" if fen % _TEN_THOUSAND == 0 else f"{show_yuan(fen)} 元"


@dataclass(frozen=True, slots=True)
class Table:
    """The tiers, lowest first, for claims whose trait has `value`; "" for all claims."""

    value: str
    clause: str
    tiers: tuple[Tier, ...]

    def award_fen(self, amount_fen: int) -> int | None:
        """What the amount is worth; None where no tier covers it."""
        return next((tier.award_fen for tier in self.tiers if tier.covers(amount_fen)), None)


@dataclass(frozen=True, slots=True)
class TierAward:
    """An award in tiers of `amount`, by a trait of what was bought where there is one."""

    title: str
    amount: Amount
    trait: Trait | None
    tables: tuple[Table, ...]

    @property
    def most_fen(self) -> int:
        """The highest tier."""
        return max(tier.award_fen for table in self.tables for tier in table.tiers)

    @property
    def sentence(self) -> str:
        """One sentence."""
        return f"按{self.amount.label}分档，每档定额"

    @property
    def shown(self) -> tuple[ShownTable, ...]:
        """A table for each value of the trait."""
        return tuple(
            ShownTable(
                self.trait.titles[table.value] if self.trait else self.title,
                table.clause,
                self.amount.label,
                tuple((tier.shown, show_yuan(tier.award_fen)) for tier in table.tiers),
            )
            for table in self.tables
        )

    def judge(self, facts: Facts) -> Awarded:
        """The submitter's statement counts for the trait, else the papers'; a contradiction is another check's."""
        table, stated, values, used = self._table(facts)
        measured = self.amount.of(facts)
        if table is None or measured.fen is None:
            return Awarded(None, (table or self.tables[0]).clause, self._unknown(facts, table))
        amount = f"{stated}{self.amount.label} {show_yuan(measured.fen)}"
        values = {self.amount.name: yuan_from_fen(measured.fen)} | values
        used = (*measured.used, *used)
        award = table.award_fen(measured.fen)
        if award is None:
            least = show_yuan(table.tiers[0].least)
            text = f"{amount}，低于最低一档 {least}，没有补贴"
            return Awarded(None, table.clause, Judgement("fail", text, values | {"least": least}, used))
        return Awarded(award, table.clause, worth(self.title, amount, award, values, used))

    def _table(self, facts: Facts) -> tuple[Table | None, str, dict[str, str], tuple]:  # type: ignore[type-arg]
        """The table that applies, how a sentence begins, the values and fields that chose it."""
        if self.trait is None:
            return self.tables[0], "", {}, ()
        value = self.trait.value(facts)
        table = next((table for table in self.tables if table.value == value), None)
        if table is None:
            return None, "", {}, ()
        return (
            table,
            f"{self.trait.titles[table.value]}，",
            {self.trait.ref.name: table.value},
            (facts.slot(self.trait.ref),),
        )

    def _unknown(self, facts: Facts, table: Table | None) -> Judgement:
        measured = self.amount.of(facts)
        if measured.conflict:
            return self.amount.unknown(self.title, measured)
        lacking = [measured.used[0].ref.title] if measured.fen is None else []
        if table is None and self.trait is not None:
            lacking.append(self.trait.ref.label)
        return Judgement("unsure", f"没有{'、'.join(lacking)}，{self.title}无法算出", {}, measured.used)
