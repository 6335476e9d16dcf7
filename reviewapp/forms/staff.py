"""Sign-in of staff and dealers (Flask-Security does the rest); accounts of the office's own people."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_security.forms import LoginForm
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

_WRONG = "账号或密码不对，请检查后重新输入。"


class StaffSignInForm(LoginForm):  # type: ignore[misc]
    """The library's form with an account name in the place of the e-mail address."""

    email = None
    remember = None
    username = StringField(
        "账号",
        filters=[lambda text: (text or "").strip()],
        validators=[InputRequired("请输入账号。"), Length(max=60, message="账号最多 60 个字，请检查。")],
    )
    password = PasswordField("密码", validators=[InputRequired("请输入密码。")])

    def validate(self, **kwargs: Any) -> bool:
        """Look the account up by its name, then go on as the library does; a wrong name and a wrong password look
        alike.
        """
        self.ifield = self.username
        if self.username.data:
            self.user = current_app.extensions["security"].datastore.find_user(username=self.username.data)
        if super().validate(**kwargs):
            return True
        if self.username.data and self.password.data and not self.user_authenticated:
            self.username.errors = []
            self.password.errors = [_WRONG]
        return False


class StaffAccountForm(FlaskForm):  # type: ignore[misc]
    """Somebody of the office who is to get an account; roles and townships to choose from are put in by the page."""

    name = StringField("姓名")
    username = StringField("账号")
    role = SelectField("角色", validate_choice=False)
    organisation = SelectField("所属乡镇（街道）", validate_choice=False)


class StaffNameForm(FlaskForm):  # type: ignore[misc]
    """The person's name, mended."""

    name = StringField("姓名")
