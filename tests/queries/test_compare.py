"""Values letter by letter: every text comes out whole, and what differs is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewapp.queries.compare import Run, marked


def test_one_letter_in_a_long_number() -> None:
    first, second = marked(["LSVAA4188E2184847", "LSVAA4188E2I84847"])
    assert [run.text for run in first if run.differs] == ["1"]
    assert second == (Run("LSVAA4188E2", False), Run("I", True), Run("84847", False))


def test_spaces_and_full_width_letters_are_told_in_words() -> None:
    _, second = marked(["测试(甲)", "测试（甲） "])
    assert [(run.text, run.remark) for run in second if run.differs] == [("（", "全角"), ("）", "全角"), (" ", "空格")]


def test_values_that_are_the_same_carry_no_marks() -> None:
    assert not any(run.differs for runs in marked(["测试甲"] * 3) for run in runs)
    assert marked([]) == []


def test_the_first_is_compared_with_the_one_that_differs() -> None:
    first, second, third = marked(["测试甲", "测试甲", "测试乙"])
    assert [run.text for run in first if run.differs] == ["甲"]
    assert not any(run.differs for run in second)
    assert [run.text for run in third if run.differs] == ["乙"]


def test_an_absent_value_differs_in_everything() -> None:
    first, second = marked(["测试甲", ""])
    assert [(run.text, run.differs) for run in first] == [("测试甲", True)]
    assert second == ()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_every_text_comes_out_whole(texts: list[str]) -> None:
    shown = marked(texts)
    assert ["".join(run.text for run in runs) for runs in shown] == texts
    assert any(run.differs for runs in shown for run in runs) == (len(set(texts)) > 1)
