"""车辆购置税完税证明 / 缴税凭证."""

from __future__ import annotations

import re

from reviewapp.ocr import normalise
from reviewapp.ocr.form import Field, Form
from reviewapp.policy.identifiers import id_number_ok, vin_check_digit_ok


def _authority(text: str) -> str | None:
    """The office, without the day that stands under it in its own seal."""
    return normalise.person(re.sub(r"[12]\d{3}[年.-].*$", "", text))


FORM = Form(
    kind="tax_payment_proof",
    marks={
        "税收完税证明": 8,
        "车辆购置税": 5,
        "完税证明": 5,
        "缴税凭证": 7,
        "税收缴款书": 6,
        "纳税人名称": 2,
        "纳税人识别号": 1,
        "填发日期": 2,
        "税务机关": 1,
        "实缴": 2,
        "统一发票": -8,
    },
    fields=(
        Field("taxpayer_name", ("纳税人名称",), normalise.person),
        Field(
            "taxpayer_id",
            ("纳税人识别号", "身份证件号码", "证件号码", "身份证号码"),
            normalise.uscc,
            anywhere=True,
            check=id_number_ok,
            number=True,
        ),
        Field(
            "vin",
            ("车辆识别代号(车架号码)", "车辆识别代号(车架号)", "车辆识别代号", "车架号码", "车架号"),
            normalise.vin,
            anywhere=True,
            below=4,
            check=vin_check_digit_ok,
            number=True,
        ),
        Field(
            "tax_amount",
            ("实缴(退)金额", "实缴金额", "实缴税额", "已缴税额", "应纳税额", "税额", "金额合计"),
            normalise.money,
            below=4,
            number=True,
        ),
        Field(
            "paid_on",
            ("入(退)库日期", "税款缴纳日期", "缴款日期", "入库日期", "填发日期"),
            normalise.iso_date,
            below=4,
            number=True,
        ),
        Field("tax_authority", ("征收税务机关", "征收机关名称", "税务机关", "征收机关"), _authority, wrap=1),
    ),
    fences=(
        "税种",
        "品目名称",
        "税款所属时期",
        "税款限缴日期",
        "收款国库",
        "课税数量",
        "发动机号码",
        "发动机号",
        "征税(免税)",
        "凭证编号",
        "原凭证号",
        "备注",
        "填票人",
        "厂牌型号",
        "金额合计",
        "大写",
        "车辆类型",
        "发票号码",
    ),
)
