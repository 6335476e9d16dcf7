"""A claim as `by_hand` reads it: parsed fields, and the few ways in which its rules compare them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from reviewapp.policy.identifiers import fold_vin
from reviewapp.policy.money import fen_from_yuan
from reviewapp.policy.names import same_name
from reviewapp.policy.traits import read_energy, read_vehicle_class

Finding = tuple[str, str, str, str, dict[str, str]]
"""Check, outcome, clause, sentence, values."""
Fields = Mapping[str, Any]
NONE: Fields = {}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = frozenset(("valid_from", "valid_until", "invoice_date", "register_date", "issue_date", "paid_on", "made_on"))
_SUMS = frozenset(("total", "amount", "tax_amount"))
_NUMBERS = frozenset(
    ("vin", "plate", "card_number", "invoice_number", "invoice_code", "id_number", "buyer_id", "taxpayer_id")
)


def parsed(fields: Fields) -> dict[str, Any]:
    """Days, fen, numbers in capitals, texts. ValueError for what is none."""
    return {name: _value(name, value) for name, value in fields.items() if value is not None}


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if name in _NUMBERS:
        return text.replace(" ", "").upper()
    if name in _SUMS:
        return fen_from_yuan(text)
    if name not in _DAYS:
        return text
    if text == "长期":
        return date.max
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


class HandClaim:
    """The claim while it is judged."""

    def __init__(self, facts: Mapping[str, Any], papers: dict[str, dict[str, Any]], doubtful: set[str]) -> None:
        self.facts, self.doubtful = facts, doubtful
        self.findings: list[Finding] = []
        self.card, self.invoice = papers.get("id_card", NONE), papers.get("vehicle_invoice", NONE)
        self.licence, self.certificate = papers.get("vehicle_licence", NONE), papers.get("vehicle_certificate", NONE)
        self.tax, self.bank = papers.get("tax_payment_proof", NONE), papers.get("bank_card", NONE)
        self.slip, self.photo = papers.get("pos_slip"), papers.get("car_photo", NONE)
        self.statement = "dealer_statement" in papers
        self.applicant, self.account = facts.get("applicant") or NONE, facts.get("account") or NONE
        self.declared, self.context = facts.get("declared") or NONE, facts.get("context") or NONE
        said = facts.get("submitted_at")
        self.at = datetime.fromisoformat(said) if said else None

    def say(self, check: str, outcome: str, clause: str, text: str, values: dict[str, str], *used: str) -> None:
        """Add a finding; one that rests on a doubtful reading is unsure."""
        if outcome in ("pass", "fail") and any(field in self.doubtful for field in used):
            outcome, text = "unsure", f"{text}；读数存疑，待确认"
        self.findings.append((check, outcome, clause, f"{text}（{clause}）", values))

    def absent(self, check: str, clause: str, lacking: str, title: str, outcome: str = "unsure") -> None:
        """Nothing to judge by."""
        self.say(check, outcome, clause, f"没有{lacking}，“{title}”无法核验", {})

    def same(
        self, check: str, clause: str, title: str, fields: tuple[tuple[str, str, Any, bool], ...],
        *, text: bool = False, vin: bool = False, lone: str = "unsure",
    ) -> None:  # fmt: skip
        """All values there are one; (path, title, value, required) each."""
        there = [field for field in fields if field[2] is not None]
        values = {path: str(value) for path, _, value, _ in there}
        worst, other = "same", there[0] if there else None
        for field in there[1:]:
            one, two = there[0][2], field[2]
            if one == two or (vin and fold_vin(one) == fold_vin(two)):
                continue
            alike = same_name(one, two) if text else "different"
            if alike == "different" or (alike == "near" and worst == "same"):
                worst, other = alike, field
        if worst != "same" and other is not None:
            first = there[0]
            said = "仅一字之差，请核对是否为同一人" if worst == "near" else "不一致"
            sentence = f"{first[1]} {first[2]}，与{other[1]} {other[2]} {said}"
            self.say(check, "unsure" if worst == "near" else "fail", clause, sentence, values, first[0], other[0])
        elif any(field[2] is None and field[3] for field in fields):
            lacking = "、".join([field[1] for field in fields if field[2] is None and field[3]])
            self.absent(check, clause, lacking, title)
        elif len(there) < 2:
            self.say(check, lone, clause, f"“{title}”没有可比对的内容", values)
        else:
            sentence = f"{'、'.join([field[1] for field in there])}一致，均为 {there[0][2]}"
            self.say(check, "pass", clause, sentence, values, *values)

    def shown(self, trait: str) -> list[tuple[str, str]]:
        """(field, value) of the papers that show the trait."""
        read, sources = read_energy, (
            ("vehicle_licence.energy", self.licence.get("energy")),
            ("vehicle_certificate.fuel", self.certificate.get("fuel")),
        )  # fmt: skip
        if trait == "vehicle_class":
            read, sources = read_vehicle_class, (
                ("vehicle_licence.vehicle_type", self.licence.get("vehicle_type")),
                ("vehicle_invoice.vehicle_type", self.invoice.get("vehicle_type")),
            )  # fmt: skip
        return [(path, value) for path, text in sources if text and (value := read(text))]

    def trait(self, name: str, clause: str, label: str, titles: dict[str, str], allowed: tuple[str, ...]) -> None:
        """As stated, unless a paper speaks against it."""
        evidence = self.shown(name)
        stated = self.declared.get(name) or (evidence[0][1] if evidence else None)
        if stated is None:
            self.absent(name, clause, label, label)
            return
        values = {name: stated, "allowed": "、".join(allowed)}
        clash = next((value for _, value in evidence if value != stated), None)
        own = name in self.declared or clash is None
        if stated not in allowed and own:
            text = f"{label}为{titles[stated]}，只限{'、'.join([titles[value] for value in allowed])}"
            self.say(name, "fail", clause, text, values, *([] if clash else [path for path, _ in evidence]))
        elif clash is not None:
            text = f"{label}为{titles[stated]}，而材料写的是{titles[clash]}，请核对"
            self.say(name, "unsure", clause, text, values)
        else:
            text = f"{label}为{titles[stated]}，符合要求"
            self.say(name, "pass", clause, text, values, *[path for path, _ in evidence])

    def energy(self) -> str | None:
        """What the award goes by."""
        stated = self.declared.get("energy")
        shown = {value for _, value in self.shown("energy")} if stated is None else {stated}
        return shown.pop() if len(shown) == 1 else None

    def in_county(self, check: str, title: str, sources: tuple[tuple[str, str | None], ...]) -> None:
        """One of the texts names the county."""
        path, text = next((source for source in sources if source[1] and "阳城县" in source[1]), ("", None))
        if text is not None:
            self.say(check, "pass", "七（二）", f"{text}，在阳城县", {path.split(".")[1]: text}, path)
        else:
            self.say(check, "unsure", "七（二）", f"看不出“{title}”", {})
