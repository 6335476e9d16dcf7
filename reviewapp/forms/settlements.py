"""The account that a firm wants its advances on."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length


class AccountForm(FlaskForm):  # type: ignore[misc]
    """The holder is the firm itself; whether the number holds the service knows."""

    card_number = StringField("收款账号", validators=[InputRequired("请填写收款账号。"), Length(max=60)])
    bank = StringField(
        "开户银行", validators=[InputRequired("请填写开户银行。"), Length(max=60, message="最多 60 个字。")]
    )
