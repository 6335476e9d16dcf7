"""Accounts of staff and dealers, and the firms on a scheme's lists."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue
from reviewapp.models import SYSTEM, Listing, Organisation, User
from reviewapp.models.people import USER_ROLES
from reviewapp.policy.identifiers import phone_ok, uscc_ok
from reviewapp.policy.names import fold_name
from reviewapp.policy.workflow import ROLES, WITH_ORGANISATION
from reviewapp.schemes.collection import Collection
from reviewapp.services import exclusions
from reviewapp.services.exclusions import Ground

#: Organisations that have no 统一社会信用代码 of their own to give.
_WITHOUT_CODE = ("point", "township")
#: Of starting passwords: letters and digits that nobody takes for one another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_SHORTEST_USERNAME, _LONGEST_USERNAME = 4, 30


def add_user(
    session: Session,
    now: datetime,
    *,
    username: str,
    name: str,
    role: str,
    password_hash: str,
    organisation: Organisation | None = None,
    phone: str | None = None,
) -> User:
    """An account of staff or of a firm; messages for it go to `phone`.

    InvalidValue when the name is taken, the role unknown, the firm missing, or the telephone number none.
    """
    if role not in USER_ROLES or role == "claimant":
        raise InvalidValue(f"没有“{role}”这种角色。可用的角色：{'、'.join(USER_ROLES[1:])}。")
    _require_free_username(session, username)
    if role in WITH_ORGANISATION and (organisation is None or organisation.kind != role):
        raise InvalidValue(f"{ROLES[role]}账号要写明所属单位。", {"organisation": "请选择所属单位。"})
    if phone is not None and not phone_ok(phone):
        raise InvalidValue(f"“{phone}”不是手机号，应为 1 开头的 11 位数字。", {"phone": "请核对"})
    user = User(
        username=username, name=name, role=role, password=password_hash, organisation=organisation, phone=phone,
        created_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:  # by somebody else at the same moment
        raise _taken(username) from None
    return user


def require_username(session: Session, text: str) -> str:
    """A new account's name as it is kept; InvalidValue when it cannot be one, or is another's."""
    username = text.strip()
    if not (_SHORTEST_USERNAME <= len(username) <= _LONGEST_USERNAME and username.replace("-", "").isalnum()):
        said = f"账号用 {_SHORTEST_USERNAME} 至 {_LONGEST_USERNAME} 个字母、数字或连字符。"
        raise InvalidValue(said, {"username": said})
    _require_free_username(session, username)
    return username


def _require_free_username(session: Session, username: str) -> None:
    if session.scalar(select(User.id).where(User.username == username)):
        raise _taken(username)


def _taken(username: str) -> InvalidValue:
    return InvalidValue(f"账号“{username}”已存在，请换一个。", {"username": "已存在，请换一个。"})


def starting_password(length: int = 12) -> str:
    """A password that somebody is handed, and changes at the first sign-in."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def start_over(user: User, password_hash: str) -> None:
    """Give the account a starting password; whoever was signed in with the old one is signed out."""
    user.password, user.must_change_password = password_hash, True
    end_sessions(user)


def end_sessions(user: User) -> None:
    """A session names the account by this value: with another one it opens nothing."""
    user.fs_uniquifier = secrets.token_hex(32)


def staff_named(session: Session, username: str) -> User:
    """The active account of that name; InvalidValue when there is none."""
    user = session.scalar(select(User).where(User.username == username, User.active))
    if user is None:
        raise InvalidValue(f"没有账号“{username}”，或已停用。请核对账号。", {"by": "没有这个账号"})
    return user


def firm(session: Session, kind: str, name: str, uscc: str | None) -> Organisation:
    """The firm, collection point or township of that kind and name, made when new; only firms have a code.

    InvalidValue when its 统一社会信用代码 is missing, does not hold or is another's, or the name belongs to one of
    another kind.
    """
    if kind not in _WITHOUT_CODE and not uscc_ok(uscc or ""):
        raise InvalidValue(
            f"“{uscc or ''}”不是有效的统一社会信用代码（校验位不符），请核对。", {"uscc": "校验位不符。"}
        )
    found = session.scalar(select(Organisation).where(Organisation.name == name))
    if found is None:
        _require_free(session, name, uscc)
        found = Organisation(kind=kind, name=name, uscc=uscc or None)
        session.add(found)
        session.flush()
    if found.kind != kind:
        raise InvalidValue(f"“{name}”已登记为另一类单位，请核对名称。", {"name": "已登记为另一类单位。"})
    if uscc and found.uscc not in (None, uscc):
        raise InvalidValue(f"“{name}”登记的统一社会信用代码不是 {uscc}，请核对。", {"uscc": "与已登记的不同。"})
    if uscc and found.uscc is None:
        _require_free(session, name, uscc)
        found.uscc = uscc
    return found


def open_points(session: Session, collection: Collection) -> int:
    """Take in the collection points that a document names, as organisations; how many were new."""
    named = [point.name for point in collection.points]
    known = set(session.scalars(select(Organisation.name).where(Organisation.name.in_(named))))
    for name in named:
        firm(session, "point", name, None)
    return len(set(named) - known)


def _require_free(session: Session, name: str, uscc: str | None) -> None:
    other = session.scalar(select(Organisation.name).where(Organisation.uscc == uscc)) if uscc else None
    if other is not None and other != name:
        raise InvalidValue(f"统一社会信用代码 {uscc} 已登记在“{other}”名下，请核对企业名称。", {"name": "与代码不符。"})


def list_firms(session: Session, now: datetime, scheme_code: str, kind: str, names: Iterable[str]) -> int:
    """Put firms on a scheme's list (`listed_sellers`, `listed_used_firms`), for as long as the scheme lasts, or exclude
    them (`excluded`); returns how many were new.
    """
    if kind == "excluded":
        known = {row.name_key for row in session.scalars(exclusions.of_scheme(scheme_code))}
    else:
        listed = select(Listing.name).where(Listing.scheme_code == scheme_code, Listing.kind == kind)
        known = {fold_name(name) for name in session.scalars(listed.where(Listing.valid_from.is_(None)))}
    new = {fold_name(name): name.strip() for name in names if name.strip() and fold_name(name) not in known}
    for name in new.values():
        if kind == "excluded":
            exclusions.exclude(session, SYSTEM, now, name, _BY_FILE, scheme_code)
        else:
            session.add(Listing(scheme_code=scheme_code, kind=kind, name=name))
    return len(new)


_BY_FILE = Ground("dishonest", "名单文件", "由命令行按名单登记")
