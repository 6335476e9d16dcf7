"""Skipping and taking back, declared relatives."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length


class TakeBackForm(FlaskForm):  # type: ignore[misc]
    """Why the lead takes a claim from its reviewer; the fence says which lease."""

    fence = IntegerField(validators=[InputRequired("页面不完整，请刷新后重试。")])
    reason = TextAreaField(
        "收回的原因",
        validators=[
            InputRequired("请写明收回的原因，审核员会看到。"),
            Length(max=1000, message="原因太长，请控制在 1000 字以内。"),
        ],
    )


class RelativeForm(FlaskForm):  # type: ignore[misc]
    """A relative: name, relation, and the ID number where it is known."""

    name = StringField("姓名", validators=[InputRequired("请填写姓名。"), Length(max=60, message="姓名最多 60 个字。")])
    relation = SelectField("关系", validate_choice=False)
    id_number = StringField("公民身份号码（可以不填）", validators=[Length(max=30, message="号码太长，请核对。")])
