"""Invoices of goods: 增值税普通发票 on paper, 增值税电子普通发票, and the fully electronic 电子发票（普通发票）."""

import random
from collections.abc import Mapping
from typing import Any

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import chinese_date, specimen
from reviewapp.specimens.papers.goods_items import Column, Look, charged, column_edge, headings, items, sums
from reviewapp.specimens.papers.invoices import qr_code
from reviewapp.specimens.papers.sheet import Colour, Sheet

WIDTH, HEIGHT = 2000, 1340
_LEFT, _RIGHT = 90, 1910
_BROWN: Colour = (128, 76, 40)
_NEEDLE: Colour = (42, 44, 92)
_PRINT: Colour = (24, 24, 28)
_RED: Colour = (160, 40, 40)
_OLD_COLUMNS = (
    Column("货物或应税劳务、服务名称", 450, "name"),
    Column("规格型号", 270, "model"),
    Column("单位", 100, "unit", "centre"),
    Column("数 量", 140, "quantity", "right"),
    Column("单 价", 260, "price", "right"),
    Column("金 额", 240, "amount", "right"),
    Column("税率", 110, "rate", "centre"),
    Column("税 额", 250, "tax", "right"),
)
_DIGITAL_COLUMNS = (
    Column("项目名称", 450, "name"),
    Column("规格型号", 250, "model", "centre"),
    Column("单  位", 110, "unit", "centre"),
    Column("数  量", 150, "quantity", "right"),
    Column("单  价", 250, "price", "right"),
    Column("金  额", 230, "amount", "right"),
    Column("税率/征收率", 170, "rate", "centre"),
    Column("税  额", 210, "tax", "right"),
)


def digital(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """数电票: 20-digit number, buyer and seller side by side, no rules between the goods' columns."""
    sheet, look = Sheet(WIDTH, HEIGHT), Look(_BROWN, "serif", _PRINT, rng.choice(("sans", "serif")))
    sheet.text(WIDTH / 2, 125, "电子发票（普通发票）", 56, "serif", colour=_BROWN, align="centre")
    for y in (150, 158):
        sheet.line(660, y, 1340, y, 3, _BROWN)
    seal = stamps.oval_seal("全国统一发票监制章", "国家税务总局", "山西省税务局", rng.randrange(1 << 30), width=290)
    sheet.picture(seal, 855, 10, multiply=True)
    told = ("01", "32", "", values["invoice_number"], values["total"], _plain_day(values), "", "7C1D")
    sheet.picture(qr_code(",".join(told), 200), 110, 45)
    for y, label, value in (
        (115, "发票号码：", values["invoice_number"]),
        (175, "开票日期：", chinese_date(values["invoice_date"])),
    ):
        look.label(sheet, 1430, y, label, 30)
        look.value(sheet, 1585, y, value, 28)
    _sides(sheet, look, values)
    top = _goods(sheet, look, _DIGITAL_COLUMNS, values, rng, 470, 950)
    _digital_foot(sheet, look, values, top)
    return sheet


def electronic(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """增值税电子普通发票: code of 12, number of 8, check code, cipher, QR code with the amount before tax."""
    sheet, look = Sheet(WIDTH, HEIGHT), Look(_BROWN, "serif", _PRINT, "sans")
    net, _ = sums(values)
    told = ("01", "10", values["invoice_code"], values["invoice_number"], net, _plain_day(values), "", "C3F9")
    sheet.picture(qr_code(",".join(told), 190), 110, 25)
    sheet.text(WIDTH / 2, 120, "山西增值税电子普通发票", 54, "serif", colour=_BROWN, align="centre")
    sheet.line(680, 145, 1320, 145, 3, _BROWN)
    seal = stamps.oval_seal("全国统一发票监制章", "国家税务总局", "山西省税务局", rng.randrange(1 << 30), width=270)
    sheet.picture(seal, 865, 10, multiply=True)
    check = " ".join(f"{rng.randrange(10**5):05d}" for _ in range(4))
    for place, (label, value) in enumerate(
        (
            ("发票代码：", values["invoice_code"]),
            ("发票号码：", values["invoice_number"]),
            ("开票日期：", chinese_date(values["invoice_date"])),
            ("校 验 码：", check),
        )
    ):
        look.label(sheet, 1400, 68 + place * 50, label, 28)
        look.value(sheet, 1550, 68 + place * 50, value, 28)
    look.label(sheet, 110, 248, "机器编号：")
    look.value(sheet, 250, 248, f"6610{rng.randrange(10**8):08d}")
    _old_body(sheet, look, values, rng)
    return sheet


def paper(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """增值税普通发票 on paper: code and number in the head without labels, needle print off its lines, red seal."""
    sheet = Sheet(WIDTH, HEIGHT)
    look = Look(_BROWN, "serif", _NEEDLE, "mono", "dots", (rng.uniform(-2, 7), rng.uniform(-5, 5)))
    sheet.text(WIDTH / 2, 110, "山西增值税普通发票", 58, "serif", colour=_BROWN, align="centre")
    sheet.line(690, 135, 1310, 135, 3, _BROWN)
    sheet.text(WIDTH / 2, 190, "发 票 联", 36, "serif", colour=_BROWN, align="centre")
    sheet.text(130, 110, values["invoice_code"], 44, "sans", colour=_BROWN)
    sheet.text(1390, 110, "№", 44, "serif", colour=_BROWN)
    sheet.text(1460, 110, values["invoice_number"], 50, "sans", colour=_RED)
    for y, text in ((90, values["invoice_code"]), (135, values["invoice_number"])):
        look.value(sheet, 1730, y, text, 26)
    look.label(sheet, 1430, 235, "开票日期：", 28)
    look.value(sheet, 1580, 235, chinese_date(values["invoice_date"]), 28)
    look.label(sheet, 110, 235, "校验码")
    look.value(sheet, 215, 235, " ".join(f"{rng.randrange(10**5):05d}" for _ in range(4)))
    _old_body(sheet, look, values, rng)
    name, number = values["seller_name"], values["seller_tax_id"]
    seal = stamps.round_seal(name, rng.randrange(1 << 30), below="发票专用章", number=number, size=300)
    sheet.picture(seal, rng.randint(1300, 1370), 1000 + rng.randint(-15, 25), multiply=True)
    return sheet


def _plain_day(values: Mapping[str, Any]) -> str:
    return str(values["invoice_date"]).replace("-", "")


def _sides(sheet: Sheet, look: Look, values: Mapping[str, Any]) -> None:
    """Buyer on the left, seller on the right, each with a narrow upright heading."""
    top, bottom, middle = 260, 460, (_LEFT + _RIGHT) / 2
    sheet.rectangle((_LEFT, top, _RIGHT, bottom), outline=_BROWN, width=2)
    natural = "buyer_tax_id" not in values or len(values["buyer_name"]) < 5
    for left, heading, name, number in (
        (_LEFT, "购买方信息", values["buyer_name"] + "（个人）" * natural, values.get("buyer_tax_id", "")),
        (middle, "销售方信息", values["seller_name"], values["seller_tax_id"]),
    ):
        sheet.line(left, top, left, bottom, 2, _BROWN)
        sheet.line(left + 60, top, left + 60, bottom, 2, _BROWN)
        look.upright(sheet, left + 30, top, bottom, heading)
        look.label(sheet, left + 80, top + 60, "名称：")
        look.value(sheet, left + 165, top + 60, name)
        look.label(sheet, left + 80, top + 150, "统一社会信用代码/纳税人识别号：")
        look.value(sheet, left + 515, top + 150, number)


def _goods(
    sheet: Sheet,
    look: Look,
    columns: tuple[Column, ...],
    values: Mapping[str, Any],
    rng: random.Random,
    top: float,
    bottom: float,
) -> float:
    """Headings, lines and their sum in a box; returns its lower edge."""
    sheet.rectangle((_LEFT, top - 10, _RIGHT, bottom), outline=_BROWN, width=2)
    headings(sheet, look, columns, _LEFT, top + 32)
    items(sheet, look, columns, _LEFT, top + 48, charged(values, rng))
    look.label(sheet, _LEFT + 130, bottom - 14, "合")
    look.label(sheet, _LEFT + 300, bottom - 14, "计")
    for key, amount in zip(("amount", "tax"), sums(values), strict=True):
        look.value(sheet, column_edge(columns, _LEFT, key) - 8, bottom - 14, f"¥{amount}", align="right")
    return bottom


def _in_words(sheet: Sheet, look: Look, values: Mapping[str, Any], top: float) -> None:
    """价税合计: in words and in figures."""
    sheet.rectangle((_LEFT, top, _RIGHT, top + 70), outline=_BROWN, width=2)
    sheet.line(_LEFT + 450, top, _LEFT + 450, top + 70, 2, _BROWN)
    look.label(sheet, _LEFT + 225, top + 46, "价税合计（大写）", align="centre")
    look.value(sheet, _LEFT + 480, top + 46, f"⊗{values['total_in_words']}", 30)
    look.label(sheet, 1390, top + 46, "（小写）")
    look.value(sheet, 1510, top + 46, f"¥{values['total']}", 30)


def _digital_foot(sheet: Sheet, look: Look, values: Mapping[str, Any], top: float) -> None:
    _in_words(sheet, look, values, top)
    sheet.rectangle((_LEFT, top + 70, _RIGHT, top + 250), outline=_BROWN, width=2)
    sheet.line(_LEFT + 60, top + 70, _LEFT + 60, top + 250, 2, _BROWN)
    look.upright(sheet, _LEFT + 30, top + 70, top + 250, "备注")
    look.value(sheet, _LEFT + 90, top + 120, "家居惠民活动商品，货到安装。", 26)
    look.label(sheet, 160, top + 310, "开票人：")
    look.value(sheet, 280, top + 310, "测试员")
    specimen(sheet, 1650, top + 310)


def _old_body(sheet: Sheet, look: Look, values: Mapping[str, Any], rng: random.Random) -> None:
    """Buyer and cipher, goods, sum, seller and note, as the forms with a code have them."""
    natural = "buyer_tax_id" not in values
    _party(sheet, look, "购买方", 270, values["buyer_name"], "" if natural else values["buyer_tax_id"], "")
    look.upright(sheet, 1210, 270, 470, "密码区")
    sheet.line(1240, 270, 1240, 470, 2, _BROWN)
    for row in range(4):
        look.value(sheet, 1260, 312 + row * 44, "".join(rng.choices("0123456789+-*/<>", k=28)), 26)
    top = _goods(sheet, look, _OLD_COLUMNS, values, rng, 480, 940)
    x = float(_LEFT)
    for column in _OLD_COLUMNS[:-1]:
        x += column.width
        sheet.line(x, 470, x, top, 2, _BROWN)
    _in_words(sheet, look, values, top)
    branch = "样例农村商业银行乡宁支行0000" + f"{rng.randrange(10**12):012d}"
    _party(sheet, look, "销售方", top + 70, values["seller_name"], values["seller_tax_id"], branch)
    look.upright(sheet, 1210, top + 70, top + 270, "备注")
    sheet.line(1240, top + 70, 1240, top + 270, 2, _BROWN)
    for x, label, name in ((120, "收款人：", "测试员"), (560, "复核：", "样例员"), (940, "开票人：", "试制员")):
        look.label(sheet, x, top + 320, label)
        look.value(sheet, x + 120, top + 320, name)
    look.label(sheet, 1330, top + 320, "销售方：（章）")
    specimen(sheet, 1680, top + 350)


def _party(sheet: Sheet, look: Look, heading: str, top: float, name: str, number: str, branch: str) -> None:
    """Name, tax number, address and bank of one side."""
    sheet.rectangle((_LEFT, top, _RIGHT, top + 200), outline=_BROWN, width=2)
    sheet.line(_LEFT + 60, top, _LEFT + 60, top + 200, 2, _BROWN)
    sheet.line(1180, top, 1180, top + 200, 2, _BROWN)
    look.upright(sheet, _LEFT + 30, top, top + 200, heading)
    address = "乡宁县昌宁镇样例路8号0357-0000012" if branch else ""
    for place, (label, value) in enumerate(
        (("名        称：", name), ("纳税人识别号：", number), ("地 址、电 话：", address), ("开户行及账号：", branch))
    ):
        look.label(sheet, 165, top + 42 + place * 46, label, 27)
        look.value(sheet, 370, top + 42 + place * 46, value, 27)
