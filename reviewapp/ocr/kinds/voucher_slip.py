"""消费券核销小票."""

from __future__ import annotations

from reviewapp.ocr import normalise
from reviewapp.ocr.form import Field, Form

FORM = Form(
    kind="voucher_slip",
    marks={
        "消费券核销小票": 9,
        "核销小票": 7,
        "核销凭证": 6,
        "券已核销": 4,
        "优惠金额": 2,
        "云闪付": 2,
        "使用门店": 2,
        "核销成功": 2,
        "消费券": 2,
        "核销时间": 4,
        "券面额": 2,
        "面值": 2,
        "订单金额": 2,
        "登记表": -8,
    },
    fields=(
        Field(
            "face_value",
            (
                "消费券面额",
                "消费券面值",
                "消费券抵扣",
                "券面额",
                "券面值",
                "优惠金额",
                "抵扣金额",
                "立减金额",
                "面额",
                "面值",
            ),
            normalise.money,
            number=True,
        ),
        Field(
            "order_amount", ("订单金额", "订单总额", "消费金额", "交易金额", "应付金额"), normalise.money, number=True
        ),
        Field(
            "merchant_name",
            ("商户名称", "核销商户", "门店名称", "使用门店", "核销门店", "商户名"),
            normalise.person,
            wrap=1,
        ),
        Field("redeemed_at", ("核销时间", "使用时间", "交易时间"), normalise.instant, number=True, anywhere=True),
        Field("order_number", ("订单编号", "订单号", "交易单号"), normalise.code, number=True),
    ),
    fences=(
        "优惠后实付",
        "实付金额",
        "收银员",
        "支付方式",
        "券名称",
        "券编号",
        "终端号",
        "活动名称",
        "备注",
        "核销状态",
        "用户",
        "手机号",
    ),
)
