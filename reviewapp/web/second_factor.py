"""Who signed in is still there: the authenticator's code of the moment, or the password where none is set up."""

from __future__ import annotations

from typing import Any

from flask_security import verify_password

from reviewapp.extensions import security

#: What to say of a code that does not count.
WRONG_CODE = "口令不对、已过期或已用过。请输入身份验证器里现在显示的 6 位口令；刚用过的，等它变了再输。"
#: Where a password or a code could be guessed; so many tries an address has.
TRIES = "15 per minute; 120 per hour"


def has_code(user: Any) -> bool:
    """True for who has set up an authenticator: only its code will do then."""
    return bool(user.tf_totp_secret)


def label(user: Any) -> str:
    """What to ask for."""
    return "动态口令（身份验证器上的 6 位数字）" if has_code(user) else "登录密码"


def refusal(user: Any) -> str:
    """What to say of a wrong one."""
    if has_code(user):
        return WRONG_CODE
    return "密码不对，请重新输入。"


def proves(user: Any, given: str) -> bool:
    """Whether `given` is this person's code or password."""
    if has_code(user):
        token = "".join(given.split())
        return bool(security.totp_factory.verify_totp(token=token, totp_secret=user.tf_totp_secret, user=user))
    return bool(user.password) and bool(verify_password(given, user.password))
