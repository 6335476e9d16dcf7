"""Proofs that the 车辆购置税 is paid: 税收完税证明, the booklet of before 2019, the electronic form, 缴款书."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from reviewapp.policy.money import fen_from_yuan, words_from_fen
from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import Cell, Row, chinese_date, specimen, table
from reviewapp.specimens.papers.invoices import qr_code
from reviewapp.specimens.papers.sheet import Colour, Sheet

_INK: Colour = (25, 25, 28)
_TAX_GREEN: Colour = (52, 92, 80)
_TAX_COLUMNS = (260, 260, 420, 380, 260, 260)


def tax_payment_proof(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """税收完税证明 for 车辆购置税: one line of tax, total in words, the tax office's seal."""
    sheet = Sheet(2000, 1130)
    sheet.text(1000, 120, "中华人民共和国", 44, "serif", colour=_TAX_GREEN, align="centre", spacing=10)
    sheet.text(1000, 200, "税 收 完 税 证 明", 64, "serifbold", colour=_TAX_GREEN, align="centre", spacing=6)
    sheet.text(1420, 200, f"No.314{rng.randrange(10**14):014d}", 34, "sans", colour=(150, 40, 40))
    sheet.text(90, 270, f"填发日期：{chinese_date(values['paid_on'])}", 32, "serif", colour=_INK)
    sheet.text(1000, 270, f"税务机关：{values['tax_authority']}", 32, "serif", colour=_INK)
    bottom = table(sheet, 80, 300, _tax_rows(values, rng), colour=_TAX_GREEN)
    sheet.text(90, bottom + 60, "妥善保管，手写无效", 30, "serif", colour=_TAX_GREEN)
    specimen(sheet, 1680, bottom + 60)
    seal = stamps.round_seal(values["tax_authority"], rng.randrange(1 << 30), below="征税专用章", size=310)
    sheet.picture(seal, 200, bottom - 300, multiply=True)
    return sheet


def book(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """车辆购置税完税证明(正本), the green page of a booklet: no amount, no number of the taxpayer."""
    sheet = Sheet(1500, 1060, (226, 240, 228))
    sheet.rectangle((40, 40, 1460, 1020), outline=_TAX_GREEN, width=4)
    sheet.text(750, 130, "车辆购置税完税证明", 58, "serifbold", colour=_TAX_GREEN, align="centre", spacing=6)
    sheet.text(750, 195, "（正 本）", 36, "serif", colour=_TAX_GREEN, align="centre")
    sheet.text(1040, 245, f"No.{rng.randrange(10**10):010d}", 34, "sans", colour=(150, 40, 40))
    pairs = (
        ("纳税人名称", values["taxpayer_name"]),
        ("厂牌型号", "测试牌CS7150A6"),
        ("发动机号", f"A{rng.randrange(10**7):07d}"),
        ("车架号码", values["vin"]),
        ("征税(免税)", "征税"),
        ("征收机关名称", values["tax_authority"]),
        ("填发日期", chinese_date(values["paid_on"])),
    )
    for place, (label, value) in enumerate(pairs):
        y = 330 + 88 * place
        sheet.text(120, y, f"{label}：", 36, "serif", colour=_TAX_GREEN)
        sheet.text(440, y + rng.uniform(-6, 6), value, 38, "song", colour=_INK, ink="dots")
        sheet.line(430, y + 18, 1360, y + 18, 2, _TAX_GREEN)
    seal = stamps.round_seal(values["tax_authority"], rng.randrange(1 << 30), below="车购税征税专用章", size=300)
    sheet.picture(seal, 1060, 640, multiply=True)
    specimen(sheet, 120, 995)
    return sheet


def electronic(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """车辆购置税完税证明(电子版) of 2019 and later: a table with a QR code."""
    sheet = Sheet(1480, 1500)
    sheet.text(740, 130, "车辆购置税完税证明", 54, "bold", align="centre")
    sheet.text(740, 190, "（电子版）", 34, "sans", align="centre")
    sheet.text(90, 270, f"凭证编号：{rng.randrange(10**18):018d}", 28, "sans")
    sheet.text(960, 270, f"填发日期：{chinese_date(values['paid_on'])}", 28, "sans")
    pairs = (
        ("纳税人名称", values["taxpayer_name"]),
        ("证件号码", values["taxpayer_id"]),
        ("车辆识别代号(车架号)", values["vin"]),
        ("厂牌型号", "测试牌CS7150A6"),
        ("发动机号码", f"A{rng.randrange(10**7):07d}"),
        ("实缴税额", f"¥{values['tax_amount']}"),
        ("税款缴纳日期", values["paid_on"]),
        ("征收税务机关", values["tax_authority"]),
    )
    rows: list[Row] = [(92, (Cell(420, a, 32, "sans", "centre"), Cell(880, b, 32, "sans"))) for a, b in pairs]
    bottom = table(sheet, 90, 310, rows)
    sheet.picture(qr_code(f"https://example.invalid/{values['vin']}", 240), 110, bottom + 40)
    seal = stamps.round_seal(values["tax_authority"], rng.randrange(1 << 30), below="征税专用章", size=310)
    sheet.picture(seal, 980, bottom - 130, multiply=True)
    specimen(sheet, 1080, bottom + 300)
    return sheet


def payment(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """税收缴款书(银行经收专用): taxpayer at the left, office at the right, one line of tax."""
    sheet = Sheet(2000, 1180)
    sheet.text(1000, 110, "中华人民共和国", 40, "serif", align="centre", spacing=8)
    sheet.text(1000, 185, "税收缴款书（银行经收专用）", 54, "serifbold", align="centre")
    sheet.text(1480, 245, f"No.{rng.randrange(10**15):015d}", 32, "sans", colour=(150, 40, 40))
    sheet.text(90, 265, f"填发日期：{chinese_date(values['paid_on'])}", 30, "serif")
    amount = values["tax_amount"]
    words = f"(大写){words_from_fen(fen_from_yuan(amount))}"
    day = values["paid_on"]
    note = f"车辆识别代号：{values['vin']}"
    heads, widths = ("税种", "品目名称", "课税数量", "税率", "实缴金额"), (320, 380, 320, 300, 500)
    filled = ("车辆购置税", "其他乘用车", "1", "10%", amount)
    rows: list[Row] = [
        (84, (_tax_label(300, "纳税人识别号"), _tax(620, values["taxpayer_id"]), _tax_label(300, "税务机关"),
              _tax(600, values["tax_authority"]))),
        (84, (_tax_label(300, "纳税人名称"), _tax(620, values["taxpayer_name"]), _tax_label(300, "收款国库"),
              _tax(600, "国家金库样例县支库"))),
        (84, (_tax_label(300, "税款所属时期"), _tax(620, f"{day}至{day}"), _tax_label(300, "税款限缴日期"),
              _tax(600, day))),
        (80, [_tax_label(width, head) for width, head in zip(widths, heads, strict=True)]),
        (90, [_tax(width, text) for width, text in zip(widths, filled, strict=True)]),
        (90, (_tax_label(300, "金额合计"), _tax(1020, words), _tax(500, f"¥{amount}"))),
        (150, (_tax_label(300, "备注"), _tax(1520, note))),
    ]  # fmt: skip
    bottom = table(sheet, 90, 300, rows, colour=_TAX_GREEN)
    seal = stamps.round_seal("样例农村商业银行", rng.randrange(1 << 30), below="业务专用章", size=280)
    sheet.picture(seal, 1300, bottom - 160, multiply=True)
    specimen(sheet, 90, bottom + 60)
    return sheet


def _tax_rows(values: Mapping[str, Any], rng: random.Random) -> list[Row]:
    day, amount, office = values["paid_on"], values["tax_amount"], values["tax_authority"]
    words = f"(大写)人民币{words_from_fen(fen_from_yuan(amount))}"
    note = f"车辆识别代号：{values['vin']}\n主管税务所（科、分局）：{office}第一税务分局"
    heads = ("原凭证号", "税种", "品目名称", "税款所属时期", "入(退)库日期", "实缴(退)金额")
    filled = (f"{rng.randrange(10**10):010d}", "车辆购置税", "车辆购置税", f"{day}至\n{day}", day, amount)
    name, number = values["taxpayer_name"], values["taxpayer_id"]
    return [
        (90, (_tax_label(260, "纳税人识别号"), _tax(680, number), _tax_label(220, "纳税人名称"), _tax(680, name))),
        (80, [_tax_label(width, head) for width, head in zip(_TAX_COLUMNS, heads, strict=True)]),
        (110, [_tax(width, text) for width, text in zip(_TAX_COLUMNS, filled, strict=True)]),
        (100, (_tax_label(260, "金额合计"), _tax(1000, words), _tax(580, f"¥{amount}"))),
        (330, (_tax_label(420, "税务机关\n(盖章)"), _tax_label(200, "备注"), _tax(1220, note))),
    ]


def _tax_label(width: float, text: str) -> Cell:
    return Cell(width, text, 32, "serif", "centre", 2, _TAX_GREEN)


def _tax(width: float, text: str) -> Cell:
    return Cell(width, text, lines=2).filled(32, "sans", "press", _INK)


COMPOSERS: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    "sheet": tax_payment_proof,
    "book": book,
    "electronic": electronic,
    "payment": payment,
}
