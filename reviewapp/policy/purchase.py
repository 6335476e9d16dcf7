"""A purchase as a shop enters it at the counter, judged by the scheme's own rules before any paper is there. Pure.

Nothing is decided here: the rules are those that the claim is checked by later, over facts that say what the papers
will say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from reviewapp.policy.evaluation import evaluate
from reviewapp.policy.model import Programme, Scheme
from reviewapp.policy.money import yuan_from_fen
from reviewapp.policy.result import Finding

#: Papers whose content is entered with the products; that of the others is not known yet.
_ENTERED = frozenset({"energy_label", "commodity_code"})
_CATEGORY = "declared.category"


class Line(msgspec.Struct, frozen=True):
    """One product: `price_fen` is that of one piece after all other discounts; `returned` of its pieces came back.

    `code` (13 digits) and `grade` ("1" to "5") are "" where there is none.
    """

    name: str
    price_fen: int
    quantity: int = 1
    brand_model: str = ""
    code: str = ""
    grade: str = ""
    returned: int = 0

    @property
    def kept(self) -> int:
        """Pieces that did not come back."""
        return self.quantity - self.returned

    @property
    def total_fen(self) -> int:
        """The price of what was kept."""
        return self.price_fen * self.kept


@dataclass(frozen=True, slots=True)
class Judged:
    """What a purchase is worth and what is the matter with it: per line the findings that fail or are unsure.

    `award` says how the amount came about, cap and clause included; None without a line.
    """

    total_fen: int
    award_fen: int
    award: Finding | None
    of_lines: tuple[tuple[Finding, ...], ...]

    @property
    def refused(self) -> tuple[Finding, ...]:
        """Why no subsidy can be given for it."""
        return tuple(one for line in self.of_lines for one in line if one.outcome == "fail")


def kept(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of which a piece was kept."""
    return tuple(line for line in lines if line.kept > 0)


def judge(scheme: Scheme, programme: Programme, lines: Sequence[Line], at: datetime) -> Judged:
    """The purchase by the rules of its programme, as if it were claimed at that instant. FactsError as `evaluate`."""
    bought = kept(lines)
    if not bought:
        return Judged(0, 0, None, ((),) * len(lines))
    whole = evaluate(scheme, _facts(programme, bought, at))
    award = next(one for one in whole.findings if one.check == "award")
    matters = tuple(_matters(scheme, programme, line, at) if line.kept > 0 else () for line in lines)
    return Judged(sum(line.total_fen for line in bought), whole.award_fen or 0, award, matters)


def products(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The products in the form of the confirmation's facts (PAPERS.md)."""
    return [
        {"name": line.name, "price": yuan_from_fen(line.price_fen), "quantity": line.kept}
        | ({"brand_model": line.brand_model} if line.brand_model else {})
        | ({"commodity_code": line.code} if line.code else {})
        for line in kept(lines)
    ]


def _matters(scheme: Scheme, programme: Programme, line: Line, at: datetime) -> tuple[Finding, ...]:
    entered = {rule.finding for rule in programme.papers if _ENTERED.issuperset(rule.kinds)}
    found = evaluate(scheme, _facts(programme, (line,), at)).findings
    return tuple(
        one for one in found if one.outcome in ("fail", "unsure") and (one.check in entered or _of_products(one))
    )


def _of_products(finding: Finding) -> bool:
    """Does it rest on nothing but what was entered of the products?"""
    fields = {ref.field for ref in finding.refs if ref.paper is None}
    return finding.check != "award" and bool(finding.refs) and fields <= {_CATEGORY}


def _facts(programme: Programme, lines: Sequence[Line], at: datetime) -> dict[str, Any]:
    labels = [{"kind": "energy_label", "fields": {"grade": line.grade}} for line in lines if line.grade]
    codes = [{"kind": "commodity_code", "fields": {"commodity_code": line.code}} for line in lines if line.code]
    return {
        "programme": programme.id,
        "submitted_at": at.isoformat(),
        "submitter": {"role": programme.submitters[0]},
        "declared": {"category": [line.name for line in lines]},
        "papers": [
            {"kind": "subsidy_confirmation", "fields": {"products": products(lines)}},
            *labels,
            *codes,
        ],
    }
