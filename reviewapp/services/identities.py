"""What identifies a claim: person, vehicle, invoice, card, scrap certificate, payment, telephone; as blind tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from reviewapp import sealing
from reviewapp.policy.identifiers import fold_vin, normal_id
from reviewapp.policy.masks import mask_card, mask_id_number, mask_name, mask_phone
from reviewapp.policy.names import fold_name

#: The kinds that rules ask for (`prior_claims`); claims that share one are approved one after the other.
RULED = ("id_number", "vin", "invoice")
#: What the kinds of `models.claim.KEY_KINDS` are called that claims are compared by; a name alone says nothing.
LABELS: Mapping[str, str] = {
    "vin": "车架号",
    "invoice": "发票号码",
    "scrap": "报废回收证明编号",
    "payment": "付款流水号",
    "card": "收款卡号",
    "id_number": "身份证号",
    "phone": "手机号",
}
_INVOICES = ("vehicle_invoice", "used_vehicle_invoice", "product_invoice")
#: The one number by which a paper of that kind is known: kind of paper, field, kind of key.
_NUMBERED = (
    ("scrap_certificate", "certificate_number", "scrap"),
    ("pos_slip", "reference_number", "payment"),
    ("payment_proof", "transaction_number", "payment"),
)
#: Shorter references are counters of one terminal, which come again every day.
_SHORTEST_REFERENCE = 8


@dataclass(frozen=True, slots=True)
class Identity:
    """A token of `kind`, how its value is shown (masked), and the values of `prior_claims` that it stands for."""

    kind: str
    token: str
    shown: str
    values: tuple[tuple[str, str], ...] = ()


class _Told(NamedTuple):
    """A kind of key, its normalised parts, how it is shown, and the values of `prior_claims`."""

    kind: str
    parts: tuple[str, ...]
    shown: str
    values: tuple[tuple[str, str], ...] = ()


def of(given: Mapping[str, Any]) -> Iterator[Identity]:
    """The identities in a claim's facts (INTERFACES.md, "Facts in"); the same number on several papers is one."""
    seen = set()
    on_papers = (told for paper in given["papers"] for told in _paper(paper["kind"], paper["fields"]))
    for told in (*_people(given), *on_papers):
        token = sealing.current().blind(told.kind, "\0".join(told.parts))
        if (told.kind, token) not in seen:
            seen.add((told.kind, token))
            yield Identity(told.kind, token, told.shown, told.values)


def _people(given: Mapping[str, Any]) -> Iterator[_Told]:
    if number := given["applicant"].get("id_number"):
        yield _Told("id_number", (normal_id(number),), mask_id_number(number), (("id_number", number),))
    if name := given["applicant"].get("name"):
        yield _Told("name", (fold_name(name),), mask_name(name))
    if phone := given["applicant"].get("phone"):
        yield _Told("phone", (normal_id(phone),), mask_phone(phone))
    if card := given["account"].get("card_number"):
        yield _Told("card", (normal_id(card),), mask_card(card))


def _paper(kind: str, said: Mapping[str, Any]) -> Iterator[_Told]:
    if vin := said.get("vin"):
        yield _Told("vin", (fold_vin(normal_id(vin)),), vin, (("vin", vin),))
    if kind in _INVOICES and said.get("invoice_number"):
        named = {name: said[name] for name in ("invoice_code", "invoice_number") if said.get(name)}
        parts = normal_id(named.get("invoice_code", "")), normal_id(named["invoice_number"])
        yield _Told("invoice", parts, " ".join(named.values()), tuple(named.items()))
    if kind == "voucher_slip" and (number := said.get("order_number")):
        yield _Told("invoice", ("", normal_id(number)), number, (("invoice_number", number),))
    for paper, field, key in _NUMBERED:
        number = said.get(field) if paper == kind else None
        if number and (key != "payment" or len(normal_id(number)) >= _SHORTEST_REFERENCE):
            yield _Told(key, (kind, normal_id(number)), number)
