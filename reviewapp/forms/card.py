"""The card that money goes to."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, ValidationError
from wtforms.validators import InputRequired

from reviewapp.policy.identifiers import card_ok


def _no_spaces(text: str | None) -> str:
    return "".join((text or "").split())


class CardForm(FlaskForm):  # type: ignore[misc]
    """Holder and number of a debit card; the number must hold by Luhn."""

    holder = StringField(
        "开户人姓名", filters=[lambda text: (text or "").strip()], validators=[InputRequired("请填写开户人姓名。")]
    )
    card_number = StringField("银行卡号", filters=[_no_spaces], validators=[InputRequired("请填写银行卡号。")])
    revision = HiddenField(filters=[lambda value: int(value) if str(value).isdigit() else -1])

    def validate_card_number(self, field: StringField) -> None:
        """16 to 19 digits with a valid check digit."""
        if not card_ok(field.data):
            raise ValidationError("这不是有效的银行卡号（校验位不符），请对照卡面核对后重新填写。")
