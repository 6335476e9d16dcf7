"""Release of a payout batch: count and total typed again by the second person, who proves to be there."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, PasswordField
from wtforms.validators import InputRequired, Length

from reviewapp.forms.money import yuan_field


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """What the releasing person read off the list, the digest of the list that was shown, and the second factor."""

    count = IntegerField("笔数", validators=[InputRequired("请填写笔数（整数）。")])
    total = yuan_field("合计金额（元）", "请填写合计金额。")
    proof = PasswordField("本人确认", validators=[InputRequired("请填写，以确认是您本人在放行。"), Length(max=200)])
    digest = HiddenField()
