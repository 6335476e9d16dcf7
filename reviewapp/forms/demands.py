"""Demands for paid money, and the money that comes in on them."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from reviewapp.forms.money import yuan_field


class DemandForm(FlaskForm):  # type: ignore[misc]
    """What is asked back, under which clause, and why."""

    amount = yuan_field("追回金额（元）", "请填写追回金额。")
    clause = StringField(
        "依据条款", validators=[InputRequired("请填写依据的条款。"), Length(max=60, message="条款最多 60 个字。")]
    )
    reason = TextAreaField(
        "原因", validators=[InputRequired("请填写追回的原因。"), Length(max=400, message="原因最多 400 个字。")]
    )


class PaymentForm(FlaskForm):  # type: ignore[misc]
    """Money as the bank's statement names it."""

    amount = yuan_field("到账金额（元）", "请填写到账金额。")
    bank_reference = StringField(
        "银行流水号",
        validators=[InputRequired("请填写银行流水号。"), Length(max=60, message="流水号最多 60 个字。")],
    )
    received_on = DateField("到账日期", validators=[InputRequired("请填写到账日期，例如 2024-01-15。")])
