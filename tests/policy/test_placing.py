"""Pages are put to buyers by what is read on them: numbers tie, names and amounts suggest, nothing is forced."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.policy.placing import Buyer, Item, Placement, groups_of, keys_of, place

ID_A, ID_B = "11010519491231002X", "440524188001010014"
VIN_A, VIN_B = "LSVAA4188E2184847", "LFV2A21K8A3023513"


def page(number: int, **fields: object) -> Item:
    return Item(number, keys_of(fields), file=number)


def buyer(number: int, **fields: object) -> Buyer:
    return Buyer(number, keys_of(fields))


AS = buyer(1, name="测试甲", phone="13800000001")
BS = buyer(2, name="测试乙", phone="13800000002")


def test_papers_hang_together_by_numbers_and_reach_the_sheet_by_the_name_alone():
    pile = [
        page(1, name="测试甲", id_number=ID_A),
        page(2, buyer_name="测试甲", buyer_id=ID_A, vin=VIN_A),
        page(3, vin=VIN_A, certificate_number="YX1234567890123"),
        page(4, vin=VIN_A, plate="晋E12345"),
        page(5, plate="晋E12345"),
    ]
    assert {found.buyer for found in place([AS, BS], pile).values()} == {1}
    assert all(found.certainty == "sure" for found in place([AS, BS], pile).values())


def test_a_number_that_two_rows_have_ties_nothing_and_names_both():
    same_card = {"card_number": "6299900000000000014"}
    found = place([buyer(1, name="测试甲", **same_card), buyer(2, name="测试乙", **same_card)], [page(1, **same_card)])
    assert found[1] == Placement(None, "doubtful", "符合不止一位购车人", (1, 2))


def test_two_buyers_numbers_on_one_page_are_doubtful_and_the_other_is_named():
    rows = [buyer(1, name="测试甲", id_number=ID_A), buyer(2, name="测试乙", vin=VIN_B)]
    found = place(rows, [page(1, buyer_id=ID_A, vin=VIN_B), page(2, vin=VIN_B)])
    assert (found[1].buyer, found[1].certainty, found[1].others) == (1, "doubtful", (2,))


def test_two_of_one_name_are_told_apart_by_a_number_and_never_guessed():
    rows = [buyer(1, name="测试甲", phone="13800000001"), buyer(2, name="测试甲", id_number=ID_B)]
    found = place(
        rows, [page(1, name="测试甲", id_number=ID_B), page(2, name="测试甲", id_number=ID_A), page(3, owner="测试甲")]
    )
    assert found[1].buyer == 2
    assert found[2].buyer == 1  # the other one is known to have another number
    assert (found[3].buyer, found[3].others) == (None, (1, 2))


def test_a_slip_finds_its_card_and_a_card_its_slip():
    card = {"card_number": "6299901234567890123"}
    rows = [buyer(1, name="测试甲", **card), BS]
    assert place(rows, [page(1, card_number_masked="629990*********0123")])[1].certainty == "sure"
    invoices = [page(1, buyer_name="测试甲", vin=VIN_A, total="128000.00", invoice_date="2023-12-28")]
    slip = page(2, card_number_masked="629990*********0123", amount="128000.00", paid_at="2023-12-28T10:00:00+08:00")
    found = place([AS, BS], [*invoices, slip, page(3, **card)])
    assert [(found[n].buyer, found[n].certainty) for n in (1, 2, 3)] == [(1, "sure"), (1, "doubtful"), (1, "doubtful")]


def test_the_same_amount_twice_decides_nothing():
    invoice = {"total": "128000.00", "invoice_date": "2023-12-28"}
    pile = [
        page(1, buyer_name="测试甲", vin=VIN_A, **invoice),
        page(2, buyer_name="测试乙", vin=VIN_B, **invoice),
        page(3, amount="128000.00", paid_at="2023-12-28T10:00:00+08:00"),
    ]
    assert place([AS, BS], pile)[3].others == (1, 2)


@pytest.mark.parametrize(("seen", "certainty"), [(VIN_A, "sure"), ("LSVAA4188E2184B47", "doubtful")])
def test_a_misread_number_is_a_guess(seen: str, certainty: str):
    found = place([buyer(1, name="测试甲", vin=VIN_A), BS], [page(1, vin=seen)])
    assert (found[1].buyer, found[1].certainty) == (1, certainty)


def test_what_says_nothing_follows_its_neighbours_in_the_file_but_not_between_two_buyers():
    def sheet(number: int, **fields: object) -> Item:
        return Item(number, keys_of(fields), file=1, place=(number, 0))

    pile = [
        sheet(1, name="测试甲", id_number=ID_A),
        sheet(2),
        sheet(3, buyer_id=ID_A),
        sheet(4),
        sheet(5, name="测试乙"),
    ]
    found = place([AS, BS], pile)
    assert (found[2].buyer, found[2].certainty) == (1, "doubtful")
    assert found[4].buyer is None


def test_a_folder_speaks_only_when_all_in_it_are_one_buyers():
    def filed(number: int, folder: str, **fields: object) -> Item:
        return Item(number, keys_of(fields), file=number, folder=folder)

    mixed = [filed(1, "all", name="测试甲"), filed(2, "all"), filed(3, "all", name="测试乙")]
    assert place([AS, BS], mixed)[2].buyer is None
    assert place([AS, BS], [filed(1, "甲", name="测试甲"), filed(2, "甲")])[2].buyer == 1


def test_what_a_person_placed_stands_and_its_numbers_bring_others():
    pinned = Item(1, keys_of({"card_number": "6299901234567890123"}), file=1, pinned=2)
    found = place([AS, BS], [pinned, page(2, card_number_masked="629990*********0123")])
    assert (found[1].buyer, found[2].buyer) == (2, 2)


def test_strays_that_share_a_number_are_one_unknown_buyer():
    pile = [page(1, name="测试丙", id_number=ID_B), page(2, buyer_id=ID_B, vin=VIN_B), page(3, plate="晋E12345")]
    assert all(found.buyer is None for found in place([AS], pile).values())
    assert groups_of(pile) == [(1, 2), (3,)]


@given(st.integers(0, 10_000))
def test_the_order_of_pile_and_sheet_changes_nothing(seed: int):
    rng = random.Random(seed)
    values = {
        "id_number": [ID_A, ID_B],
        "vin": [VIN_A, VIN_B],
        "plate": ["晋E12345", "晋E54321"],
        "name": ["测试甲", "测试乙"],
    }
    pile = [page(n, **{key: rng.choice(some) for key, some in values.items() if rng.random() < 0.4}) for n in range(8)]
    expected = place([AS, BS], pile)
    assert set(expected) == set(range(8))
    assert place([BS, AS], rng.sample(pile, len(pile))) == expected
