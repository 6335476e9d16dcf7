"""机动车登记证书: the summary of owners (page 1), the vehicle (page 2), and the pages for later entries (3 to 6)."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import Cell, Row, specimen, table
from reviewapp.specimens.papers.sheet import Colour, Sheet

PAGE = (1150, 1480)
_GREEN: Colour = (70, 110, 92)
_INK: Colour = (26, 26, 32)
_GROUND: Colour = (238, 244, 238)
_WIDTH = 1030
_MIDDLE = PAGE[0] / 2
_NUMERALS = ("Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "Ⅵ", "Ⅶ")


_MEASURES = (
    ("17.轮距", "前 1535 后 1540 mm"),
    ("18.轮胎数", "4"),
    ("19.轮胎规格", "205/55R16"),
    ("20.钢板弹簧片数", "-- 片"),
    ("21.轴距", "2670 mm"),
    ("22.轴数", "2"),
    ("23.外廓尺寸", "4660×1790×1480 mm"),
    ("24.货厢内部尺寸", "-- mm"),
    ("25.总质量", "1725 kg"),
    ("26.核定载质量", "-- kg"),
    ("27.核定载客", "5 人"),
    ("28.准牵引总质量", "-- kg"),
    ("29.驾驶室载客", "-- 人"),
    ("30.使用性质", "非营运"),
)


def spread(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """Pages 1 and 2 of the opened book."""
    sheet = Sheet(2 * PAGE[0], PAGE[1], _GROUND)
    _summary(sheet.panel(0, 0), values, rng)
    _vehicle(sheet.panel(PAGE[0], 0), values, rng)
    sheet.line(PAGE[0], 0, PAGE[0], PAGE[1], 3, (190, 200, 192))
    return sheet


def summary(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """Page 1 by itself."""
    sheet = Sheet(*PAGE, _GROUND)
    _summary(sheet, values, rng)
    return sheet


def entries(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """Two of the later pages: a loan and its end, the transfer; empty where there was none."""
    sheet = Sheet(2 * PAGE[0], PAGE[1], _GROUND)
    blocks = _blocks(values, rng) if "transfer_owner" in values else ()
    for place, page in enumerate(values["pages"]):
        _entries(sheet.panel(place * PAGE[0], 0), page, blocks if place == 0 else (), rng)
    sheet.line(PAGE[0], 0, PAGE[0], PAGE[1], 3, (190, 200, 192))
    return sheet


def _summary(page: Sheet, values: Mapping[str, Any], rng: random.Random) -> None:
    drift = (rng.uniform(0, 6), rng.uniform(-4, 5))
    page.text(_MIDDLE, 100, "中华人民共和国机动车登记证书", 44, "serifbold", colour=_GREEN, align="centre", spacing=4)
    page.text(560, 165, f"登记证书编号：{values['registration_number']}", 32, "sans", colour=_INK)
    y = table(page, 60, 200, [_heading("注册登记摘要信息栏")], colour=_GREEN)
    first = (values["owner"], values["owner_id"], values["authority"], values["registered_on"], values["plate"])
    y = table(page, 60, y, _owner_rows("Ⅰ", first, numbered=True), colour=_GREEN, drift=drift)
    y = table(page, 60, y, [_heading("转移登记摘要信息栏")], colour=_GREEN)
    if "transfer_owner" in values:
        moved = (
            values["transfer_owner"],
            _stranger(rng),
            values["authority"],
            values["transfer_date"],
            values["plate"],
        )
        y = table(page, 60, y, _owner_rows("Ⅱ", moved), colour=_GREEN, drift=drift)
    for numeral in _NUMERALS["transfer_owner" in values : 4]:
        y = table(page, 60, y, _owner_rows(numeral, ("", "", "", "", "")), colour=_GREEN)
    _foot(page, 1)


def _heading(text: str) -> Row:
    return (64, (Cell(_WIDTH, text, 32, "serifbold", "centre", 1, _GREEN),))


def _owner_rows(numeral: str, texts: Sequence[str], *, numbered: bool = False) -> list[Row]:
    """One owner: name, paper and number, then authority, date and plate."""
    name, number, authority, day, plate = texts
    labels = ["机动车所有人/\n身份证明名称/号码", "登记机关", "登记日期", "机动车\n登记编号"]
    if numbered:
        labels = [f"{place}.{label}" for place, label in enumerate(labels, 1)]
    owner = f"{name}/居民身份证/{number}" if name else ""
    below = ((148, labels[1], 235, authority, 2), (148, labels[2], 180, day, 1), (130, labels[3], 141, plate, 1))
    second = [_label(50, "")]
    for label_width, label, width, text, lines in below:
        second += [_label(label_width, label), _value(width, text, lines)]
    return [(88, (_label(50, numeral), _label(270, labels[0]), _value(710, owner))), (88, second)]


def _vehicle(page: Sheet, values: Mapping[str, Any], rng: random.Random) -> None:
    drift = (rng.uniform(0, 6), rng.uniform(-4, 5))
    page.text(_MIDDLE, 110, "注册登记机动车信息栏", 40, "serifbold", colour=_GREEN, align="centre", spacing=4)
    rows: list[Row] = []
    for left, right in _pairs(_data(values, rng)):
        rows.append((70, (_label(235, left[0]), _value(280, left[1]), _label(235, right[0]), _value(280, right[1]))))
    bottom = table(page, 60, 140, rows, colour=_GREEN, drift=drift)
    page.text(660, bottom + 60, "33.发证机关章", 28, "serif", colour=_GREEN)
    page.text(660, bottom + 150, f"34.发证日期 {values['registered_on']}", 28, "serif", colour=_GREEN)
    seal = stamps.round_seal(values["authority"], rng.randrange(1 << 30), below="机动车登记专用章", size=260)
    page.picture(seal, 300, bottom - 60, multiply=True)
    _foot(page, 2)


def _data(values: Mapping[str, Any], rng: random.Random) -> list[tuple[str, str]]:
    """Numbered lines of page 2, as the book prints them."""
    brand, _, model = values["brand_model"].partition("牌")
    electric = values["fuel"] == "电"
    return [
        ("5.车辆类型", values["vehicle_type"]),
        ("6.车辆品牌", f"{brand}牌"),
        ("7.车辆型号", model),
        ("8.车身颜色", rng.choice(("白", "黑", "灰", "红"))),
        ("9.车辆识别代号/\n车架号", values["vin"]),
        ("10.国产/进口", "国产"),
        ("11.发动机号", values["engine_number"]),
        ("12.发动机型号", "TZ210XSA" if electric else "CS4G15"),
        ("13.燃料种类", values["fuel"]),
        ("14.排量/功率", "--/120 kw" if electric else "1498 ml/85 kw"),
        ("15.制造厂名称", f"{brand}汽车制造有限公司"),
        ("16.转向形式", "方向盘"),
        *_MEASURES,
        ("31.车辆获得方式", "购买"),
        ("32.车辆出厂日期", values["made_on"]),
    ]


def _pairs(cells: Sequence[tuple[str, str]]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    return list(zip(cells[::2], cells[1::2], strict=True))


def _blocks(values: Mapping[str, Any], rng: random.Random) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Entries in the order they were made: heading and lines."""
    loan = (
        "抵押权人姓名/名称：样例农村商业银行股份有限公司",
        f"身份证明名称/号码：营业执照/91140500MA0TEST{rng.randint(10, 99)}X",
        "抵押登记日期：2022-03-08",
    )
    moved = (
        f"机动车所有人：{values['transfer_owner']}",
        f"身份证明名称/号码：居民身份证/{_stranger(rng)}",
        "获得方式：购买",
        f"转移登记日期：{values['transfer_date']}",
    )
    return (("抵押登记", loan), ("解除抵押", ("解除抵押日期：2023-11-20",)), ("转移登记", moved))


def _entries(page: Sheet, number: int, blocks: Sequence[tuple[str, tuple[str, ...]]], rng: random.Random) -> None:
    drift = rng.uniform(-4, 6)
    page.text(_MIDDLE, 110, "登 记 栏", 44, "serifbold", colour=_GREEN, align="centre", spacing=10)
    page.rectangle((60, 140, 1090, 1370), outline=_GREEN, width=3)
    y = 210.0
    for heading, lines in blocks:
        page.text(_MIDDLE + drift, y, heading, 34, "mono", colour=_INK, align="centre")
        for line in lines:
            y += 58
            page.text(110 + drift, y, line, 30, "mono", colour=_INK)
        y += 96
        page.line(60, y - 44, 1090, y - 44, 2, _GREEN)
    _foot(page, number)


def _foot(page: Sheet, number: int) -> None:
    page.text(_MIDDLE, 1440, f"第 {number} 页", 30, "serif", colour=_GREEN, align="centre")
    specimen(page, 850, 1440)


def _stranger(rng: random.Random) -> str:
    """A citizen's number of nobody: a district that does not exist, so no check digit."""
    return f"149999{rng.randint(1960, 2000)}0101{rng.randint(1000, 9999)}"


def _label(width: float, text: str) -> Cell:
    return Cell(width, text, 26, "serif", "centre", 2, _GREEN)


def _value(width: float, text: str, lines: int = 2) -> Cell:
    return Cell(width, text, lines=lines).filled(30, "mono", "press", _INK)
