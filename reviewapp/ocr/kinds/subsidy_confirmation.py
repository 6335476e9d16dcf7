"""家居惠民消费补贴确认书: shop and consumer, a table of products, sums, the consumer's signature, the shop's seal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewapp.ocr import normalise, seal, signature
from reviewapp.ocr.evidence import Evidence, fen
from reviewapp.ocr.form import Column, Field, Form, Table
from reviewapp.policy.identifiers import ean13_ok, id_number_ok
from reviewapp.policy.money import fen_from_words

SIGNATURE = (
    "消费者签字", "消费者签名", "消费者本人签名", "消费者本人签字", "消费者(签字)", "消费者(签名)",
    "消费者确认签字", "购买人签字", "购买人签名", "申请人签字", "申请人签名", "本人签字", "本人签名", "签字",
    "签名",
)  # fmt: skip

NAME = ("产品名称", "商品名称", "产品种类", "产品类别", "商品种类", "商品类别", "品名", "名称")
BRAND_MODEL = (
    "品牌型号", "品牌及型号", "品牌规格型号", "品牌/型号", "品牌、型号", "规格型号", "产品型号", "型号",
)  # fmt: skip
PRICE = (
    "成交单价", "销售单价", "单价", "成交价格", "销售价格", "成交价", "销售价", "售价", "价格",
)  # fmt: skip
SHOP_NAME = (
    "销售商户名称", "销售商户", "商户名称", "商家名称", "销售单位", "销售企业", "企业名称", "店铺名称", "参与商户",
    "商家",
)  # fmt: skip
CONSUMER_NAME = (
    "消费者姓名", "购买人姓名", "购货人姓名", "申请人姓名", "顾客姓名", "购买人", "姓名", "消费者",
)  # fmt: skip
TOTAL = (
    "合计金额", "成交总额", "成交总价", "商品总价", "商品总额", "总金额", "实付总额", "成交金额", "金额合计",
    "购买总价", "总价", "合计", "总计",
)  # fmt: skip
SUBSIDY = (
    "消费补贴金额", "享受补贴金额", "补贴金额", "享受补贴", "补贴总额", "消费补贴", "优惠金额", "立减金额",
    "核销金额",
)  # fmt: skip


def _number(text: str) -> str | None:
    return normalise.digits(20, 20)(text) or normalise.digits(8, 8)(text)


def _name(text: str) -> str | None:
    found = normalise.text(text)
    return found if found is not None and re.search(r"[\u4e00-\u9fff]", found) else None


def _pieces(text: str) -> str | None:
    found = re.fullmatch(r"(\d{1,4})(?:\.0+)?[\u4e00-\u9fff]?", text)
    return str(int(found.group(1))) if found else None


def _price(text: str) -> str | None:
    return normalise.money(text) if re.fullmatch(r"¥?\d[\d,，]*(?:\.\d{1,2})?元?", text) else None


def _worth(row: Mapping[str, str]) -> int | None:
    """Price of a piece times pieces; a sum printed beside them must say the same."""
    price, together = fen(row.get("price", "")), fen(row.get("sum", ""))
    if price is None or "quantity" not in row or "name" not in row:
        return None
    worth = price * int(row["quantity"])
    return worth if together in (None, worth) else None


def _crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    """An amount in words bears out the sum whose figures it spells: forms differ in which one they spell."""
    amount = fen_from_words(values.get("in_words", ""))
    for name in ("total", "subsidy"):
        if amount is not None and name in values and fen(values[name]) == amount:
            evidence.bear((name,), "words")


PRODUCTS = Table(
    name="products",
    columns=(
        Column(
            Field(
                "name",
                NAME,
                _name,
                wrap=4,
            )
        ),
        Column(
            Field(
                "brand_model",
                BRAND_MODEL,
                normalise.text,
                wrap=4,
            )
        ),
        Column(
            Field(
                "commodity_code",
                ("商品编码", "国标码", "商品条码", "商品条形码", "条形码", "69码", "商品码"),
                normalise.digits(13, 13),
                check=ean13_ok,
                number=True,
            )
        ),
        Column(Field("quantity", ("数量",), _pieces, number=True, whole=True)),
        Column(
            Field(
                "price",
                PRICE,
                _price,
                number=True,
            ),
            anchor=True,
        ),
        Column(Field("sum", ("小计", "金额"), _price, number=True), hidden=True),
    ),
    until=("合计", "总计", "成交", "实付", "补贴", "享受", "发票", "消费者", "本人", "大写", "金额", "优惠", "总"),
    total="total",
    worth=_worth,
    adds_up=frozenset({"quantity", "price"}),
)

FORM = Form(
    kind="subsidy_confirmation",
    marks={
        "消费补贴确认书": 9,
        "家居惠民": 4,
        "补贴确认书": 4,
        "确认书": 2,
        "消费者签字": 2,
        "消费者姓名": 1,
        "国标码": 1.5,
        "商品编码": 1.5,
        "品牌型号": 1,
        "补贴金额": 2,
        "登记表": -6,
        "普通发票": -6,
    },
    fields=(
        Field(
            "shop_name",
            SHOP_NAME,
            normalise.person,
        ),
        Field(
            "consumer_name",
            CONSUMER_NAME,
            normalise.person,
        ),
        Field(
            "id_number",
            ("身份证号码", "身份证号", "公民身份号码", "证件号码"),
            normalise.id_number,
            anywhere=True,
            check=id_number_ok,
            number=True,
        ),
        Field(
            "phone",
            ("联系电话", "手机号码", "手机号", "联系方式", "电话"),
            normalise.phone,
            anywhere=True,
            number=True,
        ),
        Field("invoice_number", ("发票号码", "发票编号", "发票号"), _number, anywhere=True, number=True),
        Field(
            "total",
            TOTAL,
            normalise.money,
            number=True,
        ),
        Field(
            "subsidy",
            SUBSIDY,
            normalise.money,
            number=True,
        ),
        Field("signed_on", ("签字日期", "签名日期", "确认日期", "填表日期", "日期"), normalise.iso_date, number=True),
        Field("in_words", ("补贴金额大写", "金额大写", "大写"), normalise.in_words),
    ),
    fences=(
        *SIGNATURE,
        "销售商户(公章)",
        "商户盖章",
        "商家盖章",
        "公章",
        "盖章",
        "开票日期",
        "序号",
        "产品名称",
        "品牌型号",
    ),
    crosscheck=_crosscheck,
    tables=(PRODUCTS,),
    looks=(seal.look_for("shop_name", normalise.person), signature.beside(SIGNATURE)),
    helpers=("in_words",),
)
