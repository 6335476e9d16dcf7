"""What a rule may be made to depend on (`when`): what is declared, what the papers show, what sort of goods."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reviewapp.policy.facts import SECTIONS, Facts, find_ref
from reviewapp.policy.goods import Catalogue
from reviewapp.policy.traits import TRAITS

Known = Callable[[Facts], frozenset[str] | None]
"""The values that hold for a claim (several, where several things were bought); None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when one of the values does. What is not known leaves it open: a check stands, a paper may be needed."""

    subject: str
    values: tuple[str, ...]
    words: tuple[str, ...]
    known: Known

    @property
    def shown(self) -> str:
        """`只限家电`."""
        return f"只限{'、'.join(self.words)}"

    def applies(self, facts: Facts) -> bool | None:
        """Whether the rule is for this claim; None when nobody knows."""
        known = self.known(facts)
        return None if known is None else not known.isdisjoint(self.values)


def subjects(catalogue: Catalogue) -> dict[str, Known]:
    """How every subject is known, by name. Declared fields that a trait or the goods judge too are theirs."""
    found = {name: _declared(name) for name in SECTIONS["declared"]} | {name: _of_trait(name) for name in TRAITS}
    return found | {"category": catalogue.known, "purchase_tax": _purchase_tax}


def values_of_subject(name: str, catalogue: Catalogue) -> Mapping[str, str]:
    """The values that a condition may name, and what they are called; empty where any value may stand."""
    if name in TRAITS:
        return TRAITS[name].titles
    closed = {"category": catalogue.titles, "purchase_tax": {"due": "应缴购置税的", "not_due": "不缴购置税的"}}
    return closed.get(name, {})


def _declared(name: str) -> Known:
    def known(facts: Facts) -> frozenset[str] | None:
        value = facts.sections["declared"].get(name)
        return None if value is None else frozenset((_word(value),))

    return known


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_trait(name: str) -> Known:
    trait = TRAITS[name]

    def known(facts: Facts) -> frozenset[str] | None:
        value = trait.value(facts)
        return None if value is None else frozenset((value,))

    return known


_TAX_FREE = frozenset(("not_due",))
_TAXED = frozenset(("due",))
_TAX_FREE_CC = 150
_CC = re.compile(r"[A-Z]{2,3}(\d{2,4})")
_MOTORCYCLE = [
    find_ref(path)
    for path in (
        "vehicle_invoice.vehicle_type", "vehicle_licence.vehicle_type", "vehicle_invoice.brand_model",
        "vehicle_licence.brand_model",
    )
]  # fmt: skip


def _purchase_tax(facts: Facts) -> frozenset[str] | None:
    """Vehicle purchase tax (车辆购置税法 第一条): none on second-hand vehicles, on electric motorcycles and on those up
    to 150 ml; the engine's size is read from the model (HJ125 has 125 ml). None where statement and papers differ.
    """
    if "used_vehicle_invoice" in facts.papers:
        return _TAX_FREE
    said = facts.sections["declared"]
    papers = [_plain(text) for ref in _MOTORCYCLE if ref is not None for text in facts.slot(ref).values]
    stated = [_plain(text) for text in said.get("category") or ()]
    sizes = [int(match[1]) for text in (*papers, *stated) if (match := _CC.search(text))]
    if said.get("energy") == "new_energy" or _electric([*papers, *stated]):
        return None if sizes and not _electric(papers) else _TAX_FREE
    if any("轻便" in text for text in papers):
        return _TAX_FREE
    if not sizes:
        return None
    return _TAX_FREE if max(sizes) <= _TAX_FREE_CC else _TAXED


def _electric(texts: list[str]) -> bool:
    return any("电动" in text for text in texts)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
