"""Release of a payout batch: count and total typed again by the second person."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired

from reviewapp.forms.money import yuan_field


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """What the releasing person read off the list, and the digest of the list that was shown."""

    count = IntegerField("笔数", validators=[InputRequired("请填写笔数（整数）。")])
    total = yuan_field("合计金额（元）", "请填写合计金额。")
    digest = HiddenField()
