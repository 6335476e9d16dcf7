"""Sign-in of staff and dealers: Flask-Security with password, TOTP and recovery codes, under `/staff`."""

from __future__ import annotations

from typing import Any

from flask import Flask, session
from flask_login import user_logged_in
from flask_security import SQLAlchemySessionUserDatastore, current_user, password_changed

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.extensions import db, limiter, security
from reviewapp.forms.staff import StaffSignInForm
from reviewapp.models import User
from reviewapp.models.people import NamedRole
from reviewapp.web.second_factor import WRONG_CODE

#: The sentences of Flask-Security that a clerk can meet; its own Chinese catalogue knows half of them.
_SENTENCES = {
    "GENERIC_AUTHN_FAILED": ("账号或密码不对，请检查后重新输入。忘记密码请联系管理员重置。", "error"),
    "UNAUTHENTICATED": ("请先登录。", "error"),
    "UNAUTHORIZED": ("您的账号没有打开这个页面的权限。", "error"),
    "REAUTHENTICATION_REQUIRED": ("为了账号安全，请再输入一次密码。", "error"),
    "REAUTHENTICATION_SUCCESSFUL": ("密码正确，请继续。", "success"),
    "LOGIN": ("请先登录。", "info"),
    "REFRESH": ("为了账号安全，请再输入一次密码。", "info"),
    "INVALID_PASSWORD": ("密码不对，请重新输入。", "error"),
    "PASSWORD_NOT_PROVIDED": ("请输入密码。", "error"),
    "DISABLED_ACCOUNT": ("这个账号已停用。请联系管理员。", "error"),
    "INVALID_CODE": ("口令不对。请输入身份验证器里现在显示的 6 位口令。", "error"),
    "TWO_FACTOR_INVALID_TOKEN": (WRONG_CODE, "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": ("动态口令正确，已登录。", "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": ("动态口令已启用，下次登录要用。请到“备用恢复码”保存恢复码。", "success"),
    "TWO_FACTOR_DISABLED": ("动态口令已停用。", "success"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": ("没有这种方式，请按页面上的按钮操作。", "error"),
    "TWO_FACTOR_PERMISSION_DENIED": ("现在不能做这一步。请重新登录后再试。", "error"),
    "TWO_FACTOR_SETUP_EXPIRED": ("绑定超时，请从头再来一次。", "error"),
    "INVALID_RECOVERY_CODE": ("恢复码不对或已用过，请换一个。", "error"),
    "NO_RECOVERY_CODES_SETUP": ("还没有恢复码，请先生成。", "info"),
    "CODE_HAS_BEEN_SENT": ("请输入身份验证器里现在显示的口令。", "info"),
    "FAILED_TO_SEND_CODE": ("口令没有发出，请稍后再试。", "error"),
    "INVALID_REDIRECT": ("登录后的地址不对，请从首页进入。", "error"),
    "ANONYMOUS_USER_REQUIRED": ("您已经登录。", "error"),
    "PASSWORD_CHANGE": ("密码已改好，下次登录请用新密码。", "success"),
    "PASSWORD_IS_THE_SAME": ("新密码不能与现在的密码相同。", "error"),
    "PASSWORD_INVALID_LENGTH": ("密码至少 %(length)s 位，请换一个长一些的。", "error"),
    "RETYPE_PASSWORD_MISMATCH": ("两次输入的密码不一致，请重新输入。", "error"),
    "API_ERROR": ("这个请求不完整，请返回上一页重试。", "error"),
}
#: Where a password or a code could be guessed; so many tries an address has.
_GUESSABLE = (
    "security.login",
    "security.change_password",
    "security.two_factor_token_validation",
    "security.mf_recovery",
    "security.verify",
)
_TRIES = "15 per minute; 120 per hour"
_SIGNED_IN = "signed_in_just_now"


def register(app: Flask) -> None:
    """Attach Flask-Security to the application's users."""
    app.config.update({f"SECURITY_MSG_{name}": sentence for name, sentence in _SENTENCES.items()})
    datastore = SQLAlchemySessionUserDatastore(db.session, User, NamedRole)
    security.init_app(app, datastore, register_blueprint=True, login_form=StaffSignInForm)
    user_logged_in.connect(_begin_new_session, app)
    user_logged_in.connect(_note_sign_in, app)
    password_changed.connect(_own_password, app)
    app.before_request(_write_sign_in)
    for endpoint in _GUESSABLE:
        app.view_functions[endpoint] = limiter.limit(_TRIES, methods=["POST"])(app.view_functions[endpoint])


def _begin_new_session(app: Flask, **_: Any) -> None:
    """Signing in gives the session another name: one that somebody else knew before opens nothing."""
    app.session_interface.regenerate(session)  # type: ignore[attr-defined]


def _note_sign_in(_app: Flask, user: User, **_: Any) -> None:
    """The next request writes it down: this one is in the middle of Flask-Security's own transaction."""
    session[_SIGNED_IN] = user.role != "claimant"


def _write_sign_in() -> None:
    if session.get(_SIGNED_IN) and current_user.is_authenticated:
        with transaction(db.session):
            db.session.get_one(User, current_user.id).last_sign_in_at = clock.machine()
        session[_SIGNED_IN] = False


def _own_password(_app: Flask, user: User, **_: Any) -> None:
    """The password is the person's own from now on; Flask-Security commits it with the change."""
    user.must_change_password = False
