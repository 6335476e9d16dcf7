"""核补信息登记表: a table, its values often written by hand."""

from __future__ import annotations

from reviewapp.ocr import normalise
from reviewapp.ocr.form import Field, Form
from reviewapp.policy.identifiers import card_ok, id_number_ok, vin_check_digit_ok

FORM = Form(
    kind="registration_form",
    marks={
        "核补信息登记表": 9,
        "信息登记表": 4,
        "登记表": 2,
        "银行卡号": 1.5,
        "手机号码": 1,
        "发票号码": 1,
        "消费券": 1,
        "车架号": 1,
        "登记证书": -5,
    },
    fields=(
        Field("name", ("购车人姓名", "申请人姓名", "姓名"), normalise.person),
        Field(
            "id_number", ("身份证号码", "身份证号"), normalise.id_number, anywhere=True, check=id_number_ok, number=True
        ),
        Field("phone", ("联系电话", "手机号码", "手机号", "电话"), normalise.phone, anywhere=True, number=True),
        Field("card_number", ("银行卡号", "银行账号", "卡号"), normalise.card_number, check=card_ok, number=True),
        Field("brand_model", ("品牌型号", "厂牌型号", "车辆型号", "车型"), normalise.text),
        Field("vin", ("车辆识别代号", "车架号"), normalise.vin, anywhere=True, check=vin_check_digit_ok, number=True),
        Field("plate", ("车牌号码", "号牌号码", "车牌号"), normalise.plate, anywhere=True, number=True),
        Field("invoice_number", ("发票号码", "发票号"), normalise.digits(8, 20), number=True),
        Field("total", ("价税合计", "购车金额", "发票金额", "购车价格"), normalise.money, number=True),
        Field("voucher_value", ("消费券面额", "消费券面值", "消费券金额", "补贴金额"), normalise.money, number=True),
    ),
    fences=(
        "开户银行",
        "开户行",
        "开票日期",
        "性别",
        "住址",
        "地址",
        "申请人签字",
        "申请人签名",
        "经销商",
        "日期",
        "备注",
        "销售企业",
    ),
)
