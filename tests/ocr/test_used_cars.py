"""Used cars and scrapped ones: two parties in rows alike, owners one after another, two days on one certificate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewapp.ocr.extract import extract
from reviewapp.ocr.form import Form
from reviewapp.ocr.kinds import registration_certificate, scrap_certificate, used_vehicle_invoice
from reviewapp.ocr.layout import Sheet
from reviewapp.ocr.lines import Line, box_quad, make_line
from reviewapp.ocr.readings import FieldReading
from reviewapp.ocr.trust import gather
from tests.ocr.test_seal import sealed, view_of

BUYER_ID, SELLER_ID, FIRM_ID = "11010519491231002X", "140522197101221717", "91140500MA0TEST36X"
Rows = list[list[tuple[int, str]]]


def lines_of(rows: Rows, score: float = 1.0) -> list[Line]:
    """Rows of (left edge, text) as an engine hands them over, 40 pixels high."""
    lines = []
    for number, row in enumerate(rows):
        for left, text in row:
            top, width = 200 + 90 * number, 40.0 * sum(1 if char > "\u2e80" else 0.55 for char in text)
            lines.append(make_line(text, box_quad((left, top, left + width, top + 40)), score))
    return lines


def read(form: Form, rows: Rows) -> dict[str, str]:
    found = extract(form, Sheet(lines_of(rows), form.labels))
    return {name: spot.value for name, spot in found.items() if name not in form.helpers}


def doubted(form: Form, rows: Rows) -> set[str]:
    return set(gather(form, extract(form, Sheet(lines_of(rows), form.labels)), ()).doubted)


def invoice(
    buyer: str = "买方单位/个人", seller: str = "卖方单位/个人", market: str = "样例二手车市场有限公司"
) -> Rows:
    return [
        [(100, buyer), (500, "测试甲"), (900, "单位代码/身份证号码"), (1400, BUYER_ID)],
        [(100, "买方单位/个人住址"), (500, "样例县测试镇8号")],
        [(100, seller), (500, "样例乙"), (900, "单位代码/身份证号码"), (1400, SELLER_ID)],
        [(100, "卖方单位/个人住址"), (500, "样例县范例镇6号")],
        [(100, "经营、拍卖单位"), (500, "/")],
        [(100, "二手车市场"), (500, market), (1100, "纳税人识别号"), (1400, FIRM_ID)],
    ]


def test_buyer_and_seller_keep_their_names_and_numbers() -> None:
    found = read(used_vehicle_invoice.FORM, invoice())
    assert (found["buyer_name"], found["buyer_id"]) == ("测试甲", BUYER_ID)
    assert (found["seller_name"], found["seller_id"]) == ("样例乙", SELLER_ID)
    assert found["market_name"] == "样例二手车市场有限公司"


@pytest.mark.parametrize("label", ["买方单位/个人", "卖方单位/个人"])
def test_of_two_labels_read_alike_the_upper_is_the_buyers(label: str) -> None:
    found = read(used_vehicle_invoice.FORM, invoice(label, label))
    assert (found["buyer_name"], found["seller_name"]) == ("测试甲", "样例乙")
    assert (found["buyer_id"], found["seller_id"]) == (BUYER_ID, SELLER_ID)


def test_the_number_of_the_market_is_nobody_elses() -> None:
    rows = invoice()
    del rows[2][3]
    assert "seller_id" not in read(used_vehicle_invoice.FORM, rows)


def test_parties_side_by_side() -> None:
    rows: Rows = [
        [(100, "买方名称"), (300, "测试甲"), (1100, "卖方名称"), (1300, "样例乙")],
        [(100, "身份证号码"), (350, BUYER_ID), (1100, "身份证号码"), (1350, SELLER_ID)],
    ]
    found = read(used_vehicle_invoice.FORM, rows)
    assert (found["buyer_id"], found["seller_id"]) == (BUYER_ID, SELLER_ID)


def test_a_dealer_issues_where_no_market_is_named() -> None:
    rows = [*invoice()[:4], [(100, "经营、拍卖单位"), (500, "样例汽车经纪有限公司")], [(100, "二手车市场"), (500, "/")]]
    assert read(used_vehicle_invoice.FORM, rows)["market_name"] == "样例汽车经纪有限公司"


def test_a_car_nobody_sells_to_himself() -> None:
    rows = invoice()
    rows[2][3] = (1400, BUYER_ID)
    assert doubted(used_vehicle_invoice.FORM, rows) == {"buyer_id", "seller_id"}


@pytest.mark.parametrize(("printed", "total"), [("¥119700.00", "119700.00"), ("¥119800.00", None)])
def test_a_total_without_its_label_is_the_amount_the_words_say(printed: str, total: str | None) -> None:
    row = [(100, "车价合计(大写)"), (500, "⊗壹拾壹万玖仟柒佰元整"), (1300, printed)]
    assert read(used_vehicle_invoice.FORM, [*invoice(), row]).get("total") == total


def owner(name: str, number: str, day: str = "", plate: str = "", *, first: bool = False) -> Rows:
    """Two rows of page 1."""
    labels = ["机动车所有人/身份证明名称/号码", "登记机关", "登记日期", "机动车登记编号"]
    if first:
        labels = [f"{place}.{label}" for place, label in enumerate(labels, 1)]
    said = [(100, labels[1]), (350, "样例市公安局"), (700, labels[2]), (950, day), (1200, labels[3]), (1550, plate)]
    return [[(100, labels[0]), (800, f"{name}/居民身份证/{number}")], [each for each in said if each[1]]]


SUMMARY: Rows = [
    [(100, "注册登记摘要信息栏")],
    *owner("测试甲", BUYER_ID, "2015-03-01", "晋E12345", first=True),
    [(100, "转移登记摘要信息栏")],
    *owner("样例乙", SELLER_ID, "2020-05-06", "晋E54321"),
    *owner("范例丙", "140522199002136444", "2023-12-29", "晋E54321"),
    [(100, "机动车所有人/身份证明名称/号码"), (800, "样例")],
    [(100, "登记机关"), (700, "登记日期"), (1200, "机动车登记编号")],
]


def test_the_first_owner_registers_and_the_last_one_has_the_car() -> None:
    assert read(registration_certificate.FORM, SUMMARY) == {
        "owner": "测试甲",
        "owner_id": BUYER_ID,
        "authority": "样例市公安局",
        "registered_on": "2015-03-01",
        "plate": "晋E12345",
        "transfer_owner": "范例丙",
        "transfer_date": "2023-12-29",
    }


def test_a_stroke_read_as_a_digit_is_no_part_of_name_or_number() -> None:
    rows = [list(row) for row in SUMMARY[:3]]
    rows[1][1] = (800, f"测试甲1居民身份证1{BUYER_ID}")
    found = read(registration_certificate.FORM, rows)
    assert (found["owner"], found["owner_id"]) == ("测试甲", BUYER_ID)


def test_later_pages_tell_a_transfer_from_a_loan() -> None:
    rows: Rows = [
        [(300, "抵押登记")],
        [(100, "抵押权人姓名/名称:样例银行")],
        [(100, "抵押登记日期:2022-03-08")],
        [(300, "转移登记")],
        [(100, "机动车所有人:样例乙")],
        [(100, "身份证明名称/号码:居民身份证/140522197101221717")],
        [(100, "转移登记日期:2023-12-29")],
    ]
    assert read(registration_certificate.FORM, rows) == {"transfer_owner": "样例乙", "transfer_date": "2023-12-29"}


def test_days_in_the_wrong_order_are_for_a_person() -> None:
    rows = [list(row) for row in SUMMARY[:6]]
    rows[2][3] = (950, "2021-03-01")
    assert doubted(registration_certificate.FORM, rows) == {"registered_on", "transfer_date"}


def pages(*texts: str, score: float = 1.0) -> FieldReading | None:
    lines = lines_of([[(9, text)] for text in texts], score=score)
    sheet = Sheet(lines, registration_certificate.FORM.labels)
    view = replace(view_of(sealed(), ""), sheet=sheet)
    (look,) = registration_certificate.FORM.looks
    return look(view).get("pages")


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (("注册登记摘要信息栏", "第1页", "注册登记机动车信息栏", "第2页"), [1, 2]),
        (("登记栏", "第3页", "第4页"), [3, 4]),
        (("第5-6页",), [5, 6]),
        (("第三页共六页",), [3]),
        (("-5-", "6/6"), [5, 6]),
    ],
)
def test_page_numbers_as_printed_are_certain(texts: tuple[str, ...], numbers: list[int]) -> None:
    found = pages(*texts)
    assert found is not None
    assert (found.value, found.unsure) == (numbers, False)


@pytest.mark.parametrize(
    ("texts", "score"), [(("注册登记摘要信息栏", "第1页", "注册登记机动车信息栏"), 1.0), (("第1页", "第2页"), 0.7)]
)
def test_pages_told_by_what_they_hold_or_by_faint_numbers_are_not(texts: tuple[str, ...], score: float) -> None:
    found = pages(*texts, score=score)
    assert found is not None
    assert (found.value, found.unsure) == ([1, 2], True)


def test_a_picture_that_names_no_page_has_none() -> None:
    assert pages("机动车登记证书") is None


SCRAPPED: Rows = [
    [(900, "回收证明编号:1405222401055634")],
    [(100, "车主名称"), (400, "测试甲"), (900, "车主身份证号"), (1300, BUYER_ID)],
    [(100, "交车日期"), (400, "2024-01-16"), (900, "注册登记日期"), (1300, "2008-01-11")],
    [(100, "回收企业(章)")],
    [(100, "经办人:")],
]


def test_the_day_under_the_seal_is_the_day_of_issue() -> None:
    found = read(scrap_certificate.FORM, [*SCRAPPED, [(100, "2024-01-20")]])
    assert (found["handed_in_on"], found["issued_on"]) == ("2024-01-16", "2024-01-20")


def test_the_day_of_the_first_registration_is_neither() -> None:
    found = read(scrap_certificate.FORM, SCRAPPED)
    assert found["handed_in_on"] == "2024-01-16"
    assert "issued_on" not in found


def test_nothing_is_certified_before_it_is_handed_in() -> None:
    assert doubted(scrap_certificate.FORM, [*SCRAPPED, [(100, "2024-01-10")]]) == {"issued_on", "handed_in_on"}


def test_brand_and_model_in_two_boxes_are_one() -> None:
    rows: Rows = [
        [(100, "厂牌"), (400, "测试牌"), (900, "车辆型号"), (1300, "CS125-8A")],
        [(100, "车型"), (400, "普通二轮摩托车")],
    ]
    found = read(scrap_certificate.FORM, rows)
    assert (found["brand_model"], found["vehicle_type"]) == ("测试牌CS125-8A", "普通二轮摩托车")
