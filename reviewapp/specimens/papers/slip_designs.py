"""What the slips of several acquirers print: their words, their order, and where a value stands to its label."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and the key of its value; `below`: the value has the next line to itself; `beside`: a second pair in the
    same line; `size` in pixels."""

    label: str
    key: str
    below: bool = False
    beside: tuple[str, str] | None = None
    size: int = 34


@dataclass(frozen=True, slots=True)
class Design:
    """One acquirer's slip. `colon` ends a label; `right`: values are set to the right edge; "-" in `entries` is a rule.

    `amount`, `card`, `kind` are how these are printed; `void` follows the kind of what is no sale.
    """

    titles: tuple[tuple[str, int], ...]
    entries: tuple[Entry | str, ...]
    foot: tuple[str, ...] = ()
    width: int = 900
    face: str = "mono"
    colon: str = "："
    right: bool = False
    amount: str = "RMB {amount}"
    card: str = "{card}"
    sale: str = "{kind}"
    others: str = "{kind}"
    indent: int = 40


_BILINGUAL = Design(
    (("银联商务", 58), ("POS 签购单", 44)),
    (
        Entry("商户名称(MERCHANT NAME)", "merchant_name", below=True),
        Entry("商户编号(MERCHANT NO)", "merchant_number", below=True),
        Entry("终端编号(TERMINAL NO)", "terminal_number"),
        Entry("操作员号(OPERATOR NO)", "operator"),
        Entry("发卡行(ISSUER)", "bank"),
        Entry("收单行(ACQUIRER)", "acquirer"),
        Entry("卡号(CARD NO)", "card", below=True, size=44),
        Entry("交易类型(TRANS TYPE)", "kind", below=True, size=40),
        Entry("批次号(BATCH NO)", "batch_number"),
        Entry("凭证号(VOUCHER NO)", "trace_number"),
        Entry("授权码(AUTH NO)", "auth_code"),
        Entry("参考号(REFER NO)", "reference_number"),
        Entry("日期/时间(DATE/TIME)", "moment", below=True),
        Entry("金额(AMOUNT)", "amount", below=True, size=46),
        "-",
        Entry("备注(REFERENCE)", "note"),
        Entry("持卡人签名(CARD HOLDER SIGNATURE)", "signature", below=True, size=60),
    ),
    ("本人确认以上交易，同意将其计入本卡账户", "I ACKNOWLEDGE SATISFACTORY RECEIPT"),
    colon=":",
    card="{card} I",
    sale="{kind}/SALE",
    others="{kind}/VOID",
)
_LAKALA = Design(
    (("拉卡拉支付", 54), ("商户存根 请妥善保管", 34)),
    (
        "-",
        Entry("商户名", "merchant_name"),
        Entry("商户号", "merchant_number"),
        Entry("终端号", "terminal_number", beside=("操作员", "operator")),
        Entry("发卡机构", "bank"),
        Entry("收单机构", "acquirer"),
        Entry("卡号", "card", size=40),
        Entry("交易类型", "kind", size=40),
        Entry("批次号", "batch_number", beside=("凭证号", "trace_number")),
        Entry("授权码", "auth_code"),
        Entry("参考号", "reference_number"),
        Entry("交易时间", "moment"),
        Entry("交易金额", "amount", size=46),
        "-",
        Entry("备注", "note"),
        Entry("持卡人签名", "signature", below=True, size=60),
    ),
    ("本人确认以上交易 同意记入本卡账户", "*****商户存根*****"),
    face="song",
    colon=":",
    amount="RMB:{grouped}",
    card="{card}(I)",
)
_ALLINPAY = Design(
    (("通联支付", 56), ("签购单", 46)),
    (
        Entry("特约商户名称", "merchant_name", below=True),
        Entry("特约商户编号", "merchant_number", below=True),
        Entry("终端机号", "terminal_number"),
        Entry("发卡行", "bank"),
        Entry("卡号", "card", below=True, size=42),
        Entry("交易类别", "kind", size=40),
        Entry("批次号", "batch_number"),
        Entry("流水号", "trace_number"),
        Entry("授权码", "auth_code"),
        Entry("系统参考号", "reference_number"),
        Entry("日期", "day", beside=("时间", "clock")),
        Entry("总计", "amount", below=True, size=50),
        "-",
        Entry("持卡人签字", "signature", below=True, size=60),
    ),
    ("本人同意支付上述款项", "持卡人存根"),
    colon="：",
    amount="人民币 {grouped} 元",
    sale="{kind}(SALE)",
    others="{kind}(VOID)",
)
_BANK = Design(
    (("样例农村商业银行", 54), ("POS 签购单", 42), ("POS SALES SLIP", 32)),
    (
        Entry("商户名称", "merchant_name", below=True),
        Entry("商户编号", "merchant_number"),
        Entry("终端编号", "terminal_number"),
        Entry("操作员号", "operator"),
        Entry("发卡银行", "bank"),
        Entry("收单银行", "acquirer"),
        Entry("卡号", "card", size=40),
        Entry("卡序号", "sequence"),
        Entry("交易类型", "kind", size=40),
        Entry("批次号", "batch_number"),
        Entry("凭证号", "trace_number"),
        Entry("授权号", "auth_code"),
        Entry("检索参考号", "reference_number"),
        Entry("交易日期时间", "moment"),
        Entry("交易金额", "amount", size=44),
        "-",
        Entry("持卡人签名", "signature", below=True, size=60),
    ),
    ("同意支付上述款项", "商户存根联"),
    face="kai",
    colon="",
    card="{card} /S",
)
_NARROW = Design(
    (("签购单", 46), ("持卡人存根", 30)),
    (
        "-",
        Entry("商户名称", "merchant_name", below=True, size=30),
        Entry("商户编号", "merchant_number", size=30),
        Entry("终端编号", "terminal_number", size=30),
        Entry("卡号", "card", size=30),
        Entry("交易类型", "kind", size=32),
        Entry("批次号", "batch_number", size=30),
        Entry("凭证号", "trace_number", size=30),
        Entry("授权码", "auth_code", size=30),
        Entry("参考号", "reference_number", size=30),
        Entry("日期时间", "moment", below=True, size=30),
        Entry("金额", "amount", size=38),
        "-",
    ),
    ("此联持卡人留存", "不作发票使用"),
    width=560,
    colon="",
    right=True,
    amount="{amount}",
    indent=26,
)
_APP = Design(
    (("电子签购单", 46), ("¥{grouped}", 84), ("交易成功", 36)),
    (
        "-",
        Entry("商户名称", "merchant_name"),
        Entry("商户编号", "merchant_number"),
        Entry("付款卡号", "card"),
        Entry("发卡行", "bank"),
        Entry("交易类型", "kind"),
        Entry("凭证号", "trace_number"),
        Entry("参考号", "reference_number"),
        Entry("交易时间", "moment"),
        Entry("交易金额", "amount"),
        "-",
    ),
    ("如有疑问请联系收单机构", ""),
    width=1080,
    face="sans",
    colon="",
    right=True,
    amount="¥{grouped}",
)
POS = {
    "bilingual": _BILINGUAL,
    "lakala": _LAKALA,
    "allinpay": _ALLINPAY,
    "bank": _BANK,
    "narrow": _NARROW,
    "app": _APP,
}
VOUCHER = {
    "merchant": Design(
        (("样例汽贸城", 52), ("消费券核销凭证", 42)),
        (
            "-",
            Entry("门店名称", "merchant_name"),
            Entry("活动名称", "campaign"),
            Entry("交易金额", "order", size=40),
            Entry("优惠金额", "face", size=40),
            Entry("实付金额", "rest", size=40),
            Entry("交易时间", "moment"),
            "-",
            Entry("支付方式", "means"),
            Entry("收银员", "operator"),
        ),
        ("谢谢惠顾", "请妥善保管本凭证"),
        face="song",
    ),
    "app": Design(
        (("云闪付", 44), ("汽车消费券", 64), ("已使用", 36)),
        (
            "-",
            Entry("消费券面额", "face", size=38),
            Entry("订单金额", "order", size=38),
            Entry("优惠后实付", "rest", size=38),
            Entry("使用门店", "merchant_name"),
            Entry("使用时间", "moment"),
            Entry("订单编号", "order_number"),
            Entry("支付方式", "means"),
            "-",
        ),
        ("券已核销，不可重复使用", ""),
        width=1080,
        face="sans",
        colon="",
        right=True,
    ),
}
