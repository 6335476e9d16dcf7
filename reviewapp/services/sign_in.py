"""Claimants sign in with their telephone number and a code sent to it; the account is made by the first right code."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.db import is_sqlite
from reviewapp.errors import InvalidValue, TooMany
from reviewapp.models import OneTimeCode, User
from reviewapp.policy.identifiers import phone_ok
from reviewapp.sms import Sms

LIFE = timedelta(minutes=5)
TRIES = 5
#: At most so many codes to one telephone number within the time.
LIMITS = ((1, timedelta(minutes=1)), (5, timedelta(hours=1)), (10, timedelta(days=1)))
_BODY = "【消费补贴】您的登录验证码是 {code}，{minutes} 分钟内有效。如非本人操作请忽略，不要告诉他人。"
_BAD_PHONE = "手机号应为 11 位数字，以 1 开头，请核对后重新填写。"
_WAIT = {
    LIMITS[0]: "验证码已经发出，请查看短信；1 分钟后可以重新获取。",
    LIMITS[1]: "这个手机号获取验证码太频繁，请 1 小时后再试。",
    LIMITS[2]: "这个手机号今天获取验证码的次数已用完，请明天再试。",
}


def send_code(session: Session, sms: Sms, now: datetime, phone: str) -> None:
    """Send a code of six digits; only the newest code of a number counts.

    Known and unknown numbers get the same answer. Raises InvalidValue for what is no mobile number, TooMany beyond
    LIMITS.
    """
    phone = clean_phone(phone)
    index = _index(phone)
    _one_at_a_time(session, index)
    _within_limits(session, index, now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    session.add(OneTimeCode(phone_index=index, code_hash=_hash(phone, code), created_at=now, expires_at=now + LIFE))
    sms.send(session, phone, _BODY.format(code=code, minutes=int(LIFE.total_seconds() // 60)), now)


def check_code(session: Session, now: datetime, phone: str, code: str) -> User | None:
    """The claimant whose code this is, made if new; None when it is wrong, used, expired or tried too often.

    A wrong try is counted in this transaction: the caller commits in either case. Raises InvalidValue for a malformed
    number.
    """
    phone = clean_phone(phone)
    row = _newest(session, _index(phone))
    if row is None or row.used_at is not None or now >= row.expires_at or row.tries >= TRIES:
        return None
    row.tries += 1
    if not hmac.compare_digest(row.code_hash, _hash(phone, code.strip())):
        return None
    row.used_at = now
    return _account(session, phone, now)


def clean_phone(text: str) -> str:
    """A mobile number without spaces, hyphens and country code; InvalidValue when it is none."""
    phone = "".join(text.split()).replace("-", "").removeprefix("+86")
    if not phone_ok(phone):
        raise InvalidValue(_BAD_PHONE, {"phone": _BAD_PHONE})
    return phone


def _index(phone: str) -> str:
    return sealing.current().blind("phone", phone)


def _hash(phone: str, code: str) -> str:
    return sealing.current().blind("one_time_code", f"{phone}\0{code}")


def _one_at_a_time(session: Session, index: str) -> None:
    """Hold a lock of this number until the transaction ends; there may be no row yet to lock."""
    if not is_sqlite(session):
        session.execute(select(func.pg_advisory_xact_lock(int(index[:15], 16))))


def _within_limits(session: Session, index: str, now: datetime) -> None:
    for limit in LIMITS:
        most, span = limit
        sent = select(func.count()).where(OneTimeCode.phone_index == index, OneTimeCode.created_at > now - span)
        if (session.scalar(sent) or 0) >= most:
            raise TooMany(_WAIT[limit])


def _newest(session: Session, index: str) -> OneTimeCode | None:
    """The newest code of a number, locked so that parallel tries are counted one after another."""
    return session.scalars(
        select(OneTimeCode)
        .where(OneTimeCode.phone_index == index)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _account(session: Session, phone: str, now: datetime) -> User | None:
    user = session.scalars(select(User).where(User.phone_index == _index(phone))).one_or_none()
    if user is None:
        user = User(role="claimant", phone=phone, phone_index=_index(phone), created_at=now)
        session.add(user)
        session.flush()
    return user if user.active and user.role == "claimant" else None
