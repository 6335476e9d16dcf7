"""Papers of the office on A4: 核补信息登记表, 特殊情况说明."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import Cell, Row, specimen, table
from reviewapp.specimens.papers.sheet import Colour, Sheet

A4 = (1480, 2090)
_PEN: Colour = (30, 44, 110)

_FORM = (
    ("姓名", "name"),
    ("身份证号码", "id_number"),
    ("手机号码", "phone"),
    ("银行卡号", "card_number"),
    ("厂牌型号", "brand_model"),
    ("车辆识别代号", "vin"),
    ("号牌号码", "plate"),
    ("发票号码", "invoice_number"),
    ("购车金额（元）", "total"),
    ("消费券面值（元）", "voucher_value"),
)
_TYPED = (
    (("购车人姓名", "name"), ("联系电话", "phone")),
    (("身份证号", "id_number"),),
    (("品牌型号", "brand_model"), ("车牌号", "plate")),
    (("车架号", "vin"),),
    (("发票号码", "invoice_number"), ("发票金额", "total")),
    (("消费券金额", "voucher_value"), ("银行卡号", "card_number")),
)
_PLEDGE = "本人承诺以上所填信息及所附材料真实、有效，如有虚假，愿意承担相应的法律责任。"


def registration_form(values: Mapping[str, Any], rng: random.Random, face: str = "serif") -> Sheet:
    """汽车消费券核补信息登记表: printed labels, filled in by pen."""
    sheet = Sheet(*A4)
    sheet.text(740, 190, "汽车消费券核补信息登记表", 60, "serifbold", align="centre")
    rows = [
        (120, (_printed(300, label), Cell(1000, str(values[field])).filled(48, face, "hand", _PEN)))
        for label, field in _FORM
    ]
    bottom = table(sheet, 90, 260, rows)
    box = (90, bottom, 1390, bottom + 250)
    sheet.rectangle(box, width=2)
    sheet.write((120, bottom + 10, 1360, bottom + 150), _PLEDGE, 32, "serif", lines=2)
    sheet.text(760, bottom + 210, "申请人（签字）：", 32, "serif")
    sheet.text(1040, bottom + 212, values["name"], 52, face, colour=_PEN, ink="hand")
    specimen(sheet, 1180, 2040)
    return sheet


def dealer_statement(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """特殊情况说明: a dealer's letter for late papers; the seal is there when `has_seal` is true."""
    sheet = Sheet(*A4)
    dealer = "样例汽贸有限公司"
    sheet.text(740, 260, "特殊情况说明", 68, "serifbold", align="centre", spacing=10)
    sheet.text(150, 400, "县商务主管部门：", 40, "serif")
    body = (
        "　　因车辆上户手续办理延误，我公司购车客户的汽车消费券核补材料未能在规定时间内提交。"
        "经核实，该客户购车行为真实，发票、行驶证等材料齐全有效，延误并非客户本人原因。\n"
        "　　现申请按特殊情况进行专项审核，我公司对上述情况的真实性负责。\n"
        "　　特此说明。"
    )
    sheet.write((150, 450, 1330, 950), body, 40, "serif", lines=9)
    sheet.text(1300, 1180, f"说明单位（盖章）：{dealer}", 40, "serif", align="right")
    sheet.text(1300, 1260, "2024年02月02日", 40, "serif", align="right")
    if values.get("has_seal"):
        seal = stamps.round_seal(dealer, rng.randrange(1 << 30), size=330)
        sheet.picture(seal, 930 + rng.randint(-20, 20), 1030, multiply=True)
    specimen(sheet, 1180, 2040)
    return sheet


def _printed(width: float, text: str) -> Cell:
    return Cell(width, text, 34, "serif", "centre")


def regular_hand(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """The form filled in with a careful hand."""
    return registration_form(values, rng, "kai")


def typed(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """The form as a table of two pairs a row, filled in on a computer and signed by pen."""
    sheet = Sheet(*A4)
    sheet.text(740, 170, "乡宁县汽车消费券", 48, "bold", align="centre")
    sheet.text(740, 240, "核补信息登记表", 48, "bold", align="centre")
    sheet.text(90, 310, "经销商（盖章）：样例汽贸有限公司", 30, "song")
    sheet.text(1390, 310, "2024年02月02日", 30, "song", align="right")
    rows: list[Row] = []
    for pairs in _TYPED:
        share = 1300 / len(pairs) - 230
        cells = [
            cell
            for label, field in pairs
            for cell in (
                Cell(230, label, 28, "song", "centre", 2),
                Cell(share, str(values[field]), lines=2).filled(30, "song", "press", (20, 20, 24)),
            )
        ]
        rows.append((100, cells))
    bottom = table(sheet, 90, 340, rows)
    sheet.rectangle((90, bottom, 1390, bottom + 260), width=2)
    sheet.write((120, bottom + 10, 1360, bottom + 150), _PLEDGE, 30, "song", lines=2)
    sheet.text(700, bottom + 210, "申请人签名：", 30, "song")
    sheet.text(960, bottom + 212, values["name"], 52, "kai", colour=_PEN, ink="hand")
    if rng.random() < 0.5:
        seal = stamps.round_seal("样例汽贸有限公司", rng.randrange(1 << 30), size=300)
        sheet.picture(seal, 330, 130, multiply=True)
    specimen(sheet, 1180, 2040)
    return sheet


def late_statement(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """A shorter letter in other words; the seal is there when `has_seal` is true."""
    sheet = Sheet(*A4)
    dealer = "样例汽车销售服务有限公司"
    sheet.text(740, 240, "关于汽车消费券逾期核补的情况说明", 48, "bold", align="centre")
    sheet.text(150, 380, "商务局：", 38, "song")
    body = (
        "　　客户测试甲于2023年12月28日在我公司购买车辆一台并领取汽车消费券，"
        "因生产厂家合格证邮寄延误，未能在规定期限内办理注册登记，申请予以核补。\n"
        "　　以上情况属实，如有虚假，我公司愿承担一切责任。"
    )
    sheet.write((150, 430, 1330, 850), body, 38, "song", lines=8)
    sheet.text(1300, 1000, dealer, 38, "song", align="right")
    sheet.text(1300, 1080, "2024年1月30日", 38, "song", align="right")
    if values.get("has_seal"):
        seal = stamps.round_seal(dealer, rng.randrange(1 << 30), size=330)
        sheet.picture(seal, 900 + rng.randint(-30, 30), 850 + rng.randint(-30, 30), multiply=True)
    specimen(sheet, 1180, 2040)
    return sheet


REGISTRATION: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    "handwritten": registration_form,
    "regular_hand": regular_hand,
    "typed": typed,
}
STATEMENTS: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    "letter": dealer_statement,
    "late": late_statement,
}
