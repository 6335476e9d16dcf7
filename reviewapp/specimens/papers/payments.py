"""Proofs of payment: screenshots of 微信, 支付宝, 云闪付 and a bank's app, light and dark, and a bank's receipt."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewapp.policy.money import fen_from_yuan, show_yuan, words_from_fen
from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import Cell, Row, specimen, table
from reviewapp.specimens.papers.sheet import Colour, Sheet

SCREEN = (1000, 2160)
_A4_HALF = (1700, 1180)
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Theme:
    """Colours of a screen."""

    ground: Colour
    card: Colour
    text: Colour
    faint: Colour


_LIGHT = _Theme((243, 243, 245), (255, 255, 255), (25, 25, 27), (128, 128, 134))
_DARK = _Theme((16, 16, 18), (28, 28, 31), (226, 226, 230), (140, 140, 146))


class _Screen:
    """A phone's screen from the status bar down."""

    def __init__(self, title: str, rng: random.Random) -> None:
        self.theme = rng.choice((_LIGHT, _DARK))
        self.sheet = Sheet(*SCREEN, self.theme.ground)
        clock = f"{rng.randint(8, 22)}:{rng.randrange(60):02d}"
        self.sheet.text(60, 66, clock, 32, "bold", colour=self.theme.text)
        self.sheet.text(860, 66, f"{rng.randint(12, 99)}%", 28, "sans", colour=self.theme.text)
        self.sheet.text(500, 160, title, 40, "bold", colour=self.theme.text, align="centre")
        self.y = 220.0

    def card(self, height: float) -> None:
        box = (30, self.y, 970, self.y + height)
        self.sheet.rectangle(box, outline=None, fill=self.theme.card, radius=24)

    def icon(self, colour: Colour) -> None:
        self.sheet.rectangle((450, self.y + 30, 550, self.y + 130), outline=None, fill=colour, radius=50)
        self.y += 130

    def centred(self, text: str, size: int, face: str = "sans", *, faint: bool = False) -> None:
        colour = self.theme.faint if faint else self.theme.text
        self.sheet.text(500, self.y + size * 1.5, text, size, face, colour=colour, align="centre")
        self.y += size * 1.9

    def pairs(self, pairs: Pairs, *, right: bool = False, value_at: float = 330) -> None:
        """Label and value a line; values on the right edge, or from `value_at`."""
        for label, value in pairs:
            self.sheet.text(80, self.y + 60, label, 34, "sans", colour=self.theme.faint)
            box = (value_at, self.y + 10, 920, self.y + 96)
            align = "right" if right else "left"
            self.sheet.write(box, value, 34, colour=self.theme.text, align=align, lines=2)  # type: ignore[arg-type]
            self.y += 100

    def done(self) -> Sheet:
        specimen(self.sheet, 700, 2120)
        return self.sheet


def wechat(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """微信 账单详情 of a payment to a merchant."""
    screen = _Screen("账单详情", rng)
    screen.card(1560)
    screen.icon((7, 193, 96))
    screen.centred(values["payee_name"], 38)
    screen.centred(f"-{_grouped(values)}", 84, "bold")
    screen.y += 60
    screen.pairs([
        ("当前状态", "支付成功"),
        ("支付时间", _spoken(values["paid_at"])),
        ("商品", "家居用品"),
        ("商户全称", values["payee_name"]),
        ("收单机构", "样例支付科技有限公司"),
        ("支付方式", f"{rng.choice(('样例农村商业银行', '测试商业银行'))}储蓄卡({rng.randrange(10**4):04d})"),
        ("交易单号", values["transaction_number"]),
        ("商户单号", f"{rng.randrange(10**30):030d}"),
    ])  # fmt: skip
    return screen.done()


def wechat_transfer(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """微信 账单详情 of a payment by the shopkeeper's code."""
    screen = _Screen("账单详情", rng)
    screen.icon((7, 193, 96))
    screen.centred(f"扫二维码付款-给{values['payee_name']}", 36)
    screen.centred(f"-{values['amount']}", 88, "bold")
    screen.y += 60
    screen.pairs([
        ("当前状态", "支付成功"),
        ("收款方备注", "二维码收款"),
        ("支付方式", "零钱"),
        ("转账时间", _spoken(values["paid_at"])),
        ("转账单号", values["transaction_number"]),
    ], right=True)  # fmt: skip
    return screen.done()


def alipay(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """支付宝 账单详情."""
    screen = _Screen("账单详情", rng)
    screen.card(1500)
    screen.icon((22, 119, 255))
    screen.centred(values["payee_name"], 38)
    screen.centred(f"-{_grouped(values)}", 80, "bold")
    screen.centred("交易成功", 34, faint=True)
    screen.y += 40
    moment = f"{datetime.fromisoformat(values['paid_at']):%Y-%m-%d %H:%M:%S}"
    screen.pairs([
        (rng.choice(("支付时间", "创建时间")), moment),
        ("付款方式", f"测试商业银行({rng.randrange(10**4):04d})"),
        ("商品说明", "家居用品"),
        ("收单机构", "样例支付科技有限公司"),
        ("收款方全称", values["payee_name"]),
        ("订单号", values["transaction_number"]),
        ("商家订单号", f"T{rng.randrange(10**18):018d}"),
        ("账单分类", "日用百货"),
    ], right=rng.random() < 0.5)  # fmt: skip
    return screen.done()


def unionpay(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """云闪付 账单详情: the order, what the voucher took off, and what was paid."""
    screen = _Screen("账单详情", rng)
    paid = fen_from_yuan(values["amount"])
    taken_off = paid // 9
    screen.card(1500)
    screen.centred(values["payee_name"], 40, "bold")
    screen.centred(f"￥{show_yuan(paid)}", 80, "bold")
    screen.centred("交易成功", 34, faint=True)
    screen.y += 40
    screen.pairs([
        ("订单金额", f"￥{show_yuan(paid + taken_off)}"),
        ("优惠金额", f"-￥{show_yuan(taken_off)}"),
        ("实付金额", f"￥{show_yuan(paid)}"),
        ("付款方式", f"样例农村商业银行 借记卡({rng.randrange(10**4):04d})"),
        ("交易类型", "消费"),
        ("交易时间", f"{datetime.fromisoformat(values['paid_at']):%Y-%m-%d %H:%M:%S}"),
        ("商户名称", values["payee_name"]),
        ("订单编号", values["transaction_number"]),
    ], right=True)  # fmt: skip
    return screen.done()


def bank_app(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """电子回单 of a transfer as a bank's app shows it, with the bank's seal."""
    screen = _Screen(rng.choice(("转账汇款电子回单", "电子回单")), rng)
    paid = fen_from_yuan(values["amount"])
    screen.card(1580)
    screen.centred("样例农村商业银行", 44, "bold")
    screen.pairs([
        ("付款人", values["payer_name"]),
        ("付款账号", f"629990******{rng.randrange(10**4):04d}"),
        ("收款人", values["payee_name"]),
        ("收款账号", f"0000{rng.randrange(10**12):012d}"),
        ("收款银行", "测试商业银行股份有限公司乡宁支行"),
        ("交易金额", f"{'人民币 ' if rng.random() < 0.5 else '￥'}{show_yuan(paid)}"),
        ("大写金额", words_from_fen(paid)),
        ("手续费", "0.00"),
        ("交易时间", f"{datetime.fromisoformat(values['paid_at']):%Y/%m/%d %H:%M:%S}"),
        ("交易流水号", values["transaction_number"]),
        ("附言", "货款"),
    ], value_at=350)  # fmt: skip
    seal = stamps.round_seal("样例农村商业银行", rng.randrange(1 << 30), below="电子回单专用章", size=280)
    screen.sheet.picture(seal, 620, 1500, multiply=screen.theme is _LIGHT)
    return screen.done()


def receipt(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """网上银行电子回单 printed on paper: payer and payee side by side, the amount in words and in figures."""
    sheet = Sheet(*_A4_HALF)
    sheet.text(850, 110, "样例农村商业银行网上银行电子回单", 52, "serifbold", align="centre")
    moment = datetime.fromisoformat(values["paid_at"])
    sheet.text(100, 190, f"电子回单号码：{values['transaction_number']}", 30, "serif")
    sheet.text(1060, 190, f"打印日期：{moment:%Y年%m月%d日}", 30, "serif")
    bottom = table(sheet, 100, 230, [_receipt_row(*pairs) for pairs in _receipt_pairs(values, rng)])
    seal = stamps.round_seal("样例农村商业银行", rng.randrange(1 << 30), below="电子回单专用章", size=290)
    sheet.picture(seal, 1180 + rng.randint(-40, 40), bottom - 70, multiply=True)
    sheet.text(100, bottom + 70, "重要提示：本回单不作为收款方发货依据，请勿重复记账。", 28, "serif")
    specimen(sheet, 100, bottom + 130)
    return sheet


def _receipt_pairs(values: Mapping[str, Any], rng: random.Random) -> list[Pairs]:
    paid, moment = fen_from_yuan(values["amount"]), datetime.fromisoformat(values["paid_at"])
    account, other = (f"0000{rng.randrange(10**12):012d}" for _ in range(2))
    return [
        (("付款人户名", values["payer_name"]), ("收款人户名", values["payee_name"])),
        (("付款人账号", account), ("收款人账号", other)),
        (("付款人开户行", "样例农村商业银行"), ("收款人开户行", "测试商业银行")),
        (("金额（大写）", f"人民币{words_from_fen(paid)}"), ("金额（小写）", f"￥{show_yuan(paid)}")),
        (("交易时间", f"{moment:%Y-%m-%d %H:%M:%S}"), ("业务种类", "跨行转账")),
        (("用途", "货款"), ("交易渠道", "手机银行")),
    ]


def _receipt_row(*pairs: tuple[str, str]) -> Row:
    cells = []
    for label, value in pairs:
        cells += [Cell(200, label, 30, align="centre", lines=2), Cell(550, value, 30, lines=2)]
    return 90, cells


def _grouped(values: Mapping[str, Any]) -> str:
    return show_yuan(fen_from_yuan(values["amount"]))


def _spoken(instant: str) -> str:
    """2024年7月5日 15:04:05, as 微信 writes it: no leading noughts in the day."""
    moment = datetime.fromisoformat(instant)
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M:%S}"
