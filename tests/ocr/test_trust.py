"""When a reading is certain, and what a second reader can and cannot do."""

from __future__ import annotations

import pytest

from reviewapp.ocr import normalise
from reviewapp.ocr.codes import Code
from reviewapp.ocr.evidence import Evidence, weigh_sum, weigh_words
from reviewapp.ocr.form import Field
from reviewapp.ocr.kinds import FORMS
from reviewapp.ocr.layout import Spot
from reviewapp.ocr.lines import box_quad, make_line
from reviewapp.ocr.trust import Look, gather, look_again, same_number, settled
from reviewapp.policy.identifiers import vin_check_digit_ok

BOX = box_quad((0, 0, 100, 20))
DATE = Field("invoice_date", ("开票日期",), normalise.iso_date, number=True)
VIN = Field("vin", ("车架号",), normalise.vin, check=vin_check_digit_ok, number=True)
NAME = Field("owner", ("所有人",), normalise.person)
MODEL = Field("brand_model", ("厂牌型号",), normalise.text)
GOOD_VIN = "LSVAA4182E2184847"
SAME: Look = lambda _: "2023年12月28日"  # noqa: E731
OTHER: Look = lambda _: "2023年12月26日"  # noqa: E731


def spot(value: str, score: float, text: str | None = None) -> Spot:
    return Spot(value, (make_line(text or value, BOX, score),))


def test_a_number_or_a_name_is_never_certain_by_its_score_alone() -> None:
    assert not settled(DATE, spot("2023-12-28", 1.0), Evidence())
    assert not settled(NAME, spot("测试甲", 1.0), Evidence())
    assert settled(MODEL, spot("测试牌CS7150", 0.85), Evidence())
    assert not settled(MODEL, spot("测试牌CS7150", 0.75), Evidence())


def test_one_faint_digit_is_enough_for_doubt_and_faint_marks_are_not() -> None:
    digit = make_line("2023年12月28日", BOX, scores=[1, 1, 1, 0.6, 1, 1, 1, 1, 1, 1, 1])
    mark = make_line("2023年12月28日", BOX, scores=[1, 1, 1, 1, 0.6, 1, 1, 0.6, 1, 1, 0.6])
    for line, sure in ((digit, False), (mark, True)):
        evidence = Evidence()
        look_again(DATE, Spot("2023-12-28", (line,)), evidence, [SAME, SAME])
        assert settled(DATE, Spot("2023-12-28", (line,)), evidence) is sure


def test_a_number_with_a_check_digit_must_pass_it_or_be_read_twice() -> None:
    assert not settled(VIN, spot(GOOD_VIN, 1.0), Evidence())
    evidence = Evidence()
    evidence.bear(("vin",), "check_digit")
    assert settled(VIN, spot(GOOD_VIN, 0.7), evidence)


def test_an_engine_whose_score_tells_nothing_needs_a_witness() -> None:
    assert not settled(DATE, spot("2023-12-28", 0.99), Evidence(), scores_tell=False)
    assert not settled(NAME, spot("测试甲", 0.99), Evidence(), scores_tell=False)


def test_of_such_an_engine_a_check_digit_alone_is_no_witness() -> None:
    evidence = Evidence()
    evidence.bear(("vin",), "check_digit")
    assert not settled(VIN, spot(GOOD_VIN, 0.99), evidence, scores_tell=False)
    evidence.bear(("vin",), "qr")
    assert settled(VIN, spot(GOOD_VIN, 0.99), evidence, scores_tell=False)


@pytest.mark.parametrize(
    ("total", "net_price", "borne", "doubted"),
    [
        ("215300.00", "190530.97", {"net_price"}, {}),
        ("190530.97", "168611.48", {"total"}, {}),
        ("190530.97", "190530.97", set(), {}),  # one of them was read in the other's place
        ("190530.97", None, set(), {}),
        ("215300.00", "19053.97", set(), {"total": ["190530.97"]}),
    ],
)
def test_the_amount_of_a_code_is_one_of_two(
    total: str, net_price: str | None, borne: set[str], doubted: dict[str, list[str]]
) -> None:
    spots = {"total": spot(total, 0.99)} | ({"net_price": spot(net_price, 0.99)} if net_price else {})
    code = Code("QRCode", "01,32,,26142000000000000001,190530.97,20231228,,C3F9", box_quad((0, 0, 9, 9)))
    evidence = gather(FORMS["product_invoice"], spots, (code,))
    assert {name for name, sources in evidence.borne.items() if "qr" in sources} == borne
    assert evidence.doubted == doubted


@pytest.mark.parametrize(
    ("score", "looks", "sure"),
    [
        (0.95, [SAME], True),
        (0.95, [OTHER, SAME], False),
        (0.80, [SAME], False),
        (0.80, [SAME, SAME], True),
        (0.80, [SAME, OTHER], False),
        (0.65, [SAME, SAME], False),
    ],
)
def test_the_fainter_a_number_the_more_looks_it_takes(score: float, looks: list[Look], sure: bool) -> None:
    evidence = Evidence()
    look_again(DATE, spot("2023-12-28", score), evidence, looks)
    assert settled(DATE, spot("2023-12-28", score), evidence) is sure
    assert evidence.borne == ({"invoice_date": ["again"]} if sure else {})


def test_no_more_is_read_than_is_needed() -> None:
    def never(_: Spot) -> str:
        raise AssertionError("read once too often")

    look_again(DATE, spot("2023-12-28", 0.95), Evidence(), [SAME, never], never)
    look_again(NAME, spot("测试甲", 0.95), Evidence(), [lambda _: "测试乙"], never)


def test_tesseract_settles_a_number_that_agrees_and_leaves_names_alone() -> None:
    evidence = Evidence()
    look_again(DATE, spot("2023-12-28", 0.6), evidence, [], SAME)
    look_again(NAME, spot("测试甲", 0.6), evidence, [], lambda _: "测试甲")
    assert evidence.borne == {"invoice_date": ["tesseract"]}
    assert settled(DATE, spot("2023-12-28", 0.6), evidence)


def test_what_else_was_seen_is_shown_and_never_taken() -> None:
    evidence = Evidence()
    look_again(DATE, spot("2023-12-28", 0.8), evidence, [SAME, OTHER], lambda _: "2023-12-20")
    assert evidence.doubted == {"invoice_date": ["2023-12-26", "2023-12-20"]}
    assert not settled(DATE, spot("2023-12-28", 0.8), evidence)


def test_a_look_that_sees_nothing_leaves_the_doubt() -> None:
    evidence = Evidence()
    look_again(DATE, spot("2023-12-28", 0.8), evidence, [lambda _: ""], lambda _: "")
    assert evidence.doubted == {}
    assert not settled(DATE, spot("2023-12-28", 0.8), evidence)


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        ("W0A-12", "WOA 12", True),
        ("128000.00", "128,000.00", True),
        ("", "", False),
        ("123", "124", False),
        ("D1142145", "01142145", False),
        ("2O23-12-28", "2023-12-28", True),
        ("1Z3", "123", False),
    ],
)
def test_numbers_are_compared_folded(a: str, b: str, equal: bool) -> None:
    assert same_number(a, b) is equal


def test_words_and_figures_bear_each_other_out_or_cast_doubt() -> None:
    good, bad = Evidence(), Evidence()
    weigh_words(good, {"words": "玖万玖仟捌佰元整", "total": "99800.00"}, "words", "total")
    weigh_words(bad, {"words": "玖万玖仟捌佰元整", "total": "98800.00"}, "words", "total")
    assert good.borne == {"words": ["words"], "total": ["words"]}
    assert bad.doubted == {"words": [], "total": ["99800.00"]}


def test_words_whose_end_was_lost_bear_the_figures_out_alone() -> None:
    evidence = Evidence()
    weigh_words(evidence, {"words": "陆万元", "total": "60000.00"}, "words", "total")
    assert evidence.borne == {"total": ["words"]}


def test_a_failing_check_digit_is_not_settled_by_the_same_engine() -> None:
    evidence = Evidence()
    wrong = "LSVAA4182E2184848"
    look_again(VIN, spot(wrong, 1.0), evidence, [lambda _: wrong, lambda _: wrong])
    assert not settled(VIN, spot(wrong, 1.0), evidence)
    look_again(VIN, spot(wrong, 1.0), evidence, [], lambda _: wrong)
    assert settled(VIN, spot(wrong, 1.0), evidence)


def test_a_sum_that_holds_clears_the_total_that_misread_words_doubted() -> None:
    evidence = Evidence()
    values = {"words": "玖万玖仟捌佰元整", "total": "98800.00", "net": "87433.63", "tax": "11366.37"}
    weigh_words(evidence, values, "words", "total")
    weigh_sum(evidence, values, ("net", "tax"), "total")
    assert "total" not in evidence.doubted
    assert "words" in evidence.doubted


def test_a_code_that_contradicts_the_print_is_shown_beside_it() -> None:
    spots = {"invoice_number": spot("12345678", 1.0), "invoice_date": spot("2023-12-28", 1.0)}
    code = Code("QRCode", "01,03,014002100111,12345679,113274.34,20231228,1,A,", BOX)
    evidence = gather(FORMS["vehicle_invoice"], spots, (code,))
    assert evidence.doubted["invoice_number"] == ["12345679"]
    assert evidence.borne["invoice_date"] == ["qr"]


def test_a_birth_date_that_contradicts_the_id_number_leaves_both_to_a_person() -> None:
    spots = {"id_number": spot("11010519491231002X", 1.0), "birth_date": spot("1949-12-21", 1.0)}
    evidence = gather(FORMS["id_card"], spots, ())
    assert set(evidence.doubted) == {"birth_date", "id_number"}
    assert evidence.doubted["birth_date"] == ["1949-12-31"]
