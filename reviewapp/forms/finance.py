"""Release of a payout batch: count and total typed again by the second person."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Regexp


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """What the releasing person read off the list, and the digest of the list that was shown."""

    count = IntegerField("笔数", validators=[InputRequired("请填写笔数（整数）。")])
    total = StringField(
        "合计金额（元）",
        filters=[lambda text: (text or "").strip().replace(",", "").replace("，", "")],
        validators=[
            InputRequired("请填写合计金额。"),
            Regexp(r"^\d{1,10}(\.\d{1,2})?$", message="金额应写成 12000 或 12000.00。"),
        ],
    )
    digest = HiddenField()
