"""Drawing an audit sample, and what was found in a record of it."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length


class DrawForm(FlaskForm):  # type: ignore[misc]
    """Scheme, last day, share in percent, and a seed (empty: one is drawn)."""

    scheme = SelectField("活动", validate_choice=False)
    until = DateField("截止日（含当日作出的决定）", validators=[InputRequired("请填写截止日，例如 2024-01-15。")])
    percent = IntegerField("抽查比例（%）", default=10, validators=[InputRequired("请填写 10 至 100 的整数。")])
    seed = StringField("种子（可以不填）", validators=[Length(max=40, message="种子最多 40 个字。")])


class ConclusionForm(FlaskForm):  # type: ignore[misc]
    """The conclusion on one record."""

    conclusion = SelectField("结论", validate_choice=False)
    topic = SelectField("方面", validate_choice=False)
    note = TextAreaField("说明", validators=[Length(max=1000, message="说明太长，请控制在 1000 字以内。")])
