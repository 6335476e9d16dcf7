"""付款支付凭证: screenshots of 微信, 支付宝, 云闪付 and bank apps, and receipts of a bank."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewapp.ocr import normalise
from reviewapp.ocr.evidence import Evidence, weigh_words
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.labels import Piece
from reviewapp.ocr.layout import Sheet, Spot

HEADLINE = 1.4
"""How much taller than the rest the amount is that heads a screen without a label."""
_PAID_TO = re.compile(r"^.*(?:付款|转账|支付)[-—一:]*(?:转?给|到|向)")

PAYER_NAME = (
    "付款人户名", "付款人名称", "付款人姓名", "付款方户名", "付款方名称", "付款户名", "付方户名", "汇款人户名",
    "付款人", "付款方", "汇款人", "转出户名",
)  # fmt: skip
PAYEE_NAME = (
    "商户全称", "收款方全称", "收款人户名", "收款人名称", "收款人姓名", "收款方户名", "收款方名称", "收款户名",
    "收方户名", "收款商户", "商户名称", "商家名称", "收款人", "收款方", "对方户名", "对方账户", "转入户名",
)  # fmt: skip
PAID_AT = (
    "支付时间", "付款时间", "交易时间", "转账时间", "交易日期", "付款日期", "汇款时间", "完成时间", "创建时间",
    "时间戳", "日期时间",
)  # fmt: skip
AMOUNT = (
    "实付金额", "实际支付", "支付金额", "付款金额", "交易金额", "转账金额", "汇款金额", "金额(小写)", "小写金额",
    "小写", "转出金额", "金额",
)  # fmt: skip
TRANSACTION_NUMBER = (
    "交易单号", "转账单号", "交易流水号", "交易订单号", "订单号", "订单编号", "流水号", "电子回单号码",
    "电子回单号", "回单编号", "回单号码", "回单号", "交易号", "凭证号",
)  # fmt: skip
OTHERS = (
    "商户单号", "商户订单号", "商家订单号", "订单金额", "优惠金额", "应付金额", "商品金额", "手续费", "付款账号",
    "付款人账号", "收款账号", "收款人账号", "付款人开户行", "收款人开户行", "付款银行", "收款银行", "开户行",
    "收单机构", "付款方式", "支付方式", "商品说明", "商品", "当前状态", "交易状态", "交易类型", "打印日期", "附言",
    "用途", "备注", "账单分类", "收款方备注", "转账说明", "交易渠道", "业务种类", "付款卡", "收款时间",
)  # fmt: skip
"""Labels beside these, which end their values."""


def _payee(text: str) -> str | None:
    """The name alone of 扫二维码付款-给样例商行; one cut off with … is none."""
    return None if re.search(r"…|\.\.", text) else normalise.person(_PAID_TO.sub("", text))


def _number(text: str) -> str | None:
    """An order's number: many digits, capital letters at most besides."""
    found = normalise.code(text)
    return found if found is not None and len(found) >= 8 and sum(c.isdigit() for c in found) >= 6 else None


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """The amount in large print at the head of a screen, and whom it names as paid above that."""
    head = _headline(sheet)
    if head is None:
        return {}
    value = normalise.money(head.line.text)
    out = {} if value is None else {"headline": Spot(value, (head.line,))}
    if "amount" not in found and value is not None:
        out["amount"] = out["headline"]
    payee = None if "payee_name" in found else _above(sheet, head)
    return out | ({} if payee is None else {"payee_name": payee})


def _headline(sheet: Sheet) -> Piece | None:
    amounts = [
        piece
        for piece in sheet.pieces
        if piece.hit is None
        and piece.line.print_height > HEADLINE * sheet.height * 0.8
        and re.fullmatch(r"[-+—]?¥?-?\d[\d,，]*\.\d{2}元?", piece.line.text)
    ]
    return max(amounts, key=lambda piece: piece.line.height, default=None)


def _above(sheet: Sheet, head: Piece) -> Spot | None:
    """The name directly above the headline."""
    over = [(-sheet.offset(head.line, piece.line)[1], piece) for piece in sheet.pieces if piece.hit is None]
    for drop, piece in sorted(over, key=lambda each: each[0]):
        value = _payee(piece.line.text)
        if 0 < drop < 3 * head.line.height and value is not None:
            return Spot(value, (piece.line,))
    return None


def _crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    """大写 = 小写; an amount that heads the screen and stands beside its label says the same twice."""
    weigh_words(evidence, values, "in_words", "amount")
    if "headline" not in values or "amount" not in values:
        return
    if values["headline"] != values["amount"]:
        evidence.doubt("amount", values["headline"])


FORM = Form(
    kind="payment_proof",
    marks={
        "账单详情": 6,
        "电子回单": 6,
        "转账凭证": 6,
        "支付凭证": 6,
        "交易详情": 5,
        "回单": 2,
        "交易单号": 3,
        "商户单号": 3,
        "转账单号": 3,
        "商家订单号": 3,
        "收款方全称": 3,
        "商户全称": 3,
        "支付成功": 3,
        "交易成功": 3,
        "转账成功": 3,
        "当前状态": 2,
        "支付方式": 2,
        "付款方式": 2,
        "实付金额": 2,
        "付款人": 2,
        "收款人": 2,
        "付款账号": 2,
        "收款账号": 2,
        "交易流水号": 2,
        "签购单": -8,
        "核销": -8,
        "确认书": -8,
        "统一发票": -8,
        "普通发票": -8,
    },
    fields=(
        Field(
            "payer_name",
            PAYER_NAME,
            normalise.person,
        ),
        Field(
            "payee_name",
            PAYEE_NAME,
            _payee,
            wrap=1,
        ),
        Field(
            "paid_at",
            PAID_AT,
            normalise.instant,
            number=True,
            anywhere=True,
        ),
        Field(
            "amount",
            AMOUNT,
            normalise.money,
            number=True,
        ),
        Field(
            "transaction_number",
            TRANSACTION_NUMBER,
            _number,
            wrap=1,
            number=True,
        ),
        Field("in_words", ("大写金额", "金额(大写)", "金额大写", "大写"), normalise.in_words),
        Field("headline", (), normalise.money),
    ),
    fences=OTHERS,
    find=_find,
    crosscheck=_crosscheck,
    helpers=("in_words", "headline"),
)
