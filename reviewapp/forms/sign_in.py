"""Sign-in of claimants: a phone number, then the code sent to it."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Regexp


def _digits(text: str | None) -> str:
    return "".join(character for character in text or "" if character.isdigit())


class PhoneForm(FlaskForm):  # type: ignore[misc]
    """A mobile number: 11 digits beginning with 1; spaces and dashes are taken out."""

    phone = StringField(
        "手机号码",
        filters=[_digits],
        validators=[
            InputRequired("请输入手机号码。"),
            Regexp(r"^1[3-9]\d{9}$", message="手机号码应为 1 开头的 11 位数字，请检查。"),
        ],
    )
    next = HiddenField()


class AgainForm(FlaskForm):  # type: ignore[misc]
    """Ask for a code to the telephone of the account, and where to go from there."""

    next = HiddenField()


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The six-digit code."""

    code = StringField(
        "验证码",
        filters=[_digits],
        validators=[
            InputRequired("请输入短信里的 6 位验证码。"),
            Regexp(r"^\d{6}$", message="验证码是 6 位数字，请检查。"),
        ],
    )
