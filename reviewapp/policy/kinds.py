"""The one list of paper kinds, their fields and the form of each value (PAPERS.md); ocr, pages and checks use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

ValueType = Literal["date", "instant", "money", "id", "text", "bool", "int", "list"]
"""`date` ISO day · `instant` ISO with offset · `money` decimal string in yuan · `id` upper case without spaces."""

LONG_TERM = "长期"
"""What an ID card prints instead of an end date."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a paper: Chinese label, form of its value, and words allowed in place of such a value.

    A list says what its entries are: one form, or the parts of an object by name.
    """

    label: str
    type: ValueType
    words: tuple[str, ...] = ()
    entries: ValueType | Mapping[str, ValueType] = "text"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper: Chinese title and its fields by name, in the order in which they are shown."""

    title: str
    fields: dict[str, Field]


def _fields(spec: str) -> dict[str, Field]:
    """`name 标签 type` entries, one a line or separated by `·`."""
    entries = [entry.split() for line in spec.strip().splitlines() for entry in line.split("·") if entry.strip()]
    return {name: Field(label, _TYPES[kind]) for name, label, kind in entries}


_TYPES: dict[str, ValueType] = {
    "date": "date",
    "instant": "instant",
    "money": "money",
    "id": "id",
    "text": "text",
    "bool": "bool",
    "int": "int",
    "list": "list",
}

_PRODUCT: Mapping[str, ValueType] = {
    "name": "text", "brand_model": "text", "commodity_code": "id", "quantity": "int", "price": "money",
}  # fmt: skip
PART_LABELS: Mapping[str, str] = {
    "name": "名称", "brand_model": "品牌型号", "commodity_code": "国标码", "quantity": "数量", "price": "单价（元）",
    "model": "规格型号", "amount": "金额（元）",
}  # fmt: skip
"""What the parts of a list's entries are called."""
_ITEM: Mapping[str, ValueType] = {"name": "text", "model": "text", "quantity": "int", "amount": "money"}

_INVOICE_HEAD = """
invoice_code 发票代码 id · invoice_number 发票号码 id · invoice_date 开票日期 date
"""

KINDS: dict[str, Kind] = {
    "id_card": Kind(
        "居民身份证",
        _fields("""
name 姓名 text · sex 性别 text · ethnicity 民族 text · birth_date 出生日期 date · address 住址 text
id_number 公民身份号码 id
issuing_authority 签发机关 text · valid_from 有效期起 date
""")
        | {"valid_until": Field("有效期止", "date", (LONG_TERM,))},
    ),
    "vehicle_invoice": Kind(
        "机动车销售统一发票",
        _fields(
            _INVOICE_HEAD
            + """
buyer_name 购买方名称 text · buyer_id 购买方证件号码 id · vehicle_type 车辆类型 text · brand_model 厂牌型号 text
certificate_number 合格证号 id · engine_number 发动机号码 id · vin 车架号 id · total 价税合计 money
total_in_words 价税合计大写 text
seller_name 销货单位名称 text · seller_tax_id 销货方税号 id · net_price 不含税价 money · tax_rate 税率 text
tax_amount 增值税税额 money
tax_authority 主管税务机关 text
"""
        ),
    ),
    "used_vehicle_invoice": Kind(
        "二手车销售统一发票",
        _fields(
            _INVOICE_HEAD
            + """
buyer_name 买方姓名 text · buyer_id 买方证件号码 id · seller_name 卖方姓名 text · seller_id 卖方证件号码 id
plate 车牌照号 id
registration_number 登记证号 id · vehicle_type 车辆类型 text · vin 车架号 id · brand_model 厂牌型号 text
total 车价合计 money
total_in_words 车价合计大写 text · market_name 二手车市场 text
"""
        ),
    ),
    "vehicle_licence": Kind(
        "行驶证",
        _fields("""
plate 号牌号码 id · vehicle_type 车辆类型 text · owner 所有人 text · address 住址 text · use 使用性质 text
brand_model 品牌型号 text
vin 车辆识别代号 id · engine_number 发动机号码 id · register_date 注册日期 date · issue_date 发证日期 date
seal_authority 发证机关 text
file_number 档案编号 id · seats 核定载人数 int · gross_mass 总质量 text · energy 能源种类 text
inspection_until 检验有效期 text
"""),
    ),
    "vehicle_certificate": Kind(
        "整车出厂合格证",
        _fields("""
certificate_number 合格证编号 id · issue_date 发证日期 date · maker 车辆制造企业 text
brand_model 车辆品牌型号 text
vehicle_name 车辆名称 text · vin 车辆识别代号 id · engine_model 发动机型号 text · engine_number 发动机号 id
fuel 燃料种类 text
emission_standard 排放标准 text · made_on 制造日期 date
"""),
    ),
    "registration_certificate": Kind(
        "机动车登记证书",
        _fields("""
registration_number 登记证编号 id · owner 所有人 text · owner_id 所有人证件号码 id · authority 登记机关 text
registered_on 登记日期 date
plate 号牌号码 id · vehicle_type 车辆类型 text · brand_model 车辆品牌型号 text · vin 车辆识别代号 id
engine_number 发动机号 id
fuel 燃料种类 text · made_on 出厂日期 date · pages 页码 list · transfer_owner 转移后所有人 text
transfer_date 转移登记日期 date
"""),
    ),
    "tax_payment_proof": Kind(
        "车辆购置税完税证明",
        _fields("""
taxpayer_name 纳税人名称 text · taxpayer_id 纳税人识别号 id · vin 车辆识别代号 id · tax_amount 税额 money
paid_on 缴税日期 date
tax_authority 税务机关 text
"""),
    ),
    "bank_card": Kind("银行借记卡", _fields("card_number 银行卡号 id · bank 开户银行 text · valid_thru 有效期 text")),
    "pos_slip": Kind(
        "POS签购单",
        _fields("""
merchant_name 商户名称 text · merchant_number 商户编号 id · terminal_number 终端编号 id
card_number_masked 卡号 id · bank 发卡行 text
transaction_type 交易类型 text · batch_number 批次号 id · trace_number 凭证号 id · auth_code 授权码 id
reference_number 参考号 id
paid_at 交易时间 instant · amount 交易金额 money
"""),
    ),
    "voucher_slip": Kind(
        "消费券核销小票",
        _fields("""
face_value 券面金额 money · order_amount 订单金额 money · merchant_name 商户名称 text · redeemed_at 核销时间 instant
order_number 订单号 id
"""),
    ),
    "registration_form": Kind(
        "汽车消费券核补信息登记表",
        _fields("""
name 姓名 text · id_number 身份证号 id · phone 手机号 id · card_number 银行卡号 id · brand_model 车辆型号 text
vin 车架号 id
plate 车牌号 id · invoice_number 发票号码 id · total 发票金额 money · voucher_value 消费券面值 money
"""),
    ),
    "car_photo": Kind("车牌与汽车合照", _fields("plate 车牌号 id")),
    "scrap_certificate": Kind(
        "报废机动车回收证明",
        _fields("""
certificate_number 证明编号 id · owner 车主 text · owner_id 车主证件号码 id · plate 号牌号码 id
vehicle_type 车辆类型 text
brand_model 品牌型号 text · vin 车辆识别代号 id · engine_number 发动机号 id · handed_in_on 交车日期 date
issued_on 出具日期 date
recycler_name 回收企业 text
"""),
    ),
    "origin_certificate": Kind(
        "车辆合法来源证明",
        _fields("""
villager_name 村民姓名 text · id_number 身份证号 id · engine_number 发动机号 id · vin 车架号 id
plate 车辆号牌 id · village 村（社区） text
issued_on 出具日期 date · has_seal 公章 bool
"""),
    ),
    "subsidy_confirmation": Kind(
        "家居惠民消费补贴确认书",
        _fields("""
shop_name 商家名称 text · consumer_name 消费者姓名 text · id_number 身份证号 id · phone 手机号 id
products 商品 list
invoice_number 发票号码 id · total 合计金额 money · subsidy 补贴金额 money · signed_on 签字日期 date
has_signature 消费者签字 bool
has_seal 商家盖章 bool
"""),
    ),
    "product_invoice": Kind(
        "增值税发票",
        _fields(
            _INVOICE_HEAD
            + """
buyer_name 购买方名称 text · buyer_tax_id 购买方税号 id · seller_name 销售方名称 text
seller_tax_id 销售方税号 id · items 货物明细 list
total 价税合计 money · total_in_words 价税合计大写 text
"""
        ),
    ),
    "payment_proof": Kind(
        "付款支付凭证",
        _fields("""
payer_name 付款人 text · payee_name 收款人 text · paid_at 付款时间 instant · amount 付款金额 money
transaction_number 交易单号 id
"""),
    ),
    "goods_photo": Kind("商品照片", {}),
    "energy_label": Kind(
        "能效水效标识",
        _fields("maker 生产者名称 text · model 规格型号 text · grade 等级 text · record_number 备案号 id"),
    ),
    "commodity_code": Kind("13位国标码", _fields("commodity_code 国标码 id")),
    "plate_photo": Kind("号牌", _fields("plate 号牌号码 id")),
    "dealer_statement": Kind("特殊情况说明", _fields("has_seal 公章 bool")),
    "other": Kind("其他材料", {}),
}

PARTIES = frozenset({
    "name", "owner", "buyer_name", "seller_name", "taxpayer_name", "merchant_name", "transfer_owner", "villager_name",
    "consumer_name", "shop_name", "payer_name", "payee_name", "market_name", "recycler_name",
})  # fmt: skip
"""Fields that name a person or a firm: rules compare them from paper to paper."""

_ENTRIES: tuple[tuple[str, str, ValueType | Mapping[str, ValueType]], ...] = (
    ("registration_certificate", "pages", "int"),
    ("subsidy_confirmation", "products", _PRODUCT),
    ("product_invoice", "items", _ITEM),
)
for _kind, _name, _entries in _ENTRIES:
    KINDS[_kind].fields[_name] = replace(KINDS[_kind].fields[_name], entries=_entries)
