"""What the till enters: the voucher's number, then the person and the purchase; and goods that came back."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from reviewapp.forms.money import yuan_field


def _digits(text: str | None) -> str:
    return "".join((text or "").split())


class RedeemForm(FlaskForm):  # type: ignore[misc]
    """The owner's ID card and the purchase; `goods` gets its choices from the scheme."""

    number = HiddenField()
    code = HiddenField()
    ending = StringField(
        "身份证号后 6 位",
        filters=[_digits],
        validators=[
            InputRequired("请填写券主身份证号后 6 位。"),
            Length(6, 6, message="请填写 6 位，最后一位可能是 X。"),
        ],
    )
    seen = BooleanField("已查看身份证原件，持券人就是券主本人")
    goods = SelectField("购买品类", validate_choice=False)
    price = yuan_field("优惠后的价格（元）", "请填写优惠后的价格。")
    invoice_number = StringField("发票号码", filters=[_digits], validators=[InputRequired("请填写发票号码。")])
    invoice_code = StringField("发票代码", filters=[_digits])


class ReturnForm(FlaskForm):  # type: ignore[misc]
    """Goods that came back."""

    returned = yuan_field("退货金额（元）", "请填写退货金额。")
    reason = StringField(
        "退货情况", validators=[InputRequired("请填写退货的情况。"), Length(max=200, message="最多 200 个字。")]
    )


class UndoForm(FlaskForm):  # type: ignore[misc]
    """A redemption that was keyed wrongly."""

    reason = StringField(
        "哪里填错了",
        id="undo-reason",
        validators=[InputRequired("请填写哪里填错了。"), Length(max=100, message="最多 100 个字。")],
    )
