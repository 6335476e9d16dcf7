"""报废机动车回收证明, of the national system and of an older printing; 车辆合法来源证明 of a village."""

import random
from collections.abc import Mapping
from typing import Any

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.fonts import text_width
from reviewapp.specimens.papers.form import Cell, Row, chinese_date, specimen, table
from reviewapp.specimens.papers.forms_a4 import A4
from reviewapp.specimens.papers.invoices import qr_code
from reviewapp.specimens.papers.sheet import Colour, Ink, Sheet

_INK: Colour = (25, 25, 28)
_PEN: Colour = (30, 44, 110)
_NONE = "—"
_ADDRESS = "山西省样例县测试镇样例村18号"


def printed(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """The form all recyclers print from the national system: three pairs a row, QR code, two seals."""
    sheet = Sheet(2100, 1340)
    sheet.text(1050, 110, "报废机动车回收证明", 56, "serifbold", align="centre", spacing=4)
    sheet.text(90, 185, f"回收企业名称：{values['recycler_name']}", 30, "serifbold")
    sheet.text(1330, 185, f"回收证明编号：{values['certificate_number']}", 30, "serifbold")
    bottom = table(sheet, 80, 215, _printed_rows(values, rng))
    sheet.rectangle((80, bottom, 2020, bottom + 360), width=2)
    sheet.picture(qr_code(f"https://example.org/hszm/{values['certificate_number']}", 240), 180, bottom + 60)
    for x, lines in (
        (640, ("商务主管部门（章/监印）", "样例市商务局", "（扫描左侧二维码验真）")),
        (1380, ("回收企业（章）", "经办人：", values["issued_on"])),
    ):
        for place, line in enumerate(lines):
            sheet.text(x, bottom + 70 + 70 * place, line, 30, "serif")
    seal = stamps.round_seal(values["recycler_name"], rng.randrange(1 << 30), below="业务专用章", size=320)
    sheet.picture(seal, 1620, bottom + 10, multiply=True)
    note = "说明：本表一式六联：一联车主留存；二联交当地公安交通管理部门备查；三联回收企业留存。"
    sheet.text(100, bottom + 420, note, 28, "serif")
    specimen(sheet, 1640, bottom + 480)
    return sheet


def motorcycle(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """The older upright form: one or two pairs a row, filled by a needle printer, the date beside the seal."""
    sheet = Sheet(*A4)
    sheet.text(740, 190, "报废机动车回收证明", 62, "serifbold", align="centre", spacing=6)
    sheet.text(900, 270, f"编号：{values['certificate_number']}", 34, "sans", colour=(150, 40, 40))
    drift = (rng.uniform(-2, 6), rng.uniform(-5, 6))
    bottom = table(sheet, 90, 310, _old_rows(values), drift=drift)
    sheet.text(120, bottom + 90, f"回收企业（盖章）：{values['recycler_name']}", 34, "serif")
    sheet.text(120, bottom + 170, "经办人：测试员", 34, "serif")
    sheet.text(780, bottom + 170, f"开具日期：{chinese_date(values['issued_on'])}", 34, "serif")
    seal = stamps.round_seal(values["recycler_name"], rng.randrange(1 << 30), size=340)
    sheet.picture(seal, 640, bottom - 40, multiply=True)
    sheet.text(120, bottom + 330, "第一联：交机动车所有人，凭此办理注销登记", 30, "serif")
    specimen(sheet, 1160, 2040)
    return sheet


def origin_typed(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """The form as this office prints it, already filled in."""
    return _origin(values, rng, ink="press", colour=_INK)


def origin_written(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """The form filled in with a pen on its rules."""
    return _origin(values, rng, ink="hand", colour=_PEN)


def _printed_rows(values: Mapping[str, Any], rng: random.Random) -> list[Row]:
    widths = (200, 440, 250, 420, 220, 410)
    pairs = (
        ("车主名称", values["owner"], "车主身份证号\n/代码证号", values["owner_id"], "车主联系电话", "13800001234"),
        (
            "车主地址",
            "山西省样例县测试镇样例村18号",
            "交车日期",
            values["handed_in_on"],
            "注册登记日期",
            _registered(rng),
        ),
        ("车辆牌照号码", values["plate"], "车辆类型", values["vehicle_type"], "车辆使用性质", "非营运"),
        ("车辆品牌型号", values["brand_model"], "车辆识别代号", values["vin"], "整备质量(kg)", "1180"),
        ("动力类别", "汽油", "发动机号码", values["engine_number"], "动力电池编码", _NONE),
    )
    return [
        (92, [Cell(width, text, 30, "serif", "centre", 2) for width, text in zip(widths, row, strict=True)])
        for row in pairs
    ]


def _old_rows(values: Mapping[str, Any]) -> list[Row]:
    singles = (
        ("车主（单位或个人）", values["owner"]),
        ("身份证号/组织机构代码", values["owner_id"]),
    )
    doubles = (
        ("号牌号码", values["plate"], "车型", values["vehicle_type"]),
        ("厂牌型号", values["brand_model"], "颜色", "红"),
        ("车架号", values["vin"], "发动机号", values["engine_number"]),
        ("交车日期", chinese_date(values["handed_in_on"]), "登记日期", "2010年06月18日"),
    )
    rows: list[Row] = [(96, (_head(340, label), _needle(960, text))) for label, text in singles]
    rows += [
        (96, (_head(200, one), _needle(510, text), _head(200, other), _needle(390, more)))
        for one, text, other, more in doubles
    ]
    return rows


def _head(width: float, text: str) -> Cell:
    return Cell(width, text, 32, "serif", "centre", 2)


def _needle(width: float, text: str) -> Cell:
    return Cell(width, text, lines=2).filled(34, "mono", "dots", (42, 44, 92))


def _registered(rng: random.Random) -> str:
    return f"{rng.randint(2006, 2012)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


class _Writer:
    """Running text of form and filling, broken where the line is full; what the pen fills in stands on a rule."""

    _LEFT, _RIGHT, _STEP = 160.0, 1320.0, 84.0

    def __init__(self, sheet: Sheet, ink: Ink, colour: Colour) -> None:
        self.sheet, self.ink, self.colour = sheet, ink, colour
        self.x, self.y = 240.0, 560.0

    def print(self, text: str) -> None:
        self._set(text, 40, _INK, "press")

    def fill(self, text: str) -> None:
        self._set(text, 42, self.colour, self.ink)

    def _set(self, text: str, size: int, colour: Colour, ink: Ink) -> None:
        while text:
            room = sum(text_width(text[:end], "serif", size) <= self._RIGHT - self.x for end in range(1, len(text) + 1))
            if text[room : room + 1] in ("，", "。", "：") and room:
                room += 1
            if room:
                self.sheet.text(self.x, self.y, text[:room], size, "serif", colour=colour, ink=ink)
                after = self.x + text_width(text[:room], "serif", size)
                if ink == "hand":
                    self.sheet.line(self.x, self.y + 16, after, self.y + 16, 2, (90, 90, 90))
                text, self.x = text[room:], after + 3
            if text:
                self.x, self.y = self._LEFT, self.y + self._STEP


def _origin(values: Mapping[str, Any], rng: random.Random, *, ink: Ink, colour: Colour) -> Sheet:
    sheet = Sheet(*A4)
    sheet.text(740, 290, "车辆合法来源证明", 64, "serifbold", align="centre", spacing=8)
    town, _, village = values["village"].partition("镇")
    sheet.text(160, 450, f"{town}镇便民服务中心：", 40, "serif")
    writer = _Writer(sheet, ink, colour)
    for label, text in (
        ("我社区（村）村民：", values["villager_name"]),
        ("，身份证号：", values["id_number"]),
        ("，报废摩托车发动机号：", values["engine_number"]),
        ("，车架号：", values["vin"]),
        ("，车辆号牌：", values.get("plate", "无")),
        ("，系其本人所有。", ""),
    ):
        writer.print(label)
        writer.fill(text)
    sheet.text(240, writer.y + 100, "特此证明。", 40, "serif")
    committee = f"{values['village']}{'居民委员会' if village.endswith('社区') else '村民委员会'}"
    base = writer.y + 330
    sheet.text(1300, base, committee, 40, "serif", align="right")
    sheet.text(1300, base + 84, chinese_date(values["issued_on"]), 40, "serif", align="right")
    if values["has_seal"]:
        county = rng.choice(("", "样例县"))
        seal = stamps.round_seal(county + committee, rng.randrange(1 << 30), size=330)
        sheet.picture(seal, rng.randint(860, 940), round(base) - 190 + rng.randint(-20, 20), multiply=True)
    specimen(sheet, 1180, 2040)
    return sheet
