"""What is easily mistaken on the papers of a car: neighbours with like names, like labels in two blocks, void slips."""

from __future__ import annotations

import numpy as np
import pytest

from reviewapp.ocr import normalise
from reviewapp.ocr.extract import extract
from reviewapp.ocr.kinds import FORMS
from reviewapp.ocr.layout import Sheet
from reviewapp.ocr.lines import Line, box_quad, make_line
from reviewapp.ocr.missed import look_beside
from reviewapp.ocr.trust import gather
from reviewapp.ocr.view import View

HEIGHT, PITCH = 30, 30
Printed = tuple[int, int, str]
"""Left end, middle of the row, text."""
INVOICE: tuple[Printed, ...] = (
    (100, 100, "价税合计"),
    (300, 100, "⊗陆万元整"),
    (900, 100, "小写"),
    (1000, 100, "¥60000.00"),
    (100, 180, "销货单位名称"),
    (320, 180, "阳城县样例汽车销售有限公司"),
    (100, 260, "增值税税额"),
    (300, 260, "¥6902.65"),
    (100, 340, "不含税价"),
    (300, 340, "小写¥53097.35"),
)
LICENCE: tuple[Printed, ...] = (
    (100, 100, "号牌号码"),
    (300, 100, "晋ED12345"),
    (100, 180, "使用性质"),
    (300, 180, "非营运"),
    (700, 180, "品牌型号"),
    (900, 180, "测试牌CS7000EV1"),
    (100, 260, "注册日期"),
    (300, 260, "2023-12-31"),
    (700, 260, "发证日期"),
    (900, 260, "2024-02-16"),
)
SLIP: tuple[Printed, ...] = (
    (100, 100, "商户名称(MERCHANTNAME):"),
    (140, 150, "阳城县测试汽贸有限公司"),
    (100, 200, "终端编号(TERMINALNO):14100738"),
    (100, 250, "交易类型(TRANSTYPE):"),
    (140, 300, "消费撤销/VOID"),
    (100, 350, "凭证号(VOUCHERNO):912018"),
    (100, 400, "日期:2023/12/28"),
    (600, 400, "时间:12:11:00"),
    (100, 450, "金额(AMOUNT):"),
    (140, 500, "RMB-215,300.00"),
    (100, 550, "备注(REFERENCE):原凭证号130288"),
)


def lines(printed: tuple[Printed, ...]) -> list[Line]:
    """Lines of even print: a full-width character is as wide as the line is high."""
    return [_line(*one) for one in printed]


def _line(x: int, y: int, text: str) -> Line:
    room = sum(PITCH if "\u2e80" <= char <= "\uffef" else PITCH // 2 for char in text)
    return make_line(text, box_quad((x, y - HEIGHT / 2, x + room, y + HEIGHT / 2)))


def read(kind: str, printed: tuple[Printed, ...]) -> dict[str, str]:
    """The answers of a kind's form on a page of such lines."""
    form = FORMS[kind]
    found = extract(form, Sheet(lines(printed), form.labels))
    return {name: spot.value for name, spot in found.items() if name not in form.helpers}


def test_the_total_is_not_the_price_without_tax() -> None:
    found = read("vehicle_invoice", INVOICE)
    assert (found["total"], found["net_price"], found["tax_amount"]) == ("60000.00", "53097.35", "6902.65")
    without = read("vehicle_invoice", INVOICE[:-2])
    assert without["total"] == "60000.00"
    assert "net_price" not in without


@pytest.mark.parametrize("text", ["小写¥5309735", "小写¥53097.3581", "小写¥53,097.35"])
def test_an_amount_that_lost_its_point_or_ran_into_a_seal_is_told_by_the_sum(text: str) -> None:
    assert read("vehicle_invoice", (*INVOICE[:-1], (300, 340, text)))["net_price"] == "53097.35"


def test_a_total_read_wrong_does_not_make_another_amount_of_the_net_price() -> None:
    wrong = tuple((x, y, text.replace("60000.00", "10000.00")) for x, y, text in INVOICE)
    assert read("vehicle_invoice", wrong)["net_price"] == "53097.35"


def test_words_that_say_another_amount_leave_both_to_a_person() -> None:
    form = FORMS["vehicle_invoice"]
    other = tuple((x, y, text.replace("陆万", "玖万")) for x, y, text in INVOICE[:4])
    evidence = gather(form, extract(form, Sheet(lines(other), form.labels)), ())
    assert {"total", "total_in_words"} <= evidence.doubted.keys()


def test_name_and_number_of_the_buyer_in_one_cell() -> None:
    found = read(
        "vehicle_invoice",
        (
            (100, 85, "购买方名称及身份证号码/"),
            (150, 115, "组织机构代码"),
            (500, 80, "测试乙"),
            (500, 120, "140522199602061132"),
            (1100, 100, "纳税人识别号"),
        ),
    )
    assert (found["buyer_name"], found["buyer_id"]) == ("测试乙", "140522199602061132")


def test_buyer_and_seller_of_the_digital_form_are_told_by_their_side() -> None:
    found = read(
        "vehicle_invoice",
        (
            (100, 100, "名称:测试乙"),
            (1000, 100, "名称:阳城县样例汽车销售有限公司"),
            (100, 160, "统一社会信用代码/纳税人识别号/身份证号码:140522199602061132"),
            (1200, 160, "统一社会信用代码/纳税人识别号:91140522MA0PXKLXX2"),
        ),
    )
    assert found == {
        "buyer_name": "测试乙",
        "seller_name": "阳城县样例汽车销售有限公司",
        "buyer_id": "140522199602061132",
        "seller_tax_id": "91140522MA0PXKLXX2",
    }


def test_the_tax_office_is_named_without_its_code() -> None:
    row = ((100, 100, "主管税务机关及代码"), (400, 85, "国家税务总局阳城县税务局"), (400, 120, "11405220000"))
    assert read("vehicle_invoice", row)["tax_authority"] == "国家税务总局阳城县税务局"


def test_the_day_of_registration_is_not_the_day_of_issue() -> None:
    found = read("vehicle_licence", LICENCE)
    assert (found["register_date"], found["issue_date"]) == ("2023-12-31", "2024-02-16")
    without = read("vehicle_licence", tuple(one for one in LICENCE if one[2] != "2023-12-31"))
    assert "register_date" not in without
    assert without["issue_date"] == "2024-02-16"


def test_use_and_model_beside_each_other_and_a_plate_of_eight() -> None:
    found = read("vehicle_licence", LICENCE)
    assert (found["use"], found["brand_model"], found["plate"]) == ("非营运", "测试牌CS7000EV1", "晋ED12345")


def test_the_engines_number_is_not_its_model() -> None:
    rows = (
        (100, 100, "9.发动机型号"),
        (500, 100, "CS4G15"),
        (100, 180, "10.发动机号"),
        (500, 180, "M7632101"),
    )
    found = read("vehicle_certificate", rows)
    assert (found["engine_model"], found["engine_number"]) == ("CS4G15", "M7632101")
    assert "engine_number" not in read("vehicle_certificate", rows[:2])
    assert "engine_model" not in read("vehicle_certificate", rows[2:])


def test_a_void_slip_says_so_and_names_its_own_number() -> None:
    found = read("pos_slip", SLIP)
    assert found["transaction_type"] == "消费撤销"
    assert found["trace_number"] == "912018"
    assert found["amount"] == "215300.00"
    assert found["merchant_name"] == "阳城县测试汽贸有限公司"
    assert found["terminal_number"] == "14100738"


def test_day_and_time_printed_apart_make_one_moment() -> None:
    assert read("pos_slip", SLIP)["paid_at"] == "2023-12-28T12:11:00+08:00"
    assert "paid_at" not in read("pos_slip", tuple(one for one in SLIP if not one[2].startswith("时间")))


@pytest.mark.parametrize(("left", "row"), [(200, 100), (120, 150)])
def test_a_card_number_whose_stars_were_lost_is_put_together_beside_and_under_its_label(left: int, row: int) -> None:
    found = read("pos_slip", ((100, 100, "卡号"), (left, row, "629990**"), (left + 240, row, "*6429I")))
    assert found["card_number_masked"].replace("*", "") == "6299906429"


@pytest.mark.parametrize(("heading", "kind"), [("退货", "退货"), ("预授权", "预授权"), ("欢迎光临", None)])
def test_a_slip_may_say_in_its_heading_what_it_is(heading: str, kind: str | None) -> None:
    rows = ((300, 50, heading), *(one for one in SLIP if one[1] not in (250, 300)))
    assert read("pos_slip", rows).get("transaction_type") == kind


def test_the_discount_is_the_vouchers_value_and_what_was_paid_is_not_the_order() -> None:
    found = read(
        "voucher_slip",
        (
            (100, 100, "交易金额:60000.00元"),
            (100, 160, "优惠金额:3000.00元"),
            (100, 220, "实付金额:57000.00元"),
        ),
    )
    assert found == {"order_amount": "60000.00", "face_value": "3000.00"}


def test_the_day_a_tax_was_due_is_not_the_day_it_was_paid() -> None:
    rows = ((100, 100, "税款限缴日期"), (400, 100, "2024-01-31"), (100, 160, "填发日期:2023年12月31日"))
    assert read("tax_payment_proof", rows)["paid_on"] == "2023-12-31"
    assert "paid_on" not in read("tax_payment_proof", rows[:2])


@pytest.mark.parametrize("dot", "·•・.")
def test_a_name_of_two_parts_has_one_kind_of_dot(dot: str) -> None:
    assert normalise.person(f"样例古丽{dot}测试江") == "样例古丽·测试江"
    assert read("id_card", ((100, 100, "姓名"), (200, 100, f"样例古丽{dot}测试江")))["name"] == "样例古丽·测试江"


def _view(printed: tuple[Printed, ...], seen: str) -> View:
    form = FORMS["vehicle_invoice"]
    sheet = Sheet(lines(printed), form.labels)
    return View(
        colour=np.full((600, 1600, 3), 255, np.uint8),
        sheet=sheet,
        spots=extract(form, sheet),
        codes=(),
        again=lambda part: [_line(0, 20, seen)],
        place=lambda quads: (1, 2, 3, 4),
        line=lambda part: seen,
    )


def test_an_empty_place_beside_a_label_is_read_once_more_and_left_to_a_person() -> None:
    (look,) = FORMS["vehicle_invoice"].looks
    found = look(_view(INVOICE[:-1], "小写¥53097.35"))
    assert found["net_price"].value == "53097.35"
    assert found["net_price"].unsure
    assert look(_view(INVOICE[:-1], "发票专用章")) == {}
    assert "net_price" not in look(_view((*INVOICE[:-1], (240, 340, "章")), "小写¥53097.35"))


def test_what_was_found_is_not_looked_for_again() -> None:
    total = FORMS["vehicle_invoice"].field_named("total")
    assert total is not None
    assert look_beside([total])(_view(INVOICE, "¥1.00")) == {}
