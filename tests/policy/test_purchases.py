"""Purchases of several goods, payments and invoices: what counts once, what must hold of each, what may be absent."""

from typing import Any

import pytest

from reviewapp.policy.amounts import find_amount
from reviewapp.policy.facts import Facts, parse_facts
from reviewapp.policy.goods import Catalogue, Goods, plain_names

HOME = Catalogue(
    (
        Goods("appliance", "家电", "一", (plain_names("电视机|电视"), plain_names("冰柜"))),
        Goods("furniture", "家具", "一", (plain_names("柜|电视柜"), plain_names("床"))),
    )
)


def facts(*papers: tuple[str, dict[str, Any]], **declared: Any) -> Facts:
    listed = [{"kind": kind, "fields": fields} for kind, fields in papers]
    return parse_facts({"programme": "home", "declared": declared, "papers": listed}, ["home"])


def fen(paths: str, *papers: tuple[str, dict[str, Any]], add_up: bool = False) -> int | None:
    amount = find_amount(paths, add_up=add_up)
    assert amount is not None
    return amount.of(facts(*papers)).fen


@pytest.mark.parametrize(
    ("stated", "groups"),
    [
        ("appliance", ["appliance"]),
        ("家电类", ["appliance"]),
        ("家具", ["furniture"]),
        ("液晶电视", ["appliance"]),
        ("电视柜", ["furniture"]),
        ("电视机、床", ["appliance", "furniture"]),
        (["冰柜", "衣柜"], ["appliance", "furniture"]),
        ("手机", ["other"]),
    ],
)
def test_goods_are_stated_by_name_or_by_group(stated: Any, groups: list[str]) -> None:
    assert [each.group for each in HOME.stated(facts(category=stated))] == groups


@pytest.mark.parametrize(
    ("second", "together"),
    [
        ({"amount": "10.00", "transaction_number": "A1"}, 1000),
        ({"amount": "10.00", "transaction_number": "A2"}, 2000),
        ({"amount": "9.00", "transaction_number": "A1"}, 1900),
        ({"amount": "10.00"}, 2000),
        ({"transaction_number": "A2"}, 1000),
    ],
)
def test_the_same_payment_counts_once(second: dict[str, Any], together: int) -> None:
    first = ("payment_proof", {"amount": "10.00", "transaction_number": "A1"})
    assert fen("payment_proof.amount", first, ("payment_proof", second), add_up=True) == together


PATHS = "subsidy_confirmation.products|subsidy_confirmation.total"


@pytest.mark.parametrize(
    ("confirmation", "amount"),
    [
        ({"products": [{"price": "2.00", "quantity": 3}, {"price": "1.00"}], "total": "9.00"}, 700),
        ({"products": [{"price": "2.00"}, {"name": "床"}], "total": "9.00"}, 900),
        ({"products": [{"name": "床"}]}, None),
        ({"total": "9.00"}, 900),
        ({}, None),
    ],
)
def test_the_first_amount_that_can_be_worked_out_counts(confirmation: dict[str, Any], amount: int | None) -> None:
    assert fen(PATHS, ("subsidy_confirmation", confirmation)) == amount


def test_papers_that_differ_are_not_passed_over() -> None:
    papers = [("subsidy_confirmation", {"total": total}) for total in ("9.00", "8.00")]
    assert (
        fen("subsidy_confirmation.total|product_invoice.total", *papers, ("product_invoice", {"total": "9.00"})) is None
    )
