"""机动车销售统一发票: the paper form (12-digit code, 8-digit number) and the fully electronic one (20-digit number,
QR code)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from reviewapp.ocr import missed, normalise
from reviewapp.ocr.codes import QR
from reviewapp.ocr.evidence import Evidence, fen, weigh_sum, weigh_words
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.labels import Piece
from reviewapp.ocr.layout import Parse, Sheet, Spot
from reviewapp.policy.identifiers import id_number_ok, uscc_ok, vin_check_digit_ok

NAME = "名称:"
"""The label of both parties in the digital form; its colon tells it from “销货单位名称”."""
PARTY_NUMBERS = (
    "统一社会信用代码/纳税人识别号/身份证号码",
    "统一社会信用代码/纳税人识别号",
    "统一社会信用代码",
    "纳税人识别号",
)


def _number(text: str) -> str | None:
    return normalise.digits(20, 20)(text) or normalise.digits(8, 8)(text)


def _office(text: str) -> str | None:
    """The tax office without the code printed after it."""
    return normalise.person(re.sub(r"\d[\dA-Z]*$", "", text))


def _buyer_id(text: str) -> str | None:
    return normalise.id_number(text) or normalise.uscc(text)


def _party_ok(value: str) -> bool:
    """A citizen's number by its own check digit alone: one wrong in 31 would pass for a firm's code."""
    return id_number_ok(value) if re.fullmatch(r"\d{17}[\dX]", value) else uscc_ok(value)


def _crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    """大写 = 小写, and net price + tax = total: each bears the others out."""
    weigh_words(evidence, values, "total_in_words", "total")
    weigh_sum(evidence, values, ("net_price", "tax_amount"), "total")
    _weigh_rate(values, evidence)


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """Buyer and seller side by side, and an amount whose label was lost."""
    return _parties(sheet) | _missing_part(sheet, found)


def _parties(sheet: Sheet) -> dict[str, Spot]:
    """The digital form has two blocks with the same labels: the buyer's at the left, the seller's at the right."""
    names = sorted((p for p in sheet.pieces if p.hit is not None and p.hit.label == NAME), key=lambda p: p.line.left)
    if len(names) != 2 or abs(sheet.offset(names[0].line, names[1].line)[1]) > sheet.height:
        return {}
    found: dict[str, Spot] = {}
    middle = names[1].line.left - sheet.height
    for field, label in zip(("buyer_name", "seller_name"), names, strict=True):
        found |= _beside(sheet, field, label, normalise.person)
    for label in (p for p in sheet.pieces if p.hit is not None and p.hit.label in PARTY_NUMBERS):
        right = label.line.left > middle
        found |= _beside(sheet, "seller_tax_id" if right else "buyer_id", label, normalise.uscc if right else _buyer_id)
    return found


def _beside(sheet: Sheet, field: str, label: Piece, parse: Parse) -> dict[str, Spot]:
    for piece in sheet.right_of(label, 0.8, PARTY_NUMBERS):
        value = parse(piece.line.text)
        if value is not None:
            return {field: Spot(value, (piece.line,))}
    return {}


def _missing_part(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """Net price or tax whose label was lost, or that ran into other print, or lost its decimal point: the one amount
    of the page that makes the sum right."""
    total = fen(found["total"].value) if "total" in found else None
    for wanted, known in (("tax_amount", "net_price"), ("net_price", "tax_amount")):
        other = fen(found[known].value) if known in found else None
        if total is None or other is None or not 0 < other < total:
            continue
        amount = f"{(total - other) // 100}.{(total - other) % 100:02d}"
        if wanted in found and found[wanted].value == amount:
            continue
        for piece in sheet.pieces:
            if piece.hit is None and _says(piece.line.text, amount):
                return {wanted: Spot(amount, (piece.line,))}
    return {}


def _says(text: str, amount: str) -> bool:
    """Whether a text begins its figures with those of an amount, all of them one after the other: 6903.10 is not said
    by 76903.10."""
    plain = text.replace(",", "")
    return re.search(rf"(?<!\d){re.escape(amount)}", plain) is not None or re.sub(r"\D", "", plain) == amount.replace(
        ".", ""
    )


def _weigh_rate(values: Mapping[str, str], evidence: Evidence) -> None:
    """Net price × rate = tax, to the fen."""
    rate, net, tax = (values.get(name, "") for name in ("tax_rate", "net_price", "tax_amount"))
    if (
        rate.endswith("%")
        and net
        and tax
        and abs(Decimal(net) * Decimal(rate[:-1]) / 100 - Decimal(tax)) <= Decimal("0.02")
    ):
        evidence.bear(("tax_rate", "net_price", "tax_amount"), "rate")


_FIELDS = (
    Field("invoice_code", ("发票代码",), normalise.digits(12, 12), anywhere=True, number=True),
    Field("invoice_number", ("发票号码",), _number, anywhere=True, number=True),
    Field("invoice_date", ("开票日期",), normalise.iso_date, number=True),
    Field(
        "buyer_name",
        (
            "购买方名称及身份证号码/组织机构代码",
            "购买方名称及身份证号码",
            "购买方名称及",
            "购买方名称",
            "购货单位(人)",
            "购货单位",
            "购货人",
        ),
        normalise.person,
        right=1.2,
    ),
    Field(
        "buyer_id",
        (
            "纳税人识别号/统一社会信用代码/身份证明号码",
            "信用代码/身份证明号码",
            "统一社会信用代码/纳税人识别号/身份证号码",
            "纳税人识别号/身份证号码",
            "身份证号码/组织机构代码",
            "身份证号码/",
            "身份证号码",
            "组织机构代码",
            "统一社会信用代码",
        ),
        _buyer_id,
        right=1.8,
        anywhere=True,
        check=_party_ok,
        number=True,
    ),
    Field("vehicle_type", ("车辆类型",), normalise.text),
    Field("brand_model", ("厂牌型号",), normalise.text, wrap=1),
    Field("certificate_number", ("合格证号",), normalise.code, number=True),
    Field("engine_number", ("发动机号码", "发动机号"), normalise.code, number=True),
    Field(
        "vin",
        ("车辆识别代号/车架号码", "车辆识别代号", "车架号码"),
        normalise.vin,
        right=1.2,
        anywhere=True,
        check=vin_check_digit_ok,
        number=True,
    ),
    Field("total_in_words", ("价税合计",), normalise.in_words, right=1.0),
    Field("total", ("小写",), normalise.money, number=True),
    Field("seller_name", ("销货单位名称", "销货单位", "销售方名称"), normalise.person, right=1.2),
    Field(
        "seller_tax_id",
        ("纳税人识别号", "统一社会信用代码"),
        normalise.uscc,
        right=1.2,
        after="seller_name",
        check=uscc_ok,
        number=True,
    ),
    Field("net_price", ("不含税价", "小写"), normalise.money, right=1.2, after="seller_name", number=True),
    Field("tax_rate", ("增值税税率", "税率或征收率", "增值税税率或征收率", "或征收率"), normalise.percent, right=1.2),
    Field("tax_amount", ("增值税税额", "税额", "增值税"), normalise.money, right=1.2, number=True),
    Field(
        "tax_authority",
        ("主管税务机关及代码", "主管税务", "机关及代码", "主管税务机关"),
        _office,
        right=1.2,
        wrap=1,
    ),
)


FORM = Form(
    kind="vehicle_invoice",
    marks={
        "机动车销售统一发票": 9,
        "价税合计": 2,
        "不含税价": 2,
        "车辆识别代号": 1,
        "合格证号": 2,
        "销货单位名称": 2,
        "购买方名称": 2,
        "增值税税额": 2,
        "主管税务机关": 2,
        "发票代码": 1,
        "发票号码": 1,
        "二手车": -8,
    },
    fields=_FIELDS,
    fences=(
        "产地",
        "进口证明书号",
        "商检单号",
        "电话",
        "账号",
        "开户银行",
        "地址",
        "完税凭证号码",
        "吨位",
        "限乘人数",
        "开票人",
        "机打代码",
        "机打号码",
        "机器编号",
        "税控码",
        "备注",
        "大写",
        "销货单位盖章",
        "购买方信息",
        "销售方信息",
        NAME,
        "统一社会信用代码/纳税人识别号",
    ),
    find=_find,
    crosscheck=_crosscheck,
    codes=QR,
    looks=(missed.look_beside(_FIELDS),),
)
