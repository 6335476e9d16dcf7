"""The fields a claim has: what each is called on the page, and how its value is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reviewapp import schemes
from reviewapp.models import Claim
from reviewapp.policy import DeclaredField, Programme
from reviewapp.policy.facts import paper_parser
from reviewapp.policy.kinds import KINDS, PART_LABELS
from reviewapp.services.values import Form, Part


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a section (`applicant`, `account`, `declared`) or, with section `paper`, of a paper's kind.

    `options` pairs the values allowed with what the page calls them; `hint` and `clause` may be empty.
    """

    section: str
    name: str
    label: str
    form: Form
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    clause: str = ""


ACCOUNT_KINDS = (("debit", "借记卡（储蓄卡）"), ("credit", "信用卡"))
_FIXED = (
    Field("applicant", "name", "姓名", Form("text")),
    Field("applicant", "id_number", "公民身份号码", Form("id_number")),
    Field("applicant", "phone", "手机号", Form("phone")),
    Field("account", "holder", "开户人姓名", Form("text"), hint="必须是申领人本人的银行卡"),
    Field("account", "card_number", "银行卡号", Form("card")),
    Field("account", "kind", "卡的种类", Form(choices=("debit", "credit")), ACCOUNT_KINDS, hint="补贴只能发放到借记卡"),
)
#: Where a firm is paid, in the place of the applicant's card.
_OF_FIRM = (
    Field("account", "holder", "户名", Form("text"), hint="垫付的商家，与发票上的销售方一致"),
    Field("account", "card_number", "收款账号", Form("firm_account"), hint="单位银行账号，8 至 30 位数字"),
    Field("account", "bank", "开户银行", Form("text"), hint="写到支行"),
)
#: Numbers that always hold on the paper that carries them: a mistake is the typist's.
_STRICT = {("id_card", "id_number"): "id_number", ("bank_card", "card_number"): "card"}
_BY_KIND = {**_STRICT, ("registration_certificate", "pages"): "pages"}


def of_section(claim: Claim, section: str) -> tuple[Field, ...]:
    """The fields of `applicant`, `account` or `declared`, in the order in which they are asked."""
    rules = programme(claim)
    return declared(rules) if section == "declared" else fixed(section, rules)


def fixed(section: str, rules: Programme) -> tuple[Field, ...]:
    """The fields of `applicant` or `account`, which every programme asks for: a firm's account where a firm is paid."""
    if section == "account" and rules.pays_firm:
        return _OF_FIRM
    return tuple(field for field in _FIXED if field.section == section)


def declared(rules: Programme) -> tuple[Field, ...]:
    """What the submitter of a programme states and no paper carries."""
    return tuple(_declared(field) for field in rules.declared)


@cache
def of_kind(kind: str) -> tuple[Field, ...]:
    """The fields of a paper of that kind."""
    return tuple(
        Field("paper", name, field.label, _paper_form(kind, name)) for name, field in KINDS[kind].fields.items()
    )


def find(claim: Claim, section: str, name: str, kind: str | None = None) -> Field | None:
    """One field by name, of the paper kind `kind` in section `paper`; None when there is none."""
    if section == "paper":
        listed = of_kind(kind) if kind else ()
    elif section in ("applicant", "account", "declared"):
        listed = of_section(claim, section)
    else:
        listed = ()
    return next((field for field in listed if field.name == name), None)


def programme(claim: Claim) -> Programme:
    """The rules of the claim's programme in the version it is pinned to."""
    return schemes.load(claim.scheme_code, claim.scheme_version).programmes[claim.programme]


def readable(kind: str, name: str, value: Any) -> bool:
    """Whether a value read off a paper has the form of its field (PAPERS.md), so that the checks can take it."""
    try:
        paper_parser(kind, name)(value)
    except ValueError:
        return False
    return True


def _paper_form(kind: str, name: str) -> Form:
    field = KINDS[kind].fields[name]
    entries = field.entries if field.type == "list" and isinstance(field.entries, Mapping) else {}
    parts = tuple(Part(part, PART_LABELS[part], form) for part, form in entries.items())
    return Form(_BY_KIND.get((kind, name), field.type), words=field.words, parts=parts)


def _declared(field: DeclaredField) -> Field:
    form = Form(field.type, choices=tuple(field.choices))
    options = tuple(field.choices.items())
    return Field("declared", field.field, field.label, form, options, field.hint, field.clause)
