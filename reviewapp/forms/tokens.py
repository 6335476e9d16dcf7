"""Tokens of the interface for dealers' own systems."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget


class TokenForm(FlaskForm):  # type: ignore[misc]
    """What the token is for, what it may do, and how long; the choices are given by the page."""

    name = StringField("用途", validators=[InputRequired("请填写用途。"), Length(max=60, message="用途最多 60 个字。")])
    scopes = SelectMultipleField(
        "权限",
        validators=[InputRequired("请至少选择一项权限。")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    days = SelectField("有效期", coerce=int)
