"""家居惠民消费补贴确认书: shop, consumer, table of products, subsidy, the consumer's signature and the shop's seal."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw

from reviewapp.policy.money import fen_from_yuan, words_from_fen
from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import Cell, Row, chinese_date, specimen, table
from reviewapp.specimens.papers.sheet import Colour, Ink, Sheet

A4 = (1480, 2090)
_PEN: Colour = (30, 44, 110)
_BLACK_PEN: Colour = (34, 34, 38)
_PLEDGE = "本人确认以上所购商品及享受的消费补贴信息真实有效，同意按活动规则办理。如有虚假，愿承担相应责任。"


@dataclass(frozen=True, slots=True)
class _Words:
    """What one shop's printing of the form says beside and above the values."""

    title: str
    people: Mapping[str, str]
    columns: Sequence[tuple[str, str, float]]
    sums: Mapping[str, str]
    signature: str
    seal: str
    day: str


_COUNTY = _Words(
    title="乡宁县家居惠民消费补贴确认书",
    people={
        "shop_name": "销售商户", "consumer_name": "消费者姓名", "id_number": "身份证号码", "phone": "联系电话",
        "invoice_number": "发票号码",
    },
    columns=(
        ("序号", "", 80), ("产品名称", "name", 280), ("品牌型号", "brand_model", 330),
        ("商品编码（13位国标码）", "commodity_code", 310), ("数量", "quantity", 100), ("单价（元）", "price", 200),
    ),
    sums={"total": "合计金额（元）", "subsidy": "补贴金额（元）"},
    signature="消费者签字：",
    seal="销售商户（公章）：",
    day="日期：",
)  # fmt: skip
_SHOP = _Words(
    title="家居惠民消费补贴确认书",
    people={
        "shop_name": "商户名称", "consumer_name": "购买人姓名", "phone": "手机号", "id_number": "身份证号",
        "invoice_number": "发票号",
    },
    columns=(
        ("商品名称", "name", 300), ("品牌及型号", "brand_model", 340), ("国标码", "commodity_code", 300),
        ("数量", "quantity", 110), ("成交单价", "price", 250),
    ),
    sums={"total": "成交总额", "subsidy": "享受补贴"},
    signature="消费者本人签名",
    seal="商户盖章",
    day="签字日期",
)  # fmt: skip


def typed(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """Filled in on a computer, but for the signature."""
    return _ruled(values, rng, hand=())


def handwritten(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """The consumer's lines, the numbers of pieces and the date by pen, the goods printed."""
    return _ruled(values, rng, hand=("consumer_name", "id_number", "phone", "invoice_number", "signed_on"))


def plain(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """A shop's own printing: lines of label and value, other wordings, a table without numbers of lines."""
    sheet, words = Sheet(*A4), _SHOP
    sheet.text(740, 200, words.title, 60, "bold", align="centre")
    y = 320.0
    for field, label in words.people.items():
        sheet.text(110, y, f"{label}：", 36, "sans")
        sheet.text(360, y, str(values[field]), 36, "serif")
        sheet.line(350, y + 14, 1050, y + 14, 2, (120, 120, 120))
        y += 78
    y = table(sheet, 90, y - 20, _product_rows(words, values["products"], "sans"))
    for field, label in words.sums.items():
        y += 76
        sheet.text(110, y, f"{label}：", 36, "sans")
        sheet.text(360, y, f"￥{values[field]}", 36, "serif")
    words_y = y + 70
    sheet.text(110, words_y, f"补贴金额大写：{_spelt(values['subsidy'])}", 34, "sans")
    sheet.write((110, words_y + 40, 1370, words_y + 150), _PLEDGE, 32, "sans", lines=2)
    y = words_y + 270
    sheet.text(110, y, f"{words.signature}：", 36, "sans")
    sheet.line(400, y + 16, 760, y + 16, 2)
    _sign(sheet, values, rng, (410, y - 80))
    sheet.text(110, y + 110, f"{words.day}：", 36, "sans")
    sheet.text(330, y + 110, chinese_date(values["signed_on"]), 36, "sans")
    sheet.text(860, y, f"{words.seal}：", 36, "sans")
    _press(sheet, values, rng, (960, y - 60))
    specimen(sheet, 1180, 2040)
    return sheet


def _ruled(values: Mapping[str, Any], rng: random.Random, hand: Sequence[str]) -> Sheet:
    """One ruled table from the shop down to the signatures."""
    sheet, words = Sheet(*A4), _COUNTY
    sheet.text(740, 190, words.title, 58, "serifbold", align="centre")
    label, value = _cells(values, words, hand)
    y = table(sheet, 90, 260, [
        (96, (label(260, "shop_name"), value(1040, "shop_name"))),
        (96, (label(260, "consumer_name"), value(390, "consumer_name"), label(240, "phone"), value(410, "phone"))),
        (96, (label(260, "id_number"), value(1040, "id_number"))),
    ])  # fmt: skip
    y = table(sheet, 90, y, _product_rows(words, values["products"], "serif"))
    spelt = _spelt(values["total"])
    y = table(sheet, 90, y, [
        (96, (label(260, "total"), value(390, "total"), _printed(240, "金额大写"), _filled(410, spelt, 28))),
        (96, (label(260, "subsidy"), value(1040, "subsidy"))),
        (96, (label(260, "invoice_number"), value(1040, "invoice_number"))),
    ])  # fmt: skip
    sheet.write((110, y + 10, 1370, y + 130), _PLEDGE, 32, "serif", lines=2)
    sheet.rectangle((90, y, 1390, y + 480), width=2)
    sheet.line(740, y + 140, 740, y + 480, 2)
    sheet.text(120, y + 200, words.signature, 34, "serif")
    _sign(sheet, values, rng, (350, y + 170))
    sheet.text(120, y + 440, words.day, 34, "serif")
    ink: Ink = "hand" if "signed_on" in hand else "press"
    colour = _PEN if ink == "hand" else _BLACK_PEN
    sheet.text(240, y + 440, chinese_date(values["signed_on"]), 40, "serif", colour=colour, ink=ink)
    sheet.text(770, y + 200, words.seal, 34, "serif")
    _press(sheet, values, rng, (960, y + 150))
    specimen(sheet, 1180, 2040)
    return sheet


def _cells(values: Mapping[str, Any], words: _Words, hand: Sequence[str]) -> Any:
    """Makers of a field's label cell and of its value cell."""
    labels = {**words.people, **words.sums}

    def label(width: float, field: str) -> Cell:
        return _printed(width, labels[field])

    def value(width: float, field: str) -> Cell:
        if field in hand:
            return Cell(width, str(values[field])).filled(46, "serif", "hand", _PEN)
        return _filled(width, str(values[field]), 34)

    return label, value


def _product_rows(words: _Words, products: Sequence[Mapping[str, Any]], face: str) -> list[Row]:
    head = [Cell(width, text, 30, face, "centre", 2) for text, _, width in words.columns]
    rows: list[Row] = [(90, head)]
    for place, product in enumerate(products, 1):
        cells = [Cell(width, str(product.get(key, place)), 30, face, "centre", 3) for _, key, width in words.columns]
        rows.append((130, cells))
    return rows


def _spelt(yuan: str) -> str:
    return words_from_fen(fen_from_yuan(yuan))


def _printed(width: float, text: str) -> Cell:
    return Cell(width, text, 32, "serif", "centre")


def _filled(width: float, text: str, size: int) -> Cell:
    return Cell(width, text, size, "serif", lines=2)


def _sign(sheet: Sheet, values: Mapping[str, Any], rng: random.Random, at: tuple[float, float]) -> None:
    """The consumer's name in handwriting, or a flourish nobody can read, or nothing."""
    if not values["has_signature"]:
        return
    if rng.random() < 0.5:
        sheet.text(at[0], at[1] + 80, values["consumer_name"], 76, "serif", colour=_BLACK_PEN, ink="hand", spacing=6)
    else:
        sheet.picture(_flourish(rng), at[0], at[1] - 10)
    sheet.shows((at[0], at[1] - 10, at[0] + 330, at[1] + 110), "has_signature")


def _flourish(rng: random.Random) -> Image.Image:
    """A signature in one go: loops along a rising line."""
    picture = Image.new("RGBA", (330, 120), (*_BLACK_PEN, 0))
    draw = ImageDraw.Draw(picture)
    points = [(20 + place * 14 + rng.uniform(-16, 16), rng.uniform(12, 108)) for place in range(21)]
    smooth = [point for a, b, c in zip(points, points[1:], points[2:], strict=False) for point in _curve(a, b, c)]
    draw.line(smooth, fill=(*_BLACK_PEN, 255), width=4, joint="curve")
    return picture


def _curve(*corners: tuple[float, float]) -> list[tuple[float, float]]:
    """Points of the curve that runs from the middle of the first side to the middle of the second."""
    (x0, y0), (x1, y1), (x2, y2) = corners
    start, end = ((x0 + x1) / 2, (y0 + y1) / 2), ((x1 + x2) / 2, (y1 + y2) / 2)
    steps = [step / 8 for step in range(9)]
    return [
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * x1 + t * t * end[0],
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * y1 + t * t * end[1],
        )
        for t in steps
    ]


def _press(sheet: Sheet, values: Mapping[str, Any], rng: random.Random, at: tuple[float, float]) -> None:
    if values["has_seal"]:
        seal = stamps.round_seal(values["shop_name"], rng.randrange(1 << 30), size=310)
        sheet.picture(seal, at[0] + rng.randint(-30, 30), at[1] + rng.randint(-10, 15), multiply=True)
