"""Strips of thermal paper and their screenshots: POS 签购单 and the 消费券 redemption slip."""

import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from reviewapp.specimens.papers.fonts import text_width
from reviewapp.specimens.papers.form import slip_time, specimen
from reviewapp.specimens.papers.sheet import Colour, Sheet, wrap
from reviewapp.specimens.papers.slip_designs import POS, VOUCHER, Design, Entry

WIDTH = 1000
_LEFT, _RIGHT = 60, 940
_TEXT = 36
_SCREEN = 1080
"""Width of a telephone's screen: such a slip is a screenshot."""


class _Strip:
    """Lines from the top down, grey as the heat left them."""

    def __init__(self, height: int, faded: int) -> None:
        self.sheet = Sheet(WIDTH, height, (250, 249, 245))
        self.colour: Colour = (faded, faded, faded + 8)
        self.y = 60.0

    def title(self, text: str, size: int = 60) -> None:
        self.sheet.text(WIDTH / 2, self.y + size, text, size, "bold", colour=self.colour, align="centre")
        self.y += size * 1.6

    def pair(self, label: str, value: str, *, size: int = _TEXT, gap: float = 62) -> None:
        box = (_LEFT, self.y, _RIGHT, self.y + gap)
        self.sheet.write(box, f"{label}：{value}", size, "mono", colour=self.colour)
        self.y += gap

    def rule(self) -> None:
        self.sheet.text(_LEFT, self.y + 34, "-" * 48, _TEXT, "mono", colour=self.colour)
        self.y += 50


def pos_slip(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """签购单 of a sale or a void (撤销): merchant, terminal, masked card, numbers, time and amount."""
    strip = _Strip(1760, rng.randint(52, 105))
    day, clock = slip_time(values["paid_at"])
    strip.title("银联 UnionPay")
    strip.title("签购单 POS SALES SLIP", 44)
    strip.pair("商户名称", values["merchant_name"])
    strip.pair("商户编号", values["merchant_number"])
    strip.pair("终端编号", values["terminal_number"])
    strip.pair("操作员号", "01")
    strip.rule()
    strip.pair("发卡行", values["bank"])
    strip.pair("收单行", "样例支付服务有限公司")
    strip.pair("卡号", f"{values['card_number_masked']} /C", size=42, gap=74)
    strip.pair("交易类型", _transaction(values["transaction_type"]), size=44, gap=78)
    strip.pair("批次号", values["batch_number"])
    strip.pair("凭证号", values["trace_number"])
    strip.pair("授权码", values["auth_code"])
    strip.pair("参考号", values["reference_number"])
    strip.pair("日期/时间", f"{day} {clock}")
    strip.pair("金额", f"RMB {_signed(values)}", size=52, gap=92)
    strip.rule()
    strip.pair("备注", f"原凭证号 {values['trace_number']}" if "撤销" in values["transaction_type"] else "")
    strip.y += 20
    strip.pair("持卡人签名", "")
    strip.y += 130
    strip.rule()
    _foot(strip)
    return strip.sheet


def _foot(strip: _Strip) -> None:
    strip.sheet.text(_LEFT, strip.y + 40, "本人确认以上交易，同意将其记入本卡账户", 32, "mono", colour=strip.colour)
    strip.sheet.text(_LEFT, strip.y + 96, "商户存根 MERCHANT COPY", 32, "mono", colour=strip.colour)
    specimen(strip.sheet, 740, strip.y + 160)


def voucher_slip(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """核销小票: face value of the voucher, amount of the order, merchant, time and order number."""
    strip = _Strip(1420, rng.randint(40, 85))
    day, clock = slip_time(values["redeemed_at"])
    strip.title("云闪付")
    strip.title("消费券核销小票", 52)
    strip.pair("商户名称", values["merchant_name"])
    strip.pair("券名称", "汽车消费券")
    strip.pair("订单编号", values["order_number"])
    strip.pair("核销时间", f"{day} {clock}")
    strip.rule()
    strip.pair("订单金额", f"{values['order_amount']}元", size=44, gap=80)
    strip.pair("消费券面值", f"{values['face_value']}元", size=44, gap=80)
    strip.pair("核销状态", "核销成功")
    strip.rule()
    strip.pair("核销方式", "被扫")
    strip.pair("收银员", "01")
    strip.y += 60
    strip.sheet.text(WIDTH / 2, strip.y, "请妥善保管本凭证", 34, "mono", colour=strip.colour, align="centre")
    specimen(strip.sheet, 740, strip.y + 110)
    return strip.sheet


def _transaction(kind: str) -> str:
    return f"{kind}(VOID)" if "撤销" in kind else f"{kind}(SALE)"


_BACK = frozenset({"消费撤销", "退货", "撤销", "预授权撤销"})


def _signed(values: Mapping[str, Any]) -> str:
    """Amount as printed: a void carries a minus sign before the same figure."""
    amount = str(values["amount"])
    return f"-{amount.lstrip('-')}" if values["transaction_type"] in _BACK else amount


class _Roll:
    """A slip of some design, filled in from the top down; as long as it needs to be."""

    def __init__(self, design: Design, shown: Mapping[str, str], shade: int) -> None:
        self.design, self.shown = design, shown
        self.sheet = Sheet(design.width, 0, (250, 249, 245) if design.width != _SCREEN else (255, 255, 255))
        self.colour: Colour = (shade, shade, shade + 8)
        self.y = 60.0
        self.right = design.width - design.indent

    def fill(self) -> Sheet:
        """Titles, entries and foot."""
        for title, size in self.design.titles:
            self._text(self.design.width / 2, self.y + size, title.format(**self.shown), size, align="centre")
            self.y += size * 1.55
        for entry in self.design.entries:
            if isinstance(entry, Entry):
                self._entry(entry)
            else:
                self._rule()
        for line in self.design.foot:
            self._text(self.design.indent, self.y + 44, line, 28)
            self.y += 52
        specimen(self.sheet, self.right - 200, self.y + 60)
        self.sheet.height = max(1410, round(self.y + 110))
        return self.sheet

    def _entry(self, entry: Entry) -> None:
        label, size, left = entry.label + self.design.colon, entry.size, self.design.indent
        value = self.shown.get(entry.key, "")
        self._text(left, self.y + size, label, min(size, 34))
        if entry.key == "signature":
            self.sheet.text(left + 180, self.y + 130, value, size, "kai", colour=(40, 40, 60), ink="hand")
            self.y += 180
            return
        start = left + text_width(label, self.design.face, min(size, 34)) + (18 if self.design.colon else 60)
        if entry.below:
            self.y += size * 1.35
            start = left + 30
        rows = wrap(value, self.design.face, size, (self.design.width / 2 if entry.beside else self.right) - start)
        for row in rows:
            if self.design.right and not entry.below:
                self._text(self.right, self.y + size, row, size, align="right")
            else:
                self._text(start, self.y + size, row, size)
            self.y += size * 1.35
        if entry.beside:
            second, key = entry.beside
            text = f"{second}{self.design.colon}{self.shown[key]}"
            self._text(self.design.width / 2 + 30, self.y - size * 0.35, text, size)
        self.y += size * 0.3

    def _text(self, x: float, y: float, text: str, size: int, **more: Any) -> None:
        self.sheet.text(x, y, text, size, self.design.face, colour=self.colour, **more)

    def _rule(self) -> None:
        dashes = int((self.right - self.design.indent) / text_width("-", "mono", 30))
        self.sheet.text(self.design.indent, self.y + 24, "-" * dashes, 30, "mono", colour=self.colour)
        self.y += 46


def _designed_pos(design: Design) -> Callable[[Mapping[str, Any], random.Random], Sheet]:
    def compose(values: Mapping[str, Any], rng: random.Random) -> Sheet:
        day, clock = slip_time(values["paid_at"])
        amount, kind = _signed(values), values["transaction_type"]
        money = {"amount": amount, "grouped": f"{Decimal(amount):,.2f}"}
        is_sale = kind in ("消费", "预授权完成")
        shown = {
            **{name: str(value) for name, value in values.items()},
            **money,
            "amount": design.amount.format(**money),
            "card": design.card.format(card=values["card_number_masked"]),
            "kind": (design.sale if is_sale else design.others).format(kind=kind),
            "moment": f"{day} {clock}",
            "day": day,
            "clock": clock,
            "operator": "01",
            "sequence": "001",
            "acquirer": "样例支付服务有限公司",
            "note": "" if is_sale else f"原凭证号 {int(values['trace_number']) // 7:06d}",
            "signature": "测试",
        }
        return _Roll(design, shown, rng.randint(40, 95)).fill()

    return compose


def _designed_voucher(design: Design) -> Callable[[Mapping[str, Any], random.Random], Sheet]:
    def compose(values: Mapping[str, Any], rng: random.Random) -> Sheet:
        day, clock = slip_time(values["redeemed_at"])
        order, face = Decimal(values["order_amount"]), Decimal(values["face_value"])
        shown = {
            **{name: str(value) for name, value in values.items()},
            "order": f"{order:.2f}元",
            "face": f"{face:.2f}元",
            "rest": f"{order - face:.2f}元",
            "moment": f"{day} {clock}",
            "campaign": "惠民汽车消费券",
            "means": "云闪付",
            "operator": "01",
        }
        return _Roll(design, shown, rng.randint(40, 85)).fill()

    return compose


POS_COMPOSERS: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    "strip": pos_slip,
    **{form: _designed_pos(design) for form, design in POS.items()},
}
VOUCHER_COMPOSERS: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    "strip": voucher_slip,
    **{form: _designed_voucher(design) for form, design in VOUCHER.items()},
}
