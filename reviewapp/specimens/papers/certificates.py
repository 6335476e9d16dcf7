"""机动车整车出厂合格证: the numbered sheet of cars, a plain list, and the certificate of motorcycles."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import Cell, Row, chinese_date, specimen, table
from reviewapp.specimens.papers.invoices import qr_code
from reviewapp.specimens.papers.sheet import Colour, Sheet

_INK: Colour = (25, 25, 28)
_BLUE: Colour = (40, 70, 130)


def vehicle_certificate(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """机动车整车出厂合格证: numbered lines in two columns, the maker's seal, a 2-D code with the data."""
    sheet = Sheet(2000, 1500)
    sheet.rectangle((50, 50, 1950, 1450), outline=(60, 110, 90), width=6)
    sheet.text(1000, 150, "机动车整车出厂合格证", 64, "serifbold", colour=(160, 40, 40), align="centre", spacing=8)
    _lines(sheet, _identity(values, rng), 110, 260, 470, 1130)
    _lines(sheet, _measures(values), 1190, 260, 1540, 1900)
    sheet.picture(qr_code(";".join(str(value) for value in values.values()), 250), 1640, 1165)
    sheet.text(110, 1390, "本产品经检验合格，符合产品标准的要求，特此证明。", 32, "serif", colour=_INK)
    seal = stamps.round_seal(values["maker"], rng.randrange(1 << 30), below="合格证专用章", size=300)
    sheet.picture(seal, 1230, 1140, multiply=True)
    specimen(sheet, 900, 1425)
    return sheet


def listed(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """A portrait sheet: one label a line, unnumbered, the value after a colon."""
    sheet = Sheet(1500, 2100)
    sheet.rectangle((50, 50, 1450, 2050), outline=_BLUE, width=5)
    sheet.text(750, 170, "机动车整车出厂合格证", 60, "serifbold", colour=(160, 40, 40), align="centre", spacing=6)
    y = 290
    for label, value in (*_identity(values, rng), *_measures(values)):
        name = label.partition(".")[2]
        sheet.text(120, y, f"{name}：", 32, "song", colour=_INK)
        sheet.write((640, y - 52, 1380, y + 26), value, 34, "song", colour=_INK)
        y += 72
    sheet.picture(qr_code(";".join(str(value) for value in values.values()), 260), 120, 1780)
    seal = stamps.round_seal(values["maker"], rng.randrange(1 << 30), below="合格证专用章", size=310)
    sheet.picture(seal, 950, 1700, multiply=True)
    specimen(sheet, 1100, 2030)
    return sheet


def motorcycle(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """摩托车整车出厂合格证: a ruled table of two pairs a row."""
    sheet = Sheet(2000, 1330)
    sheet.text(1000, 130, "摩托车整车出厂合格证", 60, "serifbold", colour=(160, 40, 40), align="centre", spacing=6)
    shown = {
        **{key: str(value) for key, value in values.items()},
        "issued": chinese_date(values["issue_date"]),
        "made": chinese_date(values["made_on"]),
        "brand": values["brand_model"].partition("牌")[0] + "牌",
        "model": values["brand_model"].partition("牌")[2],
        "colour": rng.choice(("红", "黑", "蓝")),
        "power": "124/7.0",
    }
    rows: list[Row] = []
    for pairs in _MOTORCYCLE:
        cells: list[Cell] = []
        for label, key in pairs:
            cells.append(Cell(340, label, 30, "serif", "centre", 2, _BLUE))
            cells.append(Cell(1800 / len(pairs) - 340, shown[key], lines=2).filled(32, "song", "press", _INK))
        rows.append((94, cells))
    bottom = table(sheet, 100, 200, rows, colour=_BLUE)
    sheet.text(110, bottom + 60, "本产品经检验合格，准予出厂。", 32, "serif", colour=_INK)
    sheet.picture(qr_code(";".join(str(value) for value in values.values()), 220), 1500, bottom + 15)
    seal = stamps.round_seal(values["maker"], rng.randrange(1 << 30), below="合格证专用章", size=290)
    sheet.picture(seal, 900, bottom - 70, multiply=True)
    specimen(sheet, 110, bottom + 130)
    return sheet


_MOTORCYCLE = (
    (("合格证编号", "certificate_number"), ("发证日期", "issued")),
    (("车辆制造企业名称", "maker"),),
    (("车辆品牌", "brand"), ("车辆名称", "vehicle_name")),
    (("车辆型号", "model"), ("车身颜色", "colour")),
    (("车辆识别代号/车架号", "vin"),),
    (("发动机型号", "engine_model"), ("发动机号", "engine_number")),
    (("燃料种类", "fuel"), ("排量和功率(ml/kW)", "power")),
    (("排放标准", "emission_standard"), ("车辆制造日期", "made")),
)


def _identity(values: Mapping[str, Any], rng: random.Random) -> list[tuple[str, str]]:
    """Left column of the 合格证: what the car is."""
    brand, _, model = values["brand_model"].partition("牌")
    return [
        ("1.合格证编号", values["certificate_number"]),
        ("3.车辆制造企业名称", values["maker"]),
        ("4.车辆品牌/车辆名称", f"{brand}牌/{values['vehicle_name']}"),
        ("5.车辆型号", model),
        ("6.车辆识别代号/车架号", values["vin"]),
        ("7.车身颜色", rng.choice(("珍珠白", "星空灰", "曜石黑"))),
        ("8.底盘型号/底盘合格证编号", "--"),
        ("9.发动机型号", values["engine_model"]),
        ("10.发动机号", values["engine_number"]),
        ("11.燃料种类", values["fuel"]),
        ("13.排放标准", values.get("emission_standard", "--")),
    ]


def _measures(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Right column of the 合格证: dates and measures."""
    return [
        ("2.发证日期", chinese_date(values["issue_date"])),
        ("12.排量和功率(ml/kW)", "1498/85" if "emission_standard" in values else "0/120"),
        ("15.外廓尺寸(mm)", "4660×1790×1480"),
        ("18.轮胎数", "4"),
        ("19.轮胎规格", "205/55R16"),
        ("25.总质量(kg)", "1725"),
        ("26.整备质量(kg)", "1350"),
        ("31.额定载客(人)", "5"),
        ("32.最高设计车速(km/h)", "180"),
        ("33.车辆制造日期", chinese_date(values["made_on"])),
    ]


def _lines(sheet: Sheet, pairs: Any, x: float, y: float, value_at: float, right: float) -> None:
    """Label and underlined value, one pair a line."""
    for place, (label, value) in enumerate(pairs):
        base = y + place * 96
        sheet.write((x, base - 50, value_at - 10, base + 20), label, 30, "serif", colour=_INK)
        sheet.write((value_at, base - 50, right, base + 20), value, 34, "sans", colour=_INK)
        sheet.line(value_at - 5, base + 18, right, base + 18, 2, (90, 90, 90))


COMPOSERS: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    "sheet": vehicle_certificate,
    "listed": listed,
    "motorcycle": motorcycle,
}
