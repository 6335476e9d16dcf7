"""What a finding or a fact helps to decide: the desk shows both together under these headings.

A check says so in the vocabulary (`checks.base.Spec.decides`); one that can be about anything, such as `same_value`, is
about what its first field is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reviewapp.policy.checks import CHECKS
from reviewapp.policy.checks.base import Matter
from reviewapp.policy.facts import find_ref
from reviewapp.policy.model import Programme, Rule

MATTERS: dict[Matter, str] = {
    "who": "身份与账户",
    "vehicle": "车辆与商品",
    "money": "金额与付款",
    "dates": "日期与期限",
    "limits": "次数与限额",
    "duplicates": "重复与信号",
    "papers": "材料",
}
"""Every matter with its heading, in the order of the desk."""

_BY_TYPE: dict[str, Matter] = {"money": "money", "date": "dates", "instant": "dates", "bool": "papers"}
_PEOPLE = frozenset(
    (
        *("name", "sex", "ethnicity", "birth_date", "address", "id_number", "phone", "holder", "kind", "card_number"),
        *("issuing_authority", "buyer_name", "buyer_id", "buyer_tax_id", "owner", "owner_id", "transfer_owner"),
        *("seller_name", "seller_id", "seller_tax_id", "taxpayer_name", "taxpayer_id", "consumer_name", "shop_name"),
        *("market_name", "recycler_name", "villager_name", "village", "bank", "valid_thru", "role"),
    )
)
_MONEY = frozenset(
    (
        *("total_in_words", "tax_rate", "card_number_masked", "merchant_name", "merchant_number", "terminal_number"),
        *("transaction_type", "transaction_number", "auth_code", "batch_number", "reference_number", "trace_number"),
        *("order_number", "payer_name", "payee_name", "invoice_code", "invoice_number", "tax_authority"),
    )
)


def of_field(path: str) -> Matter:
    """The matter of a field, `section.field` or `kind.field`."""
    name = path.rpartition(".")[2]
    if name in _PEOPLE:
        return "who"
    if name in _MONEY:
        return "money"
    if name == "pages":
        return "papers"
    ref = find_ref(path)
    return _BY_TYPE.get(ref.type, "vehicle") if ref is not None else "vehicle"


def of_finding(programme: Programme, check: str) -> Matter:
    """The matter of a finding; `check` is its rule's id. What tells whether papers are there is about papers."""
    if check == "award":
        return "money"
    rule = _rule(programme, check)
    if rule is None:
        return "papers"
    told = CHECKS[rule.check].decides
    return told if told is not None else next(map(of_field, _paths(rule.params.values())), "papers")


def compares(programme: Programme, check: str) -> bool:
    """Whether the finding's values ought to be the same, so that the letters in which they differ tell something."""
    rule = _rule(programme, check)
    return rule is not None and CHECKS[rule.check].alike


def _rule(programme: Programme, check: str) -> Rule | None:
    return next((rule for rule in programme.rules if rule.id == check), None)


def _paths(params: Iterable[Any]) -> Iterator[str]:
    """The fields that a rule's parameters name, in their order."""
    for value in params:
        words = value if isinstance(value, list | tuple) else (value,)
        yield from (word for word in words if isinstance(word, str) and find_ref(word) is not None)
