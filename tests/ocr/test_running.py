"""Letters: values that begin behind their words and end in the next line, on straight and tilted pages."""

from __future__ import annotations

import math

import pytest

from reviewapp.ocr import normalise
from reviewapp.ocr.extract import extract
from reviewapp.ocr.kinds.origin_certificate import FORM, day
from reviewapp.ocr.layout import Sheet
from reviewapp.ocr.lines import Line, make_line
from reviewapp.ocr.running import Letter
from tests.ocr.test_extract import _moved

ROWS = (
    ("我社区(村)村民:", "测试甲", ",身份证号:110105194912310"),
    ("02X,报废摩托车发动机号:", "157FMI12034567", ",车架号:LSVAA41"),
    ("82E2184847,车辆号牌:", "无", ",系其本人所有。"),
    ("特此证明。",),
    ("凤城镇样例村民委员会",),
    ("二〇二四年一月十八日",),
)


def letter(rows: tuple[tuple[str, ...], ...] = ROWS, angle: float = 0.0) -> list[Line]:
    """Lines as an engine hands them over: what the pen filled in stands in boxes of its own."""
    lines = []
    for number, parts in enumerate(rows):
        x = 200.0
        for part in parts:
            width = 40.0 * sum(1 if char > "\u2e80" else 0.55 for char in part)
            top = 300.0 + 90 * number
            lines.append(make_line(part, [(x, top), (x + width, top), (x + width, top + 44), (x, top + 44)]))
            x += width + 6
    return [_moved(line, math.radians(angle), 1.0, 300, 300) for line in lines][::-1]


@pytest.mark.parametrize("angle", [-5.0, 0.0, 5.0])
def test_values_run_over_boxes_and_lines(angle: float) -> None:
    found = extract(FORM, Sheet(letter(angle=angle), FORM.labels))
    assert {name: spot.value for name, spot in found.items()} == {
        "villager_name": "测试甲",
        "id_number": "11010519491231002X",
        "engine_number": "157FMI12034567",
        "vin": "LSVAA4182E2184847",
        "village": "凤城镇样例村",
        "issued_on": "2024-01-18",
    }
    assert [line.text for line in found["vin"].lines] == ["LSVAA41", "82E2184847"]


@pytest.mark.parametrize(
    ("signed", "village"),
    [
        ("凤城镇样例村村民委员会", "凤城镇样例村"),
        ("凤城镇样例村民委员会", "凤城镇样例村"),
        ("样例村村委会(盖章)", "样例村"),
        ("证明单位:坪头社区居民委员会", "坪头社区"),
    ],
)
def test_the_village_of_a_committee(signed: str, village: str) -> None:
    found = extract(FORM, Sheet(letter((*ROWS[:4], (signed,))), FORM.labels))
    assert found["village"].value == village


@pytest.mark.parametrize("words", ["兹证明我村村民测试甲,男", "兹证明测试甲系我村村民"])
def test_other_ways_to_name_the_villager(words: str) -> None:
    found = extract(FORM, Sheet(letter(((words,), *ROWS[3:])), FORM.labels))
    assert found["villager_name"].value == "测试甲"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024年1月8日", "2024-01-08"),
        ("二〇二四年一月八日", "2024-01-08"),
        ("二○二三年十二月三十一日", "2023-12-31"),
        ("二零二四年十月二十日", "2024-10-20"),
        ("二〇二四年十三月一日", None),
        ("一月八日", None),
    ],
)
def test_days_in_figures_and_in_characters(text: str, iso: str | None) -> None:
    assert day(text) == iso


def test_words_without_a_value_give_none() -> None:
    text = Letter(Sheet(letter((("车架号:", ",身份证号:"),)), {}))
    hits = text.hits({"车架号": "vin", "身份证号": "id_number"})
    assert text.after(hits, "vin", normalise.vin) is None
