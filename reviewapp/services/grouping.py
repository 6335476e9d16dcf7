"""Which pages are one paper: the two sides of an identity card, the sheets of a licence, a photograph taken twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from reviewapp.ocr import FieldReading
from reviewapp.services.facts import CurrentFact, CurrentPaper

#: Papers of several sheets: a page joins when it says nothing else than the paper does.
_SHEETS = frozenset({"id_card", "vehicle_licence", "registration_certificate"})
#: What makes two pictures pictures of one paper: all of these fields, read without doubt, are the same.
_SAME_PAPER: dict[str, tuple[str, ...]] = {
    "vehicle_invoice": ("invoice_number", "vin"),
    "used_vehicle_invoice": ("invoice_number", "vin"),
    "product_invoice": ("invoice_number", "total"),
    "vehicle_certificate": ("certificate_number", "vin"),
    "tax_payment_proof": ("vin", "paid_on", "tax_amount"),
    "bank_card": ("card_number",),
    "pos_slip": ("reference_number", "paid_at", "amount"),
    "voucher_slip": ("order_number",),
}
#: How much alike a doubtful reading and the value must be: one of three characters may be misread.
_MISREAD = 0.6


def home(papers: Iterable[CurrentPaper], kind: str, fields: Mapping[str, FieldReading]) -> CurrentPaper | None:
    """The paper a page with these readings belongs to, the one it agrees with most; None when it is a new paper."""
    fitting = [paper for paper in papers if paper.paper.kind == kind and _belongs(paper, kind, fields)]
    return max(fitting, key=lambda paper: (_agreeing(paper, fields), paper.paper.id), default=None)


def same_value(one: Any, other: Any) -> bool:
    """Equal when width, case and spaces are disregarded."""
    return folded(one) == folded(other)


def _belongs(paper: CurrentPaper, kind: str, fields: Mapping[str, FieldReading]) -> bool:
    if any(_contradicts(fact, fields[name]) for name, fact in _common(paper, fields).items()):
        return False
    if kind in _SHEETS:
        return True
    named = _SAME_PAPER.get(kind, ())
    return bool(named) and all(name in fields and _certain_match(paper.facts.get(name), fields[name]) for name in named)


def _common(paper: CurrentPaper, fields: Mapping[str, FieldReading]) -> dict[str, CurrentFact]:
    return {name: fact for name, fact in paper.facts.items() if name in fields and fact.value is not None}


def _contradicts(fact: CurrentFact, reading: FieldReading) -> bool:
    """Lists add up; two sure values must be equal; where one is doubtful, they must at least look alike."""
    if isinstance(reading.value, list) or same_value(fact.value, reading.value):
        return False
    if not fact.row.doubtful and not reading.unsure:
        return True
    return SequenceMatcher(None, folded(fact.value), folded(reading.value)).ratio() < _MISREAD


def _certain_match(fact: CurrentFact | None, reading: FieldReading) -> bool:
    return fact is not None and not fact.row.doubtful and not reading.unsure and same_value(fact.value, reading.value)


def _agreeing(paper: CurrentPaper, fields: Mapping[str, FieldReading]) -> int:
    return sum(same_value(fact.value, fields[name].value) for name, fact in _common(paper, fields).items())


def folded(value: Any) -> str:
    """The value as text without width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", str(value)).upper().split())
