"""The card that money goes to."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired


def _no_spaces(text: str | None) -> str:
    return "".join((text or "").split())


class CardForm(FlaskForm):  # type: ignore[misc]
    """Holder and number of the account that money goes to; whether the number holds the service knows."""

    holder = StringField(
        "开户人姓名", filters=[lambda text: (text or "").strip()], validators=[InputRequired("请填写开户人姓名。")]
    )
    card_number = StringField("银行卡号", filters=[_no_spaces], validators=[InputRequired("请填写银行卡号。")])
    revision = HiddenField(filters=[lambda value: int(value) if str(value).isdigit() else -1])
