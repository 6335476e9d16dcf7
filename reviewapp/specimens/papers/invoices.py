"""机动车销售统一发票: the paper form filled by a needle printer, and the electronic form (数电票) with its QR code."""

import io
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import segno
from PIL import Image

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.fonts import text_width
from reviewapp.specimens.papers.form import Cell, Row, chinese_date, specimen, table
from reviewapp.specimens.papers.invoice_rows import (
    BROWN,
    DIGITAL_ROWS,
    ELECTRONIC_ROWS,
    PRINT,
    PRINTINGS,
    Filling,
    Printing,
    Spec,
)
from reviewapp.specimens.papers.sheet import Colour, Sheet

WIDTH, HEIGHT = 2000, 1370
_ELECTRONIC_HEIGHT = 1180
_LEFT = 90
_LASER = Filling("sans", 30, "press", PRINT)
_MARKS = {"song": ("", "￥"), "kai": ("", "￥")}
"""Before the words and before the figures; typefaces not named here have ⊗ and ¥."""
_CellMaker = Callable[..., Cell]


def paper(values: Mapping[str, Any], rng: random.Random, printing: Printing = PRINTINGS["paper"]) -> Sheet:
    """发票联 of the paper form: printed frame, values off their lines, round red seal over the seller."""
    sheet = Sheet(WIDTH, HEIGHT)
    filling = printing.filling
    drift = (rng.uniform(*filling.off[0]), rng.uniform(*filling.off[1]))
    _paper_head(sheet, values, drift, printing)
    label, value = _labels(BROWN, printing.labels), _filled(filling)
    rows = [*_paper_machine_rows(values, rng, label, value), *_body_rows(printing.rows, values, rng, label, value)]
    bottom = table(sheet, _LEFT, 290, rows, colour=BROWN, drift=drift)
    sheet.text(_LEFT + 20, bottom + 60, "销货单位盖章", 30, "serif", colour=BROWN)
    sheet.text(800, bottom + 60, "开票人", 30, "serif", colour=BROWN)
    sheet.text(
        920 + drift[0], bottom + 60 + drift[1], "测试员", 30, filling.face, colour=filling.colour, ink=filling.ink
    )
    sheet.text(1300, bottom + 60, "备注：一车一票", 30, "serif", colour=BROWN)
    specimen(sheet, 1650, bottom + 60)
    seal = stamps.round_seal(
        values["seller_name"], rng.randrange(1 << 30), below="发票专用章", number=values["seller_tax_id"], size=340
    )
    sheet.picture(seal, rng.randint(300, 640), bottom - 330 + rng.randint(-60, 50), multiply=True)
    return sheet


def electronic(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """电子发票: 20-digit number, no code, QR code at the upper left, printed supervision seal."""
    sheet = Sheet(WIDTH, _ELECTRONIC_HEIGHT)
    _electronic_head(sheet, values, rng)
    rows = _body_rows(ELECTRONIC_ROWS, values, rng, _labels(BROWN), _filled(_LASER))
    bottom = table(sheet, _LEFT, 290, rows, colour=BROWN)
    _electronic_foot(sheet, bottom)
    return sheet


def digital(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """数电票: buyer and seller in two blocks beside each other above the vehicle."""
    sheet = Sheet(WIDTH, _ELECTRONIC_HEIGHT)
    _electronic_head(sheet, values, rng)
    half = (WIDTH - 2 * _LEFT) / 2
    for x, party, name, number in (
        (_LEFT, "购买方信息", "buyer_name", "buyer_id"),
        (_LEFT + half, "销售方信息", "seller_name", "seller_tax_id"),
    ):
        sheet.rectangle((x, 290, x + half, 460), outline=BROWN, width=2)
        sheet.line(x + 60, 290, x + 60, 460, 2, BROWN)
        for place, character in enumerate(party):
            sheet.text(x + 30, 324 + 31 * place, character, 26, "serif", colour=BROWN, align="centre")
        _party(sheet, (x + 80, x + half), "名称：", values[name], 352)
        long = "统一社会信用代码/纳税人识别号" + ("/身份证号码：" if number == "buyer_id" else "：")
        _party(sheet, (x + 80, x + half), long, values[number], 424)
    rows = _body_rows(DIGITAL_ROWS, values, rng, _labels(BROWN), _filled(_LASER))
    bottom = table(sheet, _LEFT, 460, rows, colour=BROWN)
    sheet.rectangle((_LEFT, bottom, WIDTH - _LEFT, bottom + 90), outline=BROWN, width=2)
    sheet.text(_LEFT + 20, bottom + 55, "备注", 28, "serif", colour=BROWN)
    _electronic_foot(sheet, bottom + 90)
    return sheet


def _party(sheet: Sheet, sides: tuple[float, float], label: str, value: str, y: float) -> None:
    sheet.text(sides[0], y, label, 25, "serif", colour=BROWN)
    left = sides[0] + text_width(label, "serif", 25) + 8
    sheet.write((left, y - 34, sides[1] - 8, y + 18), value, 28, "sans", colour=PRINT)


def _electronic_head(sheet: Sheet, values: Mapping[str, Any], rng: random.Random) -> None:
    sheet.text(WIDTH / 2, 130, "电子发票（机动车销售统一发票）", 54, "serif", colour=BROWN, align="centre")
    sheet.line(560, 155, 1440, 155, 3, BROWN)
    sheet.line(560, 163, 1440, 163, 3, BROWN)
    seal = stamps.oval_seal("全国统一发票监制章", "国家税务总局", "山西省税务局", rng.randrange(1 << 30), width=300)
    sheet.picture(seal, 850, 20, multiply=True)
    sheet.picture(qr_code(_qr_text(values), 210), 100, 40)
    for y, name, value in (
        (120, "发票号码：", values["invoice_number"]),
        (185, "开票日期：", chinese_date(values["invoice_date"])),
    ):
        sheet.text(1440, y, name, 30, "serif", colour=BROWN)
        sheet.text(1590, y, value, 28, "sans", colour=PRINT)


def _electronic_foot(sheet: Sheet, bottom: float) -> None:
    sheet.text(_LEFT + 20, bottom + 60, "开票人：", 30, "serif", colour=BROWN)
    sheet.text(_LEFT + 145, bottom + 60, "测试员", 30, "sans", colour=PRINT)
    specimen(sheet, 1650, bottom + 60)


def qr_code(text: str, size: int) -> Image.Image:
    """A QR code of about `size` pixels with its quiet zone."""
    code = segno.make_qr(text, error="m")
    scale = max(2, size // code.symbol_size(border=2)[0])
    stream = io.BytesIO()
    code.save(stream, kind="png", scale=scale, border=2)
    return Image.open(stream).convert("RGB")


def _qr_text(values: Mapping[str, Any]) -> str:
    """The fields tax QR codes carry: version, type, code, number, amount without tax, date, check code."""
    day = values["invoice_date"].replace("-", "")
    return f"01,83,{values.get('invoice_code', '')},{values['invoice_number']},{values['net_price']},{day},,A1B2"


def _labels(colour: Colour, face: str = "serif") -> _CellMaker:
    def label(width: float, text: str, lines: int = 1) -> Cell:
        return Cell(width, text, 29, face, "centre", lines, colour)

    return label


def _filled(filling: Filling) -> _CellMaker:
    def value(width: float, text: str, lines: int = 1) -> Cell:
        return Cell(width, text, lines=lines).filled(filling.size, filling.face, filling.ink, filling.colour)

    return value


def _paper_head(sheet: Sheet, values: Mapping[str, Any], drift: tuple[float, float], printing: Printing) -> None:
    sheet.text(WIDTH / 2, 110, "机动车销售统一发票", 60, "serifbold", colour=BROWN, align="centre", spacing=6)
    sheet.text(WIDTH / 2, 175, "发 票 联", 40, "serif", colour=BROWN, align="centre")
    sheet.text(1440, 110, "发票代码", 32, "serif", colour=BROWN)
    sheet.text(1590, 110, values["invoice_code"], 34, "sans", colour=(40, 40, 40))
    sheet.text(1440, 165, "发票号码", 32, "serif", colour=BROWN)
    sheet.text(1590, 165, values["invoice_number"], 40, "sans", colour=(150, 40, 40))
    sheet.text(_LEFT + 10, 255, "开票日期", 30, "serif", colour=BROWN)
    day = chinese_date(values["invoice_date"]) if printing.long_day else values["invoice_date"]
    look = printing.filling
    sheet.text(260 + drift[0], 255 + drift[1], day, look.size, look.face, colour=look.colour, ink=look.ink)


def _paper_machine_rows(
    values: Mapping[str, Any], rng: random.Random, label: _CellMaker, value: _CellMaker
) -> list[Row]:
    """机打代码, 机打号码, 机器编号 at the left of 税控码."""
    cipher = "".join(rng.choices("0123456789+-*/<>", k=58))
    rows: list[Row] = []
    for name, text, part in (
        ("机打代码", values["invoice_code"], cipher[:29]),
        ("机打号码", values["invoice_number"], cipher[29:]),
        ("机器编号", f"6610{rng.randrange(10**8):08d}", ""),
    ):
        title = "" if rows else "税控码"
        rows.append((62, (label(210, name), value(610, text), label(150, title), value(850, part))))
    return rows


def _body_rows(
    specs: Sequence[Spec], values: Mapping[str, Any], rng: random.Random, label: _CellMaker, value: _CellMaker
) -> list[Row]:
    """The rows of a form, filled in."""
    crossed, yuan = _MARKS.get(value(1, "").face, ("⊗", "¥"))
    printed = {
        **values,
        "buyer": f"{values['buyer_name']}\n{values['buyer_id']}",
        "origin": "山西省",
        "words": f"{crossed}{values['total_in_words']}",
        "tax_authority": f"{values['tax_authority']}\n1{values['seller_tax_id'][2:8]}0000",
        "figures": f"{yuan}{values['total']}",
        "phone": f"0357-00000{rng.randint(10, 99)}",
        "account": f"0000{rng.randrange(10**12):012d}",
        "address": "山西省样例县测试镇样例汽贸城",
        "branch": "样例农村商业银行营业部",
        "tax": f"{yuan}{values['tax_amount']}",
        "net": f"小写 {yuan}{values['net_price']}",
        "seats": "5",
    }
    rows: list[Row] = []
    for height, pairs in specs:
        cells: list[Cell] = []
        for label_width, text, value_width, key in pairs:
            cells += [label(label_width, text, 2), value(value_width, printed.get(key, ""), 2)]
        rows.append((height, cells))
    return rows


def _of(printing: Printing) -> Callable[[Mapping[str, Any], random.Random], Sheet]:
    return lambda values, rng: paper(values, rng, printing)


COMPOSERS: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    "paper": paper,
    "electronic": electronic,
    "digital": digital,
    **{form: _of(printing) for form, printing in PRINTINGS.items() if form != "paper"},
}
