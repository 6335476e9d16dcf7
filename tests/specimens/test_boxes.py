"""Truth with boxes: every value of every form has its place, ink stands there, and damages carry the places along."""

import numpy as np
import pytest

from reviewapp.specimens.boxes import printed
from reviewapp.specimens.corpus import Specimen, every_form
from reviewapp.specimens.damage import shoot
from reviewapp.specimens.papers.sheet import Sheet


def expected(specimen: Specimen) -> set[str]:
    """Everything of the truth but what it denies (no seal) and the page numbers that were counted."""
    return {name for name, value in specimen.truth.items() if value is not False and name != "pages"}


@pytest.mark.parametrize(("kind", "form"), every_form())
def test_every_value_has_its_place_and_ink_stands_there(kind: str, form: str):
    specimen = Specimen(kind, form, 1)
    boxes = specimen.boxes()
    assert set(boxes) == expected(specimen)
    for name, value in specimen.truth.items():
        if isinstance(value, list) and name in boxes:
            assert len(boxes[name]) == len(value), name
    grey = np.asarray(specimen.picture().convert("L"), dtype=np.int16)
    for name, places in boxes.items():
        for left, top, right, bottom in places:
            assert np.ptp(grey[top:bottom, left:right]) > 40, name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2023-05-07", "2023-05-07"),
        ("2023-05-07", "2023年05月07日"),
        ("2023-05-07", "2023年5月7日"),
        ("2023-05-07", "2023.05.07"),
        ("2023-05", "2023年5月"),
        ("2023-05-07T15:04:05+08:00", "2023/05/07 15:04:05"),
        ("2023-05-07T15:04:05+08:00", "2023年5月7日 15:04:05"),
        ("2023-05-07T15:04:05+08:00", "05月07日 15:04"),
        ("128000.00", "128,000.00"),
        ("128000.00", "128000"),
        ("1299.50", "1299.50"),
        ("6299901234567890128", "6299 9012 3456 7890 128"),
        ("622990******0128", "622990****0128"),
        ("晋E12345", "晋E·12345"),
        ("捌佰元整", "捌佰圆整"),
        ("13%", "13%"),
    ],
)
def test_a_value_is_found_as_people_print_it(value: str, text: str):
    for whole in (text, f"某项：{text}", f"¥{text}", f"{text} 元"):
        sheet = Sheet(1600, 200)
        sheet.text(40, 100, whole, 40)
        (box,) = printed(sheet, {"field": value})["field"]
        before = whole.index(text)
        left, right = (_measured(whole[:end]) for end in (before, before + len(text)))
        assert box[0] == pytest.approx(40 + left, abs=6)
        assert box[2] == pytest.approx(40 + right, abs=6)


def _measured(text: str) -> float:
    sheet = Sheet(10, 10)
    sheet.text(0, 0, text, 40)
    return sheet.texts()[0].box[2] if text else 0.0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("128000.00", "1128000.00"),
        ("28000.00", "128,000.00"),
        ("5", "15人"),
        ("5", "1.5"),
        ("CS7150A", "CS7150A6"),
        ("2023-12-28", "订单20231228150405"),
    ],
)
def test_a_part_of_another_number_is_not_the_value(value: str, text: str):
    sheet = Sheet(1600, 200)
    sheet.text(40, 100, text, 40)
    assert printed(sheet, {"field": value}) == {}


def test_a_wrapped_value_has_one_box_round_its_rows():
    sheet = Sheet(800, 400)
    address = "山西省阳城县凤城镇样例路十二号样例小区三号楼"
    sheet.text(40, 60, "住址", 40)
    sheet.write((200, 40, 520, 300), address, 40, lines=4)
    (box,) = printed(sheet, {"address": address})["address"]
    rows = [text for text in sheet.texts() if text.text != "住址"]
    assert len(rows) > 1
    assert box[1] <= rows[0].box[1]
    assert box[3] >= rows[-1].box[3]
    assert box[0] >= 190


def test_parts_of_a_date_in_cells_of_their_own_are_one_place():
    sheet = Sheet(800, 200)
    for x, text in ((40, "出生"), (150, "1996"), (270, "年"), (330, "2"), (380, "月"), (430, "16"), (500, "日")):
        sheet.text(x, 100, text, 40)
    (box,) = printed(sheet, {"birth_date": "1996-02-16"})["birth_date"]
    assert box[0] == pytest.approx(150, abs=6)
    assert 470 <= box[2] <= 545


def test_short_values_count_where_they_stand_alone():
    sheet = Sheet(900, 300)
    sheet.text(40, 60, "能源种类：电", 40)
    sheet.text(40, 160, "纯电动轿车 电话", 40)
    sheet.text(40, 260, "样例路67号5号楼", 40)
    sheet.text(500, 60, "5人", 40)
    boxes = printed(sheet, {"energy": "电", "seats": 5})
    assert [box[1] < 60 < box[3] for box in boxes["energy"]] == [True]
    assert [box[1] < 60 < box[3] for box in boxes["seats"]] == [True]


def test_numbers_that_meet_by_chance_are_no_value():
    sheet = Sheet(900, 900)
    sheet.text(40, 60, "2023", 40)
    sheet.text(40, 700, "1228", 40)
    assert printed(sheet, {"day": "2023-12-28"}) == {}


def test_a_brand_and_a_model_in_two_cells_are_one_place():
    sheet = Sheet(900, 300)
    sheet.text(40, 60, "测试牌", 40)
    sheet.text(40, 140, "CS7150A6", 40)
    (box,) = printed(sheet, {"brand_model": "测试牌CS7150A6"})["brand_model"]
    assert box[1] < 60
    assert box[3] > 110


def test_a_picture_says_what_it_shows():
    sheet = Sheet(900, 300)
    sheet.panel(20, 30).shows((80, 90, 380, 180), "晋E12345")
    (box,) = printed(sheet, {"plate": "晋E12345"})["plate"]
    assert box == pytest.approx((100, 120, 400, 210), abs=2)


def test_boxes_follow_the_paper_through_damage():
    """Dark print is found again where the boxes of a photographed paper say it is."""
    specimen = Specimen("registration_form", "handwritten", 2)
    shot = shoot(specimen.picture(), ["crease", "phone"], 3)
    grey = np.asarray(shot.picture.convert("L"), dtype=np.float32)
    for name, places in specimen.boxes().items():
        for left, top, right, bottom in shot.boxes(places):
            part = grey[top:bottom, left:right]
            assert np.percentile(part, 98) - np.percentile(part, 2) > 40, name


def test_fields_with_the_same_value_have_the_same_places():
    specimen = Specimen("vehicle_licence", "both", 1)
    boxes = specimen.boxes()
    assert specimen.truth["register_date"] == specimen.truth["issue_date"]
    assert boxes["register_date"] == boxes["issue_date"]
    assert len(boxes["register_date"]) == 2
