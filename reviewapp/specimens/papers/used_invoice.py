"""二手车销售统一发票: the paper form filled by a needle printer, and the electronic form (数电票) with its QR code."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import Cell, Row, chinese_date, specimen, table
from reviewapp.specimens.papers.invoices import qr_code
from reviewapp.specimens.papers.sheet import Colour, Sheet

WIDTH = 2000
_LEFT = 90
_PURPLE: Colour = (112, 62, 104)
_BROWN: Colour = (128, 76, 40)
_NEEDLE: Colour = (42, 44, 92)
_PRINT: Colour = (24, 24, 28)

Wordings = Mapping[str, str]
_OLD_WORDS: Wordings = {"vin": "车架号/\n车辆识别代码", "total": "车价合计（大写）", "party_id": "单位代码/身份证号码"}
_NEW_WORDS: Wordings = {
    "vin": "车辆识别代号/\n车架号码",
    "total": "车价合计（大写）",
    "party_id": "统一社会信用代码/\n身份证号码",
}
_Value = Callable[[float, str], Cell]
_ROWS: tuple[tuple[float, tuple[tuple[float, str, float, str], ...]], ...] = (
    (74, ((260, "买方单位/个人", 520, "buyer_name"), (330, "party_id", 710, "buyer_id"))),
    (70, ((260, "买方单位/个人住址", 1060, "buyer_address"), (120, "电话", 380, "buyer_phone"))),
    (74, ((260, "卖方单位/个人", 520, "seller_name"), (330, "party_id", 710, "seller_id"))),
    (70, ((260, "卖方单位/个人住址", 1060, "seller_address"), (120, "电话", 380, "seller_phone"))),
    (
        70,
        (
            (180, "车牌照号", 330, "plate"),
            (180, "登记证号", 420, "registration_number"),
            (180, "车辆类型", 530, "vehicle_type"),
        ),
    ),
    (
        84,
        (
            (230, "vin", 470, "vin"),
            (150, "厂牌型号", 400, "brand_model"),
            (220, "转入地车辆\n管理所名称", 350, "office"),
        ),
    ),
    (74, ((260, "total", 960, "words"), (120, "小写", 480, "figures"))),
    (66, ((260, "经营、拍卖单位", 1560, "auction"),)),
    (66, ((260, "经营、拍卖\n单位地址", 900, ""), (220, "纳税人识别号", 440, ""))),
    (66, ((260, "开户银行、账号", 1060, ""), (120, "电话", 380, ""))),
    (72, ((180, "二手车市场", 720, "market_name"), (220, "纳税人识别号", 700, "market_tax_id"))),
    (66, ((180, "地址", 1640, "market_address"),)),
    (66, ((230, "开户银行、账号", 1090, "market_account"), (120, "电话", 380, "market_phone"))),
    (60, ((120, "备注", 1700, ""),)),
)
"""Ruled rows: height, then label width, label (or the key of its wording), value width, key of the value."""


def paper(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """发票联 of the paper form: the machine's numbers, values off their lines, the market's seal."""
    sheet = Sheet(WIDTH, 1540)
    drift = (rng.uniform(-2, 8), rng.uniform(-6, 7))
    sheet.text(WIDTH / 2, 110, "二手车销售统一发票", 60, "serifbold", colour=_PURPLE, align="centre", spacing=8)
    sheet.text(WIDTH / 2, 175, rng.choice(("发 票 联", "转移登记联")), 40, "serif", colour=_PURPLE, align="centre")
    for y, label, size, key in ((110, "发票代码", 34, "invoice_code"), (165, "发票号码", 40, "invoice_number")):
        sheet.text(1440, y, label, 32, "serif", colour=_PURPLE)
        sheet.text(1590, y, values[key], size, "sans", colour=(40, 40, 40))
    sheet.text(_LEFT + 10, 255, "开票日期", 30, "serif", colour=_PURPLE)
    sheet.text(260 + drift[0], 255 + drift[1], values["invoice_date"], 32, "mono", colour=_NEEDLE, ink="dots")
    rows = [*_machine_rows(values, rng), *_body(values, rng, _PURPLE, _needle, _OLD_WORDS)]
    bottom = table(sheet, _LEFT, 285, rows, colour=_PURPLE, drift=drift)
    for x, text in ((_LEFT + 20, "开票单位（盖章）"), (900, "开票人"), (1360, "手写无效")):
        sheet.text(x, bottom + 55, text, 30, "serif", colour=_PURPLE)
    sheet.text(1010 + drift[0], bottom + 55, "测试员", 30, "mono", colour=_NEEDLE, ink="dots")
    specimen(sheet, 1640, bottom + 55)
    seal = stamps.round_seal(values["market_name"], rng.randrange(1 << 30), below="发票专用章", size=330)
    sheet.picture(seal, rng.randint(320, 700), bottom - 300 + rng.randint(-30, 30), multiply=True)
    return sheet


def electronic(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """电子发票: a 20-digit number, no code, a QR code and the printed seal of supervision."""
    sheet = Sheet(WIDTH, 1350)
    title = "电子发票（二手车销售统一发票）"
    sheet.text(WIDTH / 2, 130, title, 52, "serif", colour=_BROWN, align="centre")
    seal = stamps.oval_seal("全国统一发票监制章", "国家税务总局", "山西省税务局", rng.randrange(1 << 30), width=290)
    sheet.picture(seal, 855, 18, multiply=True)
    day = values["invoice_date"].replace("-", "")
    told = f"01,84,,{values['invoice_number']},{values['total']},{day},,C3D4"
    sheet.picture(qr_code(told, 200), 100, 40)
    for y, label, text in (
        (120, "发票号码：", values["invoice_number"]),
        (185, "开票日期：", chinese_date(values["invoice_date"])),
    ):
        sheet.text(1430, y, label, 30, "serif", colour=_BROWN)
        sheet.text(1580, y, text, 28, "sans", colour=_PRINT)
    bottom = table(sheet, _LEFT, 270, _body(values, rng, _BROWN, _printed, _NEW_WORDS), colour=_BROWN)
    sheet.text(_LEFT + 20, bottom + 55, "开票人：", 30, "serif", colour=_BROWN)
    sheet.text(_LEFT + 145, bottom + 55, "测试员", 30, "sans", colour=_PRINT)
    specimen(sheet, 1640, bottom + 55)
    return sheet


def _needle(width: float, text: str) -> Cell:
    return Cell(width, text, lines=2).filled(32, "mono", "dots", _NEEDLE)


def _printed(width: float, text: str) -> Cell:
    return Cell(width, text, lines=2).filled(30, "sans", "press", _PRINT)


def _machine_rows(values: Mapping[str, Any], rng: random.Random) -> list[Row]:
    """机打代码, 机打号码, 机器编号 at the left of 税控码."""
    cipher = "".join(rng.choices("0123456789+-*/<>", k=58))
    rows: list[Row] = []
    for label, text, part in (
        ("机打代码", values["invoice_code"], cipher[:29]),
        ("机打号码", values["invoice_number"], cipher[29:]),
        ("机器编号", f"8899{rng.randrange(10**8):08d}", ""),
    ):
        title = "" if rows else "税控码"
        cells = (_label(210, label, _PURPLE), _needle(610, text), _label(150, title, _PURPLE), _needle(850, part))
        rows.append((60, cells))
    return rows


def _label(width: float, text: str, colour: Colour) -> Cell:
    return Cell(width, text, 29, "serif", "centre", 2, colour)


def _body(values: Mapping[str, Any], rng: random.Random, colour: Colour, value: _Value, words: Wordings) -> list[Row]:
    """The rows both forms share, from the buyer to the market."""
    printed = {**values, **_beside(values, rng)}
    rows: list[Row] = []
    for height, pairs in _ROWS:
        cells: list[Cell] = []
        for label_width, text, value_width, key in pairs:
            cells += [_label(label_width, words.get(text, text), colour), value(value_width, printed.get(key, ""))]
        rows.append((height, cells))
    return rows


def _beside(values: Mapping[str, Any], rng: random.Random) -> dict[str, str]:
    """What the invoice shows besides its fields: both addresses and telephones, the office the car moves to."""
    return {
        "figures": f"¥{values['total']}",
        "words": f"⊗{values['total_in_words']}",
        "buyer_address": "山西省样例县测试镇样例路8号2单元301室",
        "seller_address": "山西省样例县范例镇测试村26号",
        "buyer_phone": f"1380000{rng.randint(1000, 9999)}",
        "seller_phone": f"1380000{rng.randint(1000, 9999)}",
        "office": "样例市公安局交通警察支队车辆管理所",
        "auction": rng.choice(("", "/")),
        "market_tax_id": "91140500MA0TEST36X",
        "market_address": "山西省样例市测试区样例大街66号",
        "market_account": f"样例农村商业银行 0000{rng.randrange(10**12):012d}",
        "market_phone": f"0356-00000{rng.randint(10, 99)}",
    }
