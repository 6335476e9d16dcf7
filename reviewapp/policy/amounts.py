"""Where an amount of money stands that awards and checks work with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reviewapp.policy.facts import Facts, Ref, Slot, find_ref
from reviewapp.policy.judgement import Judgement


class Measured(NamedTuple):
    """An amount found: None when it is absent or papers differ; `used` names the fields it was looked for in."""

    fen: int | None
    used: tuple[Slot, ...]
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """Where the amount stands that an award is worked out from: the first of `refs` that says it.

    A list of products is worth price × quantity, all together. `add_up`: every paper's value counts, for claims of
    several vouchers or payments; else papers of a kind must say the same.
    """

    refs: tuple[Ref, ...]
    add_up: bool = False

    @property
    def label(self) -> str:
        """What the amount is called."""
        return self.refs[0].label + ("价款" if self.refs[0].type == "list" else "")

    @property
    def name(self) -> str:
        """Its key in a finding's values."""
        return "total" if self.refs[0].type == "list" else self.refs[0].name

    def of(self, facts: Facts) -> Measured:
        """The amount in fen."""
        found = [self._measured(facts, slot) for slot in map(facts.slot, self.refs) if slot.values]
        telling = (measured for measured in found if measured.fen is not None or measured.conflict)
        return next(telling, found[0] if found else Measured(None, tuple(map(facts.slot, self.refs))))

    def _measured(self, facts: Facts, slot: Slot) -> Measured:
        if slot.ref.type == "list":
            return Measured(_products_fen(slot), (slot,))
        if self.add_up:
            return Measured(sum(_of_each_paper(facts, slot.ref)), (slot,))
        return Measured(None if slot.conflict else slot.values[0], (slot,), slot.conflict)

    def unknown(self, title: str, measured: Measured) -> Judgement:
        """Why no award follows without the amount."""
        where = measured.used[0].ref
        if measured.conflict:
            return Judgement("unsure", f"几份材料的{where.label}不一致，{title}无法算出", {}, measured.used)
        said = "里有价格或数量没有写明" if measured.used[0].values else "没有写明"
        return Judgement("unsure", f"{where.title}{said}，{title}无法算出", {}, measured.used)


_NUMBERS = {"voucher_slip": "order_number", "payment_proof": "transaction_number", "product_invoice": "invoice_number"}


def _of_each_paper(facts: Facts, ref: Ref) -> Iterator[int]:
    """The amount on each paper; a second picture of one paper (same number, same amount) does not count again."""
    number, seen = _NUMBERS.get(ref.section, ""), set()
    for paper in facts.papers.get(ref.section, ()):
        fen = paper.fields.get(ref.name)
        told = (paper.fields.get(number), fen)
        if fen is not None and (told[0] is None or told not in seen):
            seen.add(told)
            yield fen


def _products_fen(slot: Slot) -> int | None:
    """Price × quantity of all products; None when one lacks its price. One piece where no quantity is named."""
    products = [product for products in slot.values for product in products]
    if not products or any("price" not in product for product in products):
        return None
    return sum(int(product["price"]) * int(product.get("quantity", 1)) for product in products)


def find_amount(paths: str, *, add_up: bool = False) -> Amount | None:
    """`a.total|b.total`, lists of products included: the first that is there. None where one is no amount."""
    refs = [find_ref(path) for path in paths.split("|")]
    found = tuple(ref for ref in refs if ref is not None and (ref.type == "money" or ref.name == "products"))
    return Amount(found, add_up) if len(found) == len(refs) else None
