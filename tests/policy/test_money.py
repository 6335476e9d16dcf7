"""Money in and out: yuan strings and 大写."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.policy.money import fen_from_words, fen_from_yuan, show_yuan, words_from_fen, yuan_from_fen

FEN = st.integers(min_value=0, max_value=10**14 - 1)


@given(FEN)
def test_words_come_back_as_the_same_amount(fen: int) -> None:
    assert fen_from_words(words_from_fen(fen)) == fen


@given(FEN, FEN)
def test_different_amounts_have_different_words(one: int, other: int) -> None:
    assert (words_from_fen(one) == words_from_fen(other)) == (one == other)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_yuan_come_back_as_the_same_amount(fen: int) -> None:
    assert fen_from_yuan(yuan_from_fen(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (10, "壹角"),
        (9980000, "玖万玖仟捌佰元整"),
        (12800050, "壹拾贰万捌仟元伍角"),
        (12800005, "壹拾贰万捌仟元零伍分"),
        (10000100, "壹拾万零壹元整"),
        (100000000000, "壹拾亿元整"),
        (10100000000, "壹亿零壹佰万元整"),
    ],
)
def test_words_as_invoices_print_them(fen: int, words: str) -> None:
    assert words_from_fen(fen) == words


@pytest.mark.parametrize(
    ("words", "fen"),
    [
        ("玖万玖仟捌佰圆整", 9980000),
        ("人民币壹拾贰万捌仟元正", 12800000),
        ("拾万元整", 10000000),
        ("一十二万八千元整", 12800000),
        ("壹 万 元 整", 1000000),
        ("壹佰元零角零分", 10000),
        ("", None),
        ("整", None),
        ("壹拾口万元整", None),
        ("贰叁元整", None),
        ("128000.00", None),
    ],
)
def test_words_as_they_are_read(words: str, fen: int | None) -> None:
    assert fen_from_words(words) == fen


@pytest.mark.parametrize("text", ["", "abc", "1,000.00", "1.000", ".5", "1.", "1e3", "１２", "--1", "99 800"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        fen_from_yuan(text)


def test_no_words_below_zero_or_beyond_the_places() -> None:
    for fen in (-1, 10**14):
        with pytest.raises(ValueError):
            words_from_fen(fen)


def test_amounts_in_sentences_have_separators() -> None:
    assert show_yuan(12800050) == "128,000.50"
    assert show_yuan(-100) == "-1.00"
