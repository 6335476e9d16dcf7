"""Awards of one amount, and awards that pay what a voucher's face says."""

from __future__ import annotations

from dataclasses import dataclass

from reviewapp.policy.amounts import Amount
from reviewapp.policy.awards.base import Awarded, ShownTable, worth
from reviewapp.policy.facts import Facts
from reviewapp.policy.judgement import Judgement
from reviewapp.policy.money import show_yuan, yuan_from_fen


@dataclass(frozen=True, slots=True)
class FlatAward:
    """`pays` fen for every claim. `at_most`: the document says up to; a reviewer may approve less with a reason."""

    title: str
    clause: str
    pays: int
    at_most: bool

    @property
    def most_fen(self) -> int:
        """The amount."""
        return self.pays

    @property
    def sentence(self) -> str:
        """One sentence."""
        return f"每份申请{'最高' if self.at_most else '定额'} {show_yuan(self.pays)} 元"

    @property
    def shown(self) -> tuple[ShownTable, ...]:
        """One row."""
        amount = f"{'最高 ' if self.at_most else ''}{show_yuan(self.pays)}"
        return (ShownTable(self.title, self.clause, "条件", (("符合条件的申请", amount),)),)

    def judge(self, facts: Facts) -> Awarded:
        """The amount, whatever the facts."""
        return Awarded(
            self.pays, self.clause, worth(self.title, "最高额" if self.at_most else "定额", self.pays, {}, ())
        )


@dataclass(frozen=True, slots=True)
class FaceAward:
    """What the vouchers' faces say. `allowed`: the face values there are; empty where the document names none."""

    title: str
    clause: str
    amount: Amount
    allowed: tuple[int, ...]

    @property
    def most_fen(self) -> int | None:
        """The highest face."""
        return max(self.allowed, default=None)

    @property
    def sentence(self) -> str:
        """One sentence."""
        return f"按{self.amount.label}{'合计' if self.amount.add_up else ''}"

    @property
    def shown(self) -> tuple[ShownTable, ...]:
        """A row a face."""
        rows = tuple((f"{self.amount.label} {show_yuan(face)}", show_yuan(face)) for face in self.allowed)
        return (ShownTable(self.title, self.clause, "计算依据", rows or ((self.amount.label, "同额"),)),)

    def judge(self, facts: Facts) -> Awarded:
        """The face value, or all of them together."""
        measured = self.amount.of(facts)
        if measured.fen is None:
            return Awarded(None, self.clause, self.amount.unknown(self.title, measured))
        values = {self.amount.name: yuan_from_fen(measured.fen)}
        strange = next((face for face in measured.used[0].values if self.allowed and face not in self.allowed), None)
        if strange is not None:
            faces = "、".join(map(show_yuan, self.allowed))
            text = f"{self.amount.label} {show_yuan(strange)} 不是本方案的面值（{faces}）"
            return Awarded(None, self.clause, Judgement("fail", text, values | {"allowed": faces}, measured.used))
        how = f"{self.amount.label}{'合计' if self.amount.add_up else ''} {show_yuan(measured.fen)}"
        return Awarded(measured.fen, self.clause, worth(self.title, how, measured.fen, values, measured.used))
