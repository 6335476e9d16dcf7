"""Claimants sign in with their telephone number and a code sent to it; the account is made by the first right code."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.db import is_sqlite, transaction
from reviewapp.errors import InvalidValue, TooMany, Unavailable
from reviewapp.models import OneTimeCode, User
from reviewapp.policy.identifiers import phone_ok
from reviewapp.policy.notices import SIGN_IN_CODE, short_message
from reviewapp.services import messages
from reviewapp.services.messages import Outgoing
from reviewapp.sms import Sms

LIFE = timedelta(minutes=5)
TRIES = 5
#: At most so many codes to one telephone number within the time.
LIMITS = ((1, timedelta(minutes=1)), (5, timedelta(hours=1)), (10, timedelta(days=1)))
_BAD_PHONE = "手机号应为 11 位数字，以 1 开头，请核对后重新填写。"
_WAIT = {
    LIMITS[0]: "验证码已经发出，请查看短信；1 分钟后可以重新获取。",
    LIMITS[1]: "这个手机号获取验证码太频繁，请 1 小时后再试。",
    LIMITS[2]: "这个手机号今天获取验证码的次数已用完，请明天再试。",
}


#: Why no code was sent, by the provider's answer.
_NOT_SENT = {
    "bad_number": "这个手机号收不到本系统的短信。请核对号码，或换一个手机号。",
    "limited": "短信运营商限制了这个手机号的接收次数，验证码没有发出。请 1 小时后再试，或换一个手机号。",
    "refused": "短信暂时发不出去，验证码没有发出，这一次不计次数。请过一会儿再试；着急办理的，请联系主管部门。",
    "unavailable": "短信平台暂时没有应答，验证码没有发出，这一次不计次数。请过几分钟再试；着急办理的，请联系主管部门。",
}
NO_PROVIDER = "本系统还没有开通短信，现在不能用手机号登录。请联系主管部门，或到受理窗口办理。"


def send_code(session: Session, sms: Sms, now: datetime, phone: str) -> bool:
    """Send a code of six digits; only the newest code of a number counts. False when nobody knows whether it went.

    Known and unknown numbers get the same answer. Works in transactions of its own: none is open while the provider is
    asked. A code that certainly did not go is gone, and not counted; one that may have gone is. Raises InvalidValue for
    what is no mobile number, TooMany beyond LIMITS, Unavailable when no code was sent.
    """
    if not sms.reaches:
        raise Unavailable(NO_PROVIDER)
    phone = clean_phone(phone)
    with transaction(session):
        code_id, message = _new_code(session, now, phone, keep=sms.local)
    answer = messages.hand_over(sms, message)
    with transaction(session):
        messages.settle(session, now, {message.id: answer}, tries=1, again=False)
        row = session.get_one(OneTimeCode, code_id)
        if answer.status in _NOT_SENT:
            session.delete(row)
        else:
            row.expires_at = now + LIFE
    if answer.status in _NOT_SENT:
        raise Unavailable(_NOT_SENT[answer.status], code=f"sms_{answer.status}")
    return answer.status == "sent"


def _new_code(session: Session, now: datetime, phone: str, *, keep: bool) -> tuple[int, Outgoing]:
    """A new code within the limits, and the message with it; what is kept of that has the code only if `keep`.

    It opens nothing before it has gone: one that does not go is forgotten, with the wrong tries that it took.
    """
    index = _index(phone)
    _one_at_a_time(session, index)
    _within_limits(session, index, now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = OneTimeCode(phone_index=index, code_hash=_hash(phone, code), created_at=now, expires_at=now)
    session.add(row)
    content = short_message(SIGN_IN_CODE, code=code)
    kept = messages.write(session, now, phone, content if keep else short_message(SIGN_IN_CODE, code="●●●●●●"))
    return row.id, replace(messages.outgoing(kept), content=content)


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
