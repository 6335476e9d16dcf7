"""Objections to published claims: what was received, and what becomes of it."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from reviewapp.policy.objections import CHANNELS

_OUTCOMES = (("dismiss", "不成立"), ("uphold", "成立"))


class ObjectionForm(FlaskForm):  # type: ignore[misc]
    """An objection as it reached the office; its form's key makes sending it twice one objection."""

    form_key = HiddenField(validators=[InputRequired("页面不完整，请刷新后重试。")])
    received_on = DateField("收到日期", validators=[InputRequired("请填写收到日期，例如 2024-01-15。")])
    channel = SelectField(
        "怎样收到",
        choices=[("", "请选择"), *CHANNELS.items()],
        validators=[InputRequired("请选择是怎样收到的。")],
        validate_choice=False,
    )
    text = TextAreaField("异议内容", validators=[DataRequired("请填写异议的内容。")])
    raised_by = StringField("提出人（可以不填）")
    contact = StringField("联系方式（可以不填）")


class SettleForm(FlaskForm):  # type: ignore[misc]
    """Whether an objection holds, and why."""

    outcome = RadioField("处理结果", choices=_OUTCOMES, validators=[InputRequired("请选择成立或不成立。")])
    reason = TextAreaField("理由")
